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

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/value"
)

// A happening is an event of a case while the case is played.
type happening struct {
	*dsl.Event
	number int
	done   bool
}

// A world is where a case is played.
type world interface {
	signal(name string, args []any) error
	cancel() error
	query(name string, args []any) (any, error)
	update(name, id string, args []any, a answers)
}

// answers are told what becomes of an update.
type answers struct {
	accepted  func()
	rejected  func(error)
	completed func(answer any, err error)
}

// lastEvent is when the last event happens.
func (s *stage) lastEvent() (last time.Duration) {
	for _, e := range s.events {
		last = max(last, e.At)
	}
	return last
}

// afterwards asks the queries that are due after the end of the run, and
// complains of other events that came too late.
func (s *stage) afterwards() {
	for _, e := range s.events {
		switch {
		case e.done:
		case e.Kind == "query" && s.world != nil:
			e.done = true
			s.happens(memory{stage: s, env: s.world}, e)
		case e.Kind == "query":
			e.done = true
			s.happens(s.remote, e)
		default:
			s.late(e, "the run has ended before")
		}
	}
}

// late notes that an event found no run, which is the fault of the case unless
// the run has ended in the moment of the event: in memory both share it, on a
// server the run is faster.
func (s *stage) late(e *happening, format string, args ...any) {
	if s.remote != nil && (e.Kind == "signal" || e.Kind == "cancel") && s.remote.now().Sub(s.start) == e.At {
		s.note("", "%s finds that the run has ended", e.Kind)
		return
	}
	s.protest(e, format, args...)
}

// protest notes what is not as an event expects.
func (s *stage) protest(e *happening, format string, args ...any) {
	s.complain(Problem{At: e.Span, Text: e.name() + ": " + fmt.Sprintf(format, args...)})
}

// name is what an event is called in messages.
func (e *happening) name() string {
	return fmt.Sprintf("events[%d], %s at %s", e.number, e.Kind, value.FormatDuration(e.At))
}

func (s *stage) happens(w world, e *happening) {
	if e.Decide+e.Answer != "" {
		e = answering(e)
	}
	if e.Child != "" {
		id, err := s.childOf(e)
		if err != nil {
			s.protest(e, "%v", err)
			return
		}
		w = memory{stage: s, env: s.world, child: id}
	}
	s.note("", "%s %s %s", e.Kind, cmp.Or(e.Signal, e.Update, e.Query), text(e.arguments()))
	var err error
	switch e.Kind {
	case "signal":
		err = w.signal(e.Signal, e.arguments())
	case "update", "decide", "answer":
		s.update(w, e)
	case "query":
		answer, err := w.query(e.Query, e.arguments())
		s.note("", "%s is answered %s", e.Query, came(answer, err))
		s.holds(e, answer, err)
	case "cancel":
		err = w.cancel()
	default:
		s.protest(e, "this event cannot be played yet")
	}
	switch {
	case isOver(err):
		s.late(e, "%v", err)
	case err != nil:
		s.protest(e, "%v", err)
	}
}

// came is what came of a message.
func came(answer any, err error) string {
	if err != nil {
		return "with an error: " + brief(err)
	}
	return text(answer)
}

// arguments are what an event sends.
func (e *happening) arguments() []any {
	if e.Args != nil || e.With == nil {
		return e.Args
	}
	return []any{e.With}
}

// update sends an update; what comes of it is judged when it is there.
func (s *stage) update(w world, e *happening) {
	w.update(e.Update, fmt.Sprintf("%s-%d", e.Update, e.number), e.arguments(), answers{
		accepted: func() {
			if e.Rejected {
				s.protest(e, "the update is accepted")
			}
		},
		rejected: func(err error) {
			s.note("", "%s is rejected: %v", e.Update, err)
			if !e.Rejected {
				s.protest(e, "the update is rejected: %s", brief(err))
			}
		},
		completed: func(answer any, err error) {
			s.note("", "%s is answered %s", e.Update, came(answer, err))
			s.holds(e, answer, err)
		},
	})
}

// holds compares an answer against what the event expects. An event that says
// nothing of errors expects none.
func (s *stage) holds(e *happening, answer any, err error) {
	vars := map[string]any{"result": answer, "error": errorValue(err), "row": s.row}
	expectsError := e.Expect != nil && slices.ContainsFunc(e.Expect.Refs(), func(r expr.Ref) bool { return r.Path[0] == "error" })
	if err != nil && !expectsError {
		s.protest(e, "it fails: %s", brief(err))
		return
	}
	if e.Expect == nil {
		return
	}
	holds, failed := e.Expect.EvalBool(vars)
	switch {
	case failed != nil:
		s.protest(e, "expect: %v", failed)
	case !holds:
		s.complain(Problem{
			At: e.Expect.Span, Text: fmt.Sprintf("%s: expect: %s does not hold; the answer is %s", e.name(), e.Expect.Text, came(answer, err)),
			Source: s.answerer(e),
		})
	}
}

// answerer is where the workflow says what answers an event.
func (s *stage) answerer(e *happening) source.Span {
	if q := s.program.Query(e.Query); q != nil {
		return q.Span
	}
	for _, u := range s.program.Updates {
		if u.Name == e.Update {
			return u.Span
		}
	}
	return source.Span{}
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
