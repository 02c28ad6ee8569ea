package expr

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// parseYAML reads the value of the one key of a YAML text.
func parseYAML(t testing.TB, text string) (*syntax.Node, diag.List) {
	t.Helper()
	var diags diag.List
	nodes := syntax.Parse(source.NewFile("x.yaml", []byte(text)), &diags)
	if len(nodes) != 1 || len(nodes[0].Entries) != 1 {
		t.Fatalf("%s: %d documents, %v", text, len(nodes), diags)
	}
	return nodes[0].Entries[0].Value, diags
}

func parseValueText(t testing.TB, text string) (*Value, diag.List) {
	t.Helper()
	n, diags := parseYAML(t, text)
	v := ParseValue(n, &diags)
	return v, diags
}

func TestValue(t *testing.T) {
	tests := []struct{ yaml, want string }{
		{`x: plain`, `"plain"`}, {`x: 5`, `5`}, {`x: null`, `null`}, {`x: "5"`, `"5"`}, {`x: {a: [1, {b: 2.5}]}`, `{"a":[1,{"b":2.5}]}`},
		{`x: ${ input.amount }`, `5`}, {`x: "${ input.amount }"`, `5`}, {`x: '${ input.tags }'`, `["a","b"]`}, {`x: "${input.none}"`, `null`},
		{`x: n=${ input.amount }!`, `"n=5!"`}, {`x: " ${ input.amount }"`, `" 5"`}, {`x: "${ input.amount } "`, `"5 "`}, {`x: "${ input.amount }${ input.half }"`, `"50.5"`},
		{`x: tags ${ input.tags }`, `"tags [\"a\",\"b\"]"`}, {`x: "at ${ now() }"`, `"at 2026-01-31T12:00:00Z"`}, {`x: "${ now() }"`, `"2026-01-31T12:00:00Z"`}, {`x: big ${ input.big } ${ 100000000.5 }`, `"big 9007199254740993 100000000.5"`},
		{`x: "$${ input.amount }"`, `"$5"`}, {`x: "${ '${' } x }"`, `"${ x }"`}, {`x: "${ '${' }"`, `"${"`}, {`x: "a $ b $x } {"`, `"a $ b $x } {"`},
		{`x: "${ {a: {b: 1}}.a.b }"`, `1`}, {`x: "${ '}' }"`, `"}"`}, {`x: "${ map(input.tags, {# + '}'}) }"`, `["a}","b}"]`}, {"x: \"${ `}` }\"", `"}"`}, {`x: "${ 'it\\'s }' }"`, `"it's }"`},
		{`x: [1, "${ input.amount }", "${ input.name }!"]`, `[1,5,"Ada!"]`}, {`x: {b: "${ input.amount }", a: {c: x}}`, `{"a":{"c":"x"},"b":5}`},
		{"x: |\n  ${ input.amount }\n", `5`}, {"x: |\n  Dear ${ input.name },\n  bye\n", `"Dear Ada,\nbye\n"`}, {"x: >-\n  ${ input.amount > 3\n  ? 'much'\n  : 'little' }\n", `"much"`},
		{`x: ${ input.none ?? "" }`, `""`}, {`x: "a${ input.none ?? '' }b"`, `"ab"`},
	}
	for _, test := range tests {
		v, diags := parseValueText(t, test.yaml)
		if v == nil || len(diags) > 0 {
			t.Errorf("%s: %v", test.yaml, diags)
			continue
		}
		got, err := v.Eval(someVars())
		if err != nil {
			t.Errorf("%s: %v", test.yaml, err)
			continue
		}
		if s := encoded(t, got); s != test.want {
			t.Errorf("%s = %s, want %s", test.yaml, s, test.want)
		}
	}
}

