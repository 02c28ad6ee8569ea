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

// A loop is one execution of a for_each step.
type loop struct {
	step    *dsl.Step
	body    *dsl.ForEach
	scope   *scope
	items   []any
	next    int // the item to be taken next
	results []any
	size    int
	failed  []any // {index, key, error}
	done    int
	first   error // what ends the loop early
}

// forEach runs the body once for each item, at most `concurrency` at a time.
func (r *run) forEach(ctx workflow.Context, s *dsl.Step, b *dsl.ForEach, sc *scope) (any, error) {
	r.host.path = s.Path
	list, err := b.List.Eval(sc.vars)
	if err != nil {
		return nil, err
	}
	items, err := elements(list)
	if err != nil {
		return nil, &Failure{Type: ExpressionError, Message: err.Error(), Span: b.List.Span}
	}
	l := &loop{step: s, body: b, scope: sc, items: items, failed: []any{}}
	if b.Keep {
		l.results = make([]any, len(items))
	}
	r.progress(l)
	r.work(ctx, l)
	return l.finish()
}

// work takes the items, alone or with others.
func (r *run) work(ctx workflow.Context, l *loop) {
	workers := min(l.body.Concurrency, len(l.items))
	if workers <= 1 {
		r.take(ctx, l, func() {})
		return
	}
	inner, cancel := workflow.WithCancel(ctx)
	defer cancel()
	wg := workflow.NewWaitGroup(ctx)
	for i := range workers {
		wg.Add(1)
		workflow.GoNamed(inner, l.step.Path+"/"+strconv.Itoa(i), func(ctx workflow.Context) {
			defer wg.Done()
			r.take(ctx, l, cancel)
		})
	}
	wg.Wait(ctx)
}

// take works on one item after the other, and calls stop when the loop has to
// end early.
func (r *run) take(ctx workflow.Context, l *loop, stop func()) {
	for l.next < len(l.items) && l.first == nil {
		if ctx.Err() != nil {
			l.first = cancelled
			return
		}
		i := l.next
		l.next++
		if err := r.item(ctx, l, i); err != nil {
			if l.first == nil || isCancel(l.first) {
				l.first = err
			}
			stop()
			return
		}
	}
}

// item runs the body for one element. What it returns ends the loop.
func (r *run) item(ctx workflow.Context, l *loop, i int) error {
	sc, key, err := r.itemScope(l, i)
	if err != nil {
		return err
	}
	err = r.apart(ctx, l.body.Do, sc)
	if err == nil {
		err = r.collect(l, i, sc)
	}
	f, failed := err.(*Failure)
	if !failed {
		return err // nil, or a way out
	}
	if f.Type == ResultTooLarge && f.Path == l.step.Path {
		return err
	}
	l.failed = append(l.failed, map[string]any{"index": i, "key": key, "error": f.value()})
	r.progress(l)
	if l.body.OnItemError.Allows(len(l.failed), len(l.items)) {
		return nil
	}
	if !l.body.OnItemError.Tolerant() {
		return err
	}
	return l.tooMany()
}

// itemScope is what the body sees for one element, and the element's key.
func (r *run) itemScope(l *loop, i int) (*scope, any, error) {
	sc := l.scope.child()
	sc.vars[l.body.As] = l.items[i]
	sc.vars["index"] = i
	var key any = i
	if l.body.Key != nil {
		r.host.path = l.step.Path
		k, err := l.body.Key.Eval(sc.vars)
		if err != nil {
			return nil, nil, r.failure(l.step, l.scope, err)
		}
		key = k
	}
	text, err := value.Text(key)
	if err != nil {
		return nil, nil, &Failure{Type: ExpressionError, Message: "the key of an item must be a text or a number", Span: l.body.Key.Span}
	}
	sc.item = l.scope.instance(l.step.Path) + "[" + text + "]"
	sc.loop = l.step.Path
	return sc, key, nil
}

// progress makes the counts readable while the loop runs.
func (r *run) progress(l *loop) {
	if v := r.views[l.step.Path]; v != nil {
		v.done, v.total = l.done+len(l.failed), len(l.items)
	}
	if l.step.ID != "" {
		l.scope.steps[l.step.ID] = map[string]any{
			"output": nil, "status": "running", "error": nil, "errors": l.failed, "counts": l.counts(),
		}
	}
}

// collect keeps what the author wants of an item.
func (r *run) collect(l *loop, i int, sc *scope) error {
	l.done++
	r.progress(l)
	if l.results == nil {
		return nil
	}
	v, err := r.itemOutput(l, sc)
	if err != nil {
		return r.failure(l.step, l.scope, err)
	}
	l.results[i] = v
	l.size += value.Size(v)
	if l.size > maxOutput {
		return r.failure(l.step, l.scope, &Failure{Type: ResultTooLarge, Message: fmt.Sprintf("the results of %d items are over 1MB together", l.done)})
	}
	return nil
}

func (r *run) itemOutput(l *loop, sc *scope) (any, error) {
	if l.body.Collect != nil {
		return r.eval(l.body.Collect, l.step.Path, sc)
	}
	last := l.body.Do[len(l.body.Do)-1]
	record, _ := sc.steps[last.ID].(map[string]any)
	return record["output"], nil
}

func (l *loop) tooMany() error {
	listed := l.failed[:min(len(l.failed), maxListed)]
	return &Failure{
		Type:    TooManyFailures,
		Message: fmt.Sprintf("%d of %d items failed", len(l.failed), len(l.items)),
		Details: map[string]any{"counts": l.counts(), "errors": append([]any(nil), listed...)},
	}
}

func (l *loop) counts() map[string]any {
	return map[string]any{"succeeded": l.done, "failed": len(l.failed)}
}

// finish decides how the loop ends, and its output.
func (l *loop) finish() (any, error) {
	if l.first != nil {
		return nil, l.first
	}
	if l.results == nil {
		return nil, nil
	}
	return l.results, nil
}

// elements lists what a loop goes through. Objects yield their pairs in the
// order of their keys.
func elements(v any) ([]any, error) {
	switch v := v.(type) {
	case []any:
		return v, nil
	case map[string]any:
		pairs := make([]any, 0, len(v))
		for _, k := range workflow.DeterministicKeys(v) {
			pairs = append(pairs, map[string]any{"key": k, "value": v[k]})
		}
		return pairs, nil
	}
	return nil, fmt.Errorf("for_each needs a list or an object")
}
