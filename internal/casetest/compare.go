package casetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/value"
)

// An outcome is how a run ended, and what it did on the way.
type outcome struct {
	status     string // as in dsl.Expectation
	output     any
	failure    map[string]any // `error`, nil unless failed
	waits      string         // where a run stands that has not ended
	calls      []string
	undone     []dsl.Compensated
	elapsed    time.Duration
	continued  int
	attributes map[string]any
	memo       map[string]any
	moments    int  // at how many times something happened
	children   bool // some have really run
	childWaits bool // one of them took time
}

func (o *outcome) String() string {
	switch {
	case o.failure != nil:
		return fmt.Sprintf("failed: %s: %s", o.failure["type"], o.failure["message"])
	case o.status == "running":
		return "still goes on; it stands at " + o.waits
	case o.status == "completed" && o.output != nil:
		return "completed: " + text(o.output)
	}
	return strings.ReplaceAll(o.status, "_", " ")
}

// A comparison collects what is not as expected.
type comparison struct {
	stage    *stage
	want     *dsl.Expectation
	problems []Problem
}

// compare tells what is not as expected.
func compare(s *stage, got *outcome) []Problem {
	c := &comparison{stage: s, want: &s.written.Expect}
	if status := wantedStatus(c.want); status != got.status {
		c.otherEnd(status, got)
		return c.problems
	}
	c.values(got)
	c.sequences(got)
	c.check(got)
	return c.problems
}

// add notes that two things differ.
func (c *comparison) add(key, text string, want, got []string) *Problem {
	p := Problem{Text: text, Expected: want, Actual: got}
	p.At, _ = c.want.At(key)
	c.problems = append(c.problems, p)
	return &c.problems[len(c.problems)-1]
}

// otherEnd notes that a run has ended in another way than it should.
func (c *comparison) otherEnd(status string, got *outcome) {
	p := c.add("status", "the run ends in another way", []string{strings.ReplaceAll(status, "_", " ")}, []string{got.String()})
	switch {
	case got.status == "running" && status != "running":
		p.Text = "the run does not end"
	case got.failure != nil:
		file, _ := got.failure["file"].(string)
		line, _ := got.failure["line"].(int)
		p.Source = c.stage.sourceAt(file, line)
	}
}

// values compares what the run ends with.
func (c *comparison) values(got *outcome) {
	if want := c.want.Output; want != nil && !value.Equal(want, got.output) {
		p := c.add("output", "the output is another", pretty(want), pretty(got.output))
		if out := c.stage.program.Output; out != nil {
			p.Source = out.Span
		}
	}
	c.fields("error", "error.%s is another", c.want.Error, got.failure)
	c.fields("search_attributes", "the search attribute %s is another", c.want.SearchAttributes, got.attributes)
	c.fields("memo", "memo.%s is another", c.want.Memo, got.memo)
	if _, asks := c.want.At("elapsed"); asks && c.want.Elapsed != got.elapsed {
		c.add("elapsed", "the run takes another time", []string{value.FormatDuration(c.want.Elapsed)}, []string{value.FormatDuration(got.elapsed)})
	}
	if _, asks := c.want.At("continued_as_new"); asks && c.want.ContinuedAsNew != got.continued {
		c.add("continued_as_new", "the run continues as new another number of times", pretty(c.want.ContinuedAsNew), pretty(got.continued))
	}
}

// fields compares the fields that are expected of a mapping.
func (c *comparison) fields(key, text string, want, got map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if !value.Equal(want[name], got[name]) {
			c.add(key, fmt.Sprintf(text, name), pretty(want[name]), pretty(got[name]))
		}
	}
}

// sequences compares what was called, and what was undone.
func (c *comparison) sequences(got *outcome) {
	loose := got.children && c.stage.remote != nil
	if c.want.Calls != nil && !slices.Equal(inOrder(c.want.Calls, loose), inOrder(got.calls, loose)) {
		p := c.add("calls", "the calls are others", c.want.Calls, got.calls)
		p.Source = c.firstOther(got.calls)
	}
	for _, count := range c.want.Counts {
		n := 0
		for _, name := range got.calls {
			if name == count.Name {
				n++
			}
		}
		if n != count.Times {
			p := c.add("calls", fmt.Sprintf("%s is called another number of times", count.Name), pretty(count.Times), pretty(n))
			p.At, p.Source = count.Span, c.stepNamed(count.Name)
		}
	}
	if want := c.want.Compensations; want != nil && !slices.Equal(want, got.undone) {
		c.add("compensations", "other steps are undone", undoneLines(want), undoneLines(got.undone))
	}
}

func undoneLines(list []dsl.Compensated) (lines []string) {
	for _, u := range list {
		lines = append(lines, u.Step+": "+u.Status)
	}
	return lines
}

// firstOther is the step of the first call that is not as expected.
func (c *comparison) firstOther(got []string) source.Span {
	for i := range max(len(got), len(c.want.Calls)) {
		switch {
		case i < len(got) && (i >= len(c.want.Calls) || got[i] != c.want.Calls[i]):
			return c.stepNamed(got[i])
		case i >= len(got):
			return c.stepNamed(c.want.Calls[i])
		}
	}
	return source.Span{}
}

// stepNamed is the step that a call of that name belongs to.
func (c *comparison) stepNamed(name string) (at source.Span) {
	id := strings.TrimSuffix(name, ".compensate")
	c.stage.program.WalkAll(func(s *dsl.Step) {
		if s.ID == id && id != "" {
			at = s.Span
		}
	})
	return at
}

// check asks the condition of the case.
func (c *comparison) check(got *outcome) {
	if c.want.Check == nil {
		return
	}
	calls := make([]any, len(got.calls))
	for i, name := range got.calls {
		calls[i] = name
	}
	vars := map[string]any{
		"output": got.output, "error": nil, "calls": calls, "elapsed": got.elapsed, "continued_as_new": got.continued, "row": c.stage.row,
	}
	if got.failure != nil {
		vars["error"] = got.failure
	}
	ok, err := c.want.Check.EvalBool(vars)
	switch {
	case err != nil:
		c.add("check", fmt.Sprintf("check: %v", err), nil, nil)
	case !ok && got.failure != nil:
		c.add("check", "the check does not hold", []string{c.want.Check.Text}, append([]string{"error:"}, pretty(got.failure)...))
	case !ok:
		c.add("check", "the check does not hold", []string{c.want.Check.Text}, append([]string{"output:"}, pretty(got.output)...))
	}
}

// wantedStatus is how the run must end; who expects an error expects a failure.
func wantedStatus(want *dsl.Expectation) string {
	switch {
	case want.Status != "":
		return want.Status
	case want.Error != nil:
		return "failed"
	}
	return "completed"
}

// snapshot is all that came of a case, to be kept beside the test file.
func (o *outcome) snapshot() any {
	s := map[string]any{"status": o.status, "calls": o.calls, "elapsed": value.FormatDuration(o.elapsed)}
	if o.status == "completed" {
		s["output"] = o.output
	}
	if o.failure != nil {
		s["error"] = map[string]any{"type": o.failure["type"], "message": o.failure["message"], "step": o.failure["step"]}
	}
	if len(o.undone) > 0 {
		s["compensations"] = undoneLines(o.undone)
	}
	if o.continued > 0 {
		s["continued_as_new"] = o.continued
	}
	return s
}
