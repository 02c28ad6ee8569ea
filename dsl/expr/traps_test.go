package expr

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/types"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// orders is a scope such as a workflow has.
func orders() *Scope {
	field := func(name string, t *types.Type) types.Field { return types.Field{Name: name, Type: t} }
	item := types.ObjectOf(field("sku", types.StringType), field("price", types.NumberType), field("quantity", types.IntType),
		field("note", types.StringType.OrNil("note is not required")))
	input := types.ObjectOf(
		field("amount", types.IntType), field("order_id", types.StringType), field("approved", types.BoolType),
		field("items", types.ListOf(item)), field("due", types.StringType), field("price", types.DecimalType),
		field("tags", types.ListOf(types.StringType)), field("order-id", types.StringType),
		field("decision", types.OpenObject.OrNil("decision is not required")), field("free", types.OpenObject))
	state := types.ObjectOf(field("documents", types.AnyList), field("m", types.OpenObject), field("status", types.StringType))
	charge := types.ObjectOf(
		field("output", types.ObjectOf(field("id", types.StringType)).OrNil("charge may not have succeeded")),
		field("status", types.StringType), field("error", types.OpenObject.OrNil("charge may not have failed")))
	steps := types.ObjectOf(field("charge", charge), field("later", &types.Type{Kind: types.Any, Hidden: "step later runs after this one"}))
	return NewScope().With("input", input).With("state", state).With("steps", steps).With("message", types.AnyType).
		With("secrets", types.ObjectOf(field("TOKEN", types.SecretType)))
}

func check(text string) diag.List {
	e, _, diags := parse(text)
	if e != nil {
		e.Check(orders(), &diags)
	}
	diags.Sort()
	return diags
}

// TestTraps reads the expressions of a file, whose lines are not indented, and
// compares what is said about each with the indented lines below it.
func TestTraps(t *testing.T) {
	const name = "testdata/traps.txt"
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for line := range strings.Lines(string(want)) {
		if text := strings.TrimSuffix(line, "\n"); text != "" && text[0] != ' ' {
			got.WriteString(text + "\n" + findings(check(text)) + "\n")
		}
	}
	if *update {
		if err := os.WriteFile(name, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	wantLines, gotLines := strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")
	for i, line := range gotLines {
		if i >= len(wantLines) || wantLines[i] != line {
			t.Fatalf("%s:%d: got\n%s", name, i+1, strings.Join(gotLines[max(0, i-4):min(len(gotLines), i+4)], "\n"))
		}
	}
}

func findings(diags diag.List) string {
	if len(diags) == 0 {
		return "    fine\n"
	}
	var b strings.Builder
	for _, d := range diags {
		fmt.Fprintf(&b, "    at %s\n        %s [%s]\n", d.Span.Text(), d.Message, d.Code)
		if d.Hint != "" {
			fmt.Fprintf(&b, "        %s\n", d.Hint)
		}
	}
	return b.String()
}

// TestFixes applies every fix that is offered: the mistake must be gone, and the spelling right.
func TestFixes(t *testing.T) {
	data, err := os.ReadFile("testdata/traps.txt")
	if err != nil {
		t.Fatal(err)
	}
	fixed := 0
	for line := range strings.Lines(string(data)) {
		text := strings.TrimSuffix(line, "\n")
		if text == "" || text[0] == ' ' {
			continue
		}
		diags := check(text)
		for _, d := range diags {
			if d.Fix == nil {
				continue
			}
			fixed++
			mended := text[:d.Fix.Span.Start] + d.Fix.Text + text[d.Fix.Span.End:]
			for _, left := range check(mended) {
				if left.Message == d.Message || left.Code == "expression-syntax" {
					t.Errorf("%s: mended to %s, which has\n%s", text, mended, findings(check(mended)))
				}
			}
		}
	}
	if fixed < 20 {
		t.Errorf("only %d fixes were offered", fixed)
	}
}
