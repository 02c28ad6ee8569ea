package schedule

import (
	"fmt"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	deploymentpb "go.temporal.io/api/deployment/v1"
	enumspb "go.temporal.io/api/enums/v1"
	schedulepb "go.temporal.io/api/schedule/v1"
	sdkpb "go.temporal.io/api/sdk/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/times"
)

// A Wanted is a schedule as the files say it.
type Wanted struct {
	ID, From string // From is the id it is moved from, or ""
	Written  times.Spec
	Applied  times.Spec // with the policy for changes of the clocks

	schedule *schedulepb.Schedule
	search   *commonpb.SearchAttributes
	patch    *schedulepb.SchedulePatch
	form     form
}

// Want translates the schedules of a workspace, in the order of the files. Runs
// go to the task queue of their workflow, or else to fallback.
func Want(w *dsl.Workspace, fallback string) ([]*Wanted, error) {
	if w.Project != nil && w.Project.TaskQueue != "" {
		fallback = w.Project.TaskQueue
	}
	var list []*Wanted
	for _, s := range w.Schedules {
		one, err := want(s, w.Definition(s.Workflow), fallback)
		if err != nil {
			return nil, fmt.Errorf("schedule %q: %w", s.ID, err)
		}
		list = append(list, one)
	}
	return list, nil
}

func want(s *dsl.Schedule, d *dsl.Definition, queue string) (*Wanted, error) {
	written, applied, err := s.Times()
	if err != nil {
		return nil, err
	}
	start, err := actionOf(s, d, queue)
	if err != nil {
		return nil, err
	}
	search, err := payloads(s.SearchAttributes)
	if err != nil {
		return nil, err
	}
	w := &Wanted{ID: s.ID, From: s.Moved.From, Written: written, Applied: applied, patch: patchOf(s)}
	if len(search) > 0 {
		w.search = &commonpb.SearchAttributes{IndexedFields: search}
		start.SearchAttributes = w.search
	}
	w.schedule = &schedulepb.Schedule{
		Spec:     specOf(applied, s.Timezone, s.Jitter),
		Action:   &schedulepb.ScheduleAction{Action: &schedulepb.ScheduleAction_StartWorkflow{StartWorkflow: start}},
		Policies: &schedulepb.SchedulePolicies{OverlapPolicy: Overlap(s.Overlap), PauseOnFailure: s.PauseOnFailure},
		State: &schedulepb.ScheduleState{
			Paused: s.Paused, Notes: s.Note, LimitedActions: s.RemainingActions > 0, RemainingActions: int64(s.RemainingActions),
		},
	}
	if s.CatchupWindow > 0 {
		w.schedule.Policies.CatchupWindow = durationpb.New(s.CatchupWindow)
	}
	w.form = formOf(w.schedule)
	return w, nil
}

// Pause makes the schedule one that is created paused, and starts nothing when it
// is created.
func (w *Wanted) Pause(note string) {
	w.schedule.State.Paused, w.schedule.State.Notes, w.patch = true, note, nil
}

// Overlap is the server's word for an overlap policy; that of "" is skip.
func Overlap(word string) enumspb.ScheduleOverlapPolicy {
	switch word {
	case "buffer_one":
		return enumspb.SCHEDULE_OVERLAP_POLICY_BUFFER_ONE
	case "buffer_all":
		return enumspb.SCHEDULE_OVERLAP_POLICY_BUFFER_ALL
	case "cancel_other":
		return enumspb.SCHEDULE_OVERLAP_POLICY_CANCEL_OTHER
	case "terminate_other":
		return enumspb.SCHEDULE_OVERLAP_POLICY_TERMINATE_OTHER
	case "allow_all":
		return enumspb.SCHEDULE_OVERLAP_POLICY_ALLOW_ALL
	}
	return enumspb.SCHEDULE_OVERLAP_POLICY_SKIP
}

// actionOf is what a run is started with.
func actionOf(s *dsl.Schedule, d *dsl.Definition, queue string) (*workflowpb.NewWorkflowExecutionInfo, error) {
	timeouts := s.Timeouts
	if d != nil {
		if d.TaskQueue != "" {
			queue = d.TaskQueue
		}
		if timeouts == (dsl.ScheduledTimeouts{}) {
			timeouts = dsl.ScheduledTimeouts{Execution: d.Timeouts.Execution, Run: d.Timeouts.Run, Task: d.Timeouts.Task}
		}
	}
	if s.TaskQueue != "" {
		queue = s.TaskQueue
	}
	id := s.WorkflowID
	if id == "" {
		id = s.ID
	}
	input, err := inputOf(s)
	if err != nil {
		return nil, err
	}
	memo, err := payloads(s.Memo)
	if err != nil {
		return nil, err
	}
	metadata, err := metadataOf(s)
	return &workflowpb.NewWorkflowExecutionInfo{
		WorkflowId: id, WorkflowType: &commonpb.WorkflowType{Name: s.Workflow},
		TaskQueue:                &taskqueuepb.TaskQueue{Name: queue, Kind: enumspb.TASK_QUEUE_KIND_NORMAL},
		Input:                    input,
		WorkflowExecutionTimeout: span(timeouts.Execution), WorkflowRunTimeout: span(timeouts.Run), WorkflowTaskTimeout: span(timeouts.Task),
		RetryPolicy: retryOf(s.Retry), Priority: priorityOf(s.Priority), VersioningOverride: overrideOf(s.Versioning),
		Memo: &commonpb.Memo{Fields: memo}, UserMetadata: metadata,
	}, err
}

