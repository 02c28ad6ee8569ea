package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/value"
)

// confirmed asks people about a call, if it needs that, and tells whether the
// tool may be used. What they have changed of the arguments is changed then.
func (r *run) confirmed(ctx workflow.Context, v *invocation, sc *scope) bool {
	ask := v.tool.Confirm
	if ask == nil {
		return true
	}
	err := r.steps(ctx, []*dsl.Step{ask}, sc)
	f, failed := err.(*Failure)
	switch {
	case failed && f.Type == ApprovalRejected:
		v.result = "refused: " + f.Message
	case failed:
		v.result = "error: " + f.Error()
		v.human = f.whole && f.Path == ask.Path
	case err != nil:
		v.err = err
	default:
		return r.edited(v, sc)
	}
	return false
}

// edited takes the arguments as who approved wants them.
func (r *run) edited(v *invocation, sc *scope) bool {
	record, asked := sc.last.(map[string]any)
	form, _ := record["form"].(map[string]any)
	if !asked || !v.tool.Edits || len(form) == 0 {
		return true
	}
	args := map[string]any{}
	copyMap(args, v.args)
	copyMap(args, form)
	fitted, wrong := fitArguments(v.tool.Input, args)
	if wrong != "" {
		v.result = "refused: as changed by who approved, " + wrong
		return false
	}
	v.args, sc.vars["args"] = fitted, fitted
	return true
}

// confirmTexts says what a confirmation is about where the author does not.
func (r *run) confirmTexts(q *request) {
	if !q.step.Confirms() {
		return
	}
	if q.ask.Title == nil && q.step.Title == nil {
		q.Title = "A call of " + q.step.ToolName()
	}
	if q.Message == "" {
		data, err := value.Encode(q.scope.vars["args"])
		if err == nil {
			q.Message = string(data)
		}
	}
}
