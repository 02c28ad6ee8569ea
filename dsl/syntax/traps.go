package syntax

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"gopkg.in/yaml.v3"
)

// What stands in this file is valid YAML that means something else than its
// author thought. What is not valid YAML is explained by the scanner.

// tagged reports a tag. `if: !x` would be an empty text with the tag !x, and
// `if: ! x` would be x.
func (p *parser) tagged(n *Node, props properties, key string) *Node {
	tag := p.span(props.tag, props.tagEnd)
	whole := tag.To(n.Span)
	if n.Kind == List || n.Kind == Map {
		p.found.Error("tag", tag, "%s is a YAML tag, and tags are not used here", tag.Text()).
			WithHint("remove it").WithFix(source.Span{File: p.file, Start: tag.Start, End: n.Span.Start}, "")
		return n
	}
	reportTag(&p.found, tag, whole, key)
	return &Node{Kind: Broken, Span: whole}
}

// reportTag reports the tag of a single value; whole is both.
func reportTag(found *diag.List, tag, whole source.Span, key string) {
	if text := tag.Text(); strings.HasSuffix(text, ",") && unclosed(text, true) == "" { // of a flow collection
		tag = tag.Sub(0, len(text)-1)
		whole = tag
	}
	d := found.Error("tag", tag, "%s is a YAML tag, and tags are not used here", tag.Text())
	rest := strings.TrimSpace(whole.Text()[1:])
	switch {
	case strings.HasPrefix(tag.Text(), "!!"):
		d.WithHint("quote a value to make it text")
	case isExpressionKey(key) && singleLine(rest):
		d.WithHint("write not %s", rest).WithFix(whole, "not "+rest)
	default:
		d.WithHint("for a negation write not %s, for text quote the value", rest)
	}
}

// checkKey reports what cannot be a key, and returns whether the entry counts.
func (p *parser) checkKey(k *Node, seen map[string]*Node) bool {
	switch {
	case k.Kind == Broken:
		return true
	case k.Kind != Scalar:
		p.found.Error("key-not-text", k.Span, "a %s cannot be a key", k.Kind).WithHint("keys are text")
		k.Kind = Broken
		return true
	case k.Plain && k.Value == "<<":
		p.found.Error("merge-key", k.Span, "merge keys are not supported").
			WithHint("write the keys out, or use the alias as the whole value of a key")
		return false
	case k.Plain && k.Value == "":
		p.found.Error("key-missing", k.Span, "there is no key before the colon").
			WithHint("write it, or quote the value if the colon belongs to it")
		k.Kind = Broken
		return true
	case k.Type != String:
		quoted := quote(k.Span.Text())
		p.found.Error("key-not-text", k.Span, "the key %s is %s, and keys are text", k.Value, article[k.Type]).
			WithHint("quote it: %s", quoted).WithFix(k.Span, quoted)
		k.Kind = Broken
	}
	if first, ok := seen[k.Value]; ok {
		p.found.Error("duplicate-key", k.Span, "the key %q is given twice", k.Value).
			WithHint("remove one of them").WithNote(first.Span, "it is given here first")
		return false
	}
	seen[k.Value] = k
	return true
}

var article = map[ScalarType]string{Null: "an empty value", Bool: "a boolean", Int: "an integer", Float: "a number"}

// checkPair reports `[group: finance]`, a mapping by accident.
func (p *parser) checkPair(y *yaml.Node, item *Node) {
	if y.Kind != yaml.MappingNode || item.Kind != Map || item.Span.File == nil || strings.HasPrefix(item.Span.Text(), "{") {
		return
	}
	text := item.Span.Text()
	d := p.found.Error("pair-in-list", item.Span, "this list item is a mapping, because of the colon and the space after it")
	item.Kind = Broken
	if len(item.Entries) == 1 && singleLine(text) {
		e := item.Entries[0]
		d.WithHint("for text write %s:%s or %s, for a mapping {%s}", e.Key.Span.Text(), e.Value.Span.Text(), quote(text), text)
	}
}

// checkScalar reports texts that YAML cut or changed. The node is then Broken.
func (p *parser) checkScalar(n *Node, key string) {
	bare := isExpressionKey(key)
	switch {
	case n.Type == Null && n.Value == "":
		p.checkNothing(n)
	case n.Type == Int || n.Type == Float:
		p.checkNumber(n)
	case n.Type == String && n.Plain:
		if !p.checkUnderscores(n, bare) && !p.checkComment(n, bare) {
			p.checkBraces(n)
		}
	case n.style == single:
		if !p.checkQuotes(n, bare) {
			p.checkBraces(n)
		}
	case n.Type == String:
		p.checkBraces(n)
	}
}

