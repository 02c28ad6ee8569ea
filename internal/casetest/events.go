package casetest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/value"
)

// A happening is an event of a case while the case is played.
type happening struct {
	*dsl.Event
	number int
	done   bool
}

// timeline makes the events of a case happen, in the order of their times, in a
// run that begins at a time.
func (s *stage) timeline(env *testsuite.TestWorkflowEnvironment, at time.Time) {
	for _, e := range s.events {
		if e.done {
			continue
		}
		happen := func() { e.done = true; s.happens(env, e) }
		if e.Kind == "query" { // it comes after what the run does about other events of that time
			now := happen
			happen = func() { env.RegisterDelayedCallback(now, 0) }
		}
		env.RegisterDelayedCallback(happen, max(Start.Add(e.At).Sub(at), 0))
	}
}

// afterwards asks the queries that are due after the end of the run, and
// complains of other events that came too late.
func (s *stage) afterwards(env *testsuite.TestWorkflowEnvironment) {
	for _, e := range s.events {
		switch {
		case e.done:
		case e.Kind == "query":
			s.happens(env, e)
		default:
			s.complain(e, "the run has ended before")
		}
	}
}

func (s *stage) complain(e *happening, format string, args ...any) {
	s.complaints = append(s.complaints, fmt.Sprintf("events[%d], %s at %s: %s", e.number, e.Kind, value.FormatDuration(e.At), fmt.Sprintf(format, args...)))
}

func (s *stage) note(env *testsuite.TestWorkflowEnvironment, format string, args ...any) {
	s.trace = append(s.trace, env.Now().Sub(Start).String()+" "+fmt.Sprintf(format, args...))
}

func (s *stage) happens(env *testsuite.TestWorkflowEnvironment, e *happening) {
	s.note(env, "%s %s %s", e.Kind, cmp.Or(e.Signal, e.Update, e.Query), text(e.arguments()))
	switch e.Kind {
	case "signal":
		env.SignalWorkflow(e.Signal, severalArguments(e.arguments()))
	case "update":
		s.update(env, e)
	case "query":
		s.query(env, e)
	case "cancel":
		env.CancelWorkflow()
	default:
		s.complain(e, "this event cannot be played yet")
	}
}

// arguments are what an event sends.
func (e *happening) arguments() []any {
	if e.Args != nil || e.With == nil {
		return e.Args
	}
	return []any{e.With}
}

// update sends an update; what comes of it is judged when it is there.
func (s *stage) update(env *testsuite.TestWorkflowEnvironment, e *happening) {
	env.UpdateWorkflow(e.Update, fmt.Sprintf("%s-%d", e.Update, e.number), &testsuite.TestUpdateCallback{
		OnAccept: func() {
			if e.Rejected {
				s.complain(e, "the update is accepted")
			}
		},
		OnReject: func(err error) {
			s.note(env, "%s is rejected: %v", e.Update, err)
			if !e.Rejected {
				s.complain(e, "the update is rejected: %s", brief(err))
			}
		},
		OnComplete: func(result any, err error) {
			raw, _ := result.(converter.RawValue)
			answer, bad := decode(raw)
			s.note(env, "%s is answered %s %v", e.Update, text(answer), err)
			s.judge(e, answer, errors.Join(err, bad))
		},
	}, e.arguments()...)
}

// query asks a question and judges the answer.
func (s *stage) query(env *testsuite.TestWorkflowEnvironment, e *happening) {
	encoded, err := env.QueryWorkflow(e.Query, e.arguments()...)
	var raw converter.RawValue
	if err == nil {
		err = encoded.Get(&raw)
	}
	var answer any
	if err == nil {
		answer, err = decode(raw)
	}
	s.note(env, "%s is answered %s %v", e.Query, text(answer), err)
	s.judge(e, answer, err)
}

// judge holds an answer against what the event expects. An event that says
// nothing of errors expects none.
func (s *stage) judge(e *happening, answer any, err error) {
	vars := map[string]any{"result": answer, "error": errorValue(err)}
	expectsError := e.Expect != nil && slices.ContainsFunc(e.Expect.Refs(), func(r expr.Ref) bool { return r.Path[0] == "error" })
	if err != nil && !expectsError {
		s.complain(e, "it fails: %s", brief(err))
		return
	}
	if e.Expect == nil {
		return
	}
	holds, failed := e.Expect.EvalBool(vars)
	switch {
	case failed != nil:
		s.complain(e, "expect: %v", failed)
	case !holds && err != nil:
		s.complain(e, "expect: %s does not hold; the error is %s", e.Expect.Text, brief(err))
	case !holds:
		s.complain(e, "expect: %s does not hold; the answer is %s", e.Expect.Text, text(answer))
	}
}

// errorValue is an error as `error` holds it.
func errorValue(err error) any {
	var app *temporal.ApplicationError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &app):
		return map[string]any{"type": app.Type(), "message": app.Message(), "retryable": !app.NonRetryable()}
	}
	return map[string]any{"type": "Error", "message": err.Error(), "retryable": false}
}

func brief(err error) string {
	var app *temporal.ApplicationError
	if errors.As(err, &app) {
		return app.Type() + ": " + app.Message()
	}
	return err.Error()
}

// listed marks a payload that stands for several arguments: the test environment
// takes only one.
const listed = "partitur-test-arguments"

// severalArguments is what a signal sends, as one argument.
func severalArguments(args []any) any {
	switch len(args) {
	case 0:
		return nil
	case 1:
		return args[0]
	}
	data, err := value.Encode(args)
	if err != nil {
		return err.Error()
	}
	return converter.NewRawValue(&commonpb.Payload{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingJSON), listed: nil},
		Data:     data,
	})
}

// separate is the inverse of severalArguments, where the signal arrives.
func separate(in *commonpb.Payloads) *commonpb.Payloads {
	if len(in.GetPayloads()) != 1 {
		return in
	}
	if _, is := in.Payloads[0].GetMetadata()[listed]; !is {
		return in
	}
	list, err := value.Decode(in.Payloads[0].GetData())
	args, _ := list.([]any)
	out := &commonpb.Payloads{}
	for _, arg := range args {
		p, e := converter.GetDefaultDataConverter().ToPayload(arg)
		if err = errors.Join(err, e); err != nil {
			return in
		}
		out.Payloads = append(out.Payloads, p)
	}
	return out
}
