package interpreter

import (
	"errors"
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// A Watcher is told what a run does while a history is replayed. It must leave
// the run alone.
type Watcher interface {
	// Begins is called when a step begins whose condition holds.
	Begins(ctx workflow.Context, s *dsl.Step)
}

// ReplayOptions are the options with which a replayer repeats a history: the ids
// of children are made of that of the run, which a replayer does not look up
// itself.
func ReplayOptions(h *historypb.History) worker.ReplayWorkflowHistoryOptions {
	var o worker.ReplayWorkflowHistoryOptions
	if events := h.GetEvents(); len(events) > 0 {
		started := events[0].GetWorkflowExecutionStartedEventAttributes()
		o.OriginalExecution = workflow.Execution{ID: started.GetWorkflowId(), RunID: started.GetOriginalExecutionRunId()}
	}
	return o
}

// ErrNotRecorded says that a history is not one of a run of ours, or ends before
// the run has recorded its text.
var ErrNotRecorded = errors.New("no definition is recorded in the history")

// Recorded finds the texts that a run has recorded in its history: the one with
// which it began first. The data converter is that of the worker.
func Recorded(h *historypb.History, dc converter.DataConverter) ([]Pin, error) {
	events := h.GetEvents()
	if len(events) == 0 {
		return nil, ErrNotRecorded
	}
	var pins []Pin
	before, err := continuedFrom(events[0].GetWorkflowExecutionStartedEventAttributes().GetInput(), dc)
	if err != nil {
		return nil, err
	}
	if before != nil {
		for _, p := range before.Pins {
			pins = append(pins, p.pin())
		}
	}
	for _, e := range events {
		pin, err := pinIn(e.GetMarkerRecordedEventAttributes(), dc)
		if err != nil {
			return nil, err
		}
		if len(pin.Source) > 0 {
			return append([]Pin{pin}, pins...), nil
		}
	}
	if len(pins) == 0 {
		return nil, ErrNotRecorded
	}
	return pins, nil
}

// continuedFrom is what the run before has left, among the arguments of a run.
func continuedFrom(args *commonpb.Payloads, dc converter.DataConverter) (*carried, error) {
	for _, p := range args.GetPayloads() {
		raw, err := decoded(p, dc)
		if err != nil {
			return nil, err
		}
		if c, err := readCarried(raw.Payload()); c != nil || err != nil {
			return c, err
		}
	}
	return nil, nil
}

// pinIn is the text in a marker. Nothing else of ours makes one of this name.
func pinIn(marker *historypb.MarkerRecordedEventAttributes, dc converter.DataConverter) (pin Pin, err error) {
	if marker.GetMarkerName() != "SideEffect" {
		return pin, nil
	}
	for _, p := range marker.GetDetails()["data"].GetPayloads() {
		raw, err := decoded(p, dc)
		if err != nil {
			return pin, err
		}
		if pin, err = readPin(raw); err != nil {
			return pin, fmt.Errorf("the recorded definition cannot be read: %w", err)
		}
	}
	return pin, nil
}

func decoded(p *commonpb.Payload, dc converter.DataConverter) (raw converter.RawValue, err error) {
	return raw, dc.FromPayload(p, &raw)
}

// IsCarried tells whether a payload is what a run has left to the one that goes
// on with it.
func IsCarried(p *commonpb.Payload) bool { return len(p.GetMetadata()[carriedKey]) > 0 }

// WithoutSettings is a recorded definition without the settings of the worker.
func WithoutSettings(p *commonpb.Payload) (*commonpb.Payload, error) {
	pin, err := readPin(converter.NewRawValue(p))
	if err != nil {
		return nil, err
	}
	for name := range pin.Env {
		pin.Env[name] = "redacted"
	}
	raw, err := pin.payload()
	return raw.Payload(), err
}