func TestValueMistakes(t *testing.T) {
	tests := []struct{ yaml, at, want, hint string }{
		{`x: "a ${ input.amount"`, `${`, "never closed", "write } where"}, {`x: "${ 'a }"`, `${`, "never closed", "quote or brace"}, {`x: "${ }"`, `${ }`, "nothing between", "write an expression"}, {`x: "a ${} b"`, `${}`, "nothing between", ""},
		{`x: "${{ input.amount }}"`, `${{ input.amount }}`, "one pair of braces", "write ${ input.amount }"}, {`x: "a ${{input.amount}} b"`, `${{input.amount}}`, "one pair of braces", "write ${ input.amount }"},
		{`x: "Dear {{ input.name }}!"`, `{{ input.name }}`, "stays as it is", "write ${ input.name }"}, {`x: echo $(input.name) x`, `$(input.name)`, "stays as it is", "write ${ input.name }"},
		{`x: "n ${ input.amount + } b"`, `+`, "ends too early", ""}, {`x: "${ a === b }"`, `===`, "is not an operator", "write =="}, {"x: |\n  one\n  two ${ input.amount // 2 }\n", `//`, "begins a comment", "int(input.amount / 2)"},
		{`x: "${ \"a\" +  }"`, `+`, "ends too early", ""}, {`x: {"${ a }": 1}`, `"${ a }"`, "cannot have ${ }", "make the whole mapping"},
	}
	for _, test := range tests {
		_, diags := parseValueText(t, test.yaml)
		if len(diags) != 1 {
			t.Errorf("%s: %d findings, want 1: %v", test.yaml, len(diags), diags)
			continue
		}
		d := diags[0]
		if d.Span.Text() != test.at || !strings.Contains(d.Message, test.want) || !strings.Contains(d.Hint, test.hint) {
			t.Errorf("%s: %q %s (%s)", test.yaml, d.Span.Text(), d.Message, d.Hint)
		}
	}
}

// TestOtherTemplates: what is no reference of ours is nobody's business.
func TestOtherTemplates(t *testing.T) {
	for _, yaml := range []string{`x: echo $(date) $HOME`, `x: "$(input)"`} {
		if _, diags := parseValueText(t, yaml); len(diags) > 0 {
			t.Errorf("%s: %v", yaml, diags[0].Message)
		}
	}
}

func TestValueEvalErrors(t *testing.T) {
	tests := []struct{ yaml, at, want string }{
		{`x: "a ${ input.none } b"`, `input.none`, "nil has no text"}, {"x:\n  - a\n  - b: |\n      text ${ 1 / (input.amount - 5) }\n", `1 / (input.amount - 5)`, "division by zero"}, {`x: "\u00e9 ${ input.name.x }"`, `input.name.x`, "has no fields"},
	}
	for _, test := range tests {
		v, _ := parseValueText(t, test.yaml)
		_, err := v.Eval(someVars())
		var at *EvalError
		if !errors.As(err, &at) || at.Span.Text() != test.at || !strings.Contains(at.Message, test.want) {
			t.Errorf("%s: %v at %q", test.yaml, err, at.Span.Text())
		}
	}
}

func TestValueParts(t *testing.T) {
	v, _ := parseValueText(t, `x: {b: "${ input.amount }", a: [1, "n ${ input.name }"], c: {d: 1}}`)
	if v.Get("b").Expr == nil || v.Get("nosuch") != nil || v.Get("c").Get("d").Const != 1 || v.Get("c").IsConst() != true {
		t.Error("Get does not find its keys")
	}
	var texts []string
	for _, e := range v.Exprs() {
		texts = append(texts, e.Text)
	}
	if got := strings.Join(texts, ";"); got != "input.amount;input.name" {
		t.Errorf("expressions: %s", got)
	}
	if keys := fmt.Sprint(v.Entries[0].Key, v.Entries[1].Key, v.Entries[2].Key); keys != "bac" {
		t.Errorf("keys in the order %s", keys)
	}
	if !Literal(5).IsConst() {
		t.Error("a literal is no constant")
	}
}

func TestValueCheck(t *testing.T) {
	tests := []struct{ yaml, kind, at, want string }{
		{`x: {a: "${ input.amount }", b: [x]}`, "object", "", ""}, {`x: n ${ input.amount }`, "text", "", ""}, {`x: "${ input.items }"`, "list of object", "", ""},
		{`x: a ${ input.decision } b`, "text", "input.decision", "may be nil"}, {`x: a ${ steps.charge.output?.id } b`, "text", "steps.charge.output?.id", "may be nil"}, {`x: "a ${ nil }"`, "text", "nil", "nil has no text"},
		{`x: Bearer ${ secrets.TOKEN }`, "secret", "", ""}, {`x: "${ secrets.TOKEN }"`, "secret", "", ""}, {`x: ["${ foo }", "${ bar.x }"]`, "list", "foo", "unknown name"},
	}
	for _, test := range tests {
		v, diags := parseValueText(t, test.yaml)
		got := v.Check(orders(), &diags)
		if got.String() != test.kind {
			t.Errorf("%s is %s, want %s", test.yaml, got, test.kind)
		}
		if test.at == "" && len(diags) > 0 || test.at != "" && (len(diags) == 0 || diags[0].Span.Text() != test.at || !strings.Contains(diags[0].Message, test.want)) {
			t.Errorf("%s: %v", test.yaml, findings(diags))
		}
	}
}

