package dsl

import (
	"fmt"
	"time"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/times"
	"github.com/partitur/partitur/dsl/types"
)

// shortestCatchup is the shortest window that the server keeps.
const shortestCatchup = 10 * time.Second

// checkSchedules checks what the keys of schedules say together.
func (w *Workspace) checkSchedules(diags *diag.List) {
	seen := map[string]*Schedule{}
	for _, s := range w.Schedules {
		if first := seen[s.ID]; s.ID != "" && first != nil {
			diags.Error("duplicate-schedule", s.At("schedule"), "there are two schedules called %q", s.ID).
				WithNote(first.At("schedule"), "the other is here").WithHint("choose another id")
		}
		seen[s.ID] = s
	}
	for _, s := range w.Schedules {
		s.checkWindow(diags)
		if s.Timezone != "" && !knownZone(s.Timezone) {
			diags.Error("bad-value", s.At("timezone"), "there is no time zone %q", s.Timezone).
				WithHint("write its name in the IANA database, such as Europe/Berlin, or UTC")
		}
		s.Retry = w.resolve(s.Retry, nil)
		s.checkNames(seen, diags)
		s.checkAttributes(diags)
		w.scheduledInput(s, diags)
		w.checkUnclean(s, diags)
		if !diags.Within(s.Span) {
			s.checkTimes(diags)
		}
	}
}

// checkWindow checks the bounds of the schedule.
func (s *Schedule) checkWindow(diags *diag.List) {
	start, okStart := s.time("start_at", s.StartAt, diags)
	end, okEnd := s.time("end_at", s.EndAt, diags)
	if okStart && okEnd && !end.After(start) {
		diags.Error("bad-value", s.At("end_at"), "the schedule ends before it starts").WithHint("%q must come after %q", "end_at", "start_at")
	}
	if s.CatchupWindow > 0 && s.CatchupWindow < shortestCatchup {
		diags.Error("bad-value", s.At("catchup_window"), "the server makes up for a missed start for 10s at the least").WithHint("write 10s or more")
	}
}

// time reads a time of the schedule.
func (s *Schedule) time(key, text string, diags *diag.List) (time.Time, bool) {
	if text == "" {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		diags.Error("bad-value", s.At(key), "%q must be a time such as '2026-01-31T09:30:00Z', not %q", key, text)
		return time.Time{}, false
	}
	return t, true
}

// checkNames checks the ids that the schedule speaks of.
func (s *Schedule) checkNames(all map[string]*Schedule, diags *diag.List) {
	from := s.Moved.From
	switch {
	case from == "":
	case from == s.ID:
		diags.Error("bad-value", s.At("moved"), "the schedule is moved from its own id").WithHint("leave out moved")
	case all[from] != nil:
		diags.Error("duplicate-schedule", s.At("moved"), "the schedule %q is still here, so nothing can be moved from it", from).
			WithNote(all[from].At("schedule"), "it is here").WithHint("leave out moved, or remove the other")
	}
	if s.Priority != nil && s.Priority.Fair != nil && !s.Priority.Fair.IsConst() {
		diags.Error("literal-only", s.At("priority"), "%q is read before anything runs, so it cannot hold ${ }", "priority").WithHint("write the value itself")
	}
}

// checkAttributes checks names and types of the search attributes.
func (s *Schedule) checkAttributes(diags *diag.List) {
	n := s.nodes["search_attributes"]
	if n == nil || n.Kind != syntax.Map || s.SearchAttributes == nil {
		return
	}
	var list []Attribute
	kinds := map[string]*types.Type{}
	for _, e := range n.Entries {
		list = append(list, Attribute{Name: e.Key.Value, Span: e.Key.Span, Value: &expr.Value{Span: e.Value.Span}})
		kinds[e.Key.Value] = typeOfData(s.SearchAttributes[e.Key.Value])
	}
	checkAttributes(list, diags, func(name string) *types.Type { return kinds[name] })
	s.attributes = list
}

// typeOfData is the type of a value that is written out.
func typeOfData(v any) *types.Type {
	switch v := v.(type) {
	case string:
		return types.StringType
	case bool:
		return &types.Type{Kind: types.Bool}
	case int, int64:
		return &types.Type{Kind: types.Int}
	case float64:
		return &types.Type{Kind: types.Number}
	case map[string]any:
		return &types.Type{Kind: types.Object, Open: true}
	case []any:
		elem := types.StringType
		for _, e := range v {
			if _, isText := e.(string); !isText {
				elem = typeOfData(e)
			}
		}
		return types.ListOf(elem)
	}
	return types.AnyType
}

// AttributesUsed lists the search attributes that the schedule sets.
func (s *Schedule) AttributesUsed() []Attribute { return s.attributes }

// Times gives what the schedule says about when runs are started: as it is
// written, and with the policy for changes of the clocks applied.
func (s *Schedule) Times() (written, applied times.Spec, err error) {
	written.Zone = time.UTC
	if s.Timezone != "" {
		if written.Zone, err = time.LoadLocation(s.Timezone); err != nil {
			return written, applied, err
		}
	}
	written.Start, _ = time.Parse(time.RFC3339, s.StartAt)
	written.End, _ = time.Parse(time.RFC3339, s.EndAt)
	written.Intervals = append(written.Intervals, s.Every...)
	for _, text := range s.Cron {
		if i, ok := times.CronEvery(text, cronDuration); ok {
			written.Intervals = append(written.Intervals, i)
			continue
		}
		c, err := times.Cron(text)
		if err != nil {
			return written, applied, err
		}
		c.Comment = text
		written.Calendars = append(written.Calendars, c)
	}
	for _, c := range s.Calendars {
		written.Calendars = append(written.Calendars, c.times(true))
	}
	for _, c := range s.Skip {
		if days, ok := times.Holidays(c.Holidays); ok {
			written.Skip = append(written.Skip, days...)
			continue
		}
		written.Skip = append(written.Skip, c.times(false))
	}
	applied, err = s.ClockChange.policy().Apply(written)
	return written, applied, err
}

