package interpreter

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// maxID is the longest workflow id the server takes, in bytes.
const maxID = 1000

// child runs another workflow, and waits for its end or only for its start.
func (r *run) child(ctx workflow.Context, s *dsl.Step, b *dsl.Child, sc *scope) (any, error) {
	if b.Wait == "completed" {
		return r.call(ctx, s, sc)
	}
	if err := r.awaitRoom(ctx, s); err != nil {
		return nil, err
	}
	// The step is over before anybody could cancel it: what becomes of the child
	// later is for parent_close_policy to say.
	detached, _ := workflow.NewDisconnectedContext(ctx)
	f, err := r.startChild(detached, s, b, sc)
	if err != nil {
		return nil, err
	}
	r.started = append(r.started, startedChild{f, b.ParentClosePolicy == "abandon"})
	var ids workflow.Execution
	err = f.GetChildWorkflowExecution().Get(detached, &ids)
	if err != nil {
		return nil, skipTaken(b, err)
	}
	return r.project(s, sc, map[string]any{"workflow_id": ids.ID, "run_id": ids.RunID})
}

// A startedChild is a child that the run has started and not waited for.
type startedChild struct {
	future    workflow.Future
	abandoned bool // it may outlive the run
}

// childRoom tells whether the run may have another child: the server refuses
// one too many, and that would block the run.
func (r *run) childRoom() bool {
	if r.awaited+len(r.started) >= maxPending {
		r.started = slices.DeleteFunc(r.started, func(c startedChild) bool { return c.future.IsReady() })
	}
	return r.awaited+len(r.started) < maxPending
}

// attached tells whether a child goes on that would not outlive the run.
func (r *run) attached() bool {
	return r.awaited > 0 || r.leftAlone()
}

// leftAlone tells whether one of them is a child that no step waits for.
func (r *run) leftAlone() bool {
	return slices.ContainsFunc(r.started, func(c startedChild) bool { return !c.abandoned && !c.future.IsReady() })
}

// startChild starts the child of a step.
func (r *run) startChild(ctx workflow.Context, s *dsl.Step, b *dsl.Child, sc *scope) (workflow.ChildWorkflowFuture, error) {
	kind, err := r.typeName(s, &b.TypeName, UnknownWorkflow, sc)
	if err != nil {
		return nil, err
	}
	args, err := r.arguments(s, &b.Arguments, sc)
	if err != nil {
		return nil, err
	}
	o, err := r.childOptions(s, b, sc)
	if err != nil {
		return nil, err
	}
	if o.TaskQueue == "" {
		o.TaskQueue = r.pin.Queues[kind]
	}
	if v := r.views[s.Path]; v != nil {
		v.child = o.WorkflowID
	}
	ctx = workflow.WithValue(workflow.WithChildOptions(ctx, o), stepPath{}, s.Path)
	r.link.budget = sc.purse.header()
	return workflow.ExecuteChildWorkflow(ctx, kind, args...), nil
}

// skipTaken makes the step skipped if its workflow id is taken and the author
// wants that.
func skipTaken(b *dsl.Child, err error) error {
	if b.OnAlreadyStarted == "skip" && isTaken(err) {
		return skipped
	}
	return err
}

// isTaken tells whether an error says that there is a workflow with the id. The
// test environment of the SDK says so in another way than the server.
func isTaken(err error) bool {
	var taken *temporal.ChildWorkflowExecutionAlreadyStartedError
	var exists *serviceerror.WorkflowExecutionAlreadyStarted
	return errors.As(err, &taken) || errors.As(err, &exists)
}

// childOptions says how the child of a step is started.
func (r *run) childOptions(s *dsl.Step, b *dsl.Child, sc *scope) (o workflow.ChildWorkflowOptions, err error) {
	o = workflow.ChildWorkflowOptions{
		WorkflowExecutionTimeout: b.Timeouts.Execution,
		WorkflowRunTimeout:       b.Timeouts.Run,
		WorkflowTaskTimeout:      b.Timeouts.Task,
		WaitForCancellation:      true,
		WorkflowIDReusePolicy:    reusePolicies[b.ReusePolicy],
		ParentClosePolicy:        closePolicies[b.ParentClosePolicy],
		RetryPolicy:              retryPolicy(s.Retry),
		VersioningOverride:       versioningOverride(b.Versioning),
	}
	if o.WorkflowID, err = r.childID(s, b, sc); err != nil {
		return o, err
	}
	if o.TaskQueue, err = r.text(s, s.TaskQueue, sc); err != nil {
		return o, err
	}
	if o.Priority, err = r.priority(s, sc); err != nil {
		return o, err
	}
	if o.StaticSummary, err = r.summary(s, sc); err != nil {
		return o, err
	}
	if o.StaticDetails, err = r.text(s, b.Details, sc); err != nil {
		return o, err
	}
	if o.Memo, err = memoOf(b.Memo, r.of(s, sc)); err != nil {
		return o, err
	}
	attributes, err := r.attributeUpdates(b.SearchAttributes, r.of(s, sc))
	if len(attributes) > 0 {
		o.TypedSearchAttributes = temporal.NewSearchAttributes(attributes...)
	}
	return o, err
}

var reusePolicies = map[string]enumspb.WorkflowIdReusePolicy{
	"allow_duplicate":             enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
	"allow_duplicate_failed_only": enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
	"reject_duplicate":            enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
}

var closePolicies = map[string]enumspb.ParentClosePolicy{
	"terminate":      enumspb.PARENT_CLOSE_POLICY_TERMINATE,
	"abandon":        enumspb.PARENT_CLOSE_POLICY_ABANDON,
	"request_cancel": enumspb.PARENT_CLOSE_POLICY_REQUEST_CANCEL,
}

func versioningOverride(v *dsl.VersioningOverride) client.VersioningOverride {
	switch {
	case v == nil:
		return nil
	case v.Deployment == "":
		return &client.AutoUpgradeVersioningOverride{}
	}
	return &client.PinnedVersioningOverride{Version: worker.WorkerDeploymentVersion{DeploymentName: v.Deployment, BuildID: v.BuildID}}
}

// childID is the author's workflow id, or one made of the run and the path of
// the step. It names the run, so that the child of another run with the same
// workflow id, which may not have ended yet, is not in its way; a reset keeps it.
func (r *run) childID(s *dsl.Step, b *dsl.Child, sc *scope) (string, error) {
	if b.WorkflowID != nil {
		id, err := r.text(s, b.WorkflowID, sc)
		if err == nil && (id == "" || len(id) > maxID) {
			err = &Failure{Type: ExpressionError, Message: fmt.Sprintf("a workflow id has from 1 to %d bytes, and this one has %d", maxID, len(id)), Span: b.WorkflowID.Span}
		}
		return id, err
	}
	return r.idFor(sc.instance(s.Path)), nil
}

// idFor is an id for what stands at a path.
func (r *run) idFor(at string) string {
	r.counts[at]++
	if n := r.counts[at]; n > 1 {
		at += "#" + strconv.Itoa(n)
	}
	return shorten(r.WorkflowID+"/"+at, maxID/2) + "~" + r.RunID[:min(8, len(r.RunID))]
}
