package interpreter_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"gopkg.in/yaml.v3"
)

// A stub is one answer of an activity.
type stub struct {
	When      string     `yaml:"when"` // what the arguments must contain
	Return    yaml.Node  `yaml:"return"`
	Error     *stubError `yaml:"error"`
	Timeout   string     `yaml:"timeout"`
	Cancelled bool       `yaml:"cancelled"`
	Hang      bool       `yaml:"hang"`
	After     duration   `yaml:"after"` // of virtual time
	Raw       string     `yaml:"raw"`   // a result in this encoding, which is no JSON
	Size      int        `yaml:"size"`  // a text that long
}

type stubError struct {
	Type      string    `yaml:"type"`
	Message   string    `yaml:"message"`
	Retryable bool      `yaml:"retryable"`
	Details   yaml.Node `yaml:"details"`
	Cause     string    `yaml:"cause"`
}

// stubs are the answers of an activity or step, in order; the last one stays.
type stubs []stub

func (s *stubs) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.SequenceNode {
		return n.Decode((*[]stub)(s))
	}
	*s = make(stubs, 1)
	return n.Decode(&(*s)[0])
}

// A mock is every activity there is.
type mock struct {
	env   *testsuite.TestWorkflowEnvironment
	stubs map[string]stubs
	turn  func(activityID string) time.Duration

	mu        sync.Mutex
	attempts  map[string]int32
	cancelled map[string]bool   // by activity id
	succeeded map[string]string // by activity id: the arguments of what the run knows to have succeeded
	scheduled map[string]int    // by path: activities of this run and those before
	earlier   map[string]int    // by path: those of the runs before
}

// newMock goes on where the one of the run before has ended, if there is one.
func newMock(env *testsuite.TestWorkflowEnvironment, s map[string]stubs, turn func(string) time.Duration, before *mock) *mock {
	m := &mock{env: env, stubs: s, turn: turn, attempts: map[string]int32{}, cancelled: map[string]bool{}, succeeded: map[string]string{}, scheduled: map[string]int{}, earlier: map[string]int{}}
	if before != nil {
		before.mu.Lock()
		defer before.mu.Unlock()
		m.attempts, m.scheduled, m.earlier = before.attempts, before.scheduled, maps.Clone(before.scheduled)
		for id, args := range before.succeeded {
			m.succeeded[id+" before"] = args
		}
	}
	m.register()
	return m
}

// note takes how an activity has ended, unless the run has given it up.
func (m *mock) note(id, args string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil && !m.cancelled[id] {
		m.succeeded[id] = args
	}
}

func (m *mock) cancel(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cancelled[id] = true
	delete(m.succeeded, id) // the answer came too late
}

func (m *mock) register() {
	m.env.RegisterDynamicActivity(m.run, activity.DynamicRegisterOptions{})
	for name := range m.stubs {
		if strings.HasPrefix(name, "local.") {
			m.env.RegisterActivityWithOptions(m.local, activity.RegisterOptions{Name: name})
		}
	}
}

func (m *mock) local(ctx context.Context, in any) (any, error) {
	return m.stubs[activity.GetInfo(ctx).ActivityType.Name][0].outcome()
}

func (m *mock) run(ctx context.Context, args converter.EncodedValues) (any, error) {
	info := activity.GetInfo(ctx)
	path, number, _ := strings.Cut(info.ActivityID, "#")
	n, _ := strconv.Atoi(number)
	m.mu.Lock()
	n += m.earlier[path]
	m.scheduled[path] = max(m.scheduled[path], n)
	m.attempts[path+"#"+strconv.Itoa(n)] = info.Attempt
	m.mu.Unlock()
	list, ok := m.stubs[path]
	if !ok {
		list, ok = m.stubs[path[strings.LastIndex(path, "/")+1:]]
	}
	if !ok {
		list = m.stubs[info.ActivityType.Name]
	}
	s := list.pick(text(args), n-1+int(info.Attempt)-1)
	if s == nil {
		s = new(stub)
	}
	if s.Hang {
		return nil, activity.ErrResultPending
	}
	child := info.WorkflowExecution.ID != "default-test-workflow-id" // those of a child cannot be completed later
	if child || s.Timeout != "" || s.Error != nil && s.Error.Retryable {
		return s.outcome() // the environment may try again
	}
	// Activities end in the order in which they were scheduled, not in that in
	// which their goroutines happen to run.
	m.env.RegisterDelayedCallback(func() {
		result, err := s.outcome()
		m.note(info.ActivityID, text(args), err)
		_ = m.env.CompleteActivity(info.TaskToken, result, err)
	}, time.Duration(s.After)+m.turn(info.ActivityID))
	return nil, activity.ErrResultPending
}

func text(args converter.EncodedValues) string {
	raws := make([]converter.RawValue, 4)
	if args.HasValues() {
		_ = args.Get(&raws[0], &raws[1], &raws[2], &raws[3])
	}
	var b strings.Builder
	for _, raw := range raws {
		b.Write(raw.Payload().GetData())
	}
	return b.String()
}

// pick chooses the answer for the i-th call with these arguments.
func (s stubs) pick(args string, i int) *stub {
	var plain stubs
	for j := range s {
		if s[j].When == "" {
			plain = append(plain, s[j])
		} else if strings.Contains(args, s[j].When) {
			return &s[j]
		}
	}
	if len(plain) == 0 {
		return nil
	}
	return &plain[min(i, len(plain)-1)]
}

func (s *stub) outcome() (any, error) {
	switch {
	case s.Error != nil:
		return nil, s.Error.error()
	case s.Cancelled:
		return nil, temporal.NewCanceledError()
	case s.Timeout != "":
		kind, err := enumspb.TimeoutTypeFromString(s.Timeout)
		if err != nil {
			panic(err)
		}
		if beat := nodeValue(s.Return); beat != nil {
			return nil, temporal.NewTimeoutError(kind, nil, beat)
		}
		return nil, temporal.NewTimeoutError(kind, nil)
	case s.Raw != "":
		return converter.NewRawValue(payload(s.Raw, "\x00")), nil
	case s.Size > 0:
		return strings.Repeat("x", s.Size), nil
	}
	return nodeValue(s.Return), nil
}

func (e *stubError) error() error {
	o := temporal.ApplicationErrorOptions{NonRetryable: !e.Retryable}
	if d := nodeValue(e.Details); d != nil {
		o.Details = []any{d}
	}
	if e.Cause != "" {
		o.Cause = temporal.NewApplicationError(e.Cause, "Cause")
	}
	return temporal.NewApplicationErrorWithOptions(e.Message, e.Type, o)
}

// nodeValue is a YAML value as it stands; a decimal keeps its digits.
func nodeValue(n yaml.Node) any {
	if n.IsZero() {
		return nil
	}
	var v any
	if err := n.Decode(&v); err != nil {
		panic(err)
	}
	return v
}

// text lists the activities that took more than one attempt.
func (m *mock) text() string {
	var lines []string
	for id, n := range m.attempts {
		if n > 1 {
			lines = append(lines, fmt.Sprintf("%s %d\n", id, n))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

func payload(encoding, data string) *commonpb.Payload {
	return &commonpb.Payload{Metadata: map[string][]byte{"encoding": []byte(encoding)}, Data: []byte(data)}
}
