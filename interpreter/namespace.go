package interpreter

import (
	"encoding/hex"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/interpreter/shared"
)

// A desk is where the run speaks with one keeper of what the namespace shares.
type desk struct {
	to   shared.Keeper
	next *errand // what is to be said next; nil if nothing is
	busy bool    // a message is under way
}

// An errand is a message to a keeper. What steps say while another is under way
// goes out together.
type errand struct {
	message shared.Message
	done    bool
	err     error
}

// namespace is what a run knows of what its namespace shares.
type namespace struct {
	desks map[string]*desk         // by workflow id of the keeper
	asked map[string]*shared.Reply // by ticket: what has been asked for, and the reply once it is there
}

// desk finds the desk of a keeper.
func (r *run) desk(kind, name string) *desk {
	k := shared.Keeper{Kind: kind, Name: name}
	if r.desks == nil {
		r.desks, r.asked = map[string]*desk{}, map[string]*shared.Reply{}
	}
	if r.desks[k.ID()] == nil {
		r.desks[k.ID()] = &desk{to: k}
	}
	return r.desks[k.ID()]
}

// message is what is to be said next.
func (d *desk) message() *shared.Message {
	if d.next == nil {
		d.next = new(errand)
	}
	return &d.next.message
}

// ask asks a keeper for something, and waits for the reply. Who is cancelled
// meanwhile gives back what may have been given.
func (r *run) ask(ctx workflow.Context, d *desk, deadline time.Time) (reply shared.Reply, err error) {
	ticket := r.ticket(ctx)
	r.asked[ticket] = nil
	defer delete(r.asked, ticket)
	m := d.message()
	m.Asks = append(m.Asks, shared.Ask{Ticket: ticket, Deadline: deadline})
	if err := r.say(ctx, d); err != nil {
		return reply, err
	}
	if err := workflow.Await(ctx, func() bool { return r.reply(ticket) != nil }); err != nil {
		r.giveBack(ctx, d, shared.End{Ticket: ticket})
		return reply, err
	}
	return *r.asked[ticket], nil
}

// ticket is a text that nobody else has, even if the run is reset.
func (r *run) ticket(ctx workflow.Context) string {
	var bytes [8]byte
	_, _ = workflow.GetRandomStream(ctx, "partitur.shared").Read(bytes[:])
	return hex.EncodeToString(bytes[:])
}

// reply is the reply to what was asked for, or nil. Those that nobody waits for
// any more are dropped.
func (r *run) reply(ticket string) *shared.Reply {
	for _, args := range r.mail.replies {
		var list []shared.Reply
		if r.converter.FromPayloads(args, &list) != nil {
			continue
		}
		for _, reply := range list {
			if _, awaited := r.asked[reply.Ticket]; awaited {
				r.asked[reply.Ticket] = &reply
			}
		}
	}
	r.mail.replies = nil
	return r.asked[ticket]
}

// giveBack tells a keeper what is over. If it cannot be told, it will find out
// when the run ends.
func (r *run) giveBack(ctx workflow.Context, d *desk, e shared.End) {
	m := d.message()
	m.Ends = append(m.Ends, e)
	if err := r.say(ctx, d); err != nil {
		workflow.GetLogger(ctx).Warn("what the namespace shares cannot be given back", "keeper", d.to.ID(), "error", err.Error())
	}
}

// say sends what is to be said. What is added while a message is under way goes
// out with the next.
func (r *run) say(ctx workflow.Context, d *desk) error {
	patient, _ := workflow.NewDisconnectedContext(ctx)
	mine := d.next
	if d.busy {
		_ = workflow.Await(patient, func() bool { return mine.done })
		return mine.err
	}
	d.busy = true
	for d.next != nil {
		e := d.next
		d.next = nil
		e.err = r.deliverTo(patient, d.to, &e.message)
		e.done = true
	}
	d.busy = false
	return mine.err
}

// deliverTo sends one message to a keeper.
func (r *run) deliverTo(ctx workflow.Context, to shared.Keeper, m *shared.Message) error {
	m.ID = r.ticket(ctx)
	m.From = shared.Run{ID: r.info.WorkflowExecution.ID, RunID: r.info.WorkflowExecution.RunID}
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		ScheduleToCloseTimeout: 24 * time.Hour,
		StartToCloseTimeout:    10 * time.Second,
		RetryPolicy:            &temporal.RetryPolicy{InitialInterval: 200 * time.Millisecond, MaximumInterval: 5 * time.Second, BackoffCoefficient: 2},
		Summary:                recorded(ctx, shorten(to.ID(), maxSummary)),
	})
	return workflow.ExecuteLocalActivity(ctx, shared.TellActivity, letterOf(to, m)).Get(ctx, nil)
}

// letterOf encodes a letter as local activities take their arguments.
func letterOf(to shared.Keeper, m *shared.Message) converter.RawValue {
	data, err := toJSON(shared.Letter{To: to, Message: *m})
	if err != nil {
		panic(err.Error())
	}
	return converter.NewRawValue(&commonpb.Payload{Metadata: encodedJSON, Data: data})
}
