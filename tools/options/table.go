package main

import (
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// A section is one struct of the SDK.
type section struct {
	name, intro string
	sample      any // a zero value, for its fields
	rows        []row
}

// A row says where a field is set. The fields of one row are separated by
// spaces.
type row struct{ fields, where string }

var sections = []section{
	{"client.StartWorkflowOptions", "What a run is started with: by `partitur start` and `partitur run`, or by any Temporal client, which has all of it.", client.StartWorkflowOptions{}, []row{
		{"ID", "`partitur start --workflow-id`"},
		{"TaskQueue", "`task_queue:` of the workflow, else of the project; `partitur start --task-queue`"},
		{"WorkflowExecutionTimeout WorkflowRunTimeout WorkflowTaskTimeout", "`timeouts: {execution, run, task}` of the workflow; `partitur start --execution-timeout --run-timeout --task-timeout`"},
		{"WorkflowIDConflictPolicy", "`partitur start --workflow-id-conflict-policy`"},
		{"WorkflowIDReusePolicy", "`partitur start --workflow-id-reuse-policy`"},
		{"WorkflowExecutionErrorWhenAlreadyStarted", "always on: `partitur start` says when a run of that id is there"},
		{"RetryPolicy", "`partitur start --retry`. A retried run begins again from its first step and takes the newest text, so steps retry instead"},
		{"CronSchedule", "refused: a continue-as-new ends it. Write a `schedule:` document"},
		{"Memo", "`memo:` of the workflow; `partitur start --memo`"},
		{"TypedSearchAttributes", "`search_attributes:` of the workflow; `partitur start --search-attribute`"},
		{"SearchAttributes", "deprecated in the SDK; see TypedSearchAttributes"},
		{"EnableEagerStart", "`partitur start --request-eager-start`"},
		{"StartDelay", "`partitur start --start-delay`"},
		{"StaticSummary StaticDetails", "`partitur start --summary --details`"},
		{"VersioningOverride", "`partitur start --versioning-override`"},
		{"Priority", "`partitur start --priority --fairness-key --fairness-weight`"},
	}},
	{"workflow.ActivityOptions", "How an `activity:`, `http:` or other builtin step is dispatched.", workflow.ActivityOptions{}, []row{
		{"TaskQueue", "`task_queue:` of the step, the catalogue or `defaults`"},
		{"StartToCloseTimeout", "`timeout: 30s`, or `timeout: {start_to_close: 30s}`"},
		{"ScheduleToCloseTimeout ScheduleToStartTimeout HeartbeatTimeout", "`timeout: {schedule_to_close, schedule_to_start, heartbeat}`"},
		{"WaitForCancellation", "on where something runs after the cancelled activity: in workflows with a `compensate`, in `parallel`, in concurrent loops, within the `timeout` of a block"},
		{"ActivityID", "the path of the step and a count, such as `pay/charge#1`"},
		{"RetryPolicy", "`retry:`"},
		{"DisableEagerExecution", "for all activities of a worker: `worker: {disable_eager_activities: true}` in partitur.yaml"},
		{"VersioningIntent", "deprecated in the SDK; worker deployments replace it"},
		{"Summary", "`title:` of the step, else its id"},
		{"Priority", "`priority: 2`, or `priority: {key, fairness_key, fairness_weight}`"},
	}},
	{"workflow.LocalActivityOptions", "The same with `local: true`.", workflow.LocalActivityOptions{}, []row{
		{"ScheduleToCloseTimeout StartToCloseTimeout", "`timeout:`"},
		{"RetryPolicy", "`retry:`"},
		{"Summary", "`title:` of the step, else its id"},
	}},
	{"workflow.ChildWorkflowOptions", "How a `workflow:` step starts its child.", workflow.ChildWorkflowOptions{}, []row{
		{"Namespace", "not offered: the server refuses children in other namespaces unless it is set up for them"},
		{"WorkflowID", "`workflow_id:`"},
		{"TaskQueue", "`task_queue:`"},
		{"WorkflowExecutionTimeout WorkflowRunTimeout WorkflowTaskTimeout", "`timeouts: {execution, run, task}`"},
		{"WaitForCancellation", "a cancelled child is always awaited; the SDK stores the field and does not read it"},
		{"WorkflowIDReusePolicy", "`workflow_id_reuse_policy:`"},
		{"RetryPolicy", "`retry:`"},
		{"CronSchedule", "refused: a continue-as-new ends it. Write a `schedule:` document"},
		{"Memo", "`memo:`"},
		{"TypedSearchAttributes", "`search_attributes:`"},
		{"SearchAttributes", "deprecated in the SDK; see TypedSearchAttributes"},
		{"ParentClosePolicy", "`parent_close_policy:`"},
		{"VersioningIntent", "deprecated in the SDK; worker deployments replace it"},
		{"VersioningOverride", "not offered: a child follows the versioning behaviour of its own definition"},
		{"StaticSummary StaticDetails", "the summary is `title:`; details are set by the child itself, `details:`"},
		{"Priority", "`priority:`"},
	}},
	{"temporal.RetryPolicy", "`retry:` of a step, a named policy in `retry_policies:`, `defaults`, the catalogue.", temporal.RetryPolicy{}, []row{
		{"InitialInterval BackoffCoefficient MaximumInterval", "`initial_interval`, `backoff_coefficient`, `maximum_interval`"},
		{"MaximumAttempts", "`maximum_attempts: 5`, or `unlimited`"},
		{"NonRetryableErrorTypes", "`non_retryable: [TYPE]`"},
	}},
	{"temporal.Priority", "`priority:` of a step.", temporal.Priority{}, []row{
		{"PriorityKey FairnessKey FairnessWeight", "`key`, `fairness_key`, `fairness_weight`"},
	}},
	{"client.ScheduleOptions", "A `schedule:` document.", client.ScheduleOptions{}, []row{
		{"ID", "`schedule: ID`"},
		{"Spec", "see below"},
		{"Action", "`workflow:`, written like a step; see below"},
		{"Overlap", "`overlap:`"},
		{"CatchupWindow", "`catchup_window:`"},
		{"PauseOnFailure", "`pause_on_failure:`"},
		{"Note Paused", "`note:`, `paused:`; later `partitur schedule pause`, which `partitur apply` leaves alone"},
		{"RemainingActions", "`remaining_actions:`"},
		{"TriggerImmediately ScheduleBackfill", "`on_create: {trigger, backfill}`; later `partitur schedule trigger`, `partitur schedule backfill`"},
		{"Memo", "not offered: it says which project the schedule belongs to; `memo:` is that of the runs"},
		{"TypedSearchAttributes", "`search_attributes:`, which the runs have as well"},
		{"SearchAttributes", "deprecated in the SDK; see TypedSearchAttributes"},
	}},
	{"client.ScheduleWorkflowAction", "What a schedule starts.", client.ScheduleWorkflowAction{}, []row{
		{"ID", "`workflow_id:`; the server adds the time"},
		{"Workflow", "`workflow:`"},
		{"Args", "`with:`, or `args:`"},
		{"TaskQueue", "`task_queue:`, else that of the workflow, else of the project"},
		{"WorkflowExecutionTimeout WorkflowRunTimeout WorkflowTaskTimeout", "`timeouts: {execution, run, task}`, else those of the workflow"},
		{"RetryPolicy", "`retry:`"},
		{"Memo TypedSearchAttributes", "`memo:`, `search_attributes:`"},
		{"UntypedSearchAttributes", "deprecated in the SDK; see TypedSearchAttributes"},
		{"VersioningOverride", "`versioning_override:`"},
		{"StaticSummary StaticDetails", "`title:`, `details:`"},
		{"Priority", "`priority:`"},
	}},
	{"client.ScheduleSpec", "When a schedule starts runs.", client.ScheduleSpec{}, []row{
		{"Calendars", "`calendars:`"},
		{"Intervals", "`every:`"},
		{"CronExpressions", "`cron:`; sent as calendars with the expression as their comment, because the server forgets the text"},
		{"Skip", "`skip:`, with the holidays of a region as `{holidays: DE-BY}`"},
		{"StartAt EndAt", "`start_at:`, `end_at:`"},
		{"Jitter", "`jitter:`"},
		{"TimeZoneName", "`timezone:`; what becomes of times that a change of the clocks skips or repeats is said by `clock_change:`"},
	}},
	{"worker.Options", "`worker:` in partitur.yaml. The keys are the names of the fields in snake_case.", worker.Options{}, []row{
		{"Identity", "`identity`"},
		{"MaxConcurrentWorkflowTaskExecutionSize MaxConcurrentActivityExecutionSize MaxConcurrentLocalActivityExecutionSize", "the same in snake_case; workflow tasks are twice the number of cores by default, because the deadlock detector counts wall time"},
		{"WorkerActivitiesPerSecond WorkerLocalActivitiesPerSecond TaskQueueActivitiesPerSecond", "the same in snake_case"},
		{"WorkflowTaskPollerBehavior ActivityTaskPollerBehavior", "`workflow_task_poller_behavior`, `activity_task_poller_behavior`: `{maximum}` is a fixed number, `{minimum, initial, maximum}` adapts"},
		{"MaxConcurrentWorkflowTaskPollers MaxConcurrentActivityTaskPollers", "the poller behaviour with a `maximum` only"},
		{"StickyScheduleToStartTimeout WorkerStopTimeout DeadlockDetectionTimeout", "the same in snake_case; 5s, 10s and 10s by default"},
		{"MaxHeartbeatThrottleInterval DefaultHeartbeatThrottleInterval", "the same in snake_case"},
		{"DisableEagerActivities MaxEagerActivityReservationsPerWorkflowTask MaxConcurrentEagerActivityExecutionSize", "the same in snake_case"},
		{"EnableLoggingInReplay", "`enable_logging_in_replay`"},
		{"DeploymentOptions", "`partitur worker --deployment-name --build-id --versioning`"},
		{"BuildID UseBuildIDForVersioning", "deprecated in the SDK; see DeploymentOptions"},
		{"WorkflowPanicPolicy", "always blocks the task: what panics is ours to mend, and the run is kept"},
		{"Interceptors", "the interpreter's own"},
		{"OnFatalError", "the worker command ends, with the reason"},
		{"MaxConcurrentNexusTaskExecutionSize MaxConcurrentNexusTaskPollers NexusTaskPollerBehavior", "not offered: the worker serves no Nexus operations"},
		{"BackgroundActivityContext EnableSessionWorker MaxConcurrentSessionExecutionSize DisableRegistrationAliasing LocalActivityWorkerOnly DisableWorkflowWorker", "for code in Go that registers its own activities; a worker in Go can run YAML beside it, see examples/worker"},
		{"PreferredVersionProvider Tuner SysInfoProvider Plugins", "for code in Go, as above"},
		{"DisablePayloadErrorLimit", "not offered: what the server would refuse is an error of the step before it is sent"},
	}},
}
