package interpreter

import (
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"
)

// scheduleVars reads what the server tells a run that a Schedule started. How
// the last run of the schedule ended is read only where the program asks for it,
// since it is carried along.
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
	if r.program.Reads("schedule") {
		vars["last_result"], vars["last_error"] = lastResult(r.host.ctx), lastError(r.host.ctx)
	}
	return vars
}

// lastResult is what the last run of the schedule that completed has returned.
func lastResult(ctx workflow.Context) any {
	if !workflow.HasLastCompletionResult(ctx) {
		return nil
	}
	var raw converter.RawValue
	if err := workflow.GetLastCompletionResult(ctx, &raw); err != nil {
		return nil
	}
	v, err := decodeRaw(raw)
	if err != nil {
		return nil
	}
	return v
}

// lastError is how the last run of the schedule failed, if it did.
func lastError(ctx workflow.Context) any {
	err := workflow.GetLastError(ctx)
	if err == nil {
		return nil
	}
	f := fromError(err)
	return map[string]any{"type": f.Type, "message": f.Message}
}
