package replay

import (
	"errors"
	"fmt"
	"slices"

	commonpb "go.temporal.io/api/common/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/interpreter"
)

// A Stop is a place in a recorded run: a step before it begins.
type Stop struct {
	Step  *dsl.Step
	Event int64              // that ends the workflow task in which the step begins
	Input *commonpb.Payloads // what a run is given that goes on there

	Reused   []string // the steps before, which have ended
	Undone   []string // those of them that have been undone since
	Bounded  bool     // a step around has a timeout, which would be over
	First    bool     // the step begins in the first workflow task
	Repeated bool     // the workflow task has done something that a reset would do again

	Pin interpreter.Pin

	around []*dsl.Step // outermost first
}

// ErrNotReached says that a run has ended without a step.
var ErrNotReached = errors.New("the run has not reached the step")

// StopAt replays a run up to a step, which is named by its id or path.
func StopAt(h *historypb.History, name string, o Options) (*Stop, error) {
	if o.Converter == nil {
		o.Converter = converter.GetDefaultDataConverter()
	}
	o.Definition = nil
	texts, err := textsOf(h, o)
	if err != nil {
		return nil, err
	}
	s, around, err := place(texts.old, name)
	if err != nil {
		return nil, err
	}
	stop := &Stop{Step: s, Pin: texts.recorded, around: around}
	stop.Bounded = slices.ContainsFunc(append(around, s), func(s *dsl.Step) bool { return s.Timeout != nil && s.Timeout.Whole != nil })
	left, whole := newLog(), newLog()
	o.stopAt = s.Path
	_ = run(h, texts, left, o) // what it does instead of the step is in no history
	var again *workflow.ContinueAsNewError
	if !errors.As(left.err, &again) {
		return nil, ErrNotReached
	}
	o.stopAt = ""
	if err := run(h, texts, whole, o); err != nil {
		return nil, fmt.Errorf("the run does not replay: %w", err)
	}
	stop.Input = again.Input
	stop.read(h, left, whole)
	return stop, nil
}

// read finds out what the run has done before the step, and what of that since.
func (p *Stop) read(h *historypb.History, left, whole *log) {
	since := false
	for _, b := range whole.begun {
		since = since || b == p.Step
		owner := whole.undoes[b]
		if since && owner != nil && slices.Contains(p.Reused, nameOf(owner)) && !slices.Contains(p.Undone, nameOf(owner)) {
			p.Undone = append(p.Undone, nameOf(owner))
		}
		if !since && owner == nil && !slices.Contains(p.around, b) {
			p.Reused = append(p.Reused, nameOf(b))
		}
	}
	for _, e := range h.GetEvents() {
		if done := e.GetWorkflowTaskCompletedEventAttributes(); done != nil && int(done.GetStartedEventId()) == left.task {
			p.Event = e.GetEventId()
		}
	}
	p.First = left.task <= 3
	p.Repeated = slices.ContainsFunc(left.sent, func(s *sent) bool { return s.task == left.task })
}

// place finds a step of the main flow at which a run can go on, and the steps
// around it.
func place(p *dsl.Program, name string) (*dsl.Step, []*dsl.Step, error) {
	var found *dsl.Step
	var names []string
	p.WalkAll(func(s *dsl.Step) {
		if found == nil && (s.ID == name || s.Path == name) {
			found = s
		}
		names = append(names, nameOf(s))
	})
	if found == nil {
		err := fmt.Errorf("the run has no step %q", name)
		if near := diag.Nearest(name, names); near != "" {
			err = fmt.Errorf("%w; did you mean %q?", err, near)
		}
		return nil, nil, err
	}
	around, ok := enclosing(p.Steps, found)
	if !ok {
		return nil, nil, fmt.Errorf("the step %q does not stand in the main flow: a run cannot go on there", name)
	}
	for _, s := range around {
		switch s.Body.(type) {
		case *dsl.Try, *dsl.Saga, *dsl.If, *dsl.Switch, *dsl.Patch:
		default:
			return nil, nil, fmt.Errorf("the step %q stands inside of %q (%s): retry from that", name, nameOf(s), s.Verb)
		}
	}
	return found, around, nil
}

// enclosing are the steps around another, outermost first, if it stands in the
// list or in the blocks of such steps.
func enclosing(steps []*dsl.Step, wanted *dsl.Step) (around []*dsl.Step, ok bool) {
	for _, s := range steps {
		if s == wanted {
			return nil, true
		}
		for _, b := range s.Body.Blocks() {
			if inner, ok := enclosing(b.Steps, wanted); ok {
				return append([]*dsl.Step{s}, inner...), true
			}
		}
	}
	return nil, false
}
