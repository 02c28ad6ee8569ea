package casetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/partitur/partitur/internal/registry"
)

// A remote is the world of a case that is played on a server.
type remote struct {
	stage  *stage
	server *Server
	prefix string // of every id on the server
	queue  string
	factor time.Duration // by which times are stretched on the server
	ctx    context.Context

	lock      sync.Mutex
	clock     time.Time              // of the run, as far as it has come
	calls     map[string]*remoteCall // activities under way, by run and activity id
	scheduled int
	tapes     map[string]*tape // by run
	passed    map[int]bool     // activities that those scheduled after them need not wait for
	runs      int
	updates   sync.WaitGroup
}

func newRemote(s *stage, server *Server, takes time.Duration) *remote {
	prefix := fmt.Sprintf("case-%d-", server.played.Add(1))
	return &remote{
		stage: s, server: server, factor: stretchOf(max(takes, s.lastEvent())), prefix: prefix, queue: prefix + "queue", clock: s.start,
		calls: map[string]*remoteCall{}, passed: map[int]bool{}, tapes: map[string]*tape{},
	}
}

// now is the time by the clock of the run: that of the server began with the
// test, and goes on while the machine works.
func (r *remote) now() time.Time {
	r.lock.Lock()
	defer r.lock.Unlock()
	return r.clock
}

// reach moves the clock on to a time.
func (r *remote) reach(t time.Time) {
	r.lock.Lock()
	defer r.lock.Unlock()
	if t.After(r.clock) {
		r.clock = t
	}
}

// play plays the case, and returns what came of it.
func (r *remote) play(ctx context.Context, programs *registry.Registry) (*outcome, error) {
	r.ctx = ctx
	if err := r.begin(); err != nil {
		return nil, err
	}
	defer r.abandon()
	rest := slices.SortedStableFunc(slices.Values(r.stage.events), func(a, b *happening) int { return cmp.Compare(a.At, b.At) })
	for len(rest) > 0 && rest[0].At == 0 && (rest[0].Kind == "signal" || rest[0].Kind == "cancel") { // they are there before the first step
		r.stage.occurs(rest[0])
		rest = rest[1:]
	}
	w, err := r.worker(programs)
	if err != nil {
		return nil, err
	}
	defer w.Stop()
	if err := r.timeline(rest); err != nil {
		return nil, err
	}
	if r.stage.written.Expect.Status == "running" {
		return r.goesOn()
	}
	return r.toTheEnd()
}

// occurs makes an event happen on the server.
func (s *stage) occurs(e *happening) {
	e.done = true
	s.happens(s.remote, e)
}

// execution is the latest run of the case.
func (r *remote) execution() *commonpb.WorkflowExecution {
	return &commonpb.WorkflowExecution{WorkflowId: r.prefix + workflowID}
}

// begin starts the workflow. Time is not skipped yet.
func (r *remote) begin() error {
	c := r.stage.written
	var args []any
	if c.Input != nil {
		args = append(args, c.Input)
	}
	input, err := converter.GetDefaultDataConverter().ToPayloads(args...)
	if err != nil {
		return err
	}
	p := r.stage.program
	request := &workflowservice.StartWorkflowExecutionRequest{
		Namespace: r.server.Namespace, RequestId: r.prefix, WorkflowId: r.execution().WorkflowId, Input: input,
		WorkflowType: &commonpb.WorkflowType{Name: p.Name}, TaskQueue: &taskqueuepb.TaskQueue{Name: r.queue},
		TimeSkippingConfig: &commonpb.TimeSkippingConfig{},
	}
	if p.Timeouts.Run > 0 {
		request.WorkflowRunTimeout = durationpb.New(r.stretch(p.Timeouts.Run))
	}
	if p.Timeouts.Execution > 0 {
		request.WorkflowExecutionTimeout = durationpb.New(r.stretch(p.Timeouts.Execution))
	}
	_, err = r.server.Client.WorkflowService().StartWorkflowExecution(r.ctx, request)
	return err
}

// abandon ends what is still open.
func (r *remote) abandon() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = r.server.Client.TerminateWorkflow(ctx, r.execution().WorkflowId, "", "the case is over")
}

