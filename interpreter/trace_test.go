package interpreter_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/interpreter"
)

// A trace lists the commands of a run, one line each.
type trace struct {
	mu      sync.Mutex
	start   time.Time
	lines   []string
	keys    bool
	turns   map[string]time.Duration
	pace    time.Duration // by which activities end after one another
	instant time.Time
	calls   []string // types and arguments of activities
	burst   int
	inOrder bool // the time grows over the whole run, so that no two end at once
	updates int
	sorted  bool     // what happens in one second is: several children begin in any order
	names   []string // idempotency keys and what stands for them, alternating
}

func newTrace(start time.Time, keys bool, pace time.Duration) *trace {
	return &trace{start: start, keys: keys, pace: pace, turns: map[string]time.Duration{}}
}

func (t *trace) add(now time.Time, line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines = append(t.lines, fmt.Sprintf("%s %s", now.Sub(t.start).Truncate(time.Second), line))
}

func (t *trace) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := slices.Clone(t.lines)
	for i := 0; t.sorted && i < len(lines); {
		second, _, _ := strings.Cut(lines[i], " ")
		n := i
		for n < len(lines) && strings.HasPrefix(lines[n], second+" ") {
			n++
		}
		slices.Sort(lines[i:n])
		i = n
	}
	return t.label(strings.Join(lines, "\n") + "\n")
}

// label puts short names in the place of idempotency keys.
func (t *trace) label(text string) string { return strings.NewReplacer(t.names...).Replace(text) }

// key notes an idempotency key.
func (t *trace) key(ctx workflow.Context) string {
	p := interceptor.WorkflowHeader(ctx)[interpreter.IdempotencyHeader]
	key := strings.Trim(string(p.GetData()), `"`)
	base, _, _ := strings.Cut(key, "/")
	t.mu.Lock()
	defer t.mu.Unlock()
	known := false
	for i := 0; i < len(t.names); i += 2 {
		known = known || t.names[i] == base
	}
	if !known && len(base) == 22 {
		t.names = append(t.names, base, "KEY"+strconv.Itoa(len(t.names)/2+1))
	}
	return key
}

// turn is a little time that grows with each activity scheduled at an instant,
// so that they end in that order. It must be long enough for their goroutines to
// get to run.
func (t *trace) turn(activityID string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.turns[activityID]
}

func (t *trace) take(now time.Time, activityID string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !now.Equal(t.instant) && !t.inOrder {
		t.instant, t.burst = now, 0
	}
	t.burst++
	t.turns[activityID] = t.pace * time.Duration(8+t.burst)
}

// event makes something happen to the run.
func (t *trace) event(env *testsuite.TestWorkflowEnvironment, e event) {
	switch {
	case e.Signal != "":
		t.signal(env, e)
	case e.Update != "":
		t.update(env, e)
	case e.Full:
		env.SetCurrentHistoryLength(40_000)
	case e.Long:
		env.SetContinueAsNewSuggested(true)
	case e.Cancel:
		t.add(env.Now(), "asked to cancel")
		env.CancelWorkflow()
	case e.Operator != nil:
		t.decide(env, *e.Operator)
	case e.Query == "status":
		st, err := askStatus(env)
		line := fmt.Sprint("status at ", strings.Join(st.Position, " "))
		for _, s := range st.Steps {
			line += fmt.Sprintf(", %s %s", s.Path, s.Status)
			if s.Total > 0 {
				line += fmt.Sprintf(" %d/%d", s.Done, s.Total)
			}
			line += waitText(s)
		}
		line += approvalsText(st.Approvals) + messagesText(st.Messages)
		for _, c := range st.Compensations {
			m := c.(map[string]any)
			line += fmt.Sprintf(", undo %s %s", m["step"], m["status"])
		}
		t.answer(env, line, err)
	default:
		answer, err := env.QueryWorkflow(e.Query)
		var raw json.RawMessage
		if err == nil {
			err = answer.Get(&raw)
		}
		t.answer(env, "query "+e.Query+" "+string(raw), err)
	}
}

