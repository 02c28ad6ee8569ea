package interpreter_test

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.temporal.io/sdk/temporal"
)

// seeds is how many random programs TestProperties runs.
const seeds = 400

// TestProperties runs random programs with random failures, cancellations,
// messages and runs that are continued, and checks what must hold of each: the
// same run has the same trace, no step runs twice, what has succeeded is undone
// at most once, and exactly once if the run ends badly; no message is lost and
// none is handled twice, and the state is what the steps have made it.
func TestProperties(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(seeds) {
		g := newGenerator(seed, false)
		c := g.testCase(t)
		if seen[c.check(t, g)]++; t.Failed() {
			t.Fatalf("seed %d:\n%s\nevents %v\n%s%s", seed, g.text, c.events, c.trace.text(), c.err())
		}
		for _, what := range events {
			seen[what] += min(1, strings.Count(c.trace.text(), what))
		}
	}
	t.Log(seen)
	for _, what := range append(events, "completed", "failed", "cancelled") {
		if seen[what] < seeds/20 {
			t.Errorf("too few runs have this to tell anything: %s %d", what, seen[what])
		}
	}
}

// events are what must happen in enough of the random runs, as traces tell it.
var events = []string{
	" continue as new\n", " took ", " handled ", " update ask answered ", " update ask failed: ", " update ask rejected: ",
	" early ", " inner ", " undo ", " signal take ",
}

// left is a timer whose duration is what is left of another.
var left = regexp.MustCompile(`timer \S+ `)

// steady is a trace without what a busy machine changes: the test environment
// adds the true time that activities take to the virtual one, and a run that is
// continued takes over what is left of its pauses.
func steady(trace string) string {
	before, after, continued := strings.Cut(trace, " continue as new\n")
	if !continued {
		return trace
	}
	return before + " continue as new\n" + left.ReplaceAllString(after, "timer ")
}

func (c *testCase) check(t *testing.T, g *generator) (end string) {
	first := c.run(t)
	second := c.run(t)
	for _, name := range outputs {
		if steady(first[name]) != steady(second[name]) {
			t.Errorf("%s: two runs differ:\n%s\nand\n%s", name, first[name], second[name])
		}
	}
	end = "completed"
	if text, bad := first["error"]; bad {
		end = "failed"
		if strings.HasPrefix(text, "Cancelled\n") {
			end = "cancelled"
		}
	}
	ran, undone := map[string]int{}, map[string]int{}
	for _, call := range c.trace.calls {
		kind, arg, _ := strings.Cut(call, " ")
		if kind == "undo" {
			at, _, _ := strings.Cut(strings.Trim(arg, `"`), "/compensate/")
			undone[at]++
		} else {
			ran[call]++
		}
	}
	c.checkCounts(t, end, ran, undone)
	c.checkMessages(t, end, ran)
	registered := strings.Count(first["status"], " registered\n")
	if open := len(c.succeeded()) - len(undone); registered != open {
		t.Errorf("%d compensations are registered in the end, and %d were not run:\n%s", registered, open, first["status"])
	}
	return end
}

func (c *testCase) checkCounts(t *testing.T, end string, ran, undone map[string]int) {
	checkEffects(t, end, ran, undone, c.succeeded())
}

// checkEffects checks that no step ran twice, and that what has succeeded was
// undone as often as it should have been.
func checkEffects(t *testing.T, end string, ran, undone map[string]int, succeeded map[string]bool) {
	t.Helper()
	for at, n := range ran {
		if n > 1 {
			t.Errorf("%s runs %d times", at, n)
		}
	}
	for at, n := range undone {
		if n > 1 || !succeeded[at] {
			t.Errorf("%s is undone %d times, and has succeeded: %t", at, n, succeeded[at])
		}
	}
	for at := range succeeded {
		if end != "completed" && undone[at] != 1 {
			t.Errorf("the run ends %s, and %s is undone %d times", end, at, undone[at])
		}
	}
}

