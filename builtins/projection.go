package builtins

import (
	"github.com/partitur/partitur/builtins/call"

	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/value"
)

// A program is what a call makes of a result.
type program struct {
	expect *expr.Expr  // nil for nothing
	output *expr.Value // nil for the result itself
}

// project asks whether the result is what was expected, and keeps of it what
// the step wants.
func (h *host) project(c call.Call, result any) (any, error) {
	if c.Expect == "" && !c.HasOutput {
		return result, nil
	}
	p, err := h.program(c)
	if err != nil {
		return nil, err
	}
	vars := maps.Clone(c.Vars)
	if vars == nil {
		vars = map[string]any{}
	}
	vars["result"] = result
	if p.expect != nil {
		if err := p.met(vars); err != nil {
			return nil, err
		}
	}
	if p.output == nil {
		return result, nil
	}
	out, err := p.output.Eval(vars)
	if err != nil {
		return nil, expressionError("output", err)
	}
	return out, nil
}

func (p *program) met(vars map[string]any) error {
	met, err := p.expect.EvalBool(vars)
	if err != nil {
		return expressionError("expect", err)
	}
	if met {
		return nil
	}
	return &Failure{
		Type:    ExpectationFailed,
		Message: "the result is not as expected: " + p.expect.Text,
		Details: map[string]any{"expect": p.expect.Text, "result": sketch(vars["result"])},
	}
}

// sketch is a result for the details of an error, or a part of its text.
func sketch(result any) any {
	if value.Size(result) <= maxExcerpt {
		return result
	}
	text, err := value.Encode(result)
	if err != nil {
		return nil
	}
	return shorten(string(text), maxExcerpt)
}

func expressionError(field string, err error) *Failure {
	f := &Failure{Type: ExpressionError, Message: fmt.Sprintf("%s: %v", field, err), Details: map[string]any{"field": field}}
	var at *expr.EvalError
	if errors.As(err, &at) {
		f.Message = fmt.Sprintf("%s: %v", field, at)
		f.Details["expression"] = at.Span.Text()
	}
	return f
}

// program compiles the source texts of a call, once for equal texts.
func (h *host) program(c call.Call) (*program, error) {
	key, err := value.Encode([]any{c.Expect, c.HasOutput, c.Output})
	if err != nil {
		return nil, expressionError("output", err)
	}
	return h.programs.get(string(key), func() (*program, error) { return compile(c) })
}

func compile(c call.Call) (*program, error) {
	var p program
	var diags diag.List
	if c.Expect != "" {
		p.expect = expr.ParseNode(node(c.Expect), &diags)
	}
	if c.HasOutput {
		p.output = expr.ParseValue(node(c.Output), &diags)
	}
	if diags.Errors() > 0 {
		return nil, &Failure{Type: ExpressionError, Message: diags[0].Message + ": " + diags[0].Span.Text()}
	}
	return &p, nil
}

// node makes syntax of a JSON value, as if it had been written in quotes. Each
// text is a source file of its own.
func node(v any) *syntax.Node {
	switch v := v.(type) {
	case nil:
		return &syntax.Node{Type: syntax.Null}
	case bool:
		return scalar(syntax.Bool, strconv.FormatBool(v))
	case int:
		return scalar(syntax.Int, strconv.Itoa(v))
	case float64:
		return scalar(syntax.Float, strconv.FormatFloat(v, 'g', -1, 64))
	case string:
		return scalar(syntax.String, v)
	case []any:
		n := &syntax.Node{Kind: syntax.List}
		for _, item := range v {
			n.Items = append(n.Items, node(item))
		}
		return n
	case map[string]any:
		n := &syntax.Node{Kind: syntax.Map}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			n.Entries = append(n.Entries, syntax.Entry{Key: scalar(syntax.String, k), Value: node(v[k])})
		}
		return n
	}
	return &syntax.Node{Kind: syntax.Broken}
}

func scalar(t syntax.ScalarType, text string) *syntax.Node {
	f := source.NewFile("", []byte(text))
	return &syntax.Node{Type: t, Value: text, Span: source.Span{File: f, End: len(text)}}
}