// times is the calendar without its place in the text.
func (c *Calendar) times(exact bool) times.Calendar {
	return times.Calendar{
		Second: c.Second, Minute: c.Minute, Hour: c.Hour, Day: c.Day, Month: c.Month, Year: c.Year, Weekday: c.Weekday, Comment: c.Comment,
	}.Filled(exact)
}

// The years in which changes of the clocks are looked for; the rules of later
// years are those of the last.
var clockChangesFrom, clockChangesTo = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)

// checkTimes reports a schedule that never starts anything, and times that are
// not what they seem where the clocks jump.
func (s *Schedule) checkTimes(diags *diag.List) {
	written, applied, err := s.Times()
	if err != nil {
		diags.Error("too-many-times", s.At("clock_change"), "so many times of this schedule are missing or repeated that the server cannot be told of each").
			WithHint("leave out clock_change: a schedule that starts so often hardly needs it")
		return
	}
	if times.NewClock(applied).Next(time.Time{}).IsZero() {
		diags.Error("never-starts", s.At("schedule"), "no time fits all that the schedule says, so it never starts anything").
			WithHint("`partitur schedule next` shows the times of a schedule")
		return
	}
	if s.ClockChange != (ClockChange{}) {
		return
	}
	hits := written.Hits(clockChangesFrom, clockChangesTo, 50)
	strays := written.Strays(clockChangesFrom, clockChangesTo)
	switch {
	case everyHour(written):
		return
	case len(hits) > 0:
		s.reportHit(hits[0], diags)
	case len(strays) > 0:
		at := strays[0].In(written.Zone)
		diags.Warn("clock-change", s.timesAt(), "on %s the clocks of %s go back, and the server starts a run at %s as well", at.Format("2006-01-02"), s.Timezone, at.Format("15:04")).
			WithHint("write clock_change: {repeated: first}, which keeps it from that")
	}
}

// reportHit warns of a time that does not exist, or is shown twice.
func (s *Schedule) reportHit(h times.Hit, diags *diag.List) {
	what := "is shown twice"
	if h.Jump.Forward() {
		what = "does not exist"
	}
	diags.Warn("clock-change", s.timesAt(), "the clocks of %s change: %s on %s %s", s.Timezone, h.Wall.Format("15:04"), h.Wall.Format("2006-01-02"), what).
		WithHint("say what is meant with clock_change: {missing: skip, repeated: first}, or choose another time")
}

// everyHour tells whether runs are started in each hour, so that one more or less
// is not missed.
func everyHour(s times.Spec) bool {
	hours := map[int]bool{}
	for _, c := range s.Calendars {
		for _, h := range times.Numbers(c.Hour) {
			hours[h] = true
		}
	}
	return len(hours) == 24
}

// timesAt is where the first key that says a time stands.
func (s *Schedule) timesAt() source.Span {
	for _, key := range []string{"cron", "calendars"} {
		if n := s.nodes[key]; n != nil {
			return n.Span
		}
	}
	return s.At("schedule")
}

// checkUnclean warns of an overlap policy that ends runs in the middle of what
// they must undo.
func (w *Workspace) checkUnclean(s *Schedule, diags *diag.List) {
	d := w.Definition(s.Workflow)
	if s.Overlap != "terminate_other" || d == nil || !d.cleansUp() {
		return
	}
	diags.Warn("unclean-end", s.At("overlap"), "a run of %q that is terminated undoes nothing and runs no cleanup", s.Workflow).
		WithHint("write overlap: cancel_other")
}

// cleansUp tells whether the definition has steps that run when it is cancelled.
func (d *Definition) cleansUp() bool {
	found := len(d.OnCancel) > 0 || len(d.Finally) > 0
	d.WalkAll(func(s *Step) { found = found || s.Compensate != nil || len(s.Finally) > 0 })
	return found
}

// takesSeveral checks several arguments against a schema, which is that of a list.
func (s *Schedule) takesSeveral(d *Definition, diags *diag.List) {
	d.takes(s.nodes["args"], s.At("args"), diags)
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
	if s.HasArgs {
		if s.nodes["args"] != nil && s.nodes["args"].Kind == syntax.List && len(s.Args) != 1 {
			s.takesSeveral(d, diags)
			return
		}
		d.takes(s.nodes["args"].Items[0], s.At("workflow"), diags)
		return
	}
	d.takes(s.nodes["with"], s.At("workflow"), diags)
}

// misspelledWorkflow warns of a name that is almost that of a workflow. Others
// may be those of another project.
func (w *Workspace) misspelledWorkflow(s *Schedule, diags *diag.List) {
	var names []string
	for _, d := range w.definitions {
		names = append(names, d.Name)
	}
	if near := diag.Nearest(s.Workflow, names); near != "" && s.Workflow != "" {
		at := s.At("workflow")
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
