package casetest

import (
	"cmp"
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// The clock of a server goes on while the machine works, and does not stop for
// the test: what lies a second apart for the run might change its order. So all
// times are stretched on the server, as far as they can be.
const (
	stretchedTo = 30 * 24 * time.Hour // how long a case is at most on the server, if it is stretched
	maxStretch  = 3600
	longest     = 50 * 365 * 24 * time.Hour // of a timer
)

// stretchOf is how far the times of a case that takes as long are stretched.
func stretchOf(takes time.Duration) time.Duration {
	return min(max(stretchedTo/max(takes, time.Second), 1), maxStretch)
}

// stretch is a duration as the server knows it.
func (r *remote) stretch(d time.Duration) time.Duration {
	if d > longest/r.factor {
		return longest
	}
	return d * r.factor
}

// stretched are the options of an activity as the server knows them.
func (r *remote) stretched(o workflow.ActivityOptions) workflow.ActivityOptions {
	o.TaskQueue = r.queue
	o.StartToCloseTimeout, o.ScheduleToCloseTimeout = r.stretch(o.StartToCloseTimeout), r.stretch(o.ScheduleToCloseTimeout)
	o.ScheduleToStartTimeout, o.HeartbeatTimeout = r.stretch(o.ScheduleToStartTimeout), r.stretch(o.HeartbeatTimeout)
	if o.RetryPolicy == nil {
		o.RetryPolicy = new(temporal.RetryPolicy)
	}
	o.RetryPolicy = r.stretchedPolicy(o.RetryPolicy)
	return o
}

// stretchedPolicy is a policy as the server knows it, with the pauses that it
// would take by default.
func (r *remote) stretchedPolicy(p *temporal.RetryPolicy) *temporal.RetryPolicy {
	if p == nil {
		return nil
	}
	out := *p
	first := cmp.Or(p.InitialInterval, time.Second)
	out.InitialInterval, out.MaximumInterval = r.stretch(first), r.stretch(cmp.Or(p.MaximumInterval, 100*first))
	return &out
}

// delayed is an error as the server knows it: it may say when to try again.
func (r *remote) delayed(err error) error {
	var app *temporal.ApplicationError
	if !errors.As(err, &app) || app.NextRetryDelay() == 0 {
		return err
	}
	o := temporal.ApplicationErrorOptions{
		NonRetryable: app.NonRetryable(), NextRetryDelay: r.stretch(app.NextRetryDelay()), Cause: errors.Unwrap(app), Category: app.Category(),
	}
	var details any
	if app.HasDetails() && app.Details(&details) == nil {
		o.Details = []any{details}
	}
	return temporal.NewApplicationErrorWithOptions(app.Message(), app.Type(), o)
}
