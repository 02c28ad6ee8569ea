package interpreter

import (
	"slices"
	"strconv"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/value"
)

// maxPending bounds the activities of a run that are under way at once. The
// server refuses the 2,000th, and that would block the run.
const maxPending = 1800

// maxSummary is the longest summary, in bytes.
const maxSummary = 200

// call dispatches the activity or the child of a step and waits for its output.
func (r *run) call(ctx workflow.Context, s *dsl.Step, sc *scope) (any, error) {
	if s.Metered() {
		return r.attempts(ctx, s, sc)
	}
	if err := r.awaitRoom(ctx, s); err != nil {
		return nil, err
	}
	t := turn{step: s, scope: sc}
	if r.send(ctx, &t) {
		t.err = t.future.Get(ctx, &t.raw)
		r.receive(&t)
	}
	return t.output, t.err
}

// sendable tells whether an activity or a child can be sent at once, and then
// awaited by whoever runs the step.
func (r *run) sendable(s *dsl.Step) bool {
	return isCall(s) && r.room(s) && (s.Timeout == nil || s.Timeout.Whole == nil)
}

// isCall tells whether a step sends one thing and waits for the answer.
func isCall(s *dsl.Step) bool {
	b, child := s.Body.(*dsl.Child)
	return s.IsActivity() && !s.Metered() || child && b.Wait == "completed"
}

// room tells whether the server would take another activity or child of the run.
func (r *run) room(s *dsl.Step) bool {
	if s.IsActivity() {
		return r.pending < maxPending
	}
	return r.childRoom()
}

// awaitRoom waits until there is room.
func (r *run) awaitRoom(ctx workflow.Context, s *dsl.Step) error {
	if r.room(s) {
		return nil
	}
	return workflow.Await(ctx, func() bool { return r.room(s) })
}

// send schedules the activity of a step or starts its child, and tells whether
// there is something to wait for.
func (r *run) send(ctx workflow.Context, t *turn) bool {
	if b, ok := t.step.Body.(*dsl.Child); ok {
		f, err := r.startChild(ctx, t.step, b, t.scope)
		if t.err = err; err == nil {
			t.future = f
			r.awaited++
		}
		return err == nil
	}
	t.future, t.err = r.dispatch(ctx, t.step, t.scope)
	return t.err == nil
}

// A prepared activity is all that is needed to schedule it.
type prepared struct {
	ctx      workflow.Context  // with its options
	key      *commonpb.Payload // its idempotency key, if that does not travel in the arguments
	activity string
	args     []any
}

// dispatch schedules the activity of a step.
func (r *run) dispatch(ctx workflow.Context, s *dsl.Step, sc *scope) (workflow.Future, error) {
	p, err := r.prepare(ctx, s, sc)
	if err != nil {
		return nil, err
	}
	return r.execute(p.ctx, s, p), nil
}

// prepare evaluates what the activity of a step is sent, and how.
func (r *run) prepare(ctx workflow.Context, s *dsl.Step, sc *scope) (p prepared, err error) {
	switch b := s.Body.(type) {
	case *dsl.Action:
		p.activity = b.Spec.Name
		p.args, err = r.actionCall(s, b, sc)
	case *dsl.Activity:
		p.activity, p.args, err = r.activityCall(s, b, sc)
		if err == nil {
			p.key, err = r.keyHeader(ctx, s, sc)
		}
	}
	if err == nil {
		p.ctx, err = r.options(ctx, s, sc)
	}
	return p, err
}

// execute schedules an activity.
func (r *run) execute(ctx workflow.Context, s *dsl.Step, p prepared) workflow.Future {
	r.pending++
	r.link.key = p.key
	if s.Local {
		return workflow.ExecuteLocalActivity(ctx, p.activity, p.args...)
	}
	return workflow.ExecuteActivity(ctx, p.activity, p.args...)
}

// receive makes the step's output of what its activity or child returned.
func (r *run) receive(t *turn) {
	if b, ok := t.step.Body.(*dsl.Child); ok {
		r.awaited--
		t.scope.purse.childEnds(t.raw, t.err)
		t.err = skipTaken(b, t.err)
	} else {
		r.pending--
	}
	if t.err != nil {
		return
	}
	t.output, t.err = decodeRaw(t.raw)
	if t.err != nil {
		t.output, t.err = nil, &Failure{Type: InvalidResult, Message: "the result of the " + t.step.Verb + " cannot be read: " + t.err.Error()}
		return
	}
	if _, builtin := t.step.Body.(*dsl.Action); !builtin { // whose worker has projected it
		t.output, t.err = r.project(t.step, t.scope, t.output)
	}
}

// options says how the activity of a step is dispatched.
func (r *run) options(ctx workflow.Context, s *dsl.Step, sc *scope) (workflow.Context, error) {
	summary, err := r.summary(s, sc)
	if err != nil {
		return nil, err
	}
	if s.Local {
		return workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
			StartToCloseTimeout:    s.Timeout.StartToClose,
			ScheduleToCloseTimeout: s.Timeout.ScheduleToClose,
			RetryPolicy:            retryPolicy(s.Retry),
			Summary:                recorded(ctx, summary),
		}), nil
	}
	queue, err := r.text(s, s.TaskQueue, sc)
	if err != nil {
		return nil, err
	}
	if queue == "" {
		queue = s.Queue()
	}
	priority, err := r.priority(s, sc)
	if err != nil {
		return nil, err
	}
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:              queue,
		StartToCloseTimeout:    s.Timeout.StartToClose,
		ScheduleToCloseTimeout: s.Timeout.ScheduleToClose,
		ScheduleToStartTimeout: s.Timeout.ScheduleToStart,
		HeartbeatTimeout:       s.Timeout.Heartbeat,
		WaitForCancellation:    r.program.AwaitCancelled(s),
		ActivityID:             r.activityID(s.Path),
		RetryPolicy:            retryPolicy(s.Retry),
		Priority:               priority,
		Summary:                recorded(ctx, summary),
	}), nil
}

