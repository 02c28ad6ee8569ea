package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/interpreter/shared"
)

// steadiness is how many times a part of a loop, of all that are under way,
// tells of the items that have failed before it has used up its share of those
// that may. So many are known of that the loop ends at most a quarter of them
// late, and few messages are sent.
const steadiness = 4

// A tally tells a run how many items have failed in a part of one of its loops.
type tally struct {
	Part string `json:"part"`
	Bad  int    `json:"bad"`
}

// A teller is how a part tells of that while it is at work.
type teller struct {
	As    string `json:"as"`             // what the part is called
	Every int    `json:"every"`          // after how many failures
	Told  int    `json:"told,omitempty"` // so far
}

// tells tells the run whose loop it is that items have failed.
func (r *run) tells(ctx workflow.Context, l *loop) {
	if l.part == nil || l.part.Teller == nil || ctx.Err() != nil {
		return
	}
	t := l.part.Teller
	if l.bad < t.Told+t.Every || l.bad > l.allowed() { // which ends the part anyway
		return
	}
	t.Told = l.bad
	workflow.SignalExternalWorkflow(ctx, r.info.ParentWorkflowExecution.ID, "", shared.TallySignal, tally{t.As, t.Told})
}

// teller is that of the next part, nil if it does not matter how many fail.
func (r *run) teller(l *loop, p *piece, lines int) *teller {
	most := l.allowed()
	if !l.body.OnItemError.Tolerant() || most >= l.total {
		return nil
	}
	return &teller{As: p.as, Every: max(1, (most-l.bad-r.failedSoFar(l))/(steadiness*lines))}
}

// failedSoFar is how many items have failed in the parts that are under way, as far as
// they have told.
func (r *run) failedSoFar(l *loop) (bad int) {
	for _, args := range r.mail.tallies {
		var t tally
		if r.converter.FromPayloads(args, &t) == nil {
			r.tallies[t.Part] = max(r.tallies[t.Part], t.Bad)
		}
	}
	r.mail.tallies = nil
	for _, p := range l.out {
		bad += r.tallies[p.as]
	}
	return bad
}

// tooManySoFar tells whether more items have failed than may, in parts that are
// under way and in others.
func (r *run) tooManySoFar(l *loop) bool {
	return l.first == nil && l.body.OnItemError.Tolerant() && l.bad+r.failedSoFar(l) > l.allowed()
}
