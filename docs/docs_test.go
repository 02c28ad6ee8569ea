// Package docs_test runs what the pages show.
package docs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/internal/casetest"
	"github.com/partitur/partitur/internal/fence"
	"github.com/partitur/partitur/internal/reference"
	"github.com/partitur/partitur/internal/workers"
)

// fragment marks a block that shows a part of a document, or one that belongs
// to another tool; it is not checked.
const fragment = "yaml fragment"

// TestPages checks every definition that a page shows, and plays its cases.
func TestPages(t *testing.T) {
	for _, page := range pages(t) {
		for _, block := range blocks(t, page) {
			t.Run(fmt.Sprintf("%s:%d", filepath.Base(page), block.Line), func(t *testing.T) { play(t, page, block) })
		}
	}
}

func pages(t *testing.T) []string {
	t.Helper()
	list, err := filepath.Glob("*.md")
	if err != nil || len(list) == 0 {
		t.Fatal("no pages", err)
	}
	return append(list, "../README.md")
}

func blocks(t *testing.T, page string) []fence.Block {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(fence.Blocks(string(text)), func(b fence.Block) bool { return b.Info != "yaml" })
}

func play(t *testing.T, page string, block fence.Block) {
	text := strings.Repeat("\n", block.Line-1) + block.Text // so that lines are those of the page
	w, diags := dsl.Load([]*source.File{source.NewFile(page, []byte(text))}, workers.Catalog{})
	for _, d := range diags {
		t.Errorf("%s: %s", d, d.Hint)
	}
	if len(diags) > 0 {
		return
	}
	for _, doc := range w.Tests {
		for _, c := range doc.Cases {
			for _, problem := range casetest.Run(w.Program(doc.Workflow), workers.Catalog{}, c, w.Programs...) {
				t.Error(problem)
			}
		}
	}
}

// TestLanguageShowsEveryKey demands of the language page an example of each key
// of each verb, each modifier, each document, and each mapping inside them.
func TestLanguageShowsEveryKey(t *testing.T) {
	language := language{dsl.Documents(), dsl.Kinds(workers.Catalog{}), reference.Parts(), map[string]bool{}}
	language.read(t, "language.md")
	want := func(what string, keys []fields.Spec) {
		for _, k := range keys {
			if at := what + " " + k.Name; language.shown[at] == slices.Contains(later, at) {
				t.Errorf("does language.md show the key %q of %s? %t", k.Name, what, language.shown[at])
			}
		}
	}
	for _, d := range language.documents {
		want(d.Key+" document", d.Keys)
	}
	for _, kind := range language.kinds {
		want(kind.Verb+" step", kind.Keys)
		want("step", kind.Modifiers)
	}
	for _, p := range language.parts {
		want(p.Name, p.Keys)
	}
}

// later are keys that are read and that nothing takes yet.
var later = []string{}

// A language is what a page has to show, and what it shows.
type language struct {
	documents []dsl.DocumentKind
	kinds     []dsl.StepKind
	parts     []reference.Part
	shown     map[string]bool
}

func (l *language) read(t *testing.T, page string) {
	t.Helper()
	for _, block := range blocks(t, page) {
		var diags diag.List
		for _, n := range syntax.Parse(source.NewFile(page, []byte(block.Text)), &diags) {
			for _, d := range l.documents {
				if n.Entry(d.Key) != nil {
					l.note(d.Key+" document", n)
				}
			}
			l.inside(n)
		}
	}
}

// inside notes the keys of every mapping that could be a step, and of those that
// stand where a part of the language does.
func (l *language) inside(n *syntax.Node) {
	for _, kind := range l.kinds {
		if n.Entry(kind.Verb) != nil {
			l.note(kind.Verb+" step", n)
			l.note("step", n)
		}
	}
	for _, e := range n.Entries {
		for _, p := range l.parts {
			if slices.Contains(p.Under, e.Key.Value) {
				l.part(p, e.Value)
			}
		}
		l.inside(e.Value)
	}
	for _, item := range n.Items {
		l.inside(item)
	}
}

func (l *language) part(p reference.Part, n *syntax.Node) {
	found := append([]*syntax.Node{n}, n.Items...)
	if p.Named {
		found = nil
		for _, e := range n.Entries {
			found = append(append(found, e.Value), e.Value.Items...)
		}
	}
	for _, m := range found {
		l.note(p.Name, m)
	}
}

func (l *language) note(what string, n *syntax.Node) {
	for _, e := range n.Entries {
		l.shown[what+" "+e.Key.Value] = true
	}
}
