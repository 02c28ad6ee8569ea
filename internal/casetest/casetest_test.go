package casetest_test

import (
	"regexp"
	"testing"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/casetest"
	"github.com/partitur/partitur/internal/workers"
)

const workflow = `
workflow: order
input: {type: object, required: [id], properties: {id: {type: string}}}
env: {SHOP: null}
defaults: {timeout: 30s, retry: {maximum_attempts: 3}}
steps:
  - id: reserve
    activity: stock.reserve
    with: {order: "${ input.id }"}
    compensate: {activity: stock.release, with: "${ steps.reserve.output.id }"}
  - id: charge
    http:
      method: POST
      url: ${ env.SHOP }/charges
      errors: [{status: 402, type: CardDeclined, retryable: false}]
    output: ${ result.body.id }
  - id: both
    parallel:
      left: [{id: l1, activity: pack, args: [1]}, {id: l2, activity: label, args: []}]
      right: [{id: r1, activity: pack, args: [2]}, {id: r2, activity: label, args: []}]
  - sleep: 1h
  - activity: notify
    args: []
    local: true
    catch: [{type: [timeout], when: error.details.timeout == 'heartbeat', output: null}]
output: {charge: "${ steps.charge.output }", packed: ["${ steps.l1.output }", "${ steps.r1.output }"]}
`

// cases are the cases of a test document, and what must be wrong with each: one
// pattern for each problem.
var cases = []struct {
	name, yaml string
	problems   []string
}{
	{"a run that completes", `
    input: {id: A}
    env: {SHOP: 'http://shop'}
    mocks:
      reserve: {return: {id: r1}}
      charge: {return: {status: 201, body: {id: c1}}}
      pack: [{return: one}, {return: two}]
      label: {return: null}
      notify: {return: null}
    expect:
      output: {charge: c1, packed: [one, two]}
      calls: [reserve, charge, l1, r1, l2, r2, notify]
      check: output.charge == 'c1'`, nil},
	{"retries, error rules and compensation", `
    input: {id: A}
    env: {SHOP: 'http://shop'}
    mocks:
      stock.reserve: [{error: {type: Busy, message: later}, times: 2}, {return: {id: r1}}]
      reserve.compensate: {return: null}
      POST http://shop/charges: [{return: {status: 503}}, {return: {status: 402, body: {code: no}}}]
    expect:
      error: {type: CardDeclined, step: charge, retry_state: non_retryable_failure}
      check: error?.details?.body?.code == 'no' and map(error?.compensations ?? [], .status) == ['succeeded']
      calls: [reserve, reserve, reserve, charge, charge, reserve.compensate]`, nil},
	{"a cancellation and a timeout", `
    input: {id: A}
    env: {SHOP: 'http://shop'}
    mocks:
      reserve: {error: {type: Timeout, details: {timeout: start_to_close}}}
    events: [{at: 2s, cancel: true}]
    expect: {status: cancelled, calls: [reserve, reserve]}`, nil},
	{"another kind of timeout is not caught", `
    input: {id: A}
    env: {SHOP: 'http://shop'}
    mocks:
      reserve: {return: {id: r1}}
      http: {return: {body: {id: c1}}}
      pack: {return: 1}
      label: {return: 1}
      notify: {error: {type: Timeout, details: {timeout: schedule_to_start}}}
      stock.release: {return: null}
    expect:
      error: {type: Timeout, retry_state: non_retryable_failure}
      calls: [reserve, charge, l1, r1, l2, r2, notify, reserve.compensate]`, nil},
	{"everything is otherwise", `
    input: {id: A}
    env: {SHOP: 'http://shop'}
    mocks:
      reserve: {return: {id: r1}}
      charge: [{return: {status: 200, body: {id: c1}}}, {return: null, times: 2}]
      pack: {return: 1}
      label: {return: 1}
      notify: {return: 1}
      reserve.compensate: {return: 1}
    expect: {output: {charge: c2, packed: [1, 1]}, calls: [reserve], check: output.charge == 'c3'}`,
		[]string{"the mock of charge gives 1 of its 3 answers", "the mock of reserve.compensate is never asked", `(?s)output is another.*expected: \{ "charge": "c2".*actual:   \{ "charge": "c1"`, "calls are others", "check does not hold"}},
	{"a mock that runs out, and one that is not there", `
    input: {id: A}
    env: {SHOP: 'http://shop'}
    mocks: {reserve: [{error: {type: Busy}}]}
    expect: {status: completed}`,
		[]string{"the mock of reserve has no answer to call 2: add one"}},
	{"a call that nothing answers", `
    input: {id: A}
    env: {SHOP: 'http://shop'}
    mocks: {reserve: {return: {id: r1}}, reserve.compensate: {return: null}}
    expect: {status: completed}`,
		[]string{"no mock answers charge or http or POST http://shop/charges; write one under mocks:, such as charge: {return: …}"}},
	{"settings are missing", `
    input: {id: A}
    expect: {status: completed}`, []string{"set SHOP in its environment"}},
	{"the input is refused", `
    env: {SHOP: x}
    expect: {error: {type: InvalidInput}}`, nil},
}

