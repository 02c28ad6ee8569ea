package expr

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl/types"
)

func TestValidName(t *testing.T) {
	for _, name := range []string{"a", "order", "order_2", "item", "index", "count", "first", "now"} {
		if err := ValidName(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	tests := []struct{ name, want string }{
		{"", "missing"}, {"in", "word of the expression language"}, {"nil", "word of"}, {"steps", "already means"}, {"input", "already means"}, {"Order", "write order"}, {"orderId", "write order_id"}, {"order-id", "write order_id"}, {"2nd", "begins with a letter"}, {"größe", "write gr__e"}, {"In", "begins with a letter"}, {"_a", "write a"},
	}
	for _, test := range tests {
		if err := ValidName(test.name); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v, want %q", test.name, err, test.want)
		}
	}
}

// TestNamesParse: every name that is allowed can be used, every word that is
// reserved cannot.
func TestNamesParse(t *testing.T) {
	names := []string{"item", "index"}
	for _, f := range Library() {
		names = append(names, strings.ToLower(f.Name))
	}
	for _, name := range names {
		if ValidName(name) != nil {
			continue
		}
		e := mustParse(t, name+" == 1 and ["+name+"][0] > 0")
		if ok, err := e.EvalBool(map[string]any{name: 1}); !ok || err != nil {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
	for _, word := range ReservedWords {
		e, _, _ := parse(word + " == 1")
		if e == nil || len(e.Refs()) == 0 {
			continue
		}
		t.Errorf("%s can be a name", word)
	}
}

func TestRefs(t *testing.T) {
	tests := []struct{ code, want string }{
		{`steps.charge.output.id`, `steps.charge.output.id`}, {`steps.charge?.output.id ?? input.x`, `steps.charge?.output.id; input.x`}, {`input["a-b"].c`, `input["a-b"].c`}, {`input.items[state.i].sku`, `input.items; state.i`},
		{`input.items[0].sku`, `input.items`}, {`filter(input.xs, .a == state.b and #.c)`, `input.xs; state.b`}, {`let x = input.a; x.b + state.c`, `input.a; state.c`}, {`{(env.A): [workflow.id]}`, `env.A; workflow.id`}, {`first(input.xs).a`, `input.xs`}, {`a ? b : c`, `a; b; c`}, {`now()`, ``},
		{`input.x.upper(state.y)`, `input.x.upper; state.y`}, {`(input.a).b`, `(input.a).b`}, {`input.xs[1:state.n]`, `input.xs; state.n`},
	}
	for _, test := range tests {
		var got []string
		for _, r := range mustParse(t, test.code).Refs() {
			got = append(got, r.Span().Text())
		}
		if s := strings.Join(got, "; "); s != test.want {
			t.Errorf("%s: %s, want %s", test.code, s, test.want)
		}
	}
	if got := fmt.Sprint(mustParse(t, `input["a-b"].c?.d`).Refs()[0].Path); got != "[input a-b c d]" {
		t.Error(got)
	}
}

func TestScope(t *testing.T) {
	outer := NewScope().With("a", types.IntType).With("b", nil)
	inner := outer.With("a", types.StringType).Forbid("now", "it would never wake")
	if x, _ := outer.Lookup("a"); x != types.IntType {
		t.Error("a scope changed the one around it")
	}
	if x, _ := inner.Lookup("a"); x != types.StringType {
		t.Error("the inner name does not hide the outer")
	}
	if got := inner.Names(); !slices.Equal(got, []string{"a", "b"}) {
		t.Error(got)
	}
	e, _, diags := parse(`now() > b and all([1], uuid() != "")`)
	e.Check(inner.Forbid("uuid", "chance has no place here"), &diags)
	if got := findings(diags); len(diags) != 2 || !strings.Contains(got, "now() cannot be used here: it would never wake") || !strings.Contains(got, "uuid() cannot") {
		t.Error(got)
	}
}

func TestNotNilWhen(t *testing.T) {
	tests := []struct {
		code    string
		outcome bool
		want    string
	}{
		{`steps.a.status == 'succeeded'`, true, "[[steps a status] [steps a output]]"}, {`steps.a.output != nil`, true, "[[steps a output]]"}, {`steps.a.output == nil`, false, "[[steps a output]]"}, {`steps.a.output == nil`, true, "[]"},
		{`x != nil and not (y == nil)`, true, "[[x] [y]]"}, {`x == nil or y == nil`, false, "[[x] [y]]"}, {`x?.y == 1`, true, "[[x] [x y]]"}, {`(x?.ok ?? false)`, true, "[[x] [x ok]]"}, {`x != nil or y != nil`, true, "[]"},
	}
	for _, test := range tests {
		if got := fmt.Sprint(mustParse(t, test.code).NotNilWhen(test.outcome)); got != test.want {
			t.Errorf("%s %v: %s, want %s", test.code, test.outcome, got, test.want)
		}
	}
}