// approvalsText is what a status says of what people are asked.
func approvalsText(list []interpreter.Request) string {
	text := ""
	for _, q := range list {
		text += fmt.Sprintf(", %s %s %s", q.Kind, q.Name, q.Status)
		if len(q.WaitsFor) > 0 {
			text += " for " + strings.Join(q.WaitsFor, " ")
		}
		if q.Stage != "" {
			text += " in " + q.Stage
		}
	}
	return text
}

func (t *trace) answer(env *testsuite.TestWorkflowEnvironment, line string, err error) {
	if err != nil {
		line += " error " + err.Error()
	}
	t.add(env.Now(), line)
}

func (t *trace) interceptors() []interceptor.WorkerInterceptor {
	return []interceptor.WorkerInterceptor{&tracing{trace: t}}
}

type tracing struct {
	interceptor.WorkerInterceptorBase
	trace *trace
}

func (i *tracing) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	in := &tracingIn{trace: i.trace}
	in.Next = next
	return in
}

type tracingIn struct {
	interceptor.WorkflowInboundInterceptorBase
	trace *trace
}

func (i *tracingIn) Init(next interceptor.WorkflowOutboundInterceptor) error {
	out := &tracingOut{trace: i.trace}
	out.Next = next
	return i.Next.Init(out)
}

type tracingOut struct {
	interceptor.WorkflowOutboundInterceptorBase
	trace *trace
}

// usual is the timeout that most cases give their activities.
const usual = 30 * time.Second

func (o *tracingOut) ExecuteActivity(ctx workflow.Context, kind string, args ...any) workflow.Future {
	opts := workflow.GetActivityOptions(ctx)
	line := fmt.Sprintf("activity %s %s%s", opts.ActivityID, kind, argsText(args))
	if kind == "llm" {
		line = fmt.Sprintf("activity %s %s", opts.ActivityID, askedText(args))
	}
	add := func(name, value string) {
		if value != "" && value != "0s" && value != "0" {
			line += " " + name + "=" + value
		}
	}
	if opts.TaskQueue != "default-test-taskqueue" {
		add("queue", opts.TaskQueue)
	}
	if opts.StartToCloseTimeout != usual {
		add("start_to_close", opts.StartToCloseTimeout.String())
	}
	add("schedule_to_close", opts.ScheduleToCloseTimeout.String())
	add("schedule_to_start", opts.ScheduleToStartTimeout.String())
	add("heartbeat", opts.HeartbeatTimeout.String())
	add("priority", strconv.Itoa(opts.Priority.PriorityKey))
	if p := opts.Priority; p.FairnessKey != "" {
		add("fairness", fmt.Sprintf("%s/%g", p.FairnessKey, p.FairnessWeight))
	}
	if p := opts.RetryPolicy; p != nil {
		if p.MaximumAttempts != 1 {
			add("attempts", strconv.Itoa(int(p.MaximumAttempts)))
		}
		add("non_retryable", strings.Join(p.NonRetryableErrorTypes, ","))
	}
	if opts.WaitForCancellation {
		line += " wait"
	}
	if path, _, _ := strings.Cut(opts.ActivityID, "#"); !strings.HasSuffix(path, opts.Summary) {
		add("summary", strconv.Quote(opts.Summary))
	}
	if key := o.trace.key(ctx); o.trace.keys {
		add("key", key)
	}
	o.trace.add(workflow.Now(ctx), line)
	o.trace.take(workflow.Now(ctx), opts.ActivityID)
	o.trace.calls = append(o.trace.calls, kind+argsText(args))
	return o.Next.ExecuteActivity(ctx, kind, args...)
}

func (o *tracingOut) ExecuteLocalActivity(ctx workflow.Context, kind string, args ...any) workflow.Future {
	opts := workflow.GetLocalActivityOptions(ctx)
	o.trace.add(workflow.Now(ctx), fmt.Sprintf("local %s%s start_to_close=%s", kind, argsText(args), opts.StartToCloseTimeout))
	return o.Next.ExecuteLocalActivity(ctx, kind, args...)
}

