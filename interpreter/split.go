package interpreter

import (
	"fmt"
	"strconv"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/value"
)

// defaultPart is how many items of a loop one run works on at the most.
const defaultPart = 1000

// maxPartItems bounds the items of a part, in bytes of JSON.
const maxPartItems = 1 << 20

// together is how many items at a time one part works on, if there are others.
const together = 100

// splits tells whether other runs are to work on the items of a loop: there are
// many, and the run could not forget them one after the other, or several are
// worked on at the same time.
func (r *run) splits(l *loop) bool {
	return r.pin.Part > 0 && l.body.Apart && l.total-l.next > r.pin.Part && (l.width > 1 || !l.scope.alone) && l.scope.undone == nil
}

// A piece is a part that is under way.
type piece struct {
	first, end int // the positions of its first item and of that after its last
	width      int
	as         string // what it is called in the run
	future     workflow.ChildWorkflowFuture
}

func anyPiece(out []*piece) bool {
	for _, p := range out {
		if p.future.IsReady() {
			return true
		}
	}
	return false
}

// split works on the items of a loop by parts. Together they work on as many
// items at a time as the loop may.
func (r *run) split(ctx workflow.Context, l *loop) {
	inner, cancel := workflow.WithCancel(ctx)
	patient, _ := workflow.NewDisconnectedContext(ctx) // what is cancelled is still awaited
	widths := l.shares(r.pin.Part)
	lines := len(widths)
	for {
		for len(widths) > 0 && r.morePieces(ctx, l) && r.childRoom() {
			if ctx.Err() != nil {
				l.note(cancelled)
			} else if p := r.startPiece(inner, l, widths[0], lines); p != nil {
				l.out, widths = append(l.out, p), widths[1:]
			}
		}
		if len(l.out) == 0 && !r.morePieces(ctx, l) {
			return
		}
		_ = workflow.Await(patient, func() bool {
			return anyPiece(l.out) || r.tooManySoFar(l) || len(widths) > 0 && r.morePieces(ctx, l) && r.childRoom()
		})
		widths = append(widths, r.piecesEnd(patient, l)...)
		if r.tooManySoFar(l) {
			l.over = &Failure{Type: TooManyFailures}
			l.note(l.over)
		}
		if l.first != nil {
			cancel()
		}
	}
}

// piecesEnd takes how parts have ended, and returns how many items at a time
// each has worked on.
func (r *run) piecesEnd(ctx workflow.Context, l *loop) (widths []int) {
	var kept []*piece
	for _, p := range l.out {
		if !p.future.IsReady() {
			kept = append(kept, p)
			continue
		}
		r.pieceEnds(ctx, l, p)
		widths = append(widths, p.width)
		delete(r.tallies, p.as)
	}
	l.out = kept
	return widths
}

// morePieces tells whether the loop begins with further items.
func (r *run) morePieces(ctx workflow.Context, l *loop) bool {
	return l.next < l.total && l.first == nil && !(l.moved && r.fullBetween(ctx, l.scope))
}

// fullBetween tells whether the run is to be continued between two parts. A part
// is one line in its history, so that it rarely is.
func (r *run) fullBetween(ctx workflow.Context, sc *scope) bool {
	if r.pin.Rules >= childrenStay && (ctx.Err() != nil || r.leftAlone()) {
		return false
	}
	return sc.alone && r.full() && r.info.CronSchedule == ""
}

// shares are the numbers of items that parts of a size work on at a time. There
// are two parts at least, so that one slow item does not hold up all.
func (l *loop) shares(size int) []int {
	left := l.total - l.next
	n := max(min(l.width, 2), (l.width+together-1)/together)
	n = min(n, (left+size-1)/size)
	widths := make([]int, n)
	for i := range widths {
		widths[i] = l.width / n
		if i < l.width%n {
			widths[i]++
		}
	}
	return widths
}

// startPiece starts a part with the next items, or ends the loop if it cannot be.
func (r *run) startPiece(ctx workflow.Context, l *loop, width, lines int) *piece {
	p := &piece{first: l.next, end: l.pieceEnd(r.pin.Part), width: width}
	l.next = p.end
	c := r.partOf(l, p)
	p.as = l.scope.instance(l.step.Path) + "[" + c.Part.label() + "]"
	c.Part.Teller = r.teller(l, p, lines)
	f, err := r.startPart(ctx, l.step, l.scope, c)
	if err != nil {
		l.note(r.failure(l.step, l.scope, err))
		return nil
	}
	p.future = f
	return p
}

// pieceEnd is where the next part ends: it has no more items than fit.
func (l *loop) pieceEnd(most int) int {
	end, size := l.next, 0
	for end < l.total && end-l.next < most {
		if size += value.Size(l.items[end-l.base]); size > maxPartItems && end > l.next {
			break
		}
		end++
	}
	return end
}

// partOf is what the run of a part is given.
func (r *run) partOf(l *loop, p *piece) *carried {
	f := &loopFrame{Total: p.end - p.first, Width: p.width, Items: keep(l.items[p.first-l.base : p.end-l.base])}
	if l.keys != nil {
		f.Keys = keep(l.keys[p.first-l.base : p.end-l.base])
	}
	reads := r.program.PartReads(l.body)
	c := r.partCarried(&part{
		Loop: l.step.Path, First: l.offset + p.first, Allow: l.allowed() - l.bad - r.failedSoFar(l), Frame: f, Vars: keep(r.partVars(reads, l.scope)),
		In: l.scope.loop, Item: l.scope.item, Keys: l.scope.keys, How: r.sagaOf(l.scope.how), Held: l.scope.held,
	})
	for _, path := range reads {
		if path[0] == "state" {
			c.State = keep(r.state)
		}
	}
	return c
}

