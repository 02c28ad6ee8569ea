package syntax

import (
	"bytes"
	"slices"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"gopkg.in/yaml.v3"
)

// Bounds on what one file may hold. They are far above what people write and
// keep a hostile file from taking the machine with it.
const (
	maxBytes   = 4 << 20
	maxDepth   = 100
	maxNodes   = 200_000 // with every alias counted as a copy
	maxReports = 1000    // of mistakes; who mends these sees the rest
	maxRounds  = 50      // of mending a syntax error and reading again
)

// Parse reads the YAML documents of a file, one node for each that is not
// empty. Every mistake it can find is reported; where one stands, the tree has
// a Node of Kind Broken, so that all that is well can still be checked.
func Parse(f *source.File, diags *diag.List) []*Node {
	p := &parser{file: f}
	var nodes []*Node
	if p.open() {
		nodes = p.documents()
	}
	p.found.Sort()
	if len(p.found) > maxReports {
		p.found = p.found[:maxReports]
	}
	*diags = append(*diags, p.found...)
	return nodes
}

// A parser reads one file. Offsets in it are relative to text, which is the
// file without its byte order mark.
type parser struct {
	file    *source.File
	base    int    // length of the byte order mark
	text    []byte // as YAML sees it: the same length as the source, mistakes blanked
	found   diag.List
	broken  map[int]int // start of each blanked value to its end
	unclear bool        // a syntax error has been reported without its reason
	starts  []int       // offsets of the lines as YAML counts them
	cursor  cursor

	nodes map[*yaml.Node]*Node // targets of aliases; nil while it is being built
	depth int
	total int // weight of the file so far
}

func (p *parser) span(start, end int) source.Span {
	start = min(max(start, 0), len(p.text))
	end = min(max(end, start), len(p.text))
	return source.Span{File: p.file, Start: p.base + start, End: p.base + end}
}

// open checks the encoding and prepares the text.
func (p *parser) open() bool {
	text := p.file.Text
	if len(text) > maxBytes {
		p.found.Error("file-too-large", p.span(0, 0), "the file has %d bytes, the limit is %d", len(text), maxBytes).
			WithHint("split it into several files")
		return false
	}
	if bytes.HasPrefix(text, []byte("\xfe\xff")) || bytes.HasPrefix(text, []byte("\xff\xfe")) {
		p.found.Error("not-utf8", p.span(0, 0), "the file is encoded as UTF-16").WithHint("save it as UTF-8")
		return false
	}
	if bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) {
		p.base = 3
	}
	p.text = slices.Clone(text[p.base:])
	p.broken = map[int]int{}
	if !p.clean() {
		return false
	}
	p.starts = lineStarts(p.text)
	return true
}

func (p *parser) documents() []*Node {
	var nodes []*Node
	for _, doc := range p.read() {
		if n := p.document(doc); n != nil {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// read decodes all documents. After a syntax error it blanks the mistake and
// starts again, so that the rest of the file is checked too.
func (p *parser) read() []*yaml.Node {
	for round := 0; ; round++ {
		docs, err := decode(p.text)
		if err == nil || round == maxRounds || !p.mend(err) {
			return docs
		}
	}
}

// mend reports syntax errors and blanks them. It returns false when nothing
// was left to blank.
func (p *parser) mend(err error) bool {
	before := bytes.Clone(p.text)
	reported := len(p.found)
	p.scan()
	if p.unclear { // what is found now may be an echo of what was erased
		p.found = p.found[:reported]
	}
	if bytes.Equal(before, p.text) {
		p.unexplained(err)
	}
	return !bytes.Equal(before, p.text)
}

// blank overwrites a value with a word of the same length, and remembers that
// it is broken.
func (p *parser) blank(start, end int) {
	if start >= end {
		return
	}
	p.erase(start, end)
	p.text[start] = 'x'
	for i := start + 1; i < end && !isBreak(p.text[i]); i++ {
		p.text[i] = 'x'
	}
	p.broken[start] = end
}

// erase overwrites text with spaces. Lines stay lines.
func (p *parser) erase(start, end int) {
	for i := start; i < end; i++ {
		if !isBreak(p.text[i]) {
			p.text[i] = ' '
		}
	}
}

// src is the source between two offsets, as the author wrote it.
func (p *parser) src(start, end int) string { return p.span(start, end).Text() }

func isBreak(c byte) bool { return c == '\n' || c == '\r' }
