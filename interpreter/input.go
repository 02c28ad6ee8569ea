package interpreter

import (
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/jsonschema"
	"github.com/partitur/partitur/dsl/source"
)

// begin takes the input, gives the state its initial values or those that the
// run before has left, and the run what it is found by.
func (r *run) begin(ctx workflow.Context, sc *scope, in *given) error {
	input, err := in.value()
	if err != nil {
		return &Failure{Type: InvalidInput, Message: err.Error()}
	}
	if input, err = checkInput(r.program, input); err != nil {
		return err
	}
	sc.vars["input"] = input
	if in.before != nil {
		r.mail.restore(in.before.Mail.object())
		r.said = in.before.Said
		if in.before.Purse != nil {
			r.purse = in.before.Purse.purse()
		}
		if in.before.Limits != nil {
			r.limits = *in.before.Limits
		}
		if !in.before.Anew {
			return r.resume(sc, in.before)
		}
		r.mail.desk.forget()
	}
	values := make([]any, len(r.program.State))
	for i, v := range r.program.State {
		if values[i], err = r.evalAt("state."+v.Name, v.Value, sc); err != nil {
			return err
		}
	}
	for i, v := range r.program.State {
		r.state[v.Name] = values[i]
	}
	return r.announce(ctx, sc)
}

// checkInput applies the defaults of a program's input, and checks it.
func checkInput(p *dsl.Program, input any) (any, error) {
	return fit(p.Input, input, InvalidInput, "the input does not fit: ")
}

// fit applies a schema, with its defaults, to what came from outside. Nothing is
// an empty object where the schema wants one.
func fit(schema *jsonschema.Schema, input any, kind, complaint string) (any, error) {
	if schema == nil {
		return input, nil
	}
	if object, _ := schema.Raw().(map[string]any); input == nil && object["type"] == "object" {
		input = map[string]any{}
	}
	input = schema.Default(input)
	violations := schema.Validate(input)
	if len(violations) == 0 {
		return input, nil
	}
	return nil, misfit(kind, complaint, violations)
}

// result is what a run returns: it fits output_schema, and the server takes it.
func (r *run) result(v any, at source.Span) (any, error) {
	if schema := r.program.OutputSchema; schema != nil {
		if violations := schema.Validate(v); len(violations) > 0 {
			f := misfit(InvalidOutput, "the result does not fit output_schema: ", violations)
			f.Span = at
			return nil, f
		}
	}
	raw, err := r.encode(v)
	if err != nil {
		f := fromError(err)
		f.Span = at
		return nil, f
	}
	return raw, nil
}

// misfit names every violation of a schema.
func misfit(kind, message string, violations []jsonschema.Violation) *Failure {
	lines := make([]any, len(violations))
	texts := make([]string, len(violations))
	for i, v := range violations {
		texts[i] = strings.TrimPrefix(v.Path+": "+v.Message, ": ")
		lines[i] = texts[i]
	}
	return &Failure{Type: kind, Message: message + strings.Join(texts, "; "), Details: map[string]any{"violations": lines}}
}
