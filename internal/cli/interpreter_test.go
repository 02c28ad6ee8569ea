//go:build !noengine

package cli_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/interpreter"
	"github.com/partitur/partitur/interpreter/shared"
)

// interpreted are the workflows of the task queue yaml.
const interpreted = `workflow: undoing
defaults: {timeout: 1m, retry: {maximum_attempts: 1}}
compensation: {on_error: wait, retry: {maximum_attempts: 1}}
steps:
  - id: reserve
    activity: work
    compensate: {activity: work}
  - id: charge
    activity: work
    compensate: {activity: broken}
  - for_each: "['a', 'b']"
    key: item
    do: [{id: pack, activity: work, compensate: {activity: broken}}]
  - {activity: broken, id: ship}
---
workflow: delivery
defaults: {timeout: 1m, retry: {maximum_attempts: 1}}
input: {type: object, required: [to], properties: {to: {type: string}}}
steps: [{activity: second}]
output: sent to ${ input.to }
---
workflow: cart
state: {items: [], open: true}
signals:
  add: {do: [{set: {items: "${ concat(state.items, [message]) }"}}]}
  close: {do: [{set: {open: false}}]}
queries: {count: "${ len(state.items) }"}
updates:
  put:
    validate: [{check: len(state.items) < 3, reject: the cart is full}]
    do: [{if: "message == 'bad'", fail: {type: Spoilt, message: it smells}}, {set: {items: "${ concat(state.items, [message]) }"}}]
    output: ${ len(state.items) }
steps: [{await: not state.open}]
output: ${ state.items }
---
workflow: helper
defaults: {timeout: 1m}
steps:
  - id: chat
    agent:
      model: m
      instructions: Be kind.
      chat: {idle: 1h}
      tools: [{name: find, description: Find an order, activity: work, with: "${ args }", input: {type: object, properties: {id: {type: integer}}}}]
---
workflow: two tills
input: {type: array, items: {type: string}}
signals: {on: {}}
steps:
  - lock: ${ input[0] }
    scope: namespace
    do: [{receive: on}, {lock: "${ input[1] }", scope: namespace, timeout: 1d, do: [{value: 1}]}]
---
workflow: till
signals: {leave: {}}
steps: [{lock: till 1, scope: namespace, do: [{receive: leave}]}]
---
workflow: payment
defaults: {timeout: 1m, retry: {maximum_attempts: 1}}
steps:
  - id: release
    approval:
      title: Release the payment
      message: It is large
      approvers: [alice, group:treasury]
      exclude: eve
      quorum: 2
      delegate: true
      form: {type: object, required: [limit], properties: {limit: {type: integer, minimum: 1, description: How much}, note: {type: string}, urgent: {type: boolean}}}
    timeout: 7d
    on_timeout: reject
  - {id: ask, task: {title: 'Which cost centre', assignees: bob, form: {type: object, required: [code], properties: {code: {type: string, pattern: '^[0-9]+$'}}}}}
output: "${ [steps.release.output.form, steps.ask.output.form] }"
---
workflow: purchase
steps: [{id: pays, workflow: payment, workflow_id: "${ workflow.id }-payment"}]
---
project: shop
groups: {treasury: [tina, tom]}
models: {m: {provider: openai, model: m}}
---
workflow: booking
defaults: {timeout: 1m, retry: {maximum_attempts: 1}}
state: {note: old}
signals: {go_on: {}}
steps:
  - {id: price, activity: price}
  - id: group
    saga:
      - {id: hold, activity: hold, compensate: {activity: release}}
      - {id: wait, receive: go_on}
      - {id: pay, activity: pay, with: "${ steps.price.output.total }"}
  - {id: each, for_each: "[1]", do: [{id: one, activity: work}]}
output: ${ [steps.price.output.total, state.note] }
---
workflow: twice
defaults: {timeout: 1m, retry: {maximum_attempts: 1}}
steps:
  - {id: hold, activity: hold}
  - {id: send, activity: later}
`

// startInterpreter starts a worker that runs definitions.
func startInterpreter(t *testing.T, c client.Client) *registry.Registry {
	t.Helper()
	space, diags := dsl.Load([]*source.File{source.NewFile("shop.yaml", []byte(interpreted))}, dsl.NoActions{})
	if diags.Errors() > 0 {
		t.Fatal(diags)
	}
	programs := &registry.Registry{Actions: dsl.NoActions{}}
	if _, err := programs.Set(space.Programs); err != nil {
		t.Fatal(err)
	}
	programs.SetAttributes(map[string]string{dsl.WaitsFor: "KeywordList"})
	keepers := worker.New(c, shared.TaskQueue, worker.Options{})
	shared.Keepers{}.Register(keepers)
	if err := keepers.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(keepers.Stop)
	i := &interpreter.Interpreter{Programs: programs}
	w := worker.New(c, "yaml", i.Options(worker.Options{}))
	shared.RegisterTell(w, func() error { return nil })
	i.Register(w)
	w.RegisterDynamicActivity(new(service).work, activity.DynamicRegisterOptions{})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
	return programs
}

// reword makes the worker take another text: OLD is NEW in it.
func reword(ts *testscript.TestScript, programs *registry.Registry, args []string) {
	space, diags := dsl.Load([]*source.File{source.NewFile("shop.yaml", []byte(strings.Replace(interpreted, args[0], args[1], 1)))}, dsl.NoActions{})
	if diags.Errors() > 0 {
		ts.Fatalf("%v", diags)
	}
	_, err := programs.Set(space.Programs)
	ts.Check(err)
}

// A service does what the workflows ask for.
type service struct{ seen sync.Map }

// work is every activity: `broken` always fails, `second` does unless the
// workflow id has called it before, `later` unless it has been called itself, and
// `pay` pays 42 only.
func (s *service) work(ctx context.Context, args converter.EncodedValues) (any, error) {
	info := activity.GetInfo(ctx)
	switch key := info.WorkflowExecution.ID + info.ActivityType.Name; info.ActivityType.Name {
	case dsl.LLM:
		return answer(args)
	case "price":
		return map[string]any{"total": 10}, nil
	case "pay":
		var total int
		if err := args.Get(&total); err != nil || total == 42 {
			return total, err
		}
		return nil, temporal.NewNonRetryableApplicationError("the card was declined", "Declined", nil)
	case "later":
		if _, before := s.seen.LoadOrStore(key, true); !before {
			return nil, temporal.NewNonRetryableApplicationError("the service is down", "ServiceDown", nil)
		}
		return "done", nil
	}
	_, before := s.seen.LoadOrStore(info.WorkflowExecution.ID, true)
	if kind := info.ActivityType.Name; kind == "broken" || kind == "second" && !before {
		return nil, temporal.NewNonRetryableApplicationError("the service is down", "ServiceDown", nil)
	}
	return "done", nil
}
