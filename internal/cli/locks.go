package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/partitur/partitur/internal/cli/ansi"
	"github.com/partitur/partitur/internal/cli/live"
	"github.com/partitur/partitur/interpreter/shared"
)

var locksCommand = command{
	use:     "locks [NAME]",
	group:   runsGroup,
	summary: "list the locks of the namespace, who has them and who waits",
	help: `
List the locks with scope: namespace that runs have or wait for, and in which
order they wait. A lock is given back when its run leaves the step, or ends.
Runs that wait for each other in a circle are named, if all locks are listed.`,
	examples: `
  partitur locks
  partitur locks warehouse-7 -o json`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		limit := f.Int("limit", 100, "`NUMBER` of locks at the most")
		return func(c *call) error {
			server, err := c.dial()
			if err != nil {
				return err
			}
			query := "WorkflowType = " + quote(shared.LockType) + " AND ExecutionStatus = 'Running'"
			if len(c.args) > 0 {
				query += " AND WorkflowId = " + quote(shared.Keeper{Kind: shared.LockType, Name: c.args[0]}.ID())
			}
			keepers, more, err := c.list(server, query, *limit)
			if err != nil {
				return err
			}
			locks := []heldLock{}
			for _, k := range keepers {
				l, err := c.lockOf(server, k.WorkflowID)
				if err != nil {
					return err
				}
				if len(l.Line) > 0 {
					locks = append(locks, l)
				}
			}
			cycles := cyclesOf(locks)
			err = c.show(map[string]any{"locks": locks, "cycles": cycles}, func(w io.Writer) { c.writeLocks(w, locks) })
			c.warnOfCycles(cycles)
			if more {
				c.note("there are more; --limit shows them")
			}
			return err
		}
	},
}

// A heldLock is a lock and the line of those who want it; the first has it.
type heldLock struct {
	Keeper string      `json:"keeper"` // the workflow id of what keeps it
	Line   []lockPlace `json:"line"`
}

// A lockPlace is one run in the line.
type lockPlace struct {
	WorkflowID string     `json:"workflow_id"`
	RunID      string     `json:"run_id"`
	Asked      time.Time  `json:"asked"`
	Given      *time.Time `json:"given,omitempty"`
}

// lockOf asks what keeps a lock who is in the line.
func (c *call) lockOf(server *remote, id string) (held heldLock, err error) {
	answer, err := c.ask(server, runRef{workflowID: id}, "book", nil)
	if err != nil {
		return held, err
	}
	var l shared.Lock
	if err := json.Unmarshal(answer, &l); err != nil {
		return held, err
	}
	held.Keeper = id
	for _, p := range l.Line {
		place := lockPlace{WorkflowID: p.Run.ID, RunID: p.Run.RunID, Asked: p.Asked}
		if !p.Given.IsZero() {
			place.Given = &p.Given
		}
		held.Line = append(held.Line, place)
	}
	return held, nil
}

func (c *call) writeLocks(w io.Writer, locks []heldLock) {
	if len(locks) == 0 {
		c.note("nobody has a lock of the namespace")
		return
	}
	var rows [][]cell
	for _, l := range locks {
		for i, p := range l.Line {
			row := []cell{{lockNameOf(l.Keeper), ansi.Bold}, {p.WorkflowID, ansi.Plain}, {fmt.Sprint("waits, ", ordinal(i)), ansi.Dim}, {live.Elapsed(c.Now().Sub(p.Asked)), ansi.Dim}}
			if p.Given != nil {
				row[2], row[3] = cell{"has it", ansi.Plain}, cell{live.Elapsed(c.Now().Sub(*p.Given)), ansi.Dim}
			}
			rows = append(rows, row)
		}
	}
	c.writeTable(w, []string{"LOCK", "WORKFLOW ID", "STATUS", "FOR"}, rows)
}

// lockNameOf is the lock's name in the workflow id of what keeps it.
func lockNameOf(id string) string {
	return strings.TrimPrefix(id, shared.Keeper{Kind: shared.LockType}.ID())
}

// ordinal is the place in a line behind who has the lock.
func ordinal(i int) string {
	if i == 1 {
		return "next"
	}
	return fmt.Sprintf("after %d more", i-1)
}