// maxSkips bounds how often time is skipped between two events.
const maxSkips = 10_000

// skip says how the server skips time from now on.
func (r *remote) skip(config *commonpb.TimeSkippingConfig) error {
	config.MaxSessionSkipCount = maxSkips
	_, err := r.server.Client.WorkflowService().UpdateWorkflowExecutionOptions(r.ctx, &workflowservice.UpdateWorkflowExecutionOptionsRequest{
		Namespace: r.server.Namespace, WorkflowExecution: r.execution(),
		WorkflowExecutionOptions: &workflowpb.WorkflowExecutionOptions{TimeSkippingConfig: config},
		UpdateMask:               &fieldmaskpb.FieldMask{Paths: []string{"time_skipping_config"}},
	})
	return err
}

// errOver says that the run has ended.
var errOver = errors.New("the run has ended")

// timeline goes from event to event: time is skipped up to the next, and not
// further.
func (r *remote) timeline(events []*happening) error {
	at := time.Duration(0)
	for i, e := range events {
		if e.At > at {
			switch err := r.forward(fmt.Sprintf("event-%d", i), e.At-at); {
			case errors.Is(err, errOver):
				return nil
			case err != nil:
				return err
			}
			at = e.At
		}
		if e.Kind == "query" {
			if err := r.settle(); err != nil {
				return err
			}
		}
		r.reach(r.stage.start.Add(e.At))
		if !r.open() && e.Kind != "query" {
			return nil // afterwards says that the event came too late
		}
		r.stage.occurs(e)
	}
	return r.settle()
}

// forward skips time by a duration.
func (r *remote) forward(id string, by time.Duration) error {
	if err := r.settle(); err != nil {
		return err
	}
	err := r.skip(&commonpb.TimeSkippingConfig{Enabled: true, FastForwardConfig: &commonpb.FastForwardConfig{Id: id, Duration: durationpb.New(r.stretch(by))}})
	if isOver(err) {
		return errOver
	}
	for err == nil {
		var answer *workflowservice.PollWorkflowExecutionTimeSkippingResponse
		answer, err = r.server.Client.WorkflowService().PollWorkflowExecutionTimeSkipping(r.ctx, &workflowservice.PollWorkflowExecutionTimeSkippingRequest{
			Namespace: r.server.Namespace, WorkflowExecution: r.execution(), FastForwardId: id,
		})
		switch {
		case isOver(err) || !r.open():
			return errOver
		case answer.GetFastForwardPollingResult() == enumspb.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_COMPLETED:
			return r.settle()
		case answer.GetFastForwardPollingResult() == enumspb.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_FAILED:
			return fmt.Errorf("time cannot be skipped: %s", answer.GetFailedReason())
		}
	}
	return err
}

// isOver tells whether an error says that the run has ended.
func isOver(err error) bool {
	var gone *serviceerror.NotFound
	return errors.As(err, &gone)
}

func (r *remote) open() bool {
	d, err := r.server.Client.DescribeWorkflowExecution(r.ctx, r.execution().WorkflowId, "")
	return err == nil && d.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
}

// settle waits until the run has nothing to do at this time.
func (r *remote) settle() error {
	for quiet := 0; quiet < 2; {
		d, err := r.server.Client.DescribeWorkflowExecution(r.ctx, r.execution().WorkflowId, "")
		if err != nil {
			return err
		}
		if d.GetWorkflowExecutionInfo().GetStatus() != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
			return nil
		}
		if quiet++; busy(d) {
			quiet = 0
		}
		if err := pause(r.ctx, 5*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return fmt.Errorf("the case takes more than %s", serverPatience)
	case <-time.After(d):
		return nil
	}
}

// busy tells whether something is under way that does not wait for a time.
func busy(d *workflowservice.DescribeWorkflowExecutionResponse) bool {
	if d.GetPendingWorkflowTask() != nil || len(d.GetPendingChildren()) > 0 {
		return true
	}
	for _, a := range d.GetPendingActivities() {
		if a.GetState() != enumspb.PENDING_ACTIVITY_STATE_SCHEDULED || a.GetNextAttemptScheduleTime() == nil {
			return true
		}
	}
	return false
}

