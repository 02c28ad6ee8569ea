package replay

import (
	"fmt"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/interpreter"
)

// drift compares what the SDK does not: inputs, options, times and results.
func (c *comparison) drift() []Finding {
	var found []Finding
	for _, p := range c.pairs() {
		if p.recorded == nil || p.sent == nil {
			continue
		}
		for _, text := range c.differences(p.recorded, p.sent) {
			f := Finding{Kind: Drifts, Event: p.recorded.event.GetEventId(), Message: text}
			if s := c.stepOf(p.recorded); s != nil {
				f.Step, f.Old = nameOf(s), s.At()
			}
			if s := p.sent.step; s != nil {
				f.Step, f.New = nameOf(s), s.At()
			}
			found = append(found, f)
		}
	}
	return append(found, c.endDrift()...)
}

func (c *comparison) differ() *differences {
	return &differences{converter: c.converter}
}

// differences lists what is not the same in a command.
func (c *comparison) differences(r *recorded, s *sent) []string {
	d := c.differ()
	switch r.kind {
	case activity:
		c.activity(d, r, s)
	case child:
		c.child(d, r, s)
	case timer:
		if now := s.with.(time.Duration); now != r.event.GetTimerStartedEventAttributes().GetStartToFireTimeout().AsDuration() {
			d.add("the timer", r.name, now)
		}
	case signal:
		d.payloads("the message", r.event.GetSignalExternalWorkflowExecutionInitiatedEventAttributes().GetInput(), s.args)
	case memoChange:
		d.memo(r.event.GetWorkflowPropertiesModifiedEventAttributes().GetUpsertedMemo(), s.with.(map[string]any))
	case attributeChange:
		d.attributes(r.event.GetUpsertWorkflowSearchAttributesEventAttributes().GetSearchAttributes(), s.with.([]temporal.SearchAttributeUpdate))
	}
	return d.list
}

func (c *comparison) activity(d *differences, r *recorded, s *sent) {
	a, with := r.event.GetActivityTaskScheduledEventAttributes(), s.with.(sentActivity)
	o := with.options
	d.payloads("the input", a.GetInput(), s.args)
	d.text("the task queue", a.GetTaskQueue().GetName(), o.TaskQueue)
	whole := a.GetScheduleToCloseTimeout().AsDuration()
	d.limit("start_to_close", a.GetStartToCloseTimeout().AsDuration(), o.StartToCloseTimeout, whole)
	d.limit("schedule_to_close", whole, o.ScheduleToCloseTimeout, c.runTimeout())
	d.limit("schedule_to_start", a.GetScheduleToStartTimeout().AsDuration(), o.ScheduleToStartTimeout, whole)
	d.limit("heartbeat", a.GetHeartbeatTimeout().AsDuration(), o.HeartbeatTimeout, a.GetStartToCloseTimeout().AsDuration())
	d.retry(a.GetRetryPolicy(), o.RetryPolicy)
	d.priority(a.GetPriority(), o.Priority)
	if key := text(a.GetHeader().GetFields()[interpreter.IdempotencyHeader]); key != "" && with.key != "" && key != with.key {
		d.add("the idempotency key", key, with.key)
	}
}

func (c *comparison) child(d *differences, r *recorded, s *sent) {
	a, with := r.event.GetStartChildWorkflowExecutionInitiatedEventAttributes(), s.with.(sentChild)
	o := with.options
	d.payloads("the input", a.GetInput(), s.args)
	d.text("the task queue", a.GetTaskQueue().GetName(), o.TaskQueue)
	policy := o.ParentClosePolicy
	if policy == enumspb.PARENT_CLOSE_POLICY_UNSPECIFIED {
		policy = enumspb.PARENT_CLOSE_POLICY_TERMINATE
	}
	d.text("parent_close_policy", a.GetParentClosePolicy().String(), policy.String())
	d.text("workflow_id_reuse_policy", reuse(a.GetWorkflowIdReusePolicy()).String(), reuse(o.WorkflowIDReusePolicy).String())
	d.limit("timeouts.execution", a.GetWorkflowExecutionTimeout().AsDuration(), o.WorkflowExecutionTimeout, 0)
	d.limit("timeouts.run", a.GetWorkflowRunTimeout().AsDuration(), o.WorkflowRunTimeout, a.GetWorkflowExecutionTimeout().AsDuration())
	d.limit("timeouts.task", a.GetWorkflowTaskTimeout().AsDuration(), o.WorkflowTaskTimeout, taskTimeout)
	d.retry(a.GetRetryPolicy(), o.RetryPolicy)
	d.priority(a.GetPriority(), o.Priority)
	d.memo(a.GetMemo(), o.Memo)
}

// taskTimeout is the server's, where a child names none.
const taskTimeout = 10 * time.Second

// reuse is the policy that applies where none is set.
func reuse(p enumspb.WorkflowIdReusePolicy) enumspb.WorkflowIdReusePolicy {
	if p == enumspb.WORKFLOW_ID_REUSE_POLICY_UNSPECIFIED {
		return enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE
	}
	return p
}

func (c *comparison) runTimeout() time.Duration {
	return c.history.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes().GetWorkflowRunTimeout().AsDuration()
}

// endDrift compares the result of the run, or how it fails.
func (c *comparison) endDrift() []Finding {
	end := closing(c.history)
	if end == nil || !c.log.ended {
		return nil
	}
	if was, is := endingOf(end), c.ending(); was != is {
		return []Finding{{Kind: Drifts, Event: end.GetEventId(), Message: fmt.Sprintf("the run %s in the history, and %s with the text", was, is)}}
	}
	d := c.differ()
	if a := end.GetWorkflowExecutionCompletedEventAttributes(); a != nil {
		d.payloads("the result of the run", a.GetResult(), []any{c.log.result})
	}
	if a := end.GetWorkflowExecutionContinuedAsNewEventAttributes(); a != nil {
		c.nextInput(d, a.GetInput())
	}
	var found []Finding
	for _, text := range d.list {
		found = append(found, Finding{Kind: Drifts, Event: end.GetEventId(), Message: text})
	}
	return found
}

// nextInput compares the input of the run that goes on.
func (c *comparison) nextInput(d *differences, was *commonpb.Payloads) {
	again, ok := c.log.err.(*workflow.ContinueAsNewError)
	if !ok {
		return
	}
	is := again.Input.GetPayloads()
	old := was.GetPayloads()
	if len(is) != len(old) {
		d.add("the number of arguments of the next run", len(old), len(is))
		return
	}
	for i := range old {
		d.payload("what the next run is given", old[i], is[i])
	}
}
