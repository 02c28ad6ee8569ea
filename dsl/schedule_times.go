package dsl

import (
	"strings"
	"time"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/fields"
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

// cronNames are the fields of a cron expression.
var cronNames = []string{"minute", "hour", "day of the month", "month", "day of the week"}

// reportCron reports what is not a cron expression of five fields, or a word
// such as @daily.
func reportCron(n *syntax.Node, diags *diag.List) {
	if n.Kind == syntax.Broken {
		return
	}
	if n.Kind != syntax.Scalar || n.Type != syntax.String {
		diags.Error("wrong-type", n.Span, "%q must be a text such as '0 6 * * 1-5', not %s", "cron", shown(n))
		return
	}
	text := strings.TrimSpace(n.Value)
	if strings.HasPrefix(text, "@") {
		return
	}
	parts := strings.Fields(text)
	if len(parts) < 5 || len(parts) > 7 {
		diags.Error("bad-cron", n.Span, "a cron expression has five fields, and this has %d", len(parts)).
			WithHint("they are %s, such as '0 6 * * 1-5'", strings.Join(cronNames, ", "))
		return
	}
	for _, part := range parts {
		if strings.Trim(part, "0123456789*/,-?LW#ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") != "" {
			diags.Error("bad-cron", n.Span, "%q cannot stand in a cron expression", part).
				WithHint("fields are numbers, *, ranges such as 1-5, lists such as 1,3 and steps such as */5")
			return
		}
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
	if d == nil || d.Input == nil || diags.Within(s.Span) {
		return
	}
	input, at := s.With, s.at["with"]
	if at.IsZero() {
		at = s.at["workflow"]
		if t := d.Input.Type(); t.Kind == types.Object {
			input = map[string]any{}
		}
	}
	for _, v := range d.Input.Validate(d.Input.Default(input)) {
		diags.Error("wrong-input", at, "the workflow %q does not take this input: %s", s.Workflow, v)
		return
	}
}
