package casetest_test

import (
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/casetest"
	"github.com/partitur/partitur/internal/workers"
)

const asking = `
workflow: order
steps:
  - {id: sign, workflow: sign-off, with: release, catch: [{type: [ApprovalRejected], output: {by: nobody}}]}
  - {id: note, workflow: clerk, with: "${ steps.sign.output.by }"}
output: {by: "${ steps.sign.output.by }", note: "${ steps.note.output }"}
---
workflow: orders
steps:
  - id: all
    for_each: "['a', 'b']"
    concurrency: 2
    do: [{id: one, workflow: sign-off, with: "${ item }", workflow_id: "sign-${ item }", output: "${ result.by }"}]
output: ${ steps.all.output }
---
workflow: sign-off
input: {type: string}
signals: {hurry: {do: [{set: {hurried: true}}]}}
state: {hurried: false}
queries: {hurried: "${ state.hurried }"}
steps:
  - id: q
    approval: {title: "${ input }", approvers: [ann, bob], escalate: [{after: 2d, to: eve}]}
    timeout: 5d
    on_timeout: reject
output: {by: "${ steps.q.output.by }"}
---
workflow: clerk
steps: [{workflow: typist, id: t}]
output: ${ steps.t.output }
---
workflow: typist
steps: [{id: ask, task: {title: T, assignees: tom, form: {type: string}}}]
output: ${ steps.ask.output.form }
`

var askings = []struct {
	name, yaml string
	problems   []string
}{
	{"a decision, and an answer in the child of a child", `
test: order
cases:
  - name: a
    events:
      - {at: 1h, decide: q, child: sign-off, decision: approve, by: mallory, rejected: true}
      - {at: 2h, decide: q, child: sign-off, decision: approve, by: eve, rejected: true}
      - {at: 3h, signal: hurry, child: sign-off}
      - {at: 3h, query: hurried, child: sign-off, expect: result}
      - {at: 3d, update: partitur.decide, child: sign-off, with: {approval: q, decision: approve, by: eve}, expect: "result.status == 'approved'"}
      - {at: 4d, query: status, child: sign-off, expect: "result.approvals[0].approved_by == ['eve']"}
      - {at: 4d, answer: ask, child: typist, by: tom, form: done}
    expect: {output: {by: eve, note: done}, calls: [sign, note, clerk.t], elapsed: 4d}`, nil},
	{"nobody decides in time", `
test: order
cases:
  - name: a
    events: [{at: 6d, answer: ask, child: typist, by: tom, form: x}]
    expect: {output: {by: nobody, note: x}, elapsed: 6d}`, nil},
	{"children of one type", `
test: orders
cases:
  - name: a
    events:
      - {at: 1h, decide: q, child: sign-b, decision: approve, by: bob}
      - {at: 2h, decide: q, child: sign-off, decision: approve, by: ann}
    expect: {output: [ann, bob]}`, nil},
	{"a child that is cancelled", `
test: order
cases:
  - name: a
    events: [{at: 1h, cancel: true, child: sign-off}]
    expect: {error: {type: Cancelled, step: sign}}`, nil},
	{"not this child", `
test: orders
cases:
  - name: a
    events:
      - {at: 1h, decide: q, child: sign-off, decision: approve, by: bob}
      - {at: 1h, decide: q, child: sign-c, decision: approve, by: bob}
      - {at: 2h, decide: q, child: sign-a, decision: approve, by: bob}
      - {at: 3h, decide: q, child: sign-a, decision: approve, by: bob}
    expect: {status: running}`, []string{
		`events[0], decide at 1h: 2 children "sign-off" run at this time: name one by its workflow id: sign-a, sign-b`,
		`events[1], decide at 1h: no child "sign-c" runs at this time`,
		`events[3], decide at 3h: no child "sign-a" runs at this time`}},
}

// TestEventsOfChildren lets people decide and answer what children ask.
func TestEventsOfChildren(t *testing.T) {
	for _, c := range askings {
		t.Run(c.name, func(t *testing.T) {
			w, diags := dsl.Load([]*source.File{source.NewFile("order.yaml", []byte(asking)), source.NewFile("order.test.yaml", []byte(c.yaml))}, workers.Catalog{})
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
			if len(got) < len(c.problems) {
				t.Errorf("the problems are %v", got)
			}
		})
	}
}
