package dsl

import (
	"time"

	"github.com/partitur/partitur/dsl/fields"
)

// WorkerOptions say how the workers of a project work. The keys are those of
// the Go SDK's worker.Options; what is zero keeps the default.
type WorkerOptions struct {
	Identity                         string
	CacheSize                        int // runs kept in memory between their tasks, in the whole process
	ActivitySize, LocalActivitySize  int // how many are executed at the same time
	WorkflowTaskSize                 int
	EagerActivitySize                int
	EagerPerTask                     int
	ActivitiesPerSecond              float64
	LocalActivitiesPerSecond         float64
	QueueActivitiesPerSecond         float64
	ActivityPollers, WorkflowPollers Pollers
	StickyTimeout, StopTimeout       time.Duration
	DeadlockTimeout                  time.Duration
	MaxHeartbeatInterval             time.Duration
	DefaultHeartbeatInterval         time.Duration
	NoEagerActivities                bool
	LogInReplay                      bool
}

// Fields declares the keys of the mapping.
func (w *WorkerOptions) Fields(f *fields.Set) {
	f.String(&w.Identity, "identity", "what the worker is called in the Web UI; process and host if not set")
	f.Int(&w.CacheSize, "sticky_workflow_cache_size", "how many runs stay in memory between their tasks, some 40 kB each; 2000 if not set", fields.AtLeast(0))
	f.Int(&w.WorkflowTaskSize, "max_concurrent_workflow_task_execution_size", "workflow tasks at the same time; twice the number of cores if not set", fields.AtLeast(2))
	f.Int(&w.ActivitySize, "max_concurrent_activity_execution_size", "activities at the same time; 1000 if not set", fields.AtLeast(1))
	f.Int(&w.LocalActivitySize, "max_concurrent_local_activity_execution_size", "local activities at the same time; 1000 if not set", fields.AtLeast(1))
	f.Number(&w.ActivitiesPerSecond, "worker_activities_per_second", "activities this worker begins in a second; 100000 if not set")
	f.Number(&w.LocalActivitiesPerSecond, "worker_local_activities_per_second", "local activities this worker begins in a second; 100000 if not set")
	f.Number(&w.QueueActivitiesPerSecond, "task_queue_activities_per_second", "activities that all workers of a task queue begin in a second, kept by the server; 100000 if not set")
	f.Object(&w.WorkflowPollers, "workflow_task_poller_behavior", "how many requests for workflow tasks wait at the server; at most 2 if not set")
	f.Object(&w.ActivityPollers, "activity_task_poller_behavior", "how many requests for activities wait at the server; at most 2 if not set")
	f.Duration(&w.StickyTimeout, "sticky_schedule_to_start_timeout", "how long a task waits for the worker that has its run in memory; 5s if not set")
	f.Duration(&w.StopTimeout, "worker_stop_timeout", "how long running activities have to end when the worker stops; 10s if not set")
	f.Duration(&w.DeadlockTimeout, "deadlock_detection_timeout", "how long a workflow task may compute before it counts as stuck; 10s if not set")
	f.Duration(&w.MaxHeartbeatInterval, "max_heartbeat_throttle_interval", "the longest between two heartbeats that are sent; 1m if not set")
	f.Duration(&w.DefaultHeartbeatInterval, "default_heartbeat_throttle_interval", "the time between two heartbeats of an activity without a heartbeat timeout; 30s if not set")
	f.Bool(&w.NoEagerActivities, "disable_eager_activities", "activities never skip the task queue, even if this worker could take them at once")
	f.Int(&w.EagerActivitySize, "max_concurrent_eager_activity_execution_size", "activities that skip the queue, at the same time; no bound if not set", fields.AtLeast(1))
	f.Int(&w.EagerPerTask, "max_eager_activity_reservations_per_workflow_task", "activities of one workflow task that may skip the queue; 3 if not set", fields.AtLeast(1))
	f.Bool(&w.LogInReplay, "enable_logging_in_replay", "`log` steps write again when a run is replayed, to find mistakes")
}

// Pollers bounds the requests of a worker that wait for tasks. With a minimum
// the worker chooses between it and the maximum by what the server tells it.
type Pollers struct{ Minimum, Initial, Maximum int }

// Fields declares the keys of the mapping.
func (p *Pollers) Fields(f *fields.Set) {
	f.Int(&p.Minimum, "minimum", "the least; with it the worker adapts the number to its load", fields.AtLeast(1))
	f.Int(&p.Initial, "initial", "as many as this in the beginning", fields.AtLeast(1))
	f.Int(&p.Maximum, "maximum", "the most", fields.AtLeast(2), fields.Required)
}
