package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/replay"
	"github.com/partitur/partitur/interpreter"
)

// retryMemo is the memo of a run that retries another.
const retryMemo = "partitur_retry"

// plan decides how a run is retried, or why it is not.
func (r *retrying) plan(c *call, ref runRef) (*attempt, error) {
	d, err := c.describe(r.server, ref)
	if err != nil {
		return nil, err
	}
	if d.Closed == nil {
		return nil, problemf(exitFailed, "run %q has not ended", d.WorkflowID).hint("cancel it first, or terminate it: `partitur cancel %s`", d.WorkflowID)
	}
	ref = runRef{d.WorkflowID, d.RunID}
	h, err := c.history(r.server, ref)
	if err != nil {
		return nil, err
	}
	began := h.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes()
	if parent := began.GetParentWorkflowExecution().GetWorkflowId(); parent != "" {
		return nil, problemf(exitFailed, "run %q is a child, and its parent would not see what comes of it", d.WorkflowID).hint("retry its parent %q", parent)
	}
	stop, err := replay.StopAt(h, r.from, r.options())
	if err != nil {
		return nil, problemf(exitFailed, "run %q cannot go on at %q: %s", d.WorkflowID, r.from, err)
	}
	if len(stop.Undone) > 0 && !r.force {
		return nil, problemf(exitFailed, "run %q cannot go on at %q: what %s has done before has been undone", d.WorkflowID, r.from, eachQuoted(stop.Undone)).
			hint("retry from %q, or give --force", stop.Undone[len(stop.Undone)-1])
	}
	a := &attempt{WorkflowID: d.WorkflowID, RunID: d.RunID, How: "new_run", Reused: stop.Reused}
	if r.resets(stop) {
		a.How = "reset"
		a.do = func() (string, error) { return r.reset(c, ref, stop) }
		return a, nil
	}
	request, err := r.request(ref, began, stop)
	if err != nil {
		return nil, err
	}
	a.do = func() (string, error) { return r.start(c, request) }
	return a, nil
}

func eachQuoted(names []string) string {
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(list, ", ")
}

// resets tells whether a reset does what is wanted: it goes on in the history of
// the run itself, at a workflow task that does nothing else.
func (r *retrying) resets(stop *replay.Stop) bool {
	return r.definition.value == "recorded" && len(r.changes) == 0 && !r.newKeys &&
		stop.Event > 0 && !stop.First && !stop.Bounded && !stop.Repeated && stop.Pin.Upgrade != dsl.UpgradeAlways
}

func (r *retrying) reset(c *call, ref runRef, stop *replay.Stop) (string, error) {
	answer, err := r.server.ResetWorkflowExecution(c.ctx, &workflowservice.ResetWorkflowExecutionRequest{
		Namespace:                 r.server.namespace,
		WorkflowExecution:         ref.execution(),
		Reason:                    "partitur retry --from " + r.from,
		WorkflowTaskFinishEventId: stop.Event,
		RequestId:                 uuid.NewString(),
	})
	return answer.GetRunId(), err
}

// request starts the run that goes on, as the other was started.
func (r *retrying) request(ref runRef, began *historypb.WorkflowExecutionStartedEventAttributes, stop *replay.Stop) (*workflowservice.StartWorkflowExecutionRequest, error) {
	request := again(r.server.namespace, ref.workflowID, began)
	request.Identity, request.WorkflowIdReusePolicy = "partitur retry", enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE
	args := stop.Input.GetPayloads()
	var left converter.RawValue
	if err := r.converter.FromPayload(args[len(args)-1], &left); err != nil {
		return nil, err
	}
	retried := interpreter.Retried{
		RunID: ref.runID, From: stop.Step.Path,
		Head: r.definition.value == "head" || stop.Pin.Upgrade == dsl.UpgradeAlways,
	}
	payload, err := interpreter.Resumption{Retried: retried, NewKeys: r.newKeys, Set: r.apply}.Payload(left.Payload())
	if err != nil {
		return nil, err
	}
	encoded, err := r.converter.ToPayload(converter.NewRawValue(payload))
	if err != nil {
		return nil, err
	}
	request.Input = &commonpb.Payloads{Payloads: append(slices.Clone(args[:len(args)-1]), encoded)}
	memo, err := r.converter.ToPayload(retried)
	if err != nil {
		return nil, err
	}
	request.Memo = &commonpb.Memo{Fields: map[string]*commonpb.Payload{retryMemo: memo}}
	for name, p := range began.GetMemo().GetFields() {
		if name != retryMemo {
			request.Memo.Fields[name] = p
		}
	}
	return request, nil
}

func (r *retrying) start(c *call, request *workflowservice.StartWorkflowExecutionRequest) (string, error) {
	answer, err := r.server.WorkflowService().StartWorkflowExecution(c.ctx, request)
	var running *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &running) {
		return "", problemf(exitFailed, "run %q was retried by somebody else meanwhile", request.GetWorkflowId())
	}
	return answer.GetRunId(), err
}

// An assigned value is one of --set.
type assigned struct {
	path  []string
	value any
}

func assignments(list []string) (all []assigned, err error) {
	for _, one := range list {
		name, v, err := assignment("set", one)
		if err != nil {
			return nil, err
		}
		path := strings.Split(name, ".")
		switch {
		case path[0] == "state" && len(path) >= 2, path[0] == "steps" && len(path) >= 3 && path[2] == "output":
			all = append(all, assigned{path, v})
		default:
			return nil, usage("--set %s: %q is neither the output of a step nor in the state", one, name).
				hint("write it as steps.ID.output.NAME=VALUE or state.NAME=VALUE")
		}
	}
	return all, nil
}

// apply sets what expressions are to see.
func (r *retrying) apply(steps, state map[string]any) error {
	for _, a := range r.changes {
		at, path := state, a.path[1:]
		if a.path[0] == "steps" {
			record, ok := steps[a.path[1]].(map[string]any)
			if !ok {
				return usage("--set %s: no step %q has ended before %q", strings.Join(a.path, "."), a.path[1], r.from)
			}
			at, path = record, a.path[2:]
		} else if _, known := state[path[0]]; !known {
			return usage("--set %s: the state has no variable %q", strings.Join(a.path, "."), path[0])
		}
		for _, name := range path[:len(path)-1] {
			inner, ok := at[name].(map[string]any)
			if !ok {
				if at[name] != nil {
					return usage("--set %s: %q is no object", strings.Join(a.path, "."), name)
				}
				inner = map[string]any{}
				at[name] = inner
			}
			at = inner
		}
		at[path[len(path)-1]] = a.value
	}
	return nil
}