// priority is that of a step's task in its queue.
func (r *run) priority(s *dsl.Step, sc *scope) (p temporal.Priority, err error) {
	if s.Priority == nil {
		return p, nil
	}
	p.PriorityKey, p.FairnessWeight = s.Priority.Key, float32(s.Priority.Weight)
	p.FairnessKey, err = r.text(s, s.Priority.Fair, sc)
	if len(p.FairnessKey) > maxFairnessKey {
		return p, wrongType(s.Priority.Fair, "a text of at most 64 bytes, because the server takes no longer one", p.FairnessKey)
	}
	return p, err
}

// maxFairnessKey is the longest fairness key the server takes, in bytes.
const maxFairnessKey = 64

// activityID is the step's path and how often it has been scheduled: readable,
// never used twice in a run, and short enough for the server.
func (r *run) activityID(path string) string {
	r.counts[path]++
	return shorten(path, 180) + "#" + strconv.Itoa(r.counts[path])
}

func retryPolicy(p *dsl.Retry) *temporal.RetryPolicy {
	if p == nil {
		return nil
	}
	return &temporal.RetryPolicy{
		InitialInterval:        p.InitialInterval,
		BackoffCoefficient:     p.BackoffCoefficient,
		MaximumInterval:        p.MaximumInterval,
		MaximumAttempts:        int32(max(p.MaximumAttempts, 0)),
		NonRetryableErrorTypes: p.NonRetryable,
	}
}

// summary is what the Web UI shows for a step: its title or its name, and the
// item of the loop it stands in.
func (r *run) summary(s *dsl.Step, sc *scope) (string, error) {
	text, err := r.text(s, s.Title, sc)
	if err != nil {
		return "", err
	}
	if text == "" {
		text = name(s)
		if sc.loop != "" {
			text = sc.instance(s.Path)
		}
		if sc.undone != nil {
			text = "undo " + text // a title says that itself
		}
	}
	return shorten(text, maxSummary), nil
}

// recorded is the summary of a command, or nothing in replay: the history has
// it, and the SDK would encode it anew for nobody.
func recorded(ctx workflow.Context, summary string) string {
	if workflow.IsReplaying(ctx) {
		return ""
	}
	return summary
}

// activityCall is what a registered activity is sent.
func (r *run) activityCall(s *dsl.Step, b *dsl.Activity, sc *scope) (string, []any, error) {
	activity, err := r.typeName(s, &b.TypeName, UnknownActivity, sc)
	if err != nil {
		return "", nil, err
	}
	args, err := r.arguments(s, &b.Arguments, sc)
	return activity, args, err
}

// typeName is the type of an activity or a child, which must be one of those
// allowed if it is computed.
func (r *run) typeName(s *dsl.Step, t *dsl.TypeName, unknown string, sc *scope) (string, error) {
	name, err := r.text(s, t.Type, sc)
	if err == nil && !t.Type.IsConst() && !slices.Contains(t.Allow, name) {
		err = &Failure{Type: unknown, Message: "the " + s.Verb + " type " + strconv.Quote(name) + " is not among those allowed here", Span: t.Type.Span}
	}
	return name, err
}

// keyHeader makes the idempotency key of a step travel with its activity. In
// replay it has gone out, unless the activity is a local one, which may have to
// be run again; but a key of the author's may be wrong.
func (r *run) keyHeader(ctx workflow.Context, s *dsl.Step, sc *scope) (*commonpb.Payload, error) {
	if s.IdempotencyKey == nil && !s.Local && workflow.IsReplaying(ctx) {
		return nil, nil
	}
	key, err := r.sentKey(s, sc)
	if err != nil {
		return nil, err
	}
	text, err := value.Encode(key)
	return &commonpb.Payload{Metadata: encodedJSON, Data: text}, err
}

func (r *run) arguments(s *dsl.Step, b *dsl.Arguments, sc *scope) ([]any, error) {
	if b.With != nil {
		raw, _, err := r.argument(s, b.With, sc)
		return []any{raw}, err
	}
	args := make([]any, len(b.Args))
	total := 0
	for i, v := range b.Args {
		raw, size, err := r.argument(s, v, sc)
		if err != nil {
			return nil, err
		}
		args[i] = raw
		total += size
	}
	if total > r.largest() {
		return nil, tooLarge(total, r.largest())
	}
	return args, nil
}

func (r *run) argument(s *dsl.Step, v *expr.Value, sc *scope) (raw converter.RawValue, size int, err error) {
	x, err := r.eval(s, v, sc)
	if err != nil {
		return raw, 0, err
	}
	raw, err = r.encode(x)
	return raw, len(raw.Payload().GetData()), err
}

// project applies `expect` and `output` to a result that other workers made.
func (r *run) project(s *dsl.Step, sc *scope, result any) (any, error) {
	if s.Expect == nil && s.Output == nil {
		return result, nil
	}
	sc.vars["result"] = result
	defer delete(sc.vars, "result")
	if s.Expect != nil {
		ok, err := r.condition(s, s.Expect, sc)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, &Failure{Type: ExpectationFailed, Message: "the result is not as expected: " + s.Expect.Text, Span: s.Expect.Span, Details: result}
		}
	}
	if s.Output == nil {
		return result, nil
	}
	return r.eval(s, s.Output, sc)
}
