package shared

import (
	"maps"
	"slices"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

// A Memory keeps what runs share where there is no server: in tests. There are
// no other runs than those of the test.
type Memory struct {
	// World is where the run under test runs, and its children.
	World *testsuite.TestWorkflowEnvironment

	books map[string]book
	root  string // the workflow id of the run under test
}

// Tell delivers a letter.
func (m *Memory) Tell(now time.Time, l Letter) {
	if m.books == nil {
		m.books = map[string]book{}
	}
	id := l.To.ID()
	if m.books[id] == nil {
		m.books[id] = newBook(l.To.Kind)
	}
	for _, d := range together(m.books[id].take(now.UTC(), l.Message)) {
		m.signal(d.To.ID, ReplySignal, d.Replies)
	}
}

// Again gives the run under test the locks that it has once more. The test
// environment forgets what it has sent to a run that is continued in the same
// moment, which a server does not.
func (m *Memory) Again() {
	for _, id := range slices.Sorted(maps.Keys(m.books)) {
		if l, ok := m.books[id].(*Lock); ok && l.Holder() != nil && l.Holder().Run.ID == m.root {
			m.signal(m.root, ReplySignal, []Reply{{Ticket: l.Holder().Ticket}})
		}
	}
}

// Text says in a line how things stand with what a keeper keeps.
func (m *Memory) Text(k Keeper) string {
	if b := m.books[k.ID()]; b != nil {
		return b.text()
	}
	return newBook(k.Kind).text()
}

// signal delivers to a run of the test. Others are not there.
func (m *Memory) signal(id, name string, arg any) {
	if id == m.root {
		m.World.SignalWorkflow(name, arg)
		return
	}
	_ = m.World.SignalWorkflowByID(id, name, arg)
}

// Interceptor delivers the letters of the runs of a worker.
func (m *Memory) Interceptor() interceptor.WorkerInterceptor { return &pretending{memory: m} }

type pretending struct {
	interceptor.WorkerInterceptorBase
	memory *Memory
}

// InterceptWorkflow is called once for each run.
func (p *pretending) InterceptWorkflow(ctx workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	if info := workflow.GetInfo(ctx); info.ParentWorkflowExecution == nil {
		p.memory.root = info.WorkflowExecution.ID
	}
	i := &inbound{memory: p.memory}
	i.Next = next
	return i
}

type inbound struct {
	interceptor.WorkflowInboundInterceptorBase
	memory *Memory
}

// Init puts the outbound interceptor in front of the run's commands.
func (i *inbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	o := &outbound{memory: i.memory}
	o.Next = next
	return i.Next.Init(o)
}

type outbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	memory *Memory
}

// SignalExternalWorkflow delivers what the part of a loop tells.
func (o *outbound) SignalExternalWorkflow(ctx workflow.Context, id, run, name string, arg any) workflow.Future {
	if name != TallySignal {
		return o.Next.SignalExternalWorkflow(ctx, id, run, name, arg)
	}
	o.memory.signal(id, name, arg)
	future, set := workflow.NewFuture(ctx)
	set.Set(nil, nil)
	return future
}

// ExecuteLocalActivity delivers a letter at once.
func (o *outbound) ExecuteLocalActivity(ctx workflow.Context, kind string, args ...any) workflow.Future {
	if kind != TellActivity {
		return o.Next.ExecuteLocalActivity(ctx, kind, args...)
	}
	future, set := workflow.NewFuture(ctx)
	var l Letter
	raw, _ := args[0].(converter.RawValue)
	err := fromJSON(raw.Payload().GetData(), &l)
	from := workflow.GetInfo(ctx).WorkflowExecution
	if err == nil {
		l.Message.sign(Run{from.ID, from.RunID})
		o.memory.Tell(workflow.Now(ctx), l)
	}
	set.Set(from.RunID, err)
	return future
}
