package workers

import (
	"cmp"
	"runtime"
	"time"

	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// defaultCacheSize is how many runs stay in memory between their tasks. A parked
// run takes some 40 kB.
const defaultCacheSize = 2000

// workerOptions translates the settings. Few workflow tasks are in progress at
// once by default: the deadlock detector counts the wall time of a task, which
// shares the cores with others.
func (o Options) workerOptions() worker.Options {
	s := o.Settings
	w := worker.Options{
		Identity:                                cmp.Or(o.Identity, s.Identity),
		MaxConcurrentWorkflowTaskExecutionSize:  cmp.Or(s.WorkflowTaskSize, 2*max(runtime.GOMAXPROCS(0), 1)),
		MaxConcurrentActivityExecutionSize:      s.ActivitySize,
		MaxConcurrentLocalActivityExecutionSize: s.LocalActivitySize,
		MaxConcurrentEagerActivityExecutionSize: s.EagerActivitySize,
		WorkerActivitiesPerSecond:               s.ActivitiesPerSecond,
		WorkerLocalActivitiesPerSecond:          s.LocalActivitiesPerSecond,
		TaskQueueActivitiesPerSecond:            s.QueueActivitiesPerSecond,
		WorkflowTaskPollerBehavior:              pollers(s.WorkflowPollers),
		ActivityTaskPollerBehavior:              pollers(s.ActivityPollers),
		StickyScheduleToStartTimeout:            s.StickyTimeout,
		WorkerStopTimeout:                       cmp.Or(s.StopTimeout, 10*time.Second),
		DeadlockDetectionTimeout:                cmp.Or(s.DeadlockTimeout, 10*time.Second),
		MaxHeartbeatThrottleInterval:            s.MaxHeartbeatInterval,
		DefaultHeartbeatThrottleInterval:        s.DefaultHeartbeatInterval,
		DisableEagerActivities:                  s.NoEagerActivities,
		EnableLoggingInReplay:                   s.LogInReplay,
		OnFatalError:                            o.OnFatal,
	}
	if o.Deployment != nil {
		w.DeploymentOptions = *o.Deployment
	}
	if s.EagerPerTask > 0 {
		w.MaxEagerActivityReservationsPerWorkflowTask = &s.EagerPerTask
	}
	return w
}

// pollers is nil for the SDK's default.
func pollers(p dsl.Pollers) worker.PollerBehavior {
	switch {
	case p.Minimum > 0 || p.Initial > 0:
		return worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{
			MinimumNumberOfPollers: p.Minimum, InitialNumberOfPollers: p.Initial, MaximumNumberOfPollers: p.Maximum,
		})
	case p.Maximum > 0:
		return worker.NewPollerBehaviorSimpleMaximum(worker.PollerBehaviorSimpleMaximumOptions{MaximumNumberOfPollers: p.Maximum})
	}
	return nil
}

// behavior says whether runs stay on the build that began them.
func (o Options) behavior() workflow.VersioningBehavior {
	if o.Deployment == nil {
		return workflow.VersioningBehaviorUnspecified
	}
	return o.Deployment.DefaultVersioningBehavior
}
