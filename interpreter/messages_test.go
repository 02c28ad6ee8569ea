package interpreter_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/interpreter"
)

// arguments are what an event sends.
func (e event) arguments() (args []any) {
	if e.Raw != "" {
		return []any{converter.NewRawValue(payload(e.Raw, "\x00"))}
	}
	if !e.With.IsZero() {
		return []any{nodeValue(e.With)}
	}
	for _, n := range e.Args {
		args = append(args, nodeValue(n))
	}
	return args
}

// signal sends a signal, of which the environment takes one argument.
func (t *trace) signal(env *testsuite.TestWorkflowEnvironment, e event) {
	args := e.arguments()
	text, _ := json.Marshal(args)
	t.add(env.Now(), fmt.Sprintf("signal %s %s", e.Signal, text))
	switch len(args) {
	case 0:
		env.SignalWorkflow(e.Signal, nil)
	default:
		env.SignalWorkflow(e.Signal, args[0])
	}
}

// update sends an update and notes what its sender is told.
func (t *trace) update(env *testsuite.TestWorkflowEnvironment, e event) {
	if e.ID == "" {
		e.ID = fmt.Sprintf("update-%d", len(t.lines))
	}
	text, _ := json.Marshal(e.arguments())
	t.add(env.Now(), fmt.Sprintf("update %s %s", e.Update, text))
	env.UpdateWorkflow(e.Update, e.ID, &testsuite.TestUpdateCallback{
		OnReject: func(err error) { t.add(env.Now(), "update "+e.Update+" rejected: "+updateError(err)) },
		OnAccept: func() {},
		OnComplete: func(v any, err error) {
			if err != nil {
				t.add(env.Now(), "update "+e.Update+" failed: "+updateError(err))
				return
			}
			raw, _ := v.(converter.RawValue)
			t.add(env.Now(), "update "+e.Update+" answered "+string(raw.Payload().GetData()))
		},
	}, e.arguments()...)
}

func updateError(err error) string {
	var app *temporal.ApplicationError
	if !errors.As(err, &app) {
		text, _, _ := strings.Cut(err.Error(), " KnownUpdates") // in any order
		return text
	}
	text := app.Type() + ": " + app.Message()
	if !app.NonRetryable() {
		text += " (retryable)"
	}
	return text
}

// messagesText is what the status says of messages.
func messagesText(m *interpreter.MessageStatus) string {
	if m == nil {
		return ""
	}
	data, _ := json.Marshal(m)
	return ", messages " + shape(data)
}

// SignalExternalWorkflow stands for the server: runs whose id begins with gone
// do not exist.
func (o *tracingOut) SignalExternalWorkflow(ctx workflow.Context, id, _, name string, arg any) workflow.Future {
	o.trace.add(workflow.Now(ctx), fmt.Sprintf("send %s to %s%s", name, id, argsText([]any{arg})))
	return confirmed(ctx, id)
}

// RequestCancelExternalWorkflow is the same for cancellations.
func (o *tracingOut) RequestCancelExternalWorkflow(ctx workflow.Context, id, _ string) workflow.Future {
	o.trace.add(workflow.Now(ctx), "cancel "+id)
	return confirmed(ctx, id)
}

func confirmed(ctx workflow.Context, id string) workflow.Future {
	f, set := workflow.NewFuture(ctx)
	if strings.HasPrefix(id, "gone") {
		set.SetError(new(temporal.UnknownExternalWorkflowExecutionError))
	} else {
		set.Set(nil, nil)
	}
	return f
}