// partCarried is what the run of every part is given.
func (r *run) partCarried(p *part) *carried {
	p.identity = r.identity
	c := &carried{
		Epoch: r.epoch, Pins: []carriedPin{{r.pin, r.pin.Source}}, Workflow: keep(r.workflowVars()), Schedule: keep(r.scheduleVars()), Part: p,
	}
	if r.before != nil {
		c.Workflow, c.Schedule = r.before.Workflow, r.before.Schedule
	}
	return c
}

// partVars are the values at some paths. Of steps, what is always there is there.
func (r *run) partVars(reads dsl.Reads, sc *scope) map[string]any {
	known := reads[:0:0]
	for _, path := range reads {
		if _, ok := sc.vars[path[0]]; ok && path[0] != "state" {
			known = append(known, path)
		}
	}
	vars := pick(sc.vars, known)
	steps, _ := vars["steps"].(map[string]any)
	for _, id := range workflow.DeterministicKeys(steps) {
		record, _ := steps[id].(map[string]any)
		whole, _ := sc.steps[id].(map[string]any)
		for _, field := range []string{"output", "status", "error"} {
			if _, there := record[field]; there || record == nil {
				continue
			}
			record[field] = nil
			if field == "status" {
				record[field] = whole[field]
			}
		}
	}
	return vars
}

// sagaOf is the path of the saga that says how to undo, "" for the workflow.
func (r *run) sagaOf(how *dsl.Compensation) (path string) {
	r.program.WalkAll(func(s *dsl.Step) {
		if saga, ok := s.Body.(*dsl.Saga); ok && saga.Compensation == how && how != nil {
			path = s.Path
		}
	})
	return path
}

// startPart starts the run of a part.
func (r *run) startPart(ctx workflow.Context, s *dsl.Step, sc *scope, c *carried) (workflow.ChildWorkflowFuture, error) {
	raw, err := c.payload()
	if err != nil {
		return nil, err
	}
	if size := len(raw.Payload().GetData()); size > r.largest() {
		return nil, tooLarge(size, r.largest())
	}
	at := sc.instance(s.Path) + "[" + c.Part.label() + "]"
	if c.Part.Undo {
		at += "/undo"
	}
	o := workflow.ChildWorkflowOptions{WorkflowID: r.idFor(at), WaitForCancellation: true, StaticSummary: shorten(at, maxSummary)}
	if v := r.views[s.Path]; v != nil {
		v.child = o.WorkflowID
	}
	ctx = workflow.WithValue(workflow.WithChildOptions(ctx, o), stepPath{}, s.Path)
	r.awaited++
	return workflow.ExecuteChildWorkflow(ctx, PartType, raw), nil
}

// label is the positions of the part's items.
func (p *part) label() string {
	if p.Frame == nil || p.Frame.Total == 1 {
		return strconv.Itoa(p.First)
	}
	return fmt.Sprintf("%d-%d", p.First, p.First+p.Frame.Total-1)
}

// endOf is the result of a part that has ended.
func (r *run) endOf(ctx workflow.Context, f workflow.Future) (*partResult, error) {
	var raw converter.RawValue
	err := f.Get(ctx, &raw)
	r.awaited--
	if err != nil {
		return nil, err
	}
	res := new(partResult)
	return res, fromJSON(raw.Payload().GetData(), res)
}

// pieceEnds takes how a part has ended.
func (r *run) pieceEnds(ctx workflow.Context, l *loop, p *piece) {
	res, err := r.endOf(ctx, p.future)
	if err != nil {
		f := fromError(err)
		f.Message = fmt.Sprintf("the run of the items %d to %d ended: %s", l.offset+p.first, l.offset+p.end-1, f.Message)
		l.note(r.failure(l.step, l.scope, f))
		return
	}
	l.failed = append(l.failed, res.Failed.list()...)
	l.bad, l.done, l.moved = l.bad+res.Bad, l.done+res.Done, true
	l.undone = append(l.undone, res.Undone.list()...)
	r.past = append(r.past, res.Ran.list()...)
	r.adopt(l, p, res.Entries)
	if err := l.takeResults(p, res); err != nil {
		l.note(r.failure(l.step, l.scope, err))
	}
	l.note(r.partEnd(l, res))
	r.progress(l)
}

// partEnd is how the loop ends because of how a part has: nil if it goes on.
func (r *run) partEnd(l *loop, res *partResult) error {
	switch {
	case res.Ends == partFailed:
		return r.restoreFailure(res.Failure)
	case res.Ends == partTooMany, l.bad > l.allowed() && l.body.OnItemError.Tolerant():
		if l.over == nil {
			l.over = &Failure{Type: TooManyFailures}
		}
		return l.over
	case res.Ends == partBroken:
		return &exit{kind: exitBreak, loop: l.step.ID}
	case res.Ends == partCancelled && l.first == nil:
		return cancelled
	}
	return nil
}

// takeResults puts the results of a part in their places.
func (l *loop) takeResults(p *piece, res *partResult) error {
	if l.results == nil {
		return nil
	}
	for i, v := range res.Results.list() {
		l.results[p.first+i] = v
		l.size += value.Size(v)
	}
	if l.size > maxOutput {
		return &Failure{Type: ResultTooLarge, Message: fmt.Sprintf("the results of %d items are over 1MB together", l.done)}
	}
	return nil
}
