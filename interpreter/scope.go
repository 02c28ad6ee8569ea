package interpreter

import (
	"strings"

	"github.com/partitur/partitur/dsl"
)

// A scope holds what the expressions of a block see, and where its steps
// register compensations.
type scope struct {
	vars  map[string]any
	steps map[string]any // vars["steps"]
	last  any            // the output of the step that ended last
	outer *scope         // of a branch: what its steps are known to besides

	undo   *undoList         // nil where nothing is undone
	how    *dsl.Compensation // how the saga around, or the workflow, undoes
	group  *group            // what runs beside others, and may be cancelled with them
	undone *compensated      // set in a compensation
	alone  bool              // nothing runs beside, and the run may be continued here

	purse *purse // of the agent that the steps are a tool of

	below *watchers // of the main flow, and of the blocks in it that have no scope of their own
	held  []string  // the locks around

	loop, item string // the path of the innermost loop, and that of its current item
	keys       string // [key] of the item of each loop around, outermost first
}

// watchers are the scopes of handlers that are running, which see the main
// flow's steps as they go. Copies of a scope share them: a handler may begin and
// end while the flow is in a block.
type watchers struct{ list []*scope }

func (r *run) rootScope() *scope {
	sc := &scope{
		vars: r.vars, steps: r.pendingSteps(),
		undo: new(undoList), how: r.program.Compensation, group: new(group), alone: true, below: new(watchers),
	}
	if sc.how == nil {
		sc.how = new(dsl.Compensation)
	}
	sc.vars["steps"] = sc.steps
	return sc
}

// The records of steps that have no end yet. They are shared, and never changed.
var (
	pending     = map[string]any{"output": nil, "status": "pending", "error": nil}
	running     = map[string]any{"output": nil, "status": "running", "error": nil}
	pendingLoop = map[string]any{"output": nil, "status": "pending", "error": nil, "errors": []any{}, "counts": noCounts}
	noCounts    = map[string]any{"succeeded": 0, "failed": 0}
)

// pendingSteps records every step as pending, so that its status is readable.
func (r *run) pendingSteps() map[string]any {
	steps := make(map[string]any, len(r.program.IDs))
	for _, id := range r.program.IDs {
		steps[id] = pending
	}
	for _, id := range r.program.Loops {
		steps[id] = pendingLoop
	}
	return steps
}

// child returns a scope that sees what sc sees, and whose additions sc does not.
func (sc *scope) child() *scope {
	c := *sc
	c.outer, c.below = nil, nil
	c.vars = make(map[string]any, len(sc.vars)+2)
	copyMap(c.vars, sc.vars)
	c.steps = make(map[string]any, len(sc.steps))
	copyMap(c.steps, sc.steps)
	c.vars["steps"] = c.steps
	return &c
}

// round returns a child for one round of a loop, or one item, that the key
// tells apart from the others.
func (sc *scope) round(loop *dsl.Step, key string) *scope {
	c := sc.child()
	c.item, c.loop = sc.instance(loop.Path)+"["+key+"]", loop.Path
	c.keys = sc.keys + "[" + key + "]"
	return c
}

// branch returns a child whose steps are known in sc, too, as soon as they
// begin and end; its siblings do not see them.
func (sc *scope) branch(g *group) *scope {
	c := sc.child()
	c.outer, c.group, c.alone = sc, g, false
	return c
}

// handler returns a child for steps that follow whatever happened: nothing of
// what they do is undone, and nothing beside them ends them.
func (sc *scope) handler() *scope {
	c := sc.child()
	c.undo, c.group, c.alone = nil, new(group), false
	return c
}

// freeze returns a handler's scope that keeps the state as it is now.
func (sc *scope) freeze(state map[string]any) *scope {
	c := sc.handler()
	if len(state) == 0 { // and it stays empty
		return c
	}
	frozen := make(map[string]any, len(state))
	copyMap(frozen, state)
	c.vars["state"] = frozen
	return c
}

// copyMap copies in no particular order, which no one can tell afterwards; so
// the determinism checker is told to trust it.
func copyMap(to, from map[string]any) {
	for k, v := range from {
		to[k] = v
	}
}

// instance is the path of a step with the items of the loops it stands in.
func (sc *scope) instance(path string) string {
	if sc.item == "" {
		return path
	}
	if sc.loop != "" {
		if rest, ok := strings.CutPrefix(path, sc.loop); ok && (rest == "" || rest[0] == '/') {
			return sc.item + rest
		}
	}
	return sc.item + "/" + path
}

// record stores what expressions see of a step that has ended.
func (sc *scope) record(s *dsl.Step, status string, output any, failure any) {
	sc.last = output
	if s.ID == "" {
		return
	}
	record := map[string]any{"output": output, "status": status, "error": failure}
	before, _ := sc.steps[s.ID].(map[string]any)
	switch s.Body.(type) {
	case *dsl.ForEach:
		record["errors"], record["counts"] = before["errors"], before["counts"]
	case *dsl.Receive:
		record["name"] = before["name"]
	}
	if _, fallback := s.Body.(*dsl.Fallback); fallback {
		before, _ := sc.steps[s.ID].(map[string]any)
		record["chosen"] = before["chosen"]
	}
	sc.put(s.ID, record)
}

// start stores that a step has begun. A loop stores that itself.
func (sc *scope) start(s *dsl.Step) {
	if _, loop := s.Body.(*dsl.ForEach); s.ID != "" && !loop {
		sc.put(s.ID, running)
	}
}

func (sc *scope) put(id string, record map[string]any) {
	for at := sc; at != nil; at = at.outer {
		at.steps[id] = record
		if at.below == nil {
			continue
		}
		for _, h := range at.below.list {
			h.steps[id] = record
		}
	}
}
