package casetest_test

import (
	"strings"
	"testing"
)

const talkative = `
workflow: order
state: {items: [], open: true}
signals:
  add: {do: [{set: {items: "${ concat(state.items, [message]) }"}}]}
  close: {do: [{set: {open: false}}]}
queries: {count: "${ len(state.items) }"}
updates:
  put:
    validate: [{check: state.open, reject: closed}]
    do: [{if: "message == 'bad'", fail: {type: Bad, message: no good}}, {set: {items: "${ concat(state.items, [message]) }"}}]
    output: ${ len(state.items) }
steps:
  - {await: not state.open}
  - {id: tell, signal: {workflow_id: boss, name: done}, catch: [{type: [WorkflowNotFound], output: nobody}]}
  - {id: stop, cancel: {workflow_id: helper}, on_error: continue}
output: {items: "${ state.items }", told: "${ steps.tell.output }"}
`

var talks = []struct {
	name, yaml string
	problems   []string
}{
	{"signals, updates and queries", `
    mocks: {tell: {error: {type: WorkflowNotFound}}}
    events:
      - {at: 1s, signal: add, with: a}
      - {at: 1s, signal: add, args: [1, two]}
      - {at: 2s, update: put, with: b, expect: result == 3}
      - {at: 2s, update: put, with: bad, expect: "error?.type == 'Bad' and error?.message == 'no good'"}
      - {at: 3s, query: count, expect: result == 3}
      - {at: 3s, query: status, expect: "result.steps[0].status == 'waiting'"}
      - {at: 3s, signal: add}
      - {at: 4s, signal: close}
      - {at: 1h, query: count, expect: result == 4}
    expect: {output: {items: [a, [1, two], b, null], told: nobody}, calls: [tell, stop]}`, nil},
	{"what is not as expected", `
    events:
      - {at: 1s, update: put, with: a, rejected: true}
      - {at: 2s, update: put, with: a, expect: result == 7}
      - {at: 3s, update: put, with: bad}
      - {at: 4s, query: count, expect: result.n == 1}
      - {at: 5s, signal: close}
      - {at: 6s, signal: add, with: late}
    expect: {status: completed}`, []string{
		`events\[0\], update at 1s: the update is accepted`, `events\[1\], update at 2s: expect: result == 7 does not hold; the answer is 2`,
		`events\[2\], update at 3s: it fails: Bad: no good`, `events\[3\], query at 4s: expect: `, `events\[5\], signal at 6s: the run has ended before`}},
	{"rejections", `
    events:
      - {at: 0s, signal: close}
      - {at: 0s, update: put, with: a, rejected: true}
      - {at: 0s, update: put, with: a}
    expect: {output: {items: [], told: null}}`, []string{`events\[2\], update at 0s: the update is rejected: `}},
}

// TestEvents plays what happens to a run from outside.
func TestEvents(t *testing.T) {
	for _, c := range talks {
		t.Run(c.name, func(t *testing.T) {
			got := run(t, talkative, "test: order\ncases:\n  - name: "+c.name+c.yaml)
			for i, p := range got {
				if i >= len(c.problems) || !matches(c.problems[i], p.String()) {
					t.Errorf("unexpected: %s", p)
				}
			}
			if len(got) < len(c.problems) {
				t.Errorf("the problems are %v, want %s", got, strings.Join(c.problems, ", "))
			}
		})
	}
}
