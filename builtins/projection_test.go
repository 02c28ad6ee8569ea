package builtins

import (
	"github.com/partitur/partitur/builtins/call"

	"strings"
	"testing"

	"github.com/partitur/partitur/dsl/value"
)

func TestProjection(t *testing.T) {
	url := answer(t, 201, `{"id": "c1", "n": 9007199254740993, "items": [{"sku": "a"}, {"sku": "b"}]}`, "Content-Type", "application/json")
	in := with(url, nil)
	for name, test := range map[string]struct {
		call call.Call
		want any
	}{
		"one expression": {call.Call{HasOutput: true, Output: "${ result.body.n }"}, 9007199254740993},
		"tree": {call.Call{HasOutput: true, Output: map[string]any{"id": "${ result.body.id }", "text": "n is ${ result.body.n }", "k": []any{1, nil, true, 1.5}}},
			map[string]any{"id": "c1", "text": "n is 9007199254740993", "k": []any{1, nil, true, 1.5}}},
		"nil":           {call.Call{HasOutput: true}, nil},
		"constant":      {call.Call{HasOutput: true, Output: "true"}, "true"},
		"variables":     {call.Call{HasOutput: true, Output: "${ result.body.id + input.x }", Vars: map[string]any{"input": map[string]any{"x": "!"}}}, "c1!"},
		"expect":        {call.Call{Expect: "result.status == 201 and item.n < result.body.n", Vars: map[string]any{"item": map[string]any{"n": 1}}, HasOutput: true, Output: "${ result.status }"}, 201},
		"expect only":   {call.Call{Expect: "true", HasOutput: true, Output: "${ map(result.body.items, .sku) }"}, []any{"a", "b"}},
		"of all of it":  {call.Call{HasOutput: true, Output: "${ len(keys(result)) }"}, 3},
		"text as it is": {call.Call{HasOutput: true, Output: "# not: a comment"}, "# not: a comment"},
	} {
		t.Run(name, func(t *testing.T) {
			test.call.Input = in
			got, err := run(t, testHost(), test.call)
			if err != nil || !value.Equal(got, test.want) {
				t.Errorf("output %#v, %v, want %#v", got, err, test.want)
			}
		})
	}
	for name, test := range map[string]struct {
		call    call.Call
		errType string
		message string
	}{
		"not met":      {call.Call{Expect: "result.status == 200"}, ExpectationFailed, "result.status == 200"},
		"no boolean":   {call.Call{Expect: "result.status"}, ExpressionError, "expect: "},
		"output":       {call.Call{HasOutput: true, Output: map[string]any{"a": "${ result.body.missing.deep }"}}, ExpressionError, "output: "},
		"no syntax":    {call.Call{HasOutput: true, Output: "${ result. }"}, ExpressionError, "result."},
		"clock":        {call.Call{HasOutput: true, Output: "${ now() }"}, ExpressionError, "now"},
		"expect first": {call.Call{Expect: "false", HasOutput: true, Output: "${ 1 + nil }"}, ExpectationFailed, "false"},
	} {
		t.Run(name, func(t *testing.T) {
			test.call.Input = in
			if f := fails(t, testHost(), test.call, test.errType); !f.NonRetryable() || !strings.Contains(f.Message(), test.message) {
				t.Errorf("%s, retryable %v", f, !f.NonRetryable())
			}
		})
	}
}

func TestProgramsAreCompiledOnce(t *testing.T) {
	h := testHost()
	a, err := h.program(call.Call{Expect: "result.x == 1"})
	b, _ := h.program(call.Call{Expect: "result.x == 1"})
	c, _ := h.program(call.Call{Expect: "result.x == 1", HasOutput: true})
	if err != nil || a != b || a == c {
		t.Errorf("programs %p %p %p, %v", a, b, c, err)
	}
	var cache cache[int]
	for i := range 1000 {
		cache.get(string(rune(i)), func() (int, error) { return i, nil })
	}
	if len(cache.entries) > maxCached {
		t.Errorf("the cache holds %d", len(cache.entries))
	}
}
