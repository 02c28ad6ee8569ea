package interpreter

import (
	"errors"
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/jsonschema"
)

// InvalidMessage is the type of error of a message that cannot be read or breaks
// its schema.
const InvalidMessage = "InvalidMessage"

// open makes the run take messages, and returns the context of the main flow.
// Messages that have come so far have their turn before the first step.
func (r *run) open(ctx workflow.Context, sc *scope) (main workflow.Context, err error) {
	r.root, r.base, main = sc, ctx, ctx
	if len(r.program.Signals) > 0 {
		main, r.abort = workflow.WithCancel(ctx)
	}
	for _, s := range r.program.Signals {
		workflow.GetSignalChannelWithOptions(ctx, s.Name, workflow.SignalChannelOptions{Description: s.Description})
	}
	if len(r.program.Signals)+len(r.program.Updates) > 0 || r.program.Agents() || r.program.Asks() {
		r.deliver(ctx)
		detached, _ := workflow.NewDisconnectedContext(ctx)
		workflow.GoNamed(detached, "messages", r.listen)
	}
	if r.program.Asks() {
		r.announceWaits(ctx)
		if err := r.answers(ctx); err != nil {
			return nil, err
		}
	}
	return main, r.updates(ctx) // this lets updates that have come so far have their turn
}

// listen gives every message its turn as it comes.
func (r *run) listen(ctx workflow.Context) {
	for {
		if err := workflow.Await(ctx, func() bool { return !r.mail.empty() }); err != nil {
			return
		}
		r.deliver(ctx)
	}
}

// deliver gives the messages that have come their turn, in the order of arrival
// across names. It can be called by any coroutine; they do not overtake each
// other.
func (r *run) deliver(ctx workflow.Context) {
	m := r.mail
	patient, _ := workflow.NewDisconnectedContext(ctx)
	if m.delivering {
		_ = workflow.Await(patient, func() bool { return !m.delivering })
	}
	m.delivering = true
	for !m.empty() {
		r.accept(patient, m.next())
	}
	m.delivering = false
}

// accept reads a signal and hands it to whoever it is for.
func (r *run) accept(ctx workflow.Context, a arrival) {
	l, err := a.letter, error(nil)
	if l == nil {
		r.mail.counts.Received++
		l = &letter{name: a.name, number: r.mail.counts.Received}
		l.value, err = r.decodeMessage(a.args)
	}
	s := r.program.Signal(l.name)
	if command, ours := r.forAgents(l.name); s == nil && ours {
		r.tellAgent(ctx, command, l, err)
		return
	}
	if s == nil {
		if kind := r.answerSignal(l.name); kind != "" {
			r.answered(ctx, kind, l, err)
		} else {
			r.stray(ctx, a, l, err)
		}
		return
	}
	if err == nil && !l.checked {
		err = r.check(s, l)
	}
	switch {
	case err == errDuplicate:
		r.mail.counts.Duplicate++
		workflow.GetLogger(ctx).Info("a signal came twice and is ignored", "signal", s.Name)
	case err != nil:
		r.invalid(ctx, s, err)
	case !s.Handled():
		r.tell(Notice{Kind: MessageTaken, At: s.Span})
		r.mail.unread = append(r.mail.unread, *l)
	default:
		r.handleSignal(ctx, s, l.value)
	}
}

// stray keeps a signal that the workflow does not declare.
func (r *run) stray(ctx workflow.Context, a arrival, l *letter, err error) {
	switch {
	case err != nil:
		r.mail.reject(l.name, err.Error())
		workflow.GetLogger(ctx).Warn("a signal cannot be read", "signal", l.name, "error", err.Error())
	case a.letter != nil:
		r.mail.keep(*l)
	default:
		r.mail.counts.Undeclared++
		r.mail.keep(*l)
		workflow.GetLogger(ctx).Warn("the workflow does not declare this signal", "signal", l.name)
	}
}

// errDuplicate says that a signal has been taken before.
var errDuplicate = errors.New("it has been taken before")

// check applies the schema of a signal, and tells whether it is new.
func (r *run) check(s *dsl.Signal, l *letter) (err error) {
	if l.value, err = r.fitMessage(s.Message, l.value); err != nil {
		return err
	}
	l.checked = true
	if s.Dedupe == nil {
		return nil
	}
	r.host.path = "signals." + s.Name
	key, err := s.Dedupe.Eval(r.withMessage(l.value))
	if err == nil && r.mail.duplicate(s.Name, key) {
		err = errDuplicate
	}
	return err
}

// invalid drops a signal that breaks its schema, or fails the run because of it.
func (r *run) invalid(ctx workflow.Context, s *dsl.Signal, err error) {
	r.mail.reject(s.Name, err.Error())
	workflow.GetLogger(ctx).Warn("a signal is dropped", "signal", s.Name, "error", err.Error())
	if s.OnInvalid == "fail" {
		f := fromError(err)
		r.breakOff(&Failure{Type: InvalidMessage, Message: "signal " + s.Name + ": " + f.Message, Details: f.Details, Span: s.Span})
	}
}

// withMessage is what the run sees, and a message.
func (r *run) withMessage(message any) map[string]any {
	vars := make(map[string]any, len(r.vars)+2)
	copyMap(vars, r.vars)
	vars["message"] = message
	return vars
}

// decodeMessage reads what a sender gave: nothing, one value, or several as a
// list.
func (r *run) decodeMessage(args *commonpb.Payloads) (any, error) {
	if len(args.GetPayloads()) > maxArguments {
		return nil, fmt.Errorf("a message has at most %d arguments", maxArguments)
	}
	raws := make([]converter.RawValue, len(args.GetPayloads()))
	targets := make([]any, len(raws))
	for i := range raws {
		targets[i] = &raws[i]
	}
	if len(raws) > 0 {
		if err := r.converter.FromPayloads(args, targets...); err != nil {
			return nil, fmt.Errorf("the message cannot be read: %w", err)
		}
	}
	return oneOrList(raws)
}

// oneOrList is nothing, one value, or several as a list.
func oneOrList(raws []converter.RawValue) (any, error) {
	var list []any
	for _, raw := range raws {
		if raw.Payload() == nil {
			break
		}
		v, err := decodePayload(raw.Payload())
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	switch len(list) {
	case 0:
		return nil, nil
	case 1:
		return list[0], nil
	}
	return list, nil
}

// fitMessage applies the schema of a message.
func (r *run) fitMessage(schema *jsonschema.Schema, message any) (any, error) {
	return fit(schema, message, InvalidMessage, "the message does not fit: ")
}
