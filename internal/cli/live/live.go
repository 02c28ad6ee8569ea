// Package live shows the steps of a run while it runs: on a terminal as a
// table that is redrawn where it changes, elsewhere as one line for each
// change of state.
package live

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/partitur/partitur/internal/cli/ansi"
)

// The states of a step, as the language names them.
const (
	Pending   = "pending"
	Running   = "running"
	Waiting   = "waiting"
	Succeeded = "succeeded"
	Failed    = "failed"
	Skipped   = "skipped"
	TimedOut  = "timed_out"
	Cancelled = "cancelled"
)

// A StepView is one step at one moment.
type StepView struct {
	Path, ID, Title, Kind string // Path tells steps apart
	State                 string
	Attempt               int
	Started, Ended        time.Time
	Note                  string // an error, or what is waited for
	Depth                 int
}

// name is what the step is called in a list.
func (s StepView) name() string {
	for _, n := range []string{s.ID, s.Title, s.Kind, s.Path} {
		if n != "" {
			return ansi.Clean(n)
		}
	}
	return "step"
}

func (s StepView) active() bool { return s.State == Running || s.State == Waiting }

// elapsed is how long the step took, or has taken so far.
func (s StepView) elapsed(now time.Time) string {
	switch {
	case s.Started.IsZero() || s.State == Pending || s.State == Skipped:
		return ""
	case !s.Ended.IsZero():
		return Elapsed(s.Ended.Sub(s.Started))
	case s.active():
		return Elapsed(now.Sub(s.Started))
	}
	return ""
}

// A Snapshot is all that is shown at one moment.
type Snapshot struct {
	Title  string
	Steps  []StepView
	Footer string
}

// Options say where and how a view is shown.
type Options struct {
	Terminal bool                       // redraw in place
	Color    bool                       // use colours
	ASCII    bool                       // use no other signs than ASCII
	Size     func() (columns, rows int) // of the terminal
	Now      func() time.Time
}

// A View shows snapshots, one after the other. Its methods may be called from
// several goroutines.
type View struct {
	mu    sync.Mutex
	shown Snapshot
	out   display
}

// A display is one way of showing.
type display interface {
	update(Snapshot)
	tick(Snapshot)
	print(line string, s Snapshot)
	close(Snapshot)
}

// New returns a view that writes to w.
func New(w io.Writer, o Options) *View {
	if o.Terminal {
		return &View{out: &table{options: o, screen: screen{w: w}}}
	}
	return &View{out: &lines{options: o, w: w, seen: map[string]mark{}}}
}

// Update shows a new snapshot.
func (v *View) Update(s Snapshot) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.shown = s
	v.out.update(s)
}

// Tick moves the spinner and the times of running steps on. Ten calls a second
// look right.
func (v *View) Tick() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.out.tick(v.shown)
}

// Print writes a line that stays, above the table.
func (v *View) Print(line string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.out.print(line, v.shown)
}

// Close shows the last snapshot in full and gives the terminal back.
func (v *View) Close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.out.close(v.shown)
}

// Write prints one snapshot as a table and is done.
func Write(w io.Writer, s Snapshot, columns int, o Options) error {
	t := &table{options: o}
	for _, r := range t.rows(s, columns, 0) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(r.painted, " ")); err != nil {
			return err
		}
	}
	return nil
}