// checkNumber reports numbers that readers disagree about or JSON has no form for.
func (p *parser) checkNumber(n *Node) {
	text := n.Value
	bare := unsigned(text)
	_, fits := integer(text)
	switch {
	case n.Type == Int && len(bare) > 1 && bare[0] == '0' && strings.Trim(bare, "0123456789") == "":
		less := strings.TrimLeft(bare[:len(bare)-1], "0") + bare[len(bare)-1:]
		p.found.Error("leading-zero", n.Span, "%s is an octal number to some readers of YAML and a decimal to others", text).
			WithHint("for text write '%s', for the number %s", text, text[:len(text)-len(bare)]+less)
	case n.Type == Int && !fits, n.Type == Float && !finite(text):
		p.found.Error("number-range", n.Span, "the number %s cannot be kept exactly: it is beyond 64 bits", text).
			WithHint("for text write '%s'", text)
	default:
		return
	}
	n.Kind = Broken
}

// underscored is a number with underscores between its digits; grouped has
// them where thousands are, so that it can hardly be anything else.
var (
	underscored = regexp.MustCompile(`^[-+]?[0-9]+(_[0-9]+)+(\.[0-9]+)?$`)
	grouped     = regexp.MustCompile(`^[-+]?[0-9]{1,3}(_[0-9]{3})+(\.[0-9]+)?$`)
)

// checkUnderscores reports `100_000`, which is text: only expressions have
// underscores in numbers.
func (p *parser) checkUnderscores(n *Node, bare bool) bool {
	if bare || !underscored.MatchString(n.Value) {
		return false
	}
	number := strings.ReplaceAll(n.Value, "_", "")
	d := p.found.Error("underscore-number", n.Span, "%s is text: numbers in YAML have no underscores", n.Value).
		WithHint("write %s; for text write '%s'", number, n.Value)
	if grouped.MatchString(n.Value) {
		d.WithFix(n.Span, number)
	}
	n.Kind = Broken
	return true
}

// checkNothing reports `channel: #general`, a value that is all comment.
func (p *parser) checkNothing(n *Node) {
	end := n.Span.End - p.base
	hash := p.skipBlank(end)
	if hash == end || hash >= len(p.text) || p.text[hash] != '#' || !glued(p.src(hash, p.lineEnd(hash))) {
		return
	}
	comment := p.span(hash, p.trimmedEnd(hash))
	p.found.Error("text-cut", comment, "a # after a space begins a comment, so there is no value").
		WithHint("quote the text: %s; or put a space after the # of a comment", quote(comment.Text()))
	*n = Node{Kind: Broken, Span: comment}
}

// trimmedEnd is the end of the line of i without white space.
func (p *parser) trimmedEnd(i int) int {
	end := p.lineEnd(i)
	for end > i && isSpace(p.text[end-1]) {
		end--
	}
	return end
}

// checkComment reports text that ends at ` #` although it seems to go on.
func (p *parser) checkComment(n *Node, bare bool) bool {
	end := n.Span.End - p.base
	hash := p.skipBlank(end)
	if unclosed(n.Value, bare) != "" && hash < len(p.text) && breakWidth(p.text[hash:]) > 0 {
		hash = p.skipBlank(p.nextLine(hash)) // a line of its own in an expression
	}
	if hash == end || hash >= len(p.text) || p.text[hash] != '#' {
		return false
	}
	comment := p.span(hash, p.trimmedEnd(hash))
	whole := n.Span.To(comment)
	unfinished := unclosed(n.Value, bare) != "" || closesIn(comment.Text(), unclosed(strings.NewReplacer("'", "", `"`, "", "`", "").Replace(n.Value), true))
	switch {
	case unfinished:
		reportCut(&p.found, n.Span, comment)
	case glued(comment.Text()):
		d := p.found.Error("text-cut", comment, "a # after a space begins a comment, so the text is only %q", n.Value)
		if singleLine(whole.Text()) {
			d.WithHint("quote the whole: %s; or put a space after the # of a comment", quote(whole.Text()))
		}
	default:
		return false
	}
	*n = Node{Kind: Broken, Span: whole, Value: n.Value}
	return true
}

