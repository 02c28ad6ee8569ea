package interpreter

import (
	"fmt"
	"strconv"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/value"
)

// maxListed is how many failed items an error describes one by one.
const maxListed = 20

// maxOutput bounds the collected results, in bytes of JSON.
const maxOutput = 1 << 20

// A loop is one execution of a for_each step. Its items are a group.
type loop struct {
	*group
	step    *dsl.Step
	body    *dsl.ForEach
	scope   *scope
	total   int      // how many items there are
	base    int      // how many of them the runs before have worked on
	items   []any    // the others
	keys    []any    // theirs; nil where positions identify the items
	width   int      // how many items are worked on at the same time
	next    int      // the item to be taken next
	moved   bool     // an item has ended in this run
	results []any    // nil where nobody reads them
	size    int      // of the results, in bytes of JSON
	failed  []any    // {index, key, error}
	bad     int      // items that failed; what they did may not be undone yet
	over    *Failure // set when that are too many
	done    int      // items that succeeded
	out     []*piece // parts that are under way

	part   *part // of a loop whose items these are, or nil
	offset int   // the position of the first of them in it
}

// forEach runs the body once for each item, at most `concurrency` at a time.
func (r *run) forEach(ctx workflow.Context, s *dsl.Step, b *dsl.ForEach, sc *scope) (any, error) {
	l := &loop{group: &group{parent: sc.group}, step: s, body: b, scope: sc, failed: []any{}}
	if err := r.fill(l); err != nil {
		return nil, err
	}
	r.workOn(ctx, l)
	if l.first == nil && l.next < l.total { // it has stopped because the run is to be continued
		l.note(continued(l.frame(l.next)))
	}
	if l.over != nil {
		l.tooMany()
	}
	if err := l.end(); err != nil && jumpTo(err, s) != exitBreak {
		return nil, err
	}
	if l.results == nil {
		return nil, nil
	}
	return l.results, nil
}

// workOn works on the items of a loop.
func (r *run) workOn(ctx workflow.Context, l *loop) {
	r.progress(l)
	l.publish()
	switch workers := min(l.width, l.total-l.next); {
	case r.splits(l):
		r.split(ctx, l)
	case workers > 1 && sends(l.body):
		r.sendAll(ctx, l)
	default:
		r.work(ctx, l, workers)
	}
	l.publish()
}

// width evaluates the concurrency of a loop.
func (r *run) width(l *loop) (int, error) {
	if l.body.Width == nil {
		return l.body.Concurrency, nil
	}
	v, err := r.eval(l.step, l.body.Width, l.scope)
	if err != nil {
		return 0, err
	}
	n, ok := v.(int)
	if f, isFloat := v.(float64); isFloat {
		n, ok = value.Whole(f)
	}
	if ok && n >= 1 {
		return n, nil
	}
	return 0, wrongType(l.body.Width, "an integer from 1", v)
}

// fill evaluates the list, or takes over what the run before has left of it.
func (r *run) fill(l *loop) error {
	if f := r.loopFrame(); f != nil {
		l.fromFrame(f)
		return nil
	}
	r.at(l.step, l.scope)
	list, err := l.body.List.Eval(l.scope.vars)
	if err != nil {
		return err
	}
	items, ok := elements(list)
	if !ok {
		return &Failure{Type: ExpressionError, Message: "for_each needs a list or an object", Span: l.body.List.Span}
	}
	items = batches(items, l.body.BatchSize)
	l.items, l.total = items, len(items)
	if l.body.Keep {
		l.results = make([]any, l.total)
	}
	if l.keys, err = r.keys(l); err != nil {
		return err
	}
	l.width, err = r.width(l)
	return err
}

// work takes the items with a number of coroutines.
func (r *run) work(ctx workflow.Context, l *loop, workers int) {
	if workers <= 1 {
		r.take(ctx, l, func() {})
		return
	}
	inner, cancel := workflow.WithCancel(ctx)
	wg := workflow.NewWaitGroup(ctx)
	for i := range workers {
		wg.Add(1)
		workflow.GoNamed(inner, l.step.Path+"/"+strconv.Itoa(i), func(ctx workflow.Context) {
			r.take(ctx, l, cancel)
			wg.Done()
		})
	}
	wg.Wait(ctx)
}