func TestHasSecret(t *testing.T) {
	v, diags := parseValueText(t, `x: {headers: {auth: ["Bearer ${ secrets.TOKEN }"]}}`)
	if !HasSecret(v.Check(orders(), &diags)) {
		t.Error("the secret is not seen")
	}
	v, _ = parseValueText(t, `x: {headers: {auth: ["${ input.amount }"]}}`)
	if HasSecret(v.Check(orders(), &diags)) {
		t.Error("a secret is seen where there is none")
	}
}

func TestCheckWant(t *testing.T) {
	item := types.ObjectOf(types.Field{Name: "sku", Type: types.StringType}, types.Field{Name: "n", Type: types.IntType.OrNil("n is not required")})
	want := types.ObjectOf(types.Field{Name: "id", Type: types.StringType}, types.Field{Name: "items", Type: types.ListOf(item)})
	tests := []struct{ yaml, at, want string }{
		{`x: {id: "${ input.order_id }", items: [{sku: a, n: 1}]}`, "", ""}, {`x: {id: "${ input.amount }", items: []}`, "input.amount", "must be text, and it is an integer"},
		{`x: {id: a, items: [{sku: 5}]}`, `5`, "this must be text"}, {`x: {id: a, items: [{sku: "${ input.amount }"}]}`, "input.amount", "must be text"}, {`x: {id: a, itms: []}`, "itms", "no field"}, {`x: {id: "${ input.order_id }"}`, `{id: "${ input.order_id }"}`, `"items" is missing`},
		{`x: "${ input }"`, "input", "its id must be text, and it is nil"}, {`x: {id: "${ steps.charge.output?.id }", items: []}`, "steps.charge.output?.id", "may be nil"},
	}
	for _, test := range tests {
		v, diags := parseValueText(t, test.yaml)
		v.CheckWant(orders(), want, &diags)
		if test.at == "" && len(diags) > 0 || test.at != "" && (len(diags) == 0 || diags[0].Span.Text() != test.at || !strings.Contains(diags[0].Message, test.want)) {
			t.Errorf("%s:\n%s", test.yaml, findings(diags))
		}
	}
}

func TestParseNode(t *testing.T) {
	tests := []struct{ yaml, at, want, fix string }{
		{`if: input.amount > 3`, "", "", ""}, {`if: true`, "", "", ""}, {`if: True`, "", "", ""}, {`if: 5`, "", "", ""}, {`if: "input.name == 'a'"`, "", "", ""}, {"if: >-\n  input.amount > 3 and\n  input.amount < 5\n", "", "", ""},
		{`if: ${ input.amount > 3 }`, "${ input.amount > 3 }", "is an expression already", "input.amount > 3"}, {`if: "${ input.amount > 3 }"`, `"${ input.amount > 3 }"`, "is an expression already", "input.amount > 3"}, {`if: ${ a } and ${ b }`, "${ a }", "needs no ${ } inside", "a"},
		{`if:`, "", "an expression is missing", ""}, {`if: [a]`, "[a]", "must be an expression, not a list", ""}, {`if: {a: 1}`, "{a: 1}", "must be an expression, not a mapping", ""}, {`if: input.amount = 3`, "=", "does not compare", "=="},
	}
	for _, test := range tests {
		n, diags := parseYAML(t, test.yaml)
		e := ParseNode(n, &diags)
		if (e != nil) != (test.want == "") || len(diags) > 1 {
			t.Errorf("%s: %s", test.yaml, findings(diags))
			continue
		}
		if test.want == "" {
			continue
		}
		d := diags[0]
		if test.at != "" && d.Span.Text() != test.at || !strings.Contains(d.Message, test.want) || test.fix != "" && (d.Fix == nil || d.Fix.Text != test.fix) {
			t.Errorf("%s: %q %s %v", test.yaml, d.Span.Text(), d.Message, d.Fix)
		}
	}
}
