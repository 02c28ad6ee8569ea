package cli

import (
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"github.com/partitur/partitur/dsl/value"
)

// startingFlag marks the flags that say how the server starts a run.
const startingFlag = "starting"

// starting says how the server starts a run; the names are Temporal's.
type starting struct {
	conflict, reuse         choice
	execution, run, task    duration
	delay                   duration
	memo, attributes, retry []string
	priority                int
	fairnessKey             string
	fairnessWeight          float32
	eager                   bool
	versioning              string
	summary, details        string
}

// startingFlags declares the flags of commands that start a run.
func startingFlags(flags *pflag.FlagSet) *starting {
	o := &starting{
		conflict: choice{value: "fail", of: []string{"fail", "use_existing", "terminate_existing"}},
		reuse:    choice{value: "allow_duplicate", of: []string{"allow_duplicate", "allow_duplicate_failed_only", "reject_duplicate"}},
	}
	f := unsorted()
	f.Var(&o.conflict, "workflow-id-conflict-policy", "`WHAT` to do when a run with this id is running: fail, use_existing or terminate_existing")
	f.Var(&o.reuse, "workflow-id-reuse-policy", "`WHAT` to do when one has ended: allow_duplicate, allow_duplicate_failed_only or reject_duplicate")
	f.Var(&o.delay, "start-delay", "`DURATION` to wait before the first step")
	f.Var(&o.execution, "execution-timeout", "`DURATION` after which the server ends the workflow, without compensations (else timeouts: of the definition)")
	f.Var(&o.run, "run-timeout", "`DURATION` after which the server ends a single run of it, without compensations")
	f.Var(&o.task, "task-timeout", "`DURATION` after which a workflow task is given to another worker")
	f.StringArrayVar(&o.retry, "retry", nil, "`NAME=VALUE` of a retry policy for the whole workflow, such as maximum_attempts=3 (repeatable)")
	f.StringArrayVar(&o.memo, "memo", nil, "`NAME=VALUE` to note with the run, JSON if it can be, else text (repeatable)")
	f.StringArrayVar(&o.attributes, "search-attribute", nil, "`NAME=VALUE` to find the run by, of the type that the namespace says (repeatable)")
	f.IntVar(&o.priority, "priority", 0, "`NUMBER` from 1, which comes first, to 5")
	f.StringVar(&o.fairnessKey, "fairness-key", "", "`KEY` of the runs that share the workers' time as one")
	f.Float32Var(&o.fairnessWeight, "fairness-weight", 0, "`NUMBER` by which this fairness key gets more time than others")
	f.BoolVar(&o.eager, "request-eager-start", false, "hand the first task to a worker of this command at once")
	f.StringVar(&o.versioning, "versioning-override", "", "`VERSION` of the workers that run it, as DEPLOYMENT:BUILD, or auto_upgrade")
	f.StringVar(&o.summary, "summary", "", "`TEXT` in a line that the Web UI shows for the run")
	f.StringVar(&o.details, "details", "", "`TEXT` in Markdown that the Web UI shows for the run")
	f.VisitAll(func(one *pflag.Flag) { one.Annotations = map[string][]string{startingFlag: {}} })
	flags.AddFlagSet(f)
	return o
}