// take works on one item after the other, and calls stop when the loop has to
// end early.
func (r *run) take(ctx workflow.Context, l *loop, stop func()) {
	for r.more(ctx, l) {
		if ctx.Err() != nil {
			l.note(cancelled)
			return
		}
		i := l.next
		l.next++
		r.item(ctx, l, i, stop)
	}
}

// item runs the body for one element, and undoes what it has done if it fails.
func (r *run) item(ctx workflow.Context, l *loop, i int, stop func()) {
	sc := l.itemScope(i)
	sc.ownUndo()
	r.recall(sc)
	err := r.steps(ctx, l.body.Do, sc)
	if e := continuing(err); e != nil {
		l.suspend(e, i, sc)
		return
	}
	r.itemEnds(ctx, l, &item{i, sc, err}, stop)
}

// An item is one element of a loop, and how its body has ended.
type item struct {
	index int
	scope *scope
	err   error
}

// itemEnds takes how the body has ended for one element.
func (r *run) itemEnds(ctx workflow.Context, l *loop, t *item, stop func()) {
	err := t.err
	switch jump := jumpTo(err, l.step); {
	case err == nil:
		err = r.collect(l, t.index, t.scope)
	case jump == exitNext:
		err = nil
	}
	if ends := l.judge(err); ends != nil {
		l.note(ends)
		stop() // before what the item has done is undone: that takes time
	}
	_ = r.resolve(ctx, t.scope, err)
	if f, failed := err.(*Failure); failed {
		l.failed = append(l.failed, map[string]any{"index": l.offset + t.index, "key": l.key(t.index), "error": f.value()})
	} else if err == nil || isJump(err) {
		l.done++
	}
	l.moved = true
	r.progress(l)
	r.tells(ctx, l)
}

// judge tells how the loop ends because of how an item has ended: nil if it
// goes on.
func (l *loop) judge(err error) error {
	f, failed := err.(*Failure)
	if !failed {
		return err
	}
	l.bad++
	switch {
	case f.Type == ResultTooLarge && f.Path == l.step.Path, !l.body.OnItemError.Tolerant():
		return err
	case l.bad <= l.allowed():
		return nil
	}
	l.over = &Failure{Type: TooManyFailures}
	return l.over
}

// allowed is how many items may fail.
func (l *loop) allowed() int {
	if l.part != nil {
		return l.part.Allow
	}
	return l.body.OnItemError.Most(l.total)
}

// tooMany says how many items failed, once all that were begun have ended.
func (l *loop) tooMany() {
	listed := l.failed[:min(len(l.failed), maxListed)]
	l.over.Message = fmt.Sprintf("%d of %d items failed", len(l.failed), l.total)
	l.over.Details = map[string]any{"counts": l.counts(), "errors": append([]any(nil), listed...)}
}

// itemScope is what the body sees for one element.
func (l *loop) itemScope(i int) *scope {
	sc := l.scope.round(l.step, keyText(l.key(i)))
	sc.group = l.group
	sc.alone = sc.alone && l.width == 1
	sc.vars[l.body.As] = l.items[i-l.base]
	sc.vars["index"] = l.offset + i
	return sc
}

// progress shows how far the loop is while it runs.
func (r *run) progress(l *loop) {
	if v := r.views[l.step.Path]; v != nil {
		v.done, v.total = l.done+len(l.failed), l.total
	}
	if l.body.Watched {
		l.publish()
	}
}

// publish makes the counts readable for expressions.
func (l *loop) publish() {
	if l.step.ID != "" {
		l.scope.put(l.step.ID, map[string]any{
			"output": nil, "status": "running", "error": nil, "errors": l.failed, "counts": l.counts(),
		})
	}
}

// collect keeps what the author wants of an item.
func (r *run) collect(l *loop, i int, sc *scope) (err error) {
	if l.results == nil {
		return nil
	}
	v := sc.last
	if l.body.Collect != nil {
		if v, err = r.eval(l.step, l.body.Collect, sc); err != nil {
			return r.failure(l.step, sc, err)
		}
	}
	l.results[i] = v
	l.size += value.Size(v)
	if l.size > maxOutput {
		return r.failure(l.step, l.scope, &Failure{Type: ResultTooLarge, Message: fmt.Sprintf("the results of %d items are over 1MB together", l.done+1)})
	}
	return nil
}

func (l *loop) counts() map[string]any {
	return map[string]any{"succeeded": l.done, "failed": len(l.failed)}
}