//workflowcheck:ignore of a map it shows the one entry
func (o *tracingOut) ExecuteChildWorkflow(ctx workflow.Context, kind string, args ...any) workflow.ChildWorkflowFuture {
	opts := workflow.GetChildWorkflowOptions(ctx)
	if kind == interpreter.PartType {
		o.trace.add(workflow.Now(ctx), "part "+opts.WorkflowID)
		return o.Next.ExecuteChildWorkflow(ctx, kind, args...)
	}
	line := fmt.Sprintf("child %s %s%s", opts.WorkflowID, kind, argsText(args))
	add := func(name, value string) {
		if value != "" && value != "0s" && value != "0" && value != "Unspecified" {
			line += " " + name + "=" + value
		}
	}
	if opts.TaskQueue != "default-test-taskqueue" {
		add("queue", opts.TaskQueue)
	}
	add("execution", opts.WorkflowExecutionTimeout.String())
	add("run", opts.WorkflowRunTimeout.String())
	add("task", opts.WorkflowTaskTimeout.String())
	add("reuse", opts.WorkflowIDReusePolicy.String())
	add("close", opts.ParentClosePolicy.String())
	add("priority", strconv.Itoa(opts.Priority.PriorityKey))
	if p := opts.RetryPolicy; p != nil {
		add("attempts", strconv.Itoa(int(p.MaximumAttempts)))
	}
	add("details", opts.StaticDetails)
	for _, name := range workflow.DeterministicKeys(opts.Memo) {
		line += " memo." + name + "=" + strings.TrimSpace(argsText([]any{opts.Memo[name]}))
	}
	for key, v := range opts.TypedSearchAttributes.GetUntypedValues() {
		line += fmt.Sprintf(" attribute.%s=%v", key.GetName(), v) // at most one in a case
	}
	if opts.VersioningOverride != nil {
		line += fmt.Sprintf(" version=%T", opts.VersioningOverride)
	}
	if id, _, _ := strings.Cut(opts.WorkflowID, "~"); !strings.HasSuffix(id, opts.StaticSummary) {
		add("summary", strconv.Quote(opts.StaticSummary))
	}
	o.trace.add(workflow.Now(ctx), line)
	return o.Next.ExecuteChildWorkflow(ctx, kind, args...)
}

func (o *tracingOut) NewTimerWithOptions(ctx workflow.Context, d time.Duration, options workflow.TimerOptions) workflow.Future {
	if d > 0 && ctx.Err() == nil {
		o.trace.add(workflow.Now(ctx), fmt.Sprintf("timer %s %q", d, options.Summary))
	}
	return o.Next.NewTimerWithOptions(ctx, d, options)
}

func (o *tracingOut) SideEffectWithOptions(ctx workflow.Context, options workflow.SideEffectOptions, f func(workflow.Context) any) converter.EncodedValue {
	o.trace.add(workflow.Now(ctx), "marker "+options.Summary)
	return o.Next.SideEffectWithOptions(ctx, options, f)
}

func argsText(args []any) string {
	var b strings.Builder
	for _, arg := range args {
		data := arg.(converter.RawValue).Payload().GetData()
		if data == nil {
			data = []byte("nil")
		}
		if len(data) > 300 {
			data = append(data[:300:300], "..."...)
		}
		b.WriteByte(' ')
		b.Write(data)
	}
	return b.String()
}

// waitText is what a step waits for, and which step it undoes.
func waitText(s interpreter.StepStatus) (text string) {
	if s.Waits != "" {
		text += " for " + s.Waits
	}
	if s.Until != nil {
		text += " until " + fmt.Sprint(s.Until.Sub(start))
	}
	if s.Undoes != "" {
		text += " undoing " + s.Undoes
	}
	return text
}