// span is a duration that is set, or nothing.
func span(d time.Duration) *durationpb.Duration {
	if d == 0 {
		return nil
	}
	return durationpb.New(d)
}

func inputOf(s *dsl.Schedule) (*commonpb.Payloads, error) {
	args := s.Args
	if !s.HasArgs && s.With != nil {
		args = []any{s.With}
	}
	if len(args) == 0 {
		return nil, nil
	}
	return converter.GetDefaultDataConverter().ToPayloads(args...)
}

func payloads(values map[string]any) (map[string]*commonpb.Payload, error) {
	out := map[string]*commonpb.Payload{}
	for name, v := range values {
		p, err := converter.GetDefaultDataConverter().ToPayload(v)
		if err != nil {
			return nil, err
		}
		out[name] = p
	}
	return out, nil
}

func metadataOf(s *dsl.Schedule) (*sdkpb.UserMetadata, error) {
	if s.Title == "" && s.Details == "" {
		return nil, nil
	}
	texts, err := payloads(map[string]any{"title": s.Title, "details": s.Details})
	if err != nil {
		return nil, err
	}
	m := new(sdkpb.UserMetadata)
	if s.Title != "" {
		m.Summary = texts["title"]
	}
	if s.Details != "" {
		m.Details = texts["details"]
	}
	return m, nil
}

func retryOf(r *dsl.Retry) *commonpb.RetryPolicy {
	if r == nil {
		return nil
	}
	return &commonpb.RetryPolicy{
		InitialInterval: span(r.InitialInterval), BackoffCoefficient: r.BackoffCoefficient, MaximumInterval: span(r.MaximumInterval),
		MaximumAttempts: int32(max(r.MaximumAttempts, 0)), NonRetryableErrorTypes: r.NonRetryable,
	}
}

func priorityOf(p *dsl.Priority) *commonpb.Priority {
	if p == nil {
		return nil
	}
	out := &commonpb.Priority{PriorityKey: int32(p.Key), FairnessWeight: float32(p.Weight)}
	if p.Fair != nil {
		out.FairnessKey, _ = p.Fair.Const.(string)
	}
	return out
}

func overrideOf(v *dsl.VersioningOverride) *workflowpb.VersioningOverride {
	switch {
	case v == nil:
		return nil
	case v.Deployment == "":
		return &workflowpb.VersioningOverride{Override: &workflowpb.VersioningOverride_AutoUpgrade{AutoUpgrade: true}}
	}
	return &workflowpb.VersioningOverride{Override: &workflowpb.VersioningOverride_Pinned{Pinned: &workflowpb.VersioningOverride_PinnedOverride{
		Behavior: workflowpb.VersioningOverride_PINNED_OVERRIDE_BEHAVIOR_PINNED,
		Version:  &deploymentpb.WorkerDeploymentVersion{DeploymentName: v.Deployment, BuildId: v.BuildID},
	}}}
}

// patchOf is what happens when the schedule is created.
func patchOf(s *dsl.Schedule) *schedulepb.SchedulePatch {
	if !s.OnCreate.Trigger && len(s.OnCreate.Backfill) == 0 {
		return nil
	}
	p := new(schedulepb.SchedulePatch)
	if s.OnCreate.Trigger {
		p.TriggerImmediately = &schedulepb.TriggerImmediatelyRequest{OverlapPolicy: Overlap(s.Overlap)}
	}
	for _, b := range s.OnCreate.Backfill {
		from, _ := time.Parse(time.RFC3339, b.StartAt)
		to, _ := time.Parse(time.RFC3339, b.EndAt)
		one := &schedulepb.BackfillRequest{StartTime: timestamppb.New(from), EndTime: timestamppb.New(to)}
		if b.Overlap != "" {
			one.OverlapPolicy = Overlap(b.Overlap)
		}
		p.BackfillRequest = append(p.BackfillRequest, one)
	}
	return p
}
