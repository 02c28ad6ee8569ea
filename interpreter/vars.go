package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl/expr"
)

// names are the variables every scope of the run begins with, as far as the
// program reads them: each block and each item has its own copy of the map.
func (r *run) names() map[string]any {
	vars := map[string]any{"state": r.state, "input": nil}
	if r.program.Reads("env") {
		vars["env"] = settings(r.pin.Env)
	}
	if r.program.Reads("workflow") {
		vars["workflow"] = r.workflowVars()
	}
	if r.program.Reads("schedule") {
		vars["schedule"] = r.scheduleVars()
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

// originalRunID is the run id that a reset does not change.
func originalRunID(info *workflow.Info) string {
	if info.OriginalRunID != "" {
		return info.OriginalRunID
	}
	return info.WorkflowExecution.RunID
}
