package cli

import (
	"fmt"
	"slices"
	"strings"
)

// maxCycles is how many are shown.
const maxCycles = 20

// A want is a run that waits for a lock.
type want struct {
	WorkflowID string `json:"workflow_id"`
	Lock       string `json:"lock"`
	HeldBy     string `json:"held_by"` // a workflow id
}

// cyclesOf finds runs that wait for each other: each for a lock that the next
// one has, and the last for one that the first has.
func cyclesOf(locks []heldLock) [][]want {
	wants := map[string][]want{}
	var ids []string
	for _, l := range locks {
		if l.Line[0].Given == nil {
			continue
		}
		for _, p := range l.Line[1:] {
			ids = append(ids, p.WorkflowID)
			wants[p.WorkflowID] = append(wants[p.WorkflowID], want{p.WorkflowID, lockNameOf(l.Keeper), l.Line[0].WorkflowID})
		}
	}
	slices.Sort(ids)
	cycles := [][]want{}
	for _, id := range slices.Compact(ids) {
		cycles = goRound(wants, id, nil, cycles)
	}
	return cycles
}

// goRound follows who waits for whom, from the run of a cycle that is first by
// its id.
func goRound(wants map[string][]want, id string, path []want, cycles [][]want) [][]want {
	for _, w := range wants[id] {
		first := append(slices.Clone(path), w)[0].WorkflowID
		switch {
		case len(cycles) == maxCycles || w.HeldBy < first:
		case w.HeldBy == first:
			cycles = append(cycles, append(slices.Clone(path), w))
		case !slices.ContainsFunc(path, func(p want) bool { return p.WorkflowID == w.HeldBy }):
			cycles = goRound(wants, w.HeldBy, append(slices.Clone(path), w), cycles)
		}
	}
	return cycles
}

// warnOfCycles says who waits for whom in a circle.
func (c *call) warnOfCycles(cycles [][]want) {
	for _, cycle := range cycles {
		var parts []string
		for _, w := range cycle {
			parts = append(parts, fmt.Sprintf("%s waits for %q, which %s has", w.WorkflowID, w.Lock, w.HeldBy))
		}
		c.note("in a circle: %s", strings.Join(parts, "; "))
	}
	if len(cycles) > 0 {
		c.note("none of these gets its lock unless another gives up: a timeout of the step does that, or `partitur cancel`")
	}
}
