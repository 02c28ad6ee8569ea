package live_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/partitur/partitur/internal/cli/live"
	"github.com/partitur/partitur/internal/golden"
)

var epoch = time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)

func at(seconds float64) time.Time { return epoch.Add(time.Duration(seconds * float64(time.Second))) }

// A moment is a snapshot and when it was taken.
type moment struct {
	second float64
	steps  []live.StepView
}

// order is a run from its first step to its failure.
func order() []moment {
	reserve := live.StepView{Path: "steps.reserve", ID: "reserve", Kind: "activity", State: live.Pending}
	charge := live.StepView{Path: "steps.charge", ID: "charge", Title: "Charge 日本 card", Kind: "http", State: live.Pending}
	wait := live.StepView{Path: "steps.2", Kind: "sleep", State: live.Pending}
	ship := live.StepView{Path: "steps.try.ship", ID: "ship", Kind: "activity", State: live.Pending, Depth: 1}
	moments := []moment{{0, []live.StepView{reserve, charge, wait, ship}}}
	note := func(second float64, change func()) {
		change()
		moments = append(moments, moment{second, []live.StepView{reserve, charge, wait, ship}})
	}
	note(0.1, func() { reserve.State, reserve.Started = live.Running, at(0) })
	note(1.3, func() {
		reserve.State, reserve.Ended = live.Succeeded, at(1.2)
		charge.State, charge.Started, charge.Attempt = live.Running, at(1.2), 1
	})
	note(9, func() { charge.Attempt, charge.Note = 2, "connection refused\nby \x1b[31mpeer" })
	note(75, func() {
		charge.State, charge.Ended, charge.Note = live.Succeeded, at(74), ""
		wait.State, wait.Started = live.Waiting, at(74)
	})
	note(80, func() {
		wait.State, wait.Ended = live.Skipped, at(79)
		ship.State, ship.Started, ship.Ended = live.Failed, at(79), at(80)
		ship.Note = "CarrierDown: no truck for this parcel, and none will come before the end of the month"
	})
	return moments
}

func TestLines(t *testing.T) {
	var out bytes.Buffer
	now := epoch
	v := live.New(&out, live.Options{Now: func() time.Time { return now }})
	for _, m := range order() {
		now = at(m.second)
		v.Update(live.Snapshot{Title: "order-fulfillment ORD-1", Steps: m.steps, Footer: "failed"})
		v.Tick()
	}
	v.Print("a line between")
	v.Close()
	golden.Compare(t, filepath.Join("testdata", "lines.txt"), []byte(out.String()))
}

func TestTable(t *testing.T) {
	for _, c := range []struct {
		name          string
		columns, rows int
		ascii         bool
	}{{"table-80", 80, 24, false}, {"table-40", 40, 24, false}, {"table-18", 18, 24, true}, {"table-low", 60, 5, false}} {
		var frames strings.Builder
		screen := newTerminal(t, c.columns, c.rows)
		now := epoch
		v := live.New(screen, live.Options{
			Terminal: true, Color: true, ASCII: c.ascii,
			Size: func() (int, int) { return c.columns, c.rows },
			Now:  func() time.Time { return now },
		})
		for _, m := range order() {
			now = at(m.second)
			v.Update(live.Snapshot{Title: "order-fulfillment ORD-1", Steps: m.steps, Footer: "Ctrl-C leaves the run running"})
			fmt.Fprintf(&frames, "@%gs\n%s", m.second, screen)
		}
		v.Close()
		fmt.Fprintf(&frames, "closed\n%s%s", strings.Join(append(screen.scrollback, ""), "\n"), screen)
		if !screen.cursor || !screen.wrap {
			t.Errorf("%s: the terminal is left with cursor %v, wrap %v", c.name, screen.cursor, screen.wrap)
		}
		golden.Compare(t, filepath.Join("testdata", c.name+".txt"), []byte(frames.String()))
	}
}

// TestBytes pins what is written: only the lines that changed.
func TestBytes(t *testing.T) {
	var out bytes.Buffer
	now := epoch
	v := live.New(&out, live.Options{
		Terminal: true, Color: true,
		Size: func() (int, int) { return 80, 24 },
		Now:  func() time.Time { return now },
	})
	var text strings.Builder
	for _, m := range order() {
		now = at(m.second)
		out.Reset()
		v.Update(live.Snapshot{Steps: m.steps})
		fmt.Fprintf(&text, "@%gs\n%s\n", m.second, strings.ReplaceAll(out.String(), "\x1b", "ESC"))
	}
	golden.Compare(t, filepath.Join("testdata", "bytes.txt"), []byte(text.String()))
}

func TestNothingNewWritesNothing(t *testing.T) {
	screen := newTerminal(t, 80, 24)
	v := live.New(screen, live.Options{Terminal: true, Size: func() (int, int) { return 80, 24 }, Now: func() time.Time { return epoch }})
	s := live.Snapshot{Steps: []live.StepView{{Path: "a", ID: "a", State: live.Succeeded}}}
	v.Update(s)
	before := screen.writes
	v.Update(s)
	v.Tick()
	if screen.writes != before {
		t.Errorf("%d writes for nothing", screen.writes-before)
	}
	s.Steps[0].State = live.Running
	v.Update(s)
	before = screen.writes
	v.Tick()
	if screen.writes != before+1 {
		t.Errorf("a tick of a running step made %d writes", screen.writes-before)
	}
}

func TestResize(t *testing.T) {
	columns, rows := 60, 12
	screen := newTerminal(t, columns, rows)
	v := live.New(screen, live.Options{Terminal: true, Size: func() (int, int) { return columns, rows }, Now: func() time.Time { return epoch }})
	v.Print("$ partitur run order.yaml")
	s := live.Snapshot{Footer: "end"}
	for i := range 4 {
		s.Steps = append(s.Steps, live.StepView{Path: fmt.Sprint(i), ID: fmt.Sprint("step-", i), State: live.Running, Started: epoch, Note: strings.Repeat("long note ", 9)})
	}
	resize := func(c, r int) {
		columns, rows = c, r
		screen.resize(c, r)
		v.Tick()
	}
	v.Update(s)
	for _, size := range [][2]int{{30, 12}, {25, 12}, {60, 12}, {60, 5}, {60, 12}} {
		resize(size[0], size[1])
		shown := screen.String()
		if n := strings.Count(shown, "step-"); n != min(4, size[1]-2) && size[1] != 5 {
			t.Errorf("%v shows %d steps:\n%s", size, n, shown)
		}
		if strings.Count(shown, "end\n") != 1 || strings.Count(shown, "step-0") > 1 {
			t.Errorf("%v leaves traces:\n%s", size, shown)
		}
	}
	v.Print("$ a log line")
	v.Close()
	all := strings.Join(screen.scrollback, "\n") + "\n" + screen.String()
	if strings.Count(all, "$ partitur run") != 1 || strings.Count(all, "$ a log line") != 1 {
		t.Errorf("lines above the table were lost or doubled:\n%s", all)
	}
}

func TestElapsed(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0ms", 999 * time.Millisecond: "999ms", 1250 * time.Millisecond: "1.2s", 9990 * time.Millisecond: "9.9s",
		59 * time.Second: "59s", 185 * time.Second: "3m05s", 130 * time.Minute: "2h10m", 76 * time.Hour: "3d4h",
	} {
		if got := live.Elapsed(d); got != want {
			t.Errorf("%v is %s, want %s", d, got, want)
		}
	}
}
