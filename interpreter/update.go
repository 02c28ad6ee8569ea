package interpreter

import (
	"fmt"
	"reflect"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// Types of errors that the sender of an update gets.
const (
	Rejected        = "Rejected"        // a `check` of the update does not hold
	ContinuingAsNew = "ContinuingAsNew" // the run is about to end, or to go on as another; retryable
)

// updates registers the updates. Those that have come so far run at once, so the
// state must be there.
func (r *run) updates(ctx workflow.Context) error {
	for _, u := range r.program.Updates {
		o := workflow.UpdateHandlerOptions{
			Description:      u.Description,
			UnfinishedPolicy: workflow.HandlerUnfinishedPolicyAbandon, // the run looks after its handlers itself
			Validator:        validator(func(ctx workflow.Context, args []converter.RawValue) error { return r.validate(ctx, u, args) }),
		}
		h := answerer(func(ctx workflow.Context, args []converter.RawValue) (any, error) {
			return r.answerUpdate(ctx, u, args)
		})
		if err := workflow.SetUpdateHandlerWithOptions(ctx, u.Name, h, o); err != nil {
			return err
		}
	}
	return r.agentUpdates(ctx)
}

// validate tells whether an update is accepted. It must leave no trace, because
// replay does not repeat it.
func (r *run) validate(ctx workflow.Context, u *dsl.Update, args []converter.RawValue) error {
	if r.mail.closing {
		return closing()
	}
	message, err := r.updateMessage(u, args)
	if err == nil {
		err = r.checkRules(ctx, u, message)
	}
	if err != nil {
		return r.fail(fromError(err))
	}
	return nil
}

func closing() error {
	return temporal.NewApplicationError("the run takes no updates any more, because it is about to end", ContinuingAsNew)
}

// updateMessage reads the argument of an update.
func (r *run) updateMessage(u *dsl.Update, args []converter.RawValue) (any, error) {
	message, err := oneOrList(args)
	if args[maxArguments].Payload() != nil {
		err = fmt.Errorf("a message has at most %d arguments", maxArguments)
	}
	if err != nil {
		return nil, &Failure{Type: InvalidMessage, Message: "the message cannot be read: " + err.Error()}
	}
	return r.fitMessage(u.Message, message)
}

// checkRules finds the first rule of an update that does not hold.
func (r *run) checkRules(ctx workflow.Context, u *dsl.Update, message any) error {
	if len(u.Validate) == 0 {
		return nil
	}
	vars := r.withMessage(message)
	vars["update"] = updateVars(ctx)
	r.host.path = "updates." + u.Name
	for _, rule := range u.Validate {
		holds, err := rule.Check.EvalBool(vars)
		if err != nil {
			return err
		}
		r.tell(Notice{Kind: ConditionAsked, At: rule.Check.Span, Holds: holds})
		if holds {
			continue
		}
		text, err := rule.Reject.Eval(vars)
		if err != nil {
			return err
		}
		reason, _ := text.(string)
		return &Failure{Type: Rejected, Message: reason, Span: rule.Check.Span}
	}
	return nil
}

func updateVars(ctx workflow.Context) map[string]any {
	info := workflow.GetCurrentUpdateInfo(ctx)
	return map[string]any{"id": info.ID, "name": info.Name}
}

// answerUpdate runs the steps of an update and answers its sender, who also gets
// the error if there is one; the run goes on.
func (r *run) answerUpdate(ctx workflow.Context, u *dsl.Update, args []converter.RawValue) (any, error) {
	h := r.newHandler(ctx, "update", u.Name, workflow.GetCurrentUpdateInfo(ctx).ID)
	h.begun = true
	ctx = r.handlerContext(ctx, h)
	answer, err := r.updateSteps(ctx, h, u, args)
	r.over(h)
	if isCancel(err) {
		err = &Failure{Type: Cancelled, Message: "the run ended before the update was done"}
	}
	if err != nil {
		return nil, r.fail(fromError(err))
	}
	return answer, nil
}

// updateSteps runs the steps of an update. What has arrived before it has its
// turn first, and may be the reason why it is refused after all.
func (r *run) updateSteps(ctx workflow.Context, h *handler, u *dsl.Update, args []converter.RawValue) (any, error) {
	r.tell(Notice{Kind: MessageTaken, At: u.Span})
	message, err := r.updateMessage(u, args)
	if err != nil {
		return nil, err
	}
	if !r.mail.empty() {
		r.deliver(ctx)
		if err := r.checkRules(ctx, u, message); err != nil {
			return nil, err
		}
	}
	h.scope.vars["message"], h.scope.vars["update"] = message, updateVars(ctx)
	err = r.resolve(ctx, h.scope, r.steps(ctx, u.Do, h.scope))
	if isReturn(err) {
		return r.encode(err.(*exit).value)
	}
	if err != nil || u.Output == nil {
		return nil, err
	}
	answer, err := r.evalAt("updates."+u.Name, u.Output, h.scope)
	if err != nil {
		return nil, err
	}
	return r.encode(answer)
}

// rawArguments is the type of a function of a context and as many arguments as a
// sender may give: the SDK wants to know each.
func rawArguments(out ...reflect.Type) reflect.Type {
	in := []reflect.Type{reflect.TypeFor[workflow.Context]()}
	for range maxArguments + 1 {
		in = append(in, reflect.TypeFor[converter.RawValue]())
	}
	return reflect.FuncOf(in, out, false)
}

// answerer makes a handler that takes any number of arguments.
func answerer(f func(workflow.Context, []converter.RawValue) (any, error)) any {
	answer, failure := reflect.TypeFor[any](), reflect.TypeFor[error]()
	return reflect.MakeFunc(rawArguments(answer, failure), func(in []reflect.Value) []reflect.Value {
		v, err := f(contextAnd(in))
		return []reflect.Value{boxed(v, answer), boxed(err, failure)}
	}).Interface()
}

// validator makes a validator that takes any number of arguments.
func validator(f func(workflow.Context, []converter.RawValue) error) any {
	failure := reflect.TypeFor[error]()
	return reflect.MakeFunc(rawArguments(failure), func(in []reflect.Value) []reflect.Value {
		return []reflect.Value{boxed(f(contextAnd(in)), failure)}
	}).Interface()
}

func contextAnd(in []reflect.Value) (workflow.Context, []converter.RawValue) {
	var args []converter.RawValue
	for _, v := range in[1:] {
		args = append(args, v.Interface().(converter.RawValue))
	}
	return in[0].Interface().(workflow.Context), args
}

// boxed is a value as one of an interface type.
func boxed(v any, t reflect.Type) reflect.Value {
	if v == nil {
		return reflect.Zero(t)
	}
	return reflect.ValueOf(v)
}