// goesOn is what came of a run that is expected to go on.
func (r *remote) goesOn() (*outcome, error) {
	if err := r.settle(); err != nil {
		return nil, err
	}
	if !r.open() {
		return r.toTheEnd()
	}
	o := r.outcome()
	o.status, o.waits = "running", waits(r)
	r.stage.stopped = true
	return o, nil
}

// toTheEnd lets time be skipped until the run has ended.
func (r *remote) toTheEnd() (*outcome, error) {
	if err := r.skip(&commonpb.TimeSkippingConfig{Enabled: true}); err != nil && !isOver(err) {
		return nil, err
	}
	var raw converter.RawValue
	err := r.server.Client.GetWorkflow(r.ctx, r.execution().WorkflowId, "").Get(r.ctx, &raw)
	if r.ctx.Err() != nil {
		return nil, fmt.Errorf("the run does not end within %s; it stands at %s", serverPatience, waits(r))
	}
	r.updates.Wait()
	r.stage.afterwards()
	o := r.outcome()
	if err := o.ends(raw, err); err != nil {
		return nil, err
	}
	if o.status == "timed_out" {
		o.elapsed = r.stage.bound(r.stage.start)
	}
	return o, nil
}

func (r *remote) outcome() *outcome {
	s := r.stage
	r.lock.Lock()
	defer r.lock.Unlock()
	return &outcome{
		calls: s.calls, undone: s.undone, elapsed: r.clock.Sub(s.start), continued: max(r.runs-1, 0),
		attributes: s.attributes, memo: s.memo, children: len(s.live) > 0,
	}
}

func (r *remote) signal(name string, args []any) error {
	input, err := converter.GetDefaultDataConverter().ToPayloads(args...)
	if err != nil {
		return err
	}
	_, err = r.server.Client.WorkflowService().SignalWorkflowExecution(r.ctx, &workflowservice.SignalWorkflowExecutionRequest{
		Namespace: r.server.Namespace, WorkflowExecution: r.execution(), SignalName: name, Input: input,
	})
	return err
}

func (r *remote) cancel() error {
	return r.server.Client.CancelWorkflow(r.ctx, r.execution().WorkflowId, "")
}

func (r *remote) query(name string, args []any) (any, error) {
	encoded, err := r.server.Client.QueryWorkflow(r.ctx, r.execution().WorkflowId, "", name, args...)
	if err != nil {
		return nil, err
	}
	var raw converter.RawValue
	if err := encoded.Get(&raw); err != nil {
		return nil, err
	}
	return decode(raw)
}

// update sends an update. Time goes on before it is answered.
func (r *remote) update(name, id string, args []any, a answers) {
	handle, err := r.server.Client.UpdateWorkflow(r.ctx, client.UpdateWorkflowOptions{
		WorkflowID: r.execution().WorkflowId, UpdateID: id, UpdateName: name, Args: args,
		WaitForStage: client.WorkflowUpdateStageAccepted,
	})
	if err != nil {
		a.rejected(err)
		return
	}
	r.updates.Add(1)
	answered := make(chan struct{})
	go func() {
		defer r.updates.Done()
		defer close(answered)
		var raw converter.RawValue
		err := handle.Get(r.ctx, &raw)
		if err != nil && !r.accepted(id) {
			a.rejected(err)
			return
		}
		answer, bad := decode(raw)
		a.accepted()
		a.completed(answer, errors.Join(err, bad))
	}()
	select { // most are answered at once
	case <-answered:
	case <-time.After(100 * time.Millisecond):
	}
}

// accepted tells whether an update is in the history of the run: one that is
// rejected leaves no trace.
func (r *remote) accepted(id string) bool {
	history := r.server.Client.GetWorkflowHistory(r.ctx, r.execution().WorkflowId, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		if err != nil {
			return false
		}
		if event.GetWorkflowExecutionUpdateAcceptedEventAttributes().GetAcceptedRequest().GetMeta().GetUpdateId() == id {
			return true
		}
	}
	return false
}
