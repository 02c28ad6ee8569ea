package interpreter

import (
	"errors"

	commonpb "go.temporal.io/api/common/v1"

	"github.com/partitur/partitur/dsl"
)

// Retried says of a run that it goes on at a step of one that has ended, with
// what the steps before have done there.
type Retried struct {
	RunID string `json:"run_id"`
	From  string `json:"from"`           // the path of the step
	Head  bool   `json:"head,omitempty"` // with the newest text
}

// CannotRetry is the type of the error of a run that is to go on at a step with
// a text in which it cannot.
const CannotRetry = "CannotRetry"

// refused says why a run that retries another with the newest text cannot.
func (r *run) refused(in *given) error {
	if in.before == nil || in.before.Retry == nil || !in.before.Retry.Head || r.pin.Kept == "" {
		return nil
	}
	return &Failure{Type: CannotRetry, Message: r.pin.Kept}
}

func (r *run) retried() *Retried {
	if r.before == nil {
		return nil
	}
	return r.before.Retry
}

// stopsAt tells whether the run is to be left before a step.
func (r *run) stopsAt(s *dsl.Step, sc *scope) bool {
	return s.Path == r.stopAt && r.here == nil && sc.alone
}

// stopped leaves the run before a step.
func stopped(s *dsl.Step) *exit {
	e := continued(&frame{Fresh: true})
	e.leave(s)
	return e
}

// A Resumption makes of what a replay has left at a step what another run is
// given.
type Resumption struct {
	Retried
	NewKeys bool // the steps that run again are new effects for others
	// Set may change what expressions see of the steps, and the state.
	Set func(steps, state map[string]any) error
}

// Payload returns what the run is given that goes on, besides the input.
func (o Resumption) Payload(left *commonpb.Payload) (*commonpb.Payload, error) {
	c, err := readCarried(left)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, errors.New("the run has left nothing to go on with")
	}
	if c.Retry = &o.Retried; o.NewKeys {
		c.Base = ""
	}
	for _, f := range c.Frames {
		f.Deadline, f.Limit = nil, 0 // the time that is over is not the next run's
	}
	if o.Set != nil {
		if err := o.Set(c.values(&c.Steps), c.values(&c.State)); err != nil {
			return nil, err
		}
	}
	raw, err := c.payload()
	return raw.Payload(), err
}

// values is an object to be changed.
func (*carried) values(k **kept) map[string]any {
	if *k == nil {
		*k = &kept{map[string]any{}}
	}
	return (*k).object()
}