// options are those that need no server to be understood.
func (o *starting) options(d Definition) (client.StartWorkflowOptions, error) {
	s := client.StartWorkflowOptions{
		TaskQueue:                                d.TaskQueue,
		StartDelay:                               time.Duration(o.delay),
		WorkflowExecutionTimeout:                 first(o.execution, d.Timeouts.Execution),
		WorkflowRunTimeout:                       first(o.run, d.Timeouts.Run),
		WorkflowTaskTimeout:                      first(o.task, d.Timeouts.Task),
		WorkflowIDConflictPolicy:                 conflictPolicies[o.conflict.value],
		WorkflowIDReusePolicy:                    reusePolicies[o.reuse.value],
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		EnableEagerStart:                         o.eager,
		StaticSummary:                            o.summary,
		StaticDetails:                            o.details,
		Priority:                                 temporal.Priority{PriorityKey: o.priority, FairnessKey: o.fairnessKey, FairnessWeight: o.fairnessWeight},
	}
	if o.priority < 0 || o.priority > 5 {
		return s, usage("--priority: %d is no priority", o.priority).hint("1 comes first, 5 last, and 3 is what runs have that say nothing")
	}
	var err error
	if s.VersioningOverride, err = o.versioningOverride(); err != nil {
		return s, err
	}
	if s.RetryPolicy, err = o.retryPolicy(); err != nil {
		return s, err
	}
	s.Memo, err = o.memoFields()
	return s, err
}

func first(flag duration, defined time.Duration) time.Duration {
	if flag != 0 {
		return time.Duration(flag)
	}
	return defined
}

var conflictPolicies = map[string]enumspb.WorkflowIdConflictPolicy{
	"fail":               enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
	"use_existing":       enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	"terminate_existing": enumspb.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING,
}

var reusePolicies = map[string]enumspb.WorkflowIdReusePolicy{
	"allow_duplicate":             enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	"allow_duplicate_failed_only": enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
	"reject_duplicate":            enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
}

func (o *starting) versioningOverride() (client.VersioningOverride, error) {
	switch deployment, build, pinned := strings.Cut(o.versioning, ":"); {
	case o.versioning == "":
		return nil, nil
	case o.versioning == "auto_upgrade":
		return &client.AutoUpgradeVersioningOverride{}, nil
	case pinned && deployment != "" && build != "":
		return &client.PinnedVersioningOverride{Version: worker.WorkerDeploymentVersion{DeploymentName: deployment, BuildID: build}}, nil
	}
	return nil, usage("--versioning-override %q is no version", o.versioning).hint("write DEPLOYMENT:BUILD, or auto_upgrade")
}

// retryPolicy reads --retry, with the keys of retry: in a definition.
func (o *starting) retryPolicy() (*temporal.RetryPolicy, error) {
	if len(o.retry) == 0 {
		return nil, nil
	}
	p := &temporal.RetryPolicy{}
	for _, one := range o.retry {
		name, text, _ := strings.Cut(one, "=")
		var err error
		var attempts int64
		switch name {
		case "maximum_attempts":
			attempts, err = strconv.ParseInt(text, 10, 32)
			p.MaximumAttempts = int32(attempts)
		case "initial_interval":
			p.InitialInterval, err = value.ParseDuration(text)
		case "maximum_interval":
			p.MaximumInterval, err = value.ParseDuration(text)
		case "backoff_coefficient":
			p.BackoffCoefficient, err = strconv.ParseFloat(text, 64)
		case "non_retryable":
			p.NonRetryableErrorTypes = append(p.NonRetryableErrorTypes, text)
		default:
			return nil, usage("--retry: there is no %q", name).
				hint("it can be backoff_coefficient, initial_interval, maximum_attempts, maximum_interval, non_retryable")
		}
		if err != nil {
			return nil, usage("--retry %s: %q is no value for it", name, text)
		}
	}
	return p, nil
}

func (o *starting) memoFields() (map[string]any, error) {
	if len(o.memo) == 0 {
		return nil, nil
	}
	memo := map[string]any{}
	for _, one := range o.memo {
		name, v, err := assignment("memo", one)
		if err != nil {
			return nil, err
		}
		memo[name] = v
	}
	return memo, nil
}

// assignment reads NAME=VALUE, where the value is JSON if it can be, else text.
func assignment(flag, text string) (name string, v any, err error) {
	name, written, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return "", nil, usage("--%s %q has no value", flag, text).hint("write it as NAME=VALUE")
	}
	if v, err := value.Decode([]byte(written)); err == nil {
		return name, v, nil
	}
	return name, written, nil
}