// reportCut reports an unfinished text and the comment that ends it.
func reportCut(found *diag.List, text, comment source.Span) {
	whole := text.To(comment)
	d := found.Error("text-cut", comment, "a # after a space begins a comment, so the text ends before it: %q", text.Text())
	if singleLine(whole.Text()) {
		d.WithHint("quote the whole: %s", quote(whole.Text())).WithFix(whole, quote(whole.Text()))
	}
}

// closesIn tells whether a comment holds the bracket that the text before it lacks.
func closesIn(comment, lacking string) bool {
	return lacking != "" && strings.Contains(comment, lacking[len(lacking)-1:])
}

// glued tells whether a comment starts with a # that a letter or digit follows.
func glued(comment string) bool {
	r, _ := utf8.DecodeRuneInString(comment[1:])
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// checkQuotes reports two single quotes for an empty text in an expression in single quotes,
// where it stands for one quote.
func (p *parser) checkQuotes(n *Node, bare bool) bool {
	raw := n.text.Text()
	from := 0
	if !bare {
		if from = strings.Index(raw, "${"); from < 0 {
			return false
		}
	}
	at, empty, all := -1, 0, 0
	for i := from; i+1 < len(raw); i++ {
		if raw[i:i+2] != "''" {
			continue
		}
		if all++; isEmptyText(raw, i) {
			if empty++; at < 0 {
				at = i
			}
		}
		i++
	}
	if at < 0 || empty < all && !strings.ContainsRune(unclosed(n.Value, bare), '\'') {
		return false
	}
	d := p.found.Error("quotes-in-quotes", n.text.Sub(at, at+2), "inside single quotes '' stands for one quote, not for an empty text")
	if singleLine(raw) && !strings.ContainsAny(raw, "\"\\") {
		d.WithHint("write the whole in double quotes: \"%s\"", raw).WithFix(n.Span, `"`+raw+`"`)
	} else {
		d.WithHint("write '''' for an empty text")
	}
	n.Kind = Broken
	return true
}

// isEmptyText tells whether the two quotes at i stand alone.
func isEmptyText(raw string, i int) bool {
	before := i == 0 || strings.IndexByte(" ([,:=\n", raw[i-1]) >= 0
	after := i+2 == len(raw) || strings.IndexByte(" )],:}\n", raw[i+2]) >= 0
	return before && after
}

var (
	jinja  = regexp.MustCompile(`\{\{-?\s*(?:inputs?|state|steps|env|secrets|workflow|item|vars)\b[^{}]*\}\}`)
	github = regexp.MustCompile(`\$\{\{\s*([^{}]*?)\s*\}\}`)
	// conditional is what stands before an expression that has no braces at all.
	conditional = regexp.MustCompile(`(?:^|[\s{,-])(?:if|when|while|until|await|where|for_each)\s*:\s*["']?$`)

	pair = regexp.MustCompile(`^(?:"[^"]*"|'[^']*'|[\w-]+)\s*:`)
)

// before is what stands on the line before a node.
func before(n *Node) []byte {
	line, column := n.Span.File.Pos(n.Span.Start)
	text := []rune(string(n.Span.File.Line(line)))
	return []byte(string(text[:column-1]))
}

// checkBraces reports the expression marks of other tools inside text.
func (p *parser) checkBraces(n *Node) {
	if !strings.Contains(n.Value, "{{") {
		return
	}
	for _, m := range github.FindAllStringSubmatchIndex(n.Value, -1) {
		inner := n.Value[m[2]:m[3]]
		if inner == "" || pair.MatchString(inner) {
			continue
		}
		at := n.At(m[0], m[1])
		ours := "${ " + inner + " }"
		if m[0] == 0 && m[1] == len(n.Value) && conditional.Match(before(n)) {
			ours = inner
		}
		p.found.Error("foreign-expression", at, "an expression has one pair of braces").
			WithHint("write %s", ours).WithFix(at, ours)
		n.Kind = Broken
	}
	for _, m := range jinja.FindAllStringIndex(n.Value, -1) {
		if unclosed(n.Value[:m[0]], false) != "" || m[0] > 0 && n.Value[m[0]-1] == '$' {
			continue
		}
		p.found.Warn("foreign-expression", n.At(m[0], m[1]), "%s stays as it is: expressions are written ${ }", n.Value[m[0]:m[1]]).
			WithHint("write ${ %s }", strings.Trim(n.Value[m[0]+2:m[1]-2], " -"))
	}
}
