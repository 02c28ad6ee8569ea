package interpreter

import (
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
)

// A scope holds what the expressions of a block see, and where its steps
// register compensations.
type scope struct {
	vars  map[string]any
	steps map[string]any // vars["steps"]
	undo  *undoList      // nil where nothing is undone

	loop, item string // the path of the innermost loop, and that of its current item
	undoing    string // the idempotency key of the step that is being undone
	failed     *error // set while a step's finally runs
}

// names are the variables every scope of the run begins with.
func (r *run) names() map[string]any {
	vars := map[string]any{
		"state":    r.state,
		"env":      settings(r.pin.Env),
		"workflow": r.workflowVars(),
		"schedule": r.scheduleVars(),
		"step":     nil,
		"input":    nil,
	}
	expr.Bind(vars, r.host)
	return vars
}

func settings(env map[string]string) map[string]any {
	out := make(map[string]any, len(env))
	for _, name := range workflow.DeterministicKeys(env) {
		out[name] = env[name]
	}
	return out
}

func (r *run) workflowVars() map[string]any {
	vars := map[string]any{
		"id":         r.info.WorkflowExecution.ID,
		"run_id":     originalRunID(r.info),
		"type":       r.info.WorkflowType.Name,
		"version":    r.program.Version,
		"task_queue": r.info.TaskQueueName,
		"start_time": r.info.WorkflowStartTime,
		"attempt":    int(r.info.Attempt),
		"parent":     nil,
	}
	if p := r.info.ParentWorkflowExecution; p != nil {
		vars["parent"] = map[string]any{"id": p.ID, "run_id": p.RunID}
	}
	return vars
}

// scheduleVars reads what the server tells a run that a Schedule started.
func (r *run) scheduleVars() map[string]any {
	vars := map[string]any{"id": nil, "time": nil, "last_result": nil, "last_error": nil}
	attributes := r.info.SearchAttributes.GetIndexedFields()
	if p, ok := attributes["TemporalScheduledById"]; ok {
		if id, err := decodePayload(p); err == nil {
			vars["id"] = id
		}
	}
	if p, ok := attributes["TemporalScheduledStartTime"]; ok {
		text, _ := decodePayload(p)
		if s, isText := text.(string); isText {
			if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
				vars["time"] = t
			}
		}
	}
	return vars
}

func (r *run) rootScope() *scope {
	sc := &scope{vars: r.vars, steps: r.pendingSteps(), undo: new(undoList)}
	sc.vars["steps"] = sc.steps
	return sc
}

// pending is the record of a step that has not begun.
var pending = map[string]any{"output": nil, "status": "pending", "error": nil}

// pendingSteps records every step as pending, so that its status is readable.
func (r *run) pendingSteps() map[string]any {
	steps := map[string]any{}
	for _, id := range r.program.IDs {
		steps[id] = pending
	}
	return steps
}

// child returns a scope that sees what sc sees, and whose additions sc does not.
func (sc *scope) child() *scope {
	c := *sc
	c.vars = make(map[string]any, len(sc.vars)+2)
	copyMap(c.vars, sc.vars)
	c.steps = make(map[string]any, len(sc.steps))
	copyMap(c.steps, sc.steps)
	c.vars["steps"] = c.steps
	return &c
}

// snapshot returns a scope that keeps what sc sees now, the state included.
func (sc *scope) snapshot(state map[string]any) *scope {
	c := sc.child()
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

// export gives the steps of a block to the scope around it.
func (sc *scope) export(from *scope, steps []*dsl.Step) {
	dsl.Walk(steps, func(s *dsl.Step) {
		if s.ID == "" {
			return
		}
		if record, ok := from.steps[s.ID]; ok {
			sc.steps[s.ID] = record
		}
	})
}

// instance is the path of a step with the items of the loops it stands in.
func (sc *scope) instance(path string) string {
	if sc.loop == "" {
		return path
	}
	return sc.item + strings.TrimPrefix(path, sc.loop)
}

// record stores what expressions see of a step that has ended. A loop's counts
// stay, as it has left them.
func (sc *scope) record(s *dsl.Step, status string, output any, failure any) {
	if s.ID == "" {
		return
	}
	record := map[string]any{"output": output, "status": status, "error": failure}
	if _, loop := s.Body.(*dsl.ForEach); loop {
		before, _ := sc.steps[s.ID].(map[string]any)
		record["errors"], record["counts"] = before["errors"], before["counts"]
	}
	sc.steps[s.ID] = record
}

// eval evaluates a value. Path names the stream of random numbers it draws from.
func (r *run) eval(v *expr.Value, path string, sc *scope) (any, error) {
	if v == nil {
		return nil, nil
	}
	if v.IsConst() {
		return v.Const, nil
	}
	r.host.path = path
	x, err := v.Eval(sc.vars)
	return x, asExpressionError(err)
}

func (r *run) text(v *expr.Value, path string, sc *scope) (string, error) {
	x, err := r.eval(v, path, sc)
	if err != nil || v == nil {
		return "", err
	}
	if s, ok := x.(string); ok {
		return s, nil
	}
	return "", wrongType(v, "text", x)
}

func (r *run) condition(e *expr.Expr, path string, sc *scope) (bool, error) {
	r.host.path = path
	ok, err := e.EvalBool(sc.vars)
	return ok, asExpressionError(err)
}
