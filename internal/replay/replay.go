// Package replay repeats recorded runs: with the text that they have recorded,
// which tests the interpreter, or with another, which tests a change of the
// text. Besides what the SDK's replayer compares it can compare what was sent.
package replay

import (
	"errors"
	"regexp"
	"strconv"

	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/interpreter"
)

// Options say how histories are replayed.
type Options struct {
	Definition *dsl.Program // instead of the recorded text; nil repeats that
	Following  bool         // only where the run follows newer texts; others are repeated with the recorded one
	Strict     bool         // compare inputs, options, timers and results, too
	Actions    dsl.Catalog
	Lookup     func(string) (string, bool) // settings of the worker, for a text that needs others than the recorded one

	Converter converter.DataConverter // nil is the default
	Storage   converter.ExternalStorage

	stopAt string // the path of the step before which the run is left
}

// What came of a replay.
const (
	Same       = "same"       // the text does what is recorded
	Drifts     = "drifts"     // it does the same things with other values, options or times
	Breaks     = "breaks"     // it does something else: a run that goes on with it would be blocked
	Unreadable = "unreadable" // the history cannot be replayed at all
)

// A Result is what came of replaying one history.
type Result struct {
	WorkflowID string    `json:"workflow_id"`
	RunID      string    `json:"run_id"`
	Type       string    `json:"type"`
	Events     int       `json:"events"`
	Outcome    string    `json:"outcome"`
	Recorded   string    `json:"recorded,omitempty"` // the digest of the text in the history
	Replayed   string    `json:"replayed,omitempty"` // of the text it was replayed with
	Findings   []Finding `json:"findings"`
}

// A Finding is one difference between a history and what the text does.
type Finding struct {
	Kind    string `json:"kind"` // breaks or drifts
	Step    string `json:"step,omitempty"`
	Event   int64  `json:"event,omitempty"`
	Message string `json:"message"`
	Old     string `json:"old,omitempty"` // file:line of the step in the recorded text
	New     string `json:"new,omitempty"` // and in the one replayed
	Detail  string `json:"detail,omitempty"`
}

// History replays one history.
func History(h *historypb.History, o Options) *Result {
	if o.Converter == nil {
		o.Converter = converter.GetDefaultDataConverter()
	}
	result := describe(h)
	texts, err := textsOf(h, o)
	if err != nil {
		return result.unreadable(err)
	}
	result.Recorded, result.Replayed = texts.old.Digest, texts.new.Digest
	log := newLog()
	err = run(h, texts, log, o)
	c := comparison{history: h, log: log, texts: texts, converter: o.Converter, options: o}
	result.Findings = append(result.Findings, c.missing(err)...)
	if err == nil && o.Strict {
		result.Findings = append(result.Findings, c.drift()...)
	}
	result.Outcome = outcome(result.Findings)
	return result
}

func describe(h *historypb.History) *Result {
	r := &Result{Outcome: Same, Events: len(h.GetEvents()), Findings: []Finding{}}
	if r.Events > 0 {
		started := h.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes()
		r.WorkflowID, r.RunID, r.Type = started.GetWorkflowId(), started.GetOriginalExecutionRunId(), started.GetWorkflowType().GetName()
	}
	return r
}

func (r *Result) unreadable(err error) *Result {
	r.Outcome = Unreadable
	r.Findings = append(r.Findings, Finding{Kind: Unreadable, Message: err.Error()})
	return r
}

func outcome(findings []Finding) string {
	worst := Same
	for _, f := range findings {
		if f.Kind == Breaks {
			return Breaks
		}
		worst = f.Kind
	}
	return worst
}

// run replays a history with the SDK, which compares the commands.
func run(h *historypb.History, t *texts, log *log, o Options) error {
	log.undoes = t.undoes()
	i := &interpreter.Interpreter{Programs: t, Converter: o.Converter, Watch: log, StopAt: o.stopAt}
	before := worker.Options{Interceptors: []interceptor.WorkerInterceptor{&observer{log: log}}}
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
		DataConverter:            o.Converter,
		ExternalStorage:          o.Storage,
		Interceptors:             i.Options(before).Interceptors,
		DisableDeadlockDetection: true,
	})
	if err != nil {
		return err
	}
	i.Register(replayer)
	return plain(replayer.ReplayWorkflowHistoryWithOptions(silent{}, h, interpreter.ReplayOptions(h)))
}

var inFailure = regexp.MustCompile(`(?s)replay workflow failed with failure: message:("(?:[^"\\]|\\.)*")`)

// plain is the error of the replayer without the stack and the protocol around.
func plain(err error) error {
	if err == nil {
		return nil
	}
	if m := inFailure.FindStringSubmatch(err.Error()); m != nil {
		if text, bad := strconv.Unquote(m[1]); bad == nil {
			return errors.New(text)
		}
		return errors.New(m[1][1 : len(m[1])-1])
	}
	return err
}

// silent is a logger for what the SDK says of a replay, which the result says
// better.
type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}

var _ interpreter.Programs = (*texts)(nil)

// texts are the programs of a replay: those that the run has recorded, and the
// one that takes the place of the first.
type texts struct {
	*registry.Registry
	old, new *dsl.Program
	pin      interpreter.Pin // of the new one
	recorded interpreter.Pin // of the old one
}

// textsOf finds the texts of a history.
func textsOf(h *historypb.History, o Options) (*texts, error) {
	pins, err := interpreter.Recorded(h, o.Converter)
	if err != nil {
		return nil, err
	}
	t := &texts{Registry: &registry.Registry{Actions: o.Actions, Lookup: o.Lookup}}
	if t.old, err = t.Registry.Program(pins[0]); err != nil {
		return nil, err
	}
	t.new, t.pin, t.recorded = t.old, pins[0], pins[0]
	if o.Definition == nil || o.Following && t.recorded.Upgrade != dsl.UpgradeAlways {
		return t, nil
	}
	t.new = o.Definition
	if _, err := t.Registry.Set([]*dsl.Program{t.new}); err != nil {
		return nil, err
	}
	t.pin, err = t.Registry.Pin(t.new.Name)
	return t, err
}

// undoes maps the steps of compensations to those that they undo.
func (t *texts) undoes() map[*dsl.Step]*dsl.Step {
	all := map[*dsl.Step]*dsl.Step{}
	t.new.WalkAll(func(s *dsl.Step) {
		if s.Compensate != nil {
			dsl.Walk(s.Compensate.Steps, func(inner *dsl.Step) { all[inner] = s })
		}
	})
	return all
}

// asRecorded are the texts without the one that takes the place of another.
func (t *texts) asRecorded() *texts {
	return &texts{Registry: t.Registry, old: t.old, new: t.old, pin: t.recorded, recorded: t.recorded}
}

// Pin implements interpreter.Programs: it is the newest text, which a run takes
// that follows it, or that records one past the end of the history.
func (t *texts) Pin(string) (interpreter.Pin, error) { return t.pin, nil }

// Program implements interpreter.Programs.
func (t *texts) Program(pin interpreter.Pin) (*dsl.Program, error) {
	if pin.Digest == t.old.Digest {
		return t.new, nil
	}
	return t.Registry.Program(pin)
}
