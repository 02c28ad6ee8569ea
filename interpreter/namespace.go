package interpreter

import (
	"strconv"
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
	by      string // the run id under which it was sent, as the history has it
	err     error
}

// namespace is what a run knows of what its namespace shares.
type namespace struct {
	desks map[string]*desk          // by workflow id of the keeper
	asked map[string][]shared.Reply // by number: what has been asked for, and the replies to it
	said  int                       // messages and what they ask for, so far
}

// desk finds the desk of a keeper.
func (r *run) desk(kind, name string) *desk {
	k := shared.Keeper{Kind: kind, Name: name}
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
	ticket, err := r.apply(ctx, d, deadline)
	if err != nil {
		return reply, err
	}
	return r.answerTo(ctx, d, ticket, workflow.Await)
}

// apply asks a keeper for something, and returns the ticket for it.
func (r *run) apply(ctx workflow.Context, d *desk, deadline time.Time) (ticket string, err error) {
	number := r.number()
	r.asked[number] = nil
	m := d.message()
	m.Asks = append(m.Asks, shared.Ask{Ticket: number, Deadline: deadline})
	e := d.next
	if err := r.say(ctx, d); err != nil {
		delete(r.asked, number)
		return "", err
	}
	return shared.Ticket(e.by, number), nil
}

// answerTo waits for the reply to what was asked for. A run that is continued meanwhile
// takes the ticket along.
func (r *run) answerTo(ctx workflow.Context, d *desk, ticket string, wait func(workflow.Context, func() bool) error) (reply shared.Reply, err error) {
	answered := false
	err = wait(ctx, func() bool {
		reply, answered = r.reply(ticket)
		return answered
	})
	if continuing(err) != nil {
		return reply, err
	}
	if err != nil {
		r.giveBack(ctx, d, shared.End{Ticket: ticket})
	}
	delete(r.asked, shared.NumberOf(ticket))
	return reply, err
}

// number is that of a message, or of what it asks for. A run that is reset uses
// it again, so it goes out together with a run id.
func (r *run) number() string {
	r.said++
	return strconv.Itoa(r.said)
}

// reply is the reply to what was asked for, if it is there. Those that nobody
// waits for any more are dropped.
func (r *run) reply(ticket string) (reply shared.Reply, ok bool) {
	for _, args := range r.mail.replies {
		var list []shared.Reply
		if r.converter.FromPayloads(args, &list) != nil {
			continue
		}
		for _, reply := range list {
			n := shared.NumberOf(reply.Ticket)
			if replies, awaited := r.asked[n]; awaited {
				r.asked[n] = append(replies, reply)
			}
		}
	}
	r.mail.replies = nil
	for _, reply := range r.asked[shared.NumberOf(ticket)] {
		if reply.Ticket == ticket {
			return reply, true
		}
	}
	return reply, false
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
		e.by, e.err = r.deliverTo(patient, d.to, &e.message)
		e.done = true
	}
	d.busy = false
	return mine.err
}

// deliverTo sends one message to a keeper. It returns the run id under which it
// was sent: that of this run changes when it is reset, and is another in replay.
func (r *run) deliverTo(ctx workflow.Context, to shared.Keeper, m *shared.Message) (by string, err error) {
	m.ID = r.number()
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		ScheduleToCloseTimeout: 24 * time.Hour,
		StartToCloseTimeout:    10 * time.Second,
		RetryPolicy:            &temporal.RetryPolicy{InitialInterval: 200 * time.Millisecond, MaximumInterval: 5 * time.Second, BackoffCoefficient: 2},
		Summary:                recorded(ctx, shorten(to.ID(), maxSummary)),
	})
	err = workflow.ExecuteLocalActivity(ctx, shared.TellActivity, letterOf(to, m)).Get(ctx, &by)
	return by, err
}

// letterOf encodes a letter as local activities take their arguments.
func letterOf(to shared.Keeper, m *shared.Message) converter.RawValue {
	data, err := toJSON(shared.Letter{To: to, Message: *m})
	if err != nil {
		panic(err.Error())
	}
	return converter.NewRawValue(&commonpb.Payload{Metadata: encodedJSON, Data: data})
}
