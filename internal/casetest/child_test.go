package casetest_test

import (
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/casetest"
	"github.com/partitur/partitur/internal/workers"
)

const families = `
workflow: order
input: {type: object}
defaults: {timeout: 30s, retry: {maximum_attempts: 2, initial_interval: 1s}}
steps:
  - id: pack
    workflow: pack
    with: {item: "${ input.item ?? 'book' }"}
    workflow_id: pack-1
    catch: [{type: [Fragile], output: "${ error.cause?.step ?? error.message }"}]
  - id: sent
    workflow: notify
    with: packed
    retry: {maximum_attempts: 3, initial_interval: 1m}
    on_error: continue
  - id: skips
    workflow: notify
    on_already_started: skip
    on_error: continue
  - for_each: 1..3
    concurrency: 3
    do: [{id: many, workflow: pack, with: {item: "box ${ item }"}}]
output: [ "${ steps.pack.output }", "${ steps.sent.status }", "${ steps.skips.status }" ]
---
workflow: pack
input: {type: object, required: [item], properties: {item: {type: string}}}
defaults: {timeout: 30s, retry: {maximum_attempts: 2, initial_interval: 1s}}
steps:
  - {id: wrap, activity: wrap, with: "${ input.item }", compensate: {activity: unwrap}}
  - {id: check, if: input.item == 'glass', fail: {type: Fragile}}
  - sleep: 1h
output: ${ steps.wrap.output }
---
workflow: coordinator
signals: {done: {}}
steps:
  - {id: child, workflow: listener, workflow_id: listener-1, wait: started, parent_close_policy: terminate}
  - {id: tell, signal: {workflow_id: listener-1, name: task, with: 5}}
  - {id: done, receive: done}
output: ${ steps.done.output }
---
workflow: listener
signals: {task: {}}
steps:
  - {id: got, receive: task}
  - {id: reply, signal: {workflow_id: "${ workflow.parent?.id ?? '' }", name: done, with: "${ steps.got.output * 2 }"}}
`

var familyCases = []struct {
	name, yaml string
	problems   []string
}{
	{"children that run", `
test: order
cases:
  - name: a
    mocks:
      pack.wrap: {return: wrapped}
      sent: [{error: {type: Down}, times: 2}, {return: null}]
      notify: {error: {type: WorkflowAlreadyStarted}}
    expect:
      output: [wrapped, succeeded, skipped]
      calls: [pack, pack.wrap, sent, sent, sent, skips, many, many, many, pack.wrap, pack.wrap, pack.wrap]`, nil},
	{"a child that fails and is undone", `
test: order
cases:
  - name: a
    input: {item: glass}
    mocks:
      wrap: {return: wrapped}
      unwrap: {return: null}
      sent: {return: null}
      skips: {return: null}
      many: {return: null}
    expect:
      output: [check, succeeded, succeeded]
      calls: [pack, pack.wrap, pack.wrap.compensate, sent, skips, many, many, many]`, nil},
	{"children that are mocked", `
test: order
cases:
  - name: a
    mocks:
      pack: [{error: {type: Fragile, message: careful}}, {return: null, times: 3}]
      notify: {error: {type: Timeout}}
    expect:
      output: ["", timed_out, timed_out]
      calls: [pack, sent, sent, sent, skips, many, many, many]`, nil},
	{"a cancellation that reaches the child", `
test: order
cases:
  - name: a
    mocks: {wrap: {return: 1}, unwrap: {return: 1}}
    events: [{at: 30m, cancel: true}]
    expect: {status: cancelled, calls: [pack, pack.wrap, pack.wrap.compensate]}`, nil},
	{"signals between parent and child", `
test: coordinator
cases:
  - name: a
    expect: {output: 10, calls: [child, tell, listener.reply]}`, nil},
	{"a child of which nothing is known", `
test: order
cases:
  - name: a
    mocks: {pack: {return: 1}}
    expect: {status: completed}`, []string{"no mock answers sent or notify", "no mock answers skips or notify", "the calls"}},
}

func TestChildren(t *testing.T) {
	for _, c := range familyCases {
		t.Run(c.name, func(t *testing.T) {
			w, diags := dsl.Load([]*source.File{source.NewFile("order.yaml", []byte(families)), source.NewFile("order.test.yaml", []byte(c.yaml))}, workers.Catalog{})
			for _, d := range diags {
				t.Fatal(d, d.Hint)
			}
			doc := w.Tests[0]
			got := casetest.Run(w.Program(doc.Workflow), workers.Catalog{}, doc.Cases[0], w.Programs...)
			for i, p := range got {
				if i >= len(c.problems) || !strings.Contains(p.String(), c.problems[i]) {
					t.Errorf("unexpected: %s", p)
				}
			}
			if len(got) == 0 && len(c.problems) > 0 {
				t.Error("there are no problems")
			}
		})
	}
}
