package interpreter

import (
	"strings"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// engineNames is the prefix under which the engine answers in any case. Under
// their short names, messages of the workflow replace those of the engine.
const engineNames = "partitur."

// answerUpdates are the updates by which people answer, and what they do: ""
// says it in its argument.
var answerUpdates = []struct{ name, kind, doc string }{
	{"decide", "", "Approve, reject or delegate what is asked: {approval, decision, by, comment, form, to}"},
	{"answer", moveAnswer, "Answer a task: {task, by, comment, form}"},
	{"reassign", moveReassign, "Ask others instead: {approval or task, from, to, by, comment}"},
	{"withdraw", moveWithdraw, "Take back what is asked: {approval or task, by, comment}"},
}

// answers lets people answer what the run asks.
func (r *run) answers(ctx workflow.Context) error {
	for _, name := range []string{moveApprove, moveReject, moveAnswer} {
		if r.program.Signal(name) == nil {
			workflow.GetSignalChannelWithOptions(ctx, name, workflow.SignalChannelOptions{Description: "What people are asked, as the update of the same fields"})
		}
	}
	for _, u := range answerUpdates {
		names := []string{engineNames + u.name}
		if r.program.Update(u.name) == nil {
			names = append(names, u.name)
		}
		for _, name := range names {
			if err := r.takeMoves(ctx, name, u.kind, u.doc); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) takeMoves(ctx workflow.Context, name, kind, doc string) error {
	return workflow.SetUpdateHandlerWithOptions(ctx, name,
		answerer(func(ctx workflow.Context, args []converter.RawValue) (any, error) { return r.moveBy(ctx, kind, args) }),
		workflow.UpdateHandlerOptions{
			Description:      doc,
			UnfinishedPolicy: workflow.HandlerUnfinishedPolicyAbandon,
			Validator: validator(func(_ workflow.Context, args []converter.RawValue) error {
				q, m, err := r.sought(kind, args)
				if err == nil {
					err = q.judge(m, r.lookUp(q, m))
				}
				return err
			}),
		})
}

// sought reads the argument of an update and finds the question it is about.
func (r *run) sought(kind string, args []converter.RawValue) (*request, *move, error) {
	message, err := oneOrList(args)
	if err != nil {
		return nil, nil, refuse("the message cannot be read: %s", err.Error())
	}
	m, err := readMove(kind, message)
	if err != nil {
		return nil, nil, err
	}
	q, err := r.mail.desk.find(m, r.program)
	switch {
	case err == nil && q == nil && r.mail.closing:
		err = temporal.NewApplicationError("the run takes no updates any more, because it is about to end", ContinuingAsNew)
	case err == nil && q == nil && m.name == "":
		err = refuse("no %s is open yet; a signal would be kept until one is", m.about())
	case err == nil && q == nil:
		err = refuse("%q is not open yet; a signal would be kept until it is", m.name)
	}
	return q, m, err
}

// moveBy makes the move of an update. Signals that have come before it go first,
// and may be the reason why it is refused after all.
func (r *run) moveBy(ctx workflow.Context, kind string, args []converter.RawValue) (any, error) {
	if !r.mail.empty() {
		r.deliver(ctx)
	}
	q, m, err := r.sought(kind, args)
	if err == nil {
		err = r.move(ctx, q, m)
	}
	if err != nil {
		return nil, err
	}
	x := q.shown()
	return r.encode(map[string]any{"name": x.Name, "kind": x.Kind, "status": x.Status, "waits_for": texts(x.WaitsFor)})
}

// answerSignal is what a signal does that answers, or "" if it is another.
func (r *run) answerSignal(name string) string {
	kind := strings.TrimPrefix(name, engineNames)
	if r.program.Asks() && (kind == moveApprove || kind == moveReject || kind == moveAnswer) {
		return kind
	}
	return ""
}

// answered takes a signal that answers. One that comes early is kept; one that
// an update would be refused for is dropped.
func (r *run) answered(ctx workflow.Context, kind string, l *letter, err error) {
	var m *move
	if err == nil {
		m, err = readMove(kind, l.value)
	}
	var q *request
	if err == nil {
		q, err = r.mail.desk.find(m, r.program)
	}
	switch {
	case err == nil && q == nil:
		r.mail.desk.early = append(r.mail.desk.early, *l)
		return
	case err == nil:
		err = r.move(ctx, q, m)
	}
	if err != nil {
		r.dropAnswer(ctx, *l, err)
	}
}

// dropAnswer says why an answer does not count.
func (r *run) dropAnswer(ctx workflow.Context, l letter, err error) {
	reason := fromError(err).Message
	r.mail.reject(l.name, reason)
	workflow.GetLogger(ctx).Warn("a signal is dropped", "signal", l.name, "error", reason)
}
