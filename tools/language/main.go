// Command language fills the tables in the reference pages of the language from
// their declarations. A table of keys stands between `<!-- keys: NAME -->` and
// `<!-- end -->`, where NAME is a verb, `workflow` or the key of another kind of
// document, `modifiers`, or a mapping inside them; that of the functions stands
// between `<!-- functions -->` and `<!-- end -->`.
package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/internal/reference"
	"github.com/partitur/partitur/internal/workers"
)

var files = []string{"docs/language.md", "docs/expressions.md"}

func main() {
	for _, file := range files {
		if err := update(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func update(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	filled, err := fill(text)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if bytes.Equal(text, filled) {
		return nil
	}
	return os.WriteFile(file, filled, 0o644)
}

var place = regexp.MustCompile(`(?s)(<!-- (keys: [a-z_ ]+|functions) -->\n).*?(<!-- end -->)`)

// fill replaces the tables of a page.
func fill(page []byte) (filled []byte, err error) {
	tables := tables()
	filled = place.ReplaceAllFunc(page, func(found []byte) []byte {
		m := place.FindSubmatch(found)
		table, ok := tables[string(m[2])]
		if !ok {
			err = fmt.Errorf("nothing has the name %q", m[2])
		}
		return slices.Concat(m[1], []byte(table), m[3])
	})
	return filled, err
}

// tables are all tables there are, by what stands in their place.
func tables() map[string]string {
	out := map[string]string{"functions": functions()}
	for _, d := range dsl.Documents() {
		out["keys: "+d.Key] = table(d.Keys)
	}
	shared := map[string]bool{}
	var modifiers []fields.Spec
	for _, k := range dsl.Kinds(workers.Catalog{}) {
		name := "keys: " + k.Verb
		if _, clash := out[name]; clash {
			name += " step"
		}
		out[name] = table(k.Keys)
		for _, m := range k.Modifiers {
			if !shared[m.Name] {
				modifiers = append(modifiers, m)
			}
			shared[m.Name] = true
		}
	}
	out["keys: modifiers"] = table(modifiers)
	for _, p := range reference.Parts() {
		out["keys: "+p.Name] = table(p.Keys)
	}
	return out
}

func table(specs []fields.Spec) string {
	var b strings.Builder
	b.WriteString("| key | what it says |\n|---|---|\n")
	for _, s := range specs {
		doc := strings.ReplaceAll(s.Doc, "|", `\|`)
		if s.Required {
			doc += "; required"
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", s.Name, doc)
	}
	return b.String()
}

// functions is the table of the library. The tests of the expression language
// run the examples.
func functions() string {
	var b strings.Builder
	b.WriteString("| function | yields | example | result |\n|---|---|---|---|\n")
	for _, f := range expr.Library() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", code(f.Signature), strings.ReplaceAll(f.Doc, "|", `\|`), code(f.Example), code(f.Result))
	}
	return b.String()
}

// code is text in a cell of a table, as it is.
func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + strings.ReplaceAll(text, "|", `\|`) + "`"
}
