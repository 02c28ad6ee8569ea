package shared

import (
	"encoding/json"
	"slices"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// How keepers go about it.
const (
	// patience is how long a run may have a lock while others wait before
	// somebody looks whether the run is still there.
	patience = 5 * time.Second
	// linger is how long a keeper stays when nobody needs it, so that a message
	// that was under way for long is known to be old.
	linger = time.Minute
	// maxSeen is how many messages a keeper knows to have had.
	maxSeen = 500
	// maxSending is how many deliveries are under way before a keeper takes
	// further messages: the server allows 2,000.
	maxSending = 500
	// maxLine is how many runs in the line of a lock go along when its keeper
	// continues as new: the server takes 2MB at once.
	maxLine = 5000
)

// A Ledger is a keeper's book with what is needed to go on with it in a new run.
type Ledger struct {
	Book json.RawMessage `json:"book"`
	Seen []string        `json:"seen,omitempty"` // the newest messages
}

// A keeping is one run of a keeper.
type keeping struct {
	Keeper
	book
	max     int // events after which it continues as new
	seen    []string
	heard   time.Time // the newest message
	mail    workflow.ReceiveChannel
	sending int // deliveries under way

	idle, patient bool     // a timer for it is set
	watched       string   // the ticket of the run that is watched
	unwatch       func()   // ends that
	gone          []string // tickets of runs that were watched and have ended
}

// Keepers are the workflows that keep what the runs of a namespace share.
type Keepers struct {
	MaxEvents int // after which a keeper continues as new, if the server does not suggest it before; 0 is 4,000
}

// Keep is the workflow function of every keeper.
func (o Keepers) Keep(ctx workflow.Context, name string, before *Ledger) error {
	kind := workflow.GetInfo(ctx).WorkflowType.Name
	k := &keeping{
		Keeper: Keeper{kind, name}, book: newBook(kind), max: o.MaxEvents,
		heard: workflow.Now(ctx), mail: workflow.GetSignalChannel(ctx, MessageSignal), unwatch: func() {},
	}
	if before != nil {
		if err := fromJSON(before.Book, k.book); err != nil {
			panic("what the run before has left cannot be read: " + err.Error()) // a newer worker may
		}
		k.seen = before.Seen
	}
	if err := workflow.SetQueryHandlerWithOptions(ctx, "book", func() (any, error) { return k.book, nil },
		workflow.QueryHandlerOptions{Description: "Who has it, and who waits"}); err != nil {
		return err
	}
	return k.keep(ctx)
}

// keep takes messages until nobody needs the keeper, or its history is long.
func (k *keeping) keep(ctx workflow.Context) error {
	for {
		k.read(ctx)
		workflow.SetCurrentDetails(ctx, k.text())
		quiet := k.sending == 0 && len(k.gone) == 0 && k.mail.Len() == 0
		switch {
		case quiet && k.long(ctx):
			return k.anew(ctx)
		case quiet && k.over(ctx):
			return nil
		}
		k.timers(ctx)
		err := workflow.Await(ctx, func() bool {
			return k.waiting() || len(k.gone) > 0 || k.restless(ctx) || !k.patient && k.contended() || k.sending == 0 && k.long(ctx)
		})
		if err != nil {
			return err
		}
	}
}

// read takes what has come. What follows for one run from several messages is
// sent to it together.
func (k *keeping) read(ctx workflow.Context) {
	var out []Delivery
	now := workflow.Now(ctx).UTC()
	for _, ticket := range k.gone {
		out = append(out, k.lost(now, Delivery{Replies: []Reply{{Ticket: ticket}}})...)
	}
	k.gone = nil
	var m Message
	for len(out) < maxSending && k.waiting() && k.mail.ReceiveAsync(&m) {
		if !slices.Contains(k.seen, m.ID) {
			k.seen = append(k.seen, m.ID)
			k.heard = now
			out = append(out, k.take(now, m)...)
		}
		m = Message{}
	}
	k.seen = k.seen[max(0, len(k.seen)-maxSeen):]
	for _, d := range together(out) {
		k.send(ctx, d)
	}
	if l, ok := k.book.(*Lock); ok && (l.Holder() == nil || l.Line[0].Ticket != k.watched) {
		k.unwatch()
		k.watched = ""
	}
}

// waiting tells whether there is a message to be taken now.
func (k *keeping) waiting() bool { return k.mail.Len() > 0 && k.sending < maxSending }

// restless tells whether it is to be looked at again later whether anybody needs
// the keeper.
func (k *keeping) restless(ctx workflow.Context) bool {
	return !k.idle && k.needed(workflow.Now(ctx)).Before(ever)
}

// together makes one delivery of those to one run.
func together(list []Delivery) (out []Delivery) {
	for _, d := range list {
		i := slices.IndexFunc(out, func(other Delivery) bool { return other.To == d.To })
		if i < 0 {
			out = append(out, d)
			continue
		}
		out[i].Replies = append(out[i].Replies, d.Replies...)
	}
	return out
}

// send delivers something to a run. The run may have been reset, which its
// workflow id survives.
func (k *keeping) send(ctx workflow.Context, d Delivery) {
	k.sending++
	sent := workflow.SignalExternalWorkflow(ctx, d.To.ID, "", ReplySignal, marked(d.Replies))
	workflow.Go(ctx, func(ctx workflow.Context) {
		err := sent.Get(ctx, nil)
		k.sending--
		if err == nil {
			return
		}
		workflow.GetLogger(ctx).Warn("the run is not there any more", "workflow", d.To.ID, "error", err.Error())
		for _, next := range k.lost(workflow.Now(ctx).UTC(), d) {
			k.send(ctx, next)
		}
	})
}

// timers sets those that are needed and not set. They are never cancelled: what
// they are for is looked at when they fire.
func (k *keeping) timers(ctx workflow.Context) {
	if k.restless(ctx) {
		k.idle = true
		k.after(ctx, max(linger, min(k.needed(workflow.Now(ctx)).Sub(workflow.Now(ctx)), 24*time.Hour)), "idle", func(workflow.Context) { k.idle = false })
	}
	if !k.patient && k.contended() {
		k.patient = true
		k.after(ctx, patience, "patience", func(ctx workflow.Context) {
			k.patient = false
			k.watch(ctx)
		})
	}
}

func (k *keeping) after(ctx workflow.Context, d time.Duration, summary string, then func(workflow.Context)) {
	timer := workflow.NewTimerWithOptions(ctx, d, workflow.TimerOptions{Summary: summary})
	workflow.Go(ctx, func(ctx workflow.Context) {
		if timer.Get(ctx, nil) == nil {
			then(ctx)
		}
	})
}

// contended tells whether a run has a lock for which others wait, and nobody
// watches it.
func (k *keeping) contended() bool {
	l, ok := k.book.(*Lock)
	return ok && len(l.Line) > 1 && l.Holder() != nil && l.Line[0].Ticket != k.watched
}

// watch has somebody watch a run that has a lock for long while others wait.
func (k *keeping) watch(ctx workflow.Context) {
	l, ok := k.book.(*Lock)
	if !ok || l.Holder() == nil || len(l.Line) < 2 || l.Line[0].Ticket == k.watched ||
		workflow.Now(ctx).Sub(l.Holder().Given) < patience {
		return
	}
	holder := *l.Holder()
	k.watched = holder.Ticket
	ctx, k.unwatch = workflow.WithCancel(workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 24 * time.Hour, HeartbeatTimeout: 4 * beat, Summary: holder.Run.ID,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Second, MaximumInterval: 10 * time.Second, BackoffCoefficient: 2},
	}))
	workflow.Go(ctx, func(ctx workflow.Context) {
		if workflow.ExecuteActivity(ctx, WatchActivity, holder.Run).Get(ctx, nil) == nil {
			k.gone = append(k.gone, holder.Ticket)
		}
	})
}

// over tells whether nobody needs the keeper any more.
func (k *keeping) over(ctx workflow.Context) bool {
	now := workflow.Now(ctx)
	return !k.idle && !now.Before(k.heard.Add(linger)) && !k.needed(now).After(now)
}

// long tells whether the history is as long as it should be.
func (k *keeping) long(ctx workflow.Context) bool {
	info, most := workflow.GetInfo(ctx), k.max
	if most == 0 {
		most = 4000
	}
	if l, ok := k.book.(*Lock); ok && len(l.Line) > maxLine {
		return false // it may have become shorter later
	}
	return info.GetContinueAsNewSuggested() || info.GetCurrentHistoryLength() >= most
}

// anew goes on with the book in a new run.
func (k *keeping) anew(ctx workflow.Context) error {
	data, err := toJSON(k.book)
	if err != nil {
		panic(err.Error())
	}
	return workflow.NewContinueAsNewError(ctx, k.Kind, k.Name, &Ledger{Book: data, Seen: k.seen})
}
