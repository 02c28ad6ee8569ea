package dsl

import (
	"fmt"
	"time"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

func (s *Schedule) bindCron(f *fields.Set, n *syntax.Node) {
	s.Cron = n.Data()
	items := n.Items
	if n.Kind != syntax.List {
		items = []*syntax.Node{n}
	}
	for _, item := range items {
		reportCron(item, f.Diags())
	}
}

func (s *Schedule) bindEvery(f *fields.Set, n *syntax.Node) {
	s.Every = n.Data()
	if n.Kind == syntax.Map {
		fields.Bind(new(interval), "every", n, f.Env())
		return
	}
	one := syntax.Node{Kind: syntax.Map, Span: n.Span, Entries: []syntax.Entry{
		{Key: &syntax.Node{Value: "every", Span: n.Span}, Value: n}}}
	fields.Bind(new(every), "a schedule", &one, f.Env())
}

// every is the short form of an interval.
type every struct{ every time.Duration }

// Fields declares the one key.
func (e *every) Fields(f *fields.Set) { f.Duration(&e.every, "every", "") }

// An interval is the mapping form of `every`.
type interval struct{ interval, offset time.Duration }

// Fields declares the keys of the mapping form.
func (i *interval) Fields(f *fields.Set) {
	f.Duration(&i.interval, "interval", "how much time lies between two starts", fields.Required)
	f.Duration(&i.offset, "offset", "how much later than the full interval")
	if f.Diags() != nil && i.interval > 0 && i.offset >= i.interval {
		f.Diags().Error("bad-value", f.KeySpan("offset"), "the offset is not shorter than the interval").
			WithHint("make it shorter than the interval")
	}
}

// checkSchedules checks what the keys of schedules say together.
func (w *Workspace) checkSchedules(diags *diag.List) {
	seen := map[string]*Schedule{}
	for _, s := range w.Schedules {
		if first := seen[s.ID]; s.ID != "" && first != nil {
			diags.Error("duplicate-schedule", s.at["schedule"], "there are two schedules called %q", s.ID).
				WithNote(first.at["schedule"], "the other is here").WithHint("choose another id")
		}
		seen[s.ID] = s
		start, okStart := s.time("start_at", s.StartAt, diags)
		end, okEnd := s.time("end_at", s.EndAt, diags)
		if okStart && okEnd && !end.After(start) {
			diags.Error("bad-value", s.at["end_at"], "the schedule ends before it starts").WithHint("%q must come after %q", "end_at", "start_at")
		}
		if s.Timezone != "" && !knownZone(s.Timezone) {
			diags.Error("bad-value", s.at["timezone"], "there is no time zone %q", s.Timezone).
				WithHint("write its name in the IANA database, such as Europe/Berlin, or UTC")
		}
		w.scheduledInput(s, diags)
	}
}

// time reads a time of the schedule.
func (s *Schedule) time(key, text string, diags *diag.List) (time.Time, bool) {
	if text == "" {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		diags.Error("bad-value", s.at[key], "%q must be a time such as '2026-01-31T09:30:00Z', not %q", key, text)
		return time.Time{}, false
	}
	return t, true
}

// scheduledInput checks the input of the runs against the workflow's schema.
func (w *Workspace) scheduledInput(s *Schedule, diags *diag.List) {
	d := w.Definition(s.Workflow)
	if d == nil {
		w.misspelledWorkflow(s, diags)
		return
	}
	if d.Input == nil || diags.Within(s.Span) {
		return
	}
	d.takes(s.with, s.at["workflow"], diags)
}

// misspelledWorkflow warns of a name that is almost that of a workflow. Others
// may be those of another project.
func (w *Workspace) misspelledWorkflow(s *Schedule, diags *diag.List) {
	var names []string
	for _, d := range w.definitions {
		names = append(names, d.Name)
	}
	if near := diag.Nearest(s.Workflow, names); near != "" && s.Workflow != "" {
		at := s.at["workflow"]
		diags.Warn("unknown-workflow", at, "there is no workflow %q here", s.Workflow).WithHint("did you mean %s?", near).WithFix(at, near)
	}
}

// takes checks a literal input of a workflow; it is nil if there is none, which
// is reported at the place that starts the workflow.
func (d *Definition) takes(input *syntax.Node, starts source.Span, diags *diag.List) {
	var v *expr.Value
	switch {
	case input != nil:
		v = expr.ParseValue(input, &diag.List{}) // it holds no expression: that is reported already
	case d.Input.Type().Kind == types.Object:
		v = expr.Literal(map[string]any{})
		v.Span = starts
	default:
		v = expr.Literal(nil)
		v.Span = starts
	}
	if v != nil && v.IsConst() {
		schemaRule{"wrong-input", fmt.Sprintf("the workflow %q does not take this input", d.Name), true}.literal(v, d.Input, diags)
	}
}