// succeeded are the steps that have succeeded, by their paths.
func (c *testCase) succeeded() map[string]bool {
	done := map[string]bool{}
	list := slices.Collect(maps.Values(c.mock.succeeded))
	for _, call := range c.trace.calls {
		if arg, early := strings.CutPrefix(call, "early "); early {
			list = append(list, arg) // is to be undone however it ended
		}
	}
	for _, args := range list {
		if at := strings.Trim(args, `"`); at != args && !strings.Contains(at, "/compensate/") {
			done[at] = true
		}
	}
	return done
}

// checkMessages checks that each message that came has been handled once: what
// is to be received is taken or left, what starts steps has begun them, and
// ended them unless the run was in a hurry; an update has one answer.
func (c *testCase) checkMessages(t *testing.T, end string, ran map[string]int) {
	came := map[string][]string{}
	for line := range strings.Lines(c.trace.text()) {
		words := strings.Fields(line)
		switch {
		case len(words) == 4 && words[1] == "signal":
			came[words[2]] = append(came[words[2]], strings.Trim(words[3], "[]"))
		case len(words) == 4 && words[1] == "update":
			came["asked"] = append(came["asked"], strings.Trim(words[3], "[]"))
		case len(words) > 3 && words[1] == "update":
			came["answers"] = append(came["answers"], line)
		}
	}
	if len(came["answers"]) != len(came["asked"]) {
		t.Errorf("%d updates have %d answers", len(came["asked"]), len(came["answers"]))
	}
	st, err := askStatus(c.env)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	if st.Messages != nil {
		for _, m := range st.Messages.Unread {
			left = append(left, m.Name+" "+fmt.Sprint(m.Message))
		}
	}
	got := c.ask(t, "got")
	for _, n := range came["note"] {
		if times(got, n) != 1 || end == "completed" && ran["handled "+n] != 1 {
			t.Errorf("the signal %s came, the state has %s, and it was handled %d times", n, got, ran["handled "+n])
		}
	}
	for _, n := range came["take"] {
		if ran["took "+n]+times(left, "take "+n) != 1 {
			t.Errorf("the signal %s was taken %d times, and left are %s", n, ran["took "+n], left)
		}
	}
	c.checkUpdates(t, came)
	if sets := c.sets(t); c.ask(t, "n")[0] != fmt.Sprint(sets) {
		t.Errorf("%d steps have counted, and the state has %s", sets, c.ask(t, "n"))
	}
}

// checkUpdates checks that an update that was accepted has run, and one that was
// refused has not.
func (c *testCase) checkUpdates(t *testing.T, came map[string][]string) {
	asked := c.ask(t, "asked")
	accepted := 0
	for _, answer := range came["answers"] {
		if !strings.Contains(answer, " rejected: ") {
			accepted++
		}
	}
	for _, n := range came["asked"] {
		if times(asked, n) > 1 {
			t.Errorf("the update %s has run %d times", n, times(asked, n))
		}
	}
	if len(asked) != accepted {
		t.Errorf("%d updates were accepted, and those that have run are %s", accepted, asked)
	}
}

func times(list []string, what string) (n int) {
	for _, s := range list {
		if s == what {
			n++
		}
	}
	return n
}

// ask is the answer to a query of the last run, as a list of texts.
func (c *testCase) ask(t *testing.T, query string) (list []string) {
	t.Helper()
	answer, err := c.env.QueryWorkflow(query)
	var v any
	if err == nil {
		err = answer.Get(&v)
	}
	if err != nil {
		t.Fatal(err)
	}
	many, ok := v.([]any)
	if !ok {
		many = []any{v}
	}
	for _, v := range many {
		list = append(list, fmt.Sprint(v))
	}
	return list
}

// sets is how often the steps have run that count in the state.
func (c *testCase) sets(t *testing.T) (n int) {
	t.Helper()
	st, err := askStatus(c.env)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range st.Steps {
		if slices.Contains(c.counting, s.ID) {
			n += max(s.Runs, 1)
		}
	}
	return n
}

// err is how the last run has ended, for people.
func (c *testCase) err() string {
	err := c.env.GetWorkflowError()
	var panicked *temporal.PanicError
	if errors.As(err, &panicked) {
		return panicked.Error() + "\n" + panicked.StackTrace()
	}
	return fmt.Sprint(err)
}
