package dsl

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// A Program is a definition without mistakes. It is immutable, and safe to be
// run by any number of goroutines.
type Program struct {
	*Definition
	Digest  string   // of the sources and the language version
	Sources []Source // the workflow's own document first, then what it leans on
	IDs     []string // of all steps, in source order
	Loops   []string // ids of the for_each steps

	Groups []*Group // of the project, as it was read
	URL    string   // where people open what they are asked, of the project

	Queues map[string]string // the task queues that its children's definitions name, by workflow type

	byPath map[string]*Step
	undoes bool // some step has a compensation
	agents bool // some step is an agent
	asks   bool // some step asks people
	beside map[*Step]bool
	roots  map[string]bool // names that expressions begin with
}

// A Source is the text of one document, and where it stands.
type Source struct {
	File string `json:"f"`
	Line int    `json:"l"` // the 1-based line on which the text begins
	Text string `json:"t"`
}

// Query finds a query by name, or returns nil.
func (p *Program) Query(name string) *Query {
	for _, q := range p.Queries {
		if q.Name == name {
			return q
		}
	}
	return nil
}

// Reads tells whether some expression reads a name of the scope.
func (p *Program) Reads(name string) bool { return p.roots[name] }

// AwaitCancelled tells whether a cancelled activity must be awaited, because
// what runs after it would race with it: a compensation, or the end of a block.
func (p *Program) AwaitCancelled(s *Step) bool { return p.undoes || p.beside[s] }

// Undoes tells whether some step has a compensation.
func (p *Program) Undoes() bool { return p.undoes }

// Agents tells whether some step is an agent.
func (p *Program) Agents() bool { return p.agents }

// Asks tells whether some step asks people for something.
func (p *Program) Asks() bool { return p.asks }

// StepAt finds a step by its path.
func (p *Program) StepAt(path string) *Step { return p.byPath[path] }

func newProgram(d *Definition, sources []Source) *Program {
	p := &Program{Definition: d, Sources: sources, Digest: digest(sources), byPath: map[string]*Step{}}
	p.analyse()
	return p
}

func digest(sources []Source) string {
	h := sha256.New()
	fmt.Fprintf(h, "partitur %s\n", Language)
	for _, s := range sources {
		fmt.Fprintf(h, "%s:%d:%d\n%s", s.File, s.Line, len(s.Text), s.Text)
	}
	return hex.EncodeToString(h.Sum(nil))[:32]
}

// CompileNested is Compile for runs that were started when the steps in a patch
// had paths that told so.
func CompileNested(sources []Source, actions Catalog) (*Program, error) {
	p, err := Compile(sources, actions)
	if err != nil {
		return nil, err
	}
	for _, list := range p.lists() {
		nest(list, "")
	}
	p.byPath = map[string]*Step{}
	p.WalkAll(func(s *Step) { p.byPath[s.Path] = s })
	return p, nil
}

// Compile makes a program of recorded sources. What does not compile was
// recorded by another version of the language.
func Compile(sources []Source, actions Catalog) (*Program, error) {
	var diags diag.List
	w := &Workspace{actions: actions}
	for _, s := range sources {
		f := source.NewFile(s.File, []byte(strings.Repeat("\n", s.Line-1)+s.Text))
		for _, n := range syntax.Parse(f, &diags) {
			w.document(n, &diags)
		}
	}
	w.check(&diags)
	if diags.Errors() > 0 {
		diags.Sort()
		for _, d := range diags {
			if d.Severity == diag.Error {
				return nil, d
			}
		}
	}
	if len(w.Programs) != 1 {
		return nil, fmt.Errorf("%d workflows where one was recorded", len(w.Programs))
	}
	p := w.Programs[0]
	p.Sources, p.Digest = sources, digest(sources) // as recorded, however this version would cut them
	return p, nil
}
