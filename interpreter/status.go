package interpreter

import (
	"cmp"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// A Status answers the query `status`.
type Status struct {
	Workflow      string         `json:"workflow"`
	Version       string         `json:"version,omitempty"`
	Digest        string         `json:"digest"`
	Kept          string         `json:"kept,omitempty"`  // why the run, which was continued, does not take the newest text
	Retry         *Retried       `json:"retry,omitempty"` // of a run that has ended
	Position      []string       `json:"position"`        // file:line of each step that has begun and not ended
	Steps         []StepStatus   `json:"steps"`           // in the order in which they began
	State         map[string]any `json:"state,omitempty"`
	Compensations []any          `json:"compensations,omitempty"`
	Approvals     []Request      `json:"approvals,omitempty"` // what people are asked, tasks included; then what they have answered last
	Messages      *MessageStatus `json:"messages,omitempty"`
}

// A StepStatus is one step in a Status. Of a step in a loop it is the newest
// item that is shown.
type StepStatus struct {
	Path    string     `json:"path"`
	ID      string     `json:"id,omitempty"`
	Title   string     `json:"title,omitempty"`
	Verb    string     `json:"verb"`
	Status  string     `json:"status"`
	Started time.Time  `json:"started"`
	Ended   *time.Time `json:"ended,omitempty"`
	Runs    int        `json:"runs,omitempty"`  // how often it has begun, if more than once
	Done    int        `json:"done,omitempty"`  // items of a for_each, or rounds of another loop, that have ended
	Total   int        `json:"total,omitempty"` // items of a for_each
	Error   string     `json:"error,omitempty"`
	Child   string     `json:"child,omitempty"`  // the workflow id of the step's child
	Waits   string     `json:"waits,omitempty"`  // what it waits for, while it does
	Until   *time.Time `json:"until,omitempty"`  // when its pause or its timeout ends
	Undoes  string     `json:"undoes,omitempty"` // the step that it is part of the compensation of
	At      string     `json:"at"`               // file:line

	Agent *AgentStatus `json:"agent,omitempty"` // its conversation
}

// A view is what the run remembers of a step for its status.
type view struct {
	step    *dsl.Step
	status  string
	started time.Time
	ended   time.Time
	runs    int
	active  int
	done    int
	total   int
	failure *Failure
	child   string
	until   time.Time // when its pause or its timeout ends
	past    string    // the error of a step that failed before the run was continued
	talk    *talk     // of an agent
}

// viewOf is the view of a step, which is kept from its first beginning on.
func (r *run) viewOf(s *dsl.Step) *view {
	v := r.views[s.Path]
	if v == nil {
		v = &view{step: s}
		r.views[s.Path] = v
		r.order = append(r.order, v)
	}
	return v
}

// begins notes that a step begins.
func (r *run) begins(ctx workflow.Context, s *dsl.Step) *view {
	v := r.viewOf(s)
	v.status, v.started, v.ended, v.failure, v.past = "running", workflow.Now(ctx), time.Time{}, nil, ""
	v.until = time.Time{}
	v.runs++
	v.active++
	return v
}

// ends notes that a step has ended.
func (r *run) ends(ctx workflow.Context, v *view, o *outcome) {
	v.active--
	if v.active > 0 { // other items of the loop are still at it
		return
	}
	v.status, v.ended, v.failure = o.status, workflow.Now(ctx), o.failure
}

// skips notes a step whose guard does not hold.
func (r *run) skips(ctx workflow.Context, s *dsl.Step) {
	v := r.viewOf(s)
	v.runs++
	if v.active > 0 {
		return
	}
	v.status, v.started, v.failure = "skipped", workflow.Now(ctx), nil
	v.ended = v.started
}

// queries registers the queries, before anything can block.
func (r *run) queries(ctx workflow.Context) error {
	status := func() (Status, error) { return r.status(), nil }
	definition := func() ([]dsl.Source, error) { return r.program.Sources, nil }
	engine := []struct {
		name, doc string
		handler   any
	}{
		{"partitur.status", "Steps, state and position of the run", status},
		{"partitur.definition", "The text that the run executes", definition},
		{"status", "Steps, state and position of the run", status},
		{"definition", "The text that the run executes", definition},
	}
	for _, q := range engine {
		if r.program.Query(q.name) != nil {
			continue
		}
		if err := workflow.SetQueryHandlerWithOptions(ctx, q.name, q.handler, workflow.QueryHandlerOptions{Description: q.doc}); err != nil {
			return err
		}
	}
	if err := r.transcripts(ctx); err != nil {
		return err
	}
	for _, q := range r.program.Queries {
		if err := workflow.SetQueryHandlerWithOptions(ctx, q.Name, r.query(q), workflow.QueryHandlerOptions{}); err != nil {
			return err
		}
	}
	return nil
}

// query answers an author's query from what the run sees at the time.
func (r *run) query(q *dsl.Query) func() (any, error) {
	return func() (any, error) {
		r.tell(Notice{Kind: MessageTaken, At: q.Span})
		v, err := r.evalAt("queries."+q.Name, q.Value, &scope{vars: r.vars})
		if err != nil {
			return nil, err
		}
		return r.encode(v)
	}
}

func (r *run) status() Status {
	s := Status{
		Workflow: r.program.Name, Version: r.program.Version, Digest: r.program.Digest, Kept: r.pin.Kept,
		Steps: make([]StepStatus, 0, len(r.order)), Position: []string{}, State: r.state,
		Messages: r.messageStatus(), Retry: r.retried(),
	}
	for _, q := range r.mail.desk.open {
		s.Approvals = append(s.Approvals, q.shown())
	}
	s.Approvals = append(s.Approvals, r.mail.desk.past...)
	for _, v := range r.order {
		st := v.snapshot()
		if st.Status == "waiting" && v.step.Asked() != nil {
			st.Waits = r.mail.desk.waitsText(v.step)
		}
		st.Undoes = r.undoes[v.step]
		if st.Status == "running" || st.Status == "waiting" {
			s.Position = append(s.Position, st.At)
		}
		s.Steps = append(s.Steps, st)
	}
	s.Compensations = slices.Clone(r.past)
	for _, e := range r.registered {
		if e.bundle != nil {
			s.Compensations = append(s.Compensations, e.list()...)
			continue
		}
		report := e.report()
		report["at"] = e.step.Compensate.Steps[0].At()
		s.Compensations = append(s.Compensations, report)
	}
	return s
}

func (v *view) snapshot() StepStatus {
	st := StepStatus{
		Path: v.step.Path, ID: cmp.Or(v.step.ID, v.step.ToolName()), Verb: v.step.Verb, Status: v.status, Started: v.started,
		Child: v.child, Done: v.done, Total: v.total, At: v.step.At(), Error: v.past,
	}
	if v.step.Title != nil && v.step.Title.IsConst() {
		st.Title, _ = v.step.Title.Const.(string)
	}
	if v.status == "waiting" {
		st.Waits = waits(v.step)
		if v.talk != nil {
			st.Waits = v.talk.waits()
		}
	}
	switch {
	case !v.ended.IsZero():
		st.Ended = &v.ended
	case !v.until.IsZero():
		st.Until = &v.until
	}
	if v.failure != nil {
		st.Error = v.failure.Error()
	}
	if v.runs > 1 {
		st.Runs = v.runs
	}
	if v.talk != nil {
		st.Agent = v.talk.status()
	}
	return st
}