func TestCases(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := run(t, workflow, "test: order\ncases:\n  - name: "+c.name+c.yaml)
			for i, p := range got {
				if i >= len(c.problems) || !matches(c.problems[i], p.String()) {
					t.Errorf("unexpected: %s", p)
				} else if p.At.File.Name != "order.test.yaml" || p.Case != c.name {
					t.Errorf("place of the problem: %s", p)
				}
			}
			if len(got) < len(c.problems) {
				t.Errorf("%d problems, want %d", len(got), len(c.problems))
			}
		})
	}
}

func TestRunWithoutResult(t *testing.T) {
	const text = "workflow: order\nsteps: [{log: {message: hello}}]"
	for _, p := range run(t, text, "test: order\ncases: [{name: nothing, expect: {status: completed}}]") {
		t.Error(p)
	}
}

// TestContinueAsNew plays runs that follow each other: mocks and events go on.
func TestContinueAsNew(t *testing.T) {
	const text = `workflow: order
input: {type: object, required: [n], properties: {n: {type: integer}}}
defaults: {timeout: 1m}
steps:
  - {id: pay, activity: pay}
  - {sleep: 1h}
  - {if: input.n < 3, continue_as_new: {n: "${ input.n + 1 }"}}
output: ${ steps.pay.output }
`
	for _, p := range run(t, text, `test: order
cases: [{name: three, input: {n: 1}, mocks: {pay: [{return: a}, {return: b}, {return: c}]}, expect: {status: completed, output: c, calls: [pay, pay, pay]}}]`) {
		t.Error(p)
	}
	for _, p := range run(t, text, `test: order
cases: [{name: cancelled, input: {n: 1}, mocks: {pay: {return: a}}, events: [{at: 90m, cancel: true}], expect: {status: cancelled, calls: [pay, pay]}}]`) {
		t.Error(p)
	}
	endless := run(t, "workflow: order\nsteps: [{continue_as_new: 1}]", "test: order\ncases: [{name: endless, expect: {status: completed}}]")
	if len(endless) != 1 || !matches("continued as new 1000 times", endless[0].Text) {
		t.Error(endless)
	}
}

func run(t *testing.T, workflow, cases string) []casetest.Problem {
	t.Helper()
	w, diags := dsl.Load([]*source.File{
		source.NewFile("order.yaml", []byte(workflow)),
		source.NewFile("order.test.yaml", []byte(cases)),
	}, workers.Catalog{})
	for _, d := range diags {
		t.Fatal(d, d.Hint)
	}
	return casetest.Run(w.Program("order"), workers.Catalog{}, w.Tests[0].Cases[0])
}

func matches(pattern, text string) bool { return regexp.MustCompile(pattern).MatchString(text) }
