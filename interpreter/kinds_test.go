package interpreter_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/golden"
	"github.com/partitur/partitur/interpreter"
)

// kinds has a program for each kind of step, and for some more ways to use one,
// which ends with the output true.
var kinds = map[string]string{
	"Activity":         `[{id: a, activity: echo, with: 7}, {id: b, activity: echo, args: [1, 2]}, {id: c, activity: local.echo, local: true, with: 3}, {return: "${ [steps.a.output, steps.b.output, steps.c.output] == [7, 1, 3] }"}]`,
	"Action":           `[{id: a, http: {url: 'http://shop'}}, {return: "${ steps.a.output.status == 200 }"}]`,
	"Child":            `[{id: a, workflow: inner, with: 3}, {id: b, workflow: inner, with: -1, catch: [{type: [TooSmall], output: "${ error.cause?.step }"}]}, {id: c, workflow: inner, with: 4, workflow_id: 'once${ workflow.run_id }', wait: started, parent_close_policy: abandon}, {return: "${ [steps.a.output, steps.b.output] == [6, 'low'] and steps.c.output.run_id != '' }"}]`,
	"Agent":            `[{id: a, agent: {model: m, prompt: go, budget: {usd: 1.5}, tools: [{name: t, description: T, activity: echo, with: "${ args.n }", compensate: {activity: echo}, input: {type: object, properties: {n: {type: integer}}}}, {name: u, description: U, activity: fail}]}}, {return: "${ steps.a.output.result == 'done' and steps.a.output.usage == {tokens: 14, usd: '0.02', tool_calls: 2} }"}]`,
	"Compute":          `[{id: a, value: "${ len(uuid()) + random_int(1, 6) }"}, {id: b, activity: echo, with: "${ steps.a.output }"}, {return: "${ steps.b.output > 36 }"}]`,
	"Set":              `[{set: {n: 2}}, {activity: echo, with: "${ state.n }"}, {return: "${ state.n == 2 }"}]`,
	"If":               `[{if: "true", then: [{id: a, activity: echo, with: 1}], else: [{fail: {type: No}}]}, {return: "${ steps.a.output == 1 }"}]`,
	"Switch":           `[{switch: [{when: 'state.n == 2', do: [{fail: {type: No}}]}, {else: [{id: a, activity: echo, with: 1}]}]}, {return: "${ steps.a.output == 1 }"}]`,
	"ForEach":          `[{id: a, for_each: '[3, 1, 2]', concurrency: 2, on_item_error: continue, do: [{activity: echo, with: "${ item }"}]}, {return: "${ steps.a.output == [3, 1, 2] }"}]`,
	"Parallel":         `[{parallel: {x: [{id: a, activity: echo, with: 1}], y: [{sleep: 1ms}, {id: b, activity: echo, with: 2}]}}, {return: "${ steps.a.output + steps.b.output == 3 }"}]`,
	"Sleep":            `[{id: a, sleep: 1ms}, {id: b, try: [{sleep: 1d}], timeout: 10ms, on_timeout: [{value: 1}]}, {return: "${ steps.b.status == 'timed_out' }"}]`,
	"Try":              `[{id: a, try: [{activity: fail}], catch: [{type: [Oops], output: 7}], finally: [{activity: echo}]}, {return: "${ steps.a.output == 7 }"}]`,
	"Saga":             `[{id: a, saga: [{activity: echo, compensate: {activity: echo, with: undo}}, {activity: echo, compensate: {activity: fail}}, {activity: fail}], on_error: continue}, {return: "${ map(steps.a.error?.compensations ?? [], .status) == ['failed', 'succeeded'] }"}]`,
	"Checkpoint":       `[{activity: echo, compensate: {activity: echo, with: first}}, {checkpoint: here}, {id: a, activity: echo, compensate: {activity: echo, with: second}}, {id: b, compensate_to: here}, {return: "${ map(steps.b.output, .step) == ['a'] }"}]`,
	"CompensateTo":     `[{checkpoint: here}, {id: a, activity: echo, compensate: {activity: fail}}, {id: c, activity: echo, compensate: {activity: echo}}, {id: b, compensate_to: here}, {activity: echo}, {return: "${ map(steps.b.output, .status) == ['succeeded', 'failed'] }"}]`,
	"Fallback":         `[{id: a, fallback: [{try: [{activity: echo, compensate: {activity: echo, with: undo}}, {activity: fail}]}, {id: b, activity: echo, with: 7}, {activity: fail}]}, {return: "${ steps.a.output == 7 and steps.a.chosen == 'b' }"}]`,
	"Log":              `[{log: {message: hello}}, {activity: echo}, {log: {level: warn, message: again, fields: {n: 1}}}, {return: true}]`,
	"Activity.metered": `[{id: each, for_each: 1..3, on_item_error: continue, do: [{activity: fail, circuit_breaker: ml, rate_limit: {name: slow, key: "${ item }"}}]}, {return: "${ map(steps.each.errors, .error.type) == ['Oops', 'CircuitOpen', 'CircuitOpen'] }"}]`,
	"Activity.shared":  `[{id: each, for_each: 1..3, on_item_error: continue, do: [{activity: fail, circuit_breaker: all, rate_limit: {name: wide, key: "${ item }"}}]}, {return: "${ map(steps.each.errors, .error.type) == ['Oops', 'CircuitOpen', 'CircuitOpen'] }"}]`,
	"SearchAttributes": `[{search_attributes: {Customer: c1, Amount: 7}}, {activity: echo}, {search_attributes: {Customer: null, Amount: "${ state.n }"}}, {return: true}]`,
	"Memo":             `[{memo: {a: 1, b: two}}, {activity: echo}, {memo: {a: null}}, {return: true}]`,
	"Details":          `[{details: "at ${ state.n }"}, {activity: echo}, {return: true}]`,
	"Return":           `[{parallel: {x: [{return: true}], y: [{sleep: 1h}]}}, {fail: {type: No}}]`,
	"ContinueAsNew":    `[{activity: echo}, {if: input == nil, continue_as_new: 7}, {return: "${ input == 7 }"}]`,
	"Patch":            `[{patch: new, then: [{id: a, activity: echo, with: 1}], else: [{fail: {type: No}}]}, {return: "${ steps.a.output == 1 and patched('new') }"}]`,
	"Fail":             `[{id: a, fail: {type: No, message: no}, catch: [{output: "${ error.type }"}]}, {return: "${ steps.a.output == 'No' }"}]`,

	"Parallel.any":    `[{id: p, parallel: {x: [{activity: fail}], y: [{sleep: 1h}], z: [{sleep: 1ms}, {id: a, activity: echo, with: 2, compensate: {activity: echo, with: undo}}]}, join: any}, {id: q, parallel: {x: [{activity: echo, compensate: {activity: echo, with: undo}}, {activity: fail}], y: [{sleep: 1h}]}, join: 2, catch: [{output: "${ error.type }"}]}, {return: "${ steps.p.output.first == 'z' and steps.q.output == 'TooFewBranches' }"}]`,
	"ForEach.parts":   `[{id: a, for_each: '1..1002', concurrency: 2, on_item_error: continue, do: [{value: "${ item / (item - 7) }", compensate: {activity: echo, with: "${ item }"}, if: item < 9 }]}, {return: "${ steps.a.counts == {succeeded: 1001, failed: 1} }"}]`,
	"ForEach.batches": `[{id: a, for_each: '1..5', batch_size: 2, concurrency: 2, do: [{activity: echo, with: "${ item }"}, {sleep: 1ms}], collect: "${ item }"}, {return: "${ steps.a.output == [[1, 2], [3, 4], [5]] }"}]`,
	"SleepUntil":      `[{sleep_until: "${ now() + duration('20ms') }"}, {id: a, sleep_until: 2020-01-31T12:00:00Z}, {return: "${ steps.a.status == 'succeeded' }"}]`,
	"While":           `[{id: a, while: 'state.n < 4', max_iterations: 9, every: 1ms, do: [{activity: echo, with: "${ index }"}, {set: {n: "${ state.n + 1 }"}}]}, {return: "${ state.n == 4 and steps.a.status == 'succeeded' }"}]`,
	"Repeat":          `[{repeat: [{id: b, activity: echo, with: "${ index }"}], until: 'steps.b.output == 2', max_iterations: 9}, {id: a, repeat: [{activity: echo}], max_iterations: 2, catch: [{output: "${ error.details.iterations }"}]}, {return: "${ steps.a.output == 2 }"}]`,
	"Break":           `[{id: a, for_each: '1..9', concurrency: 3, do: [{activity: echo, with: "${ item }"}, {if: item == 2, break: a}, {sleep: 1h}]}, {id: b, while: 'index < 9', max_iterations: 9, do: [{activity: echo}, {break: b}]}, {return: "${ steps.a.counts.succeeded == 1 }"}]`,
	"Next":            `[{id: a, for_each: '1..3', do: [{id: b, repeat: [{activity: echo, with: "${ [item, index] }"}, {if: item == 2, next: a}, {if: index < 2, next: b}, {break: b}], max_iterations: 9}, {value: "${ item }"}]}, {return: "${ steps.a.output == [1, nil, 3] }"}]`,
	"Await":           `[{id: a, await: state.n == 1, timeout: 1h}, {id: b, await: state.n == 3, timeout: 1ms, on_timeout: {output: late}}, {return: "${ steps.b.output == 'late' }"}]`,
	"Receive":         `[{id: a, receive: go_on, where: message == 7}, {id: b, activity: echo, with: "${ steps.a.name }"}, {return: "${ steps.a.output == 7 && steps.b.output == 'go_on' }"}]`,
	"SendSignal":      `[{id: a, signal: {workflow_id: nobody, name: hello, with: 1}, catch: [{type: [WorkflowNotFound], output: none}]}, {return: "${ steps.a.output == 'none' }"}]`,
	"CancelWorkflow":  `[{id: a, cancel: {workflow_id: nobody, reason: no use}, catch: [{type: [WorkflowNotFound], output: none}]}, {return: "${ steps.a.output == 'none' }"}]`,
	"Approval":        `[{id: a, approval: {title: Go on, approvers: ['group:chiefs', bob], exclude: [eve], quorum: each, notify: [{activity: echo, with: "${ approval.to }"}], remind: {every: 1h}, delegate: true}, timeout: 1d, on_timeout: reject}, {id: b, approval: {title: And now, stages: [{name: one, approvers: ann, timeout: 10ms}, {name: two, when: state.n == 2, approvers: ann}]}, on_timeout: approve}, {return: "${ [steps.a.output.by, steps.b.output.decision] == ['bob', 'approved'] }"}]`,
	"Task":            `[{id: a, task: {title: How many, assignees: ann, form: {type: integer}}, timeout: 1d}, {return: "${ steps.a.output.form == 7 }"}]`,
	"Lock":            `[{parallel: {x: [{lock: a, do: [{id: one, activity: echo, with: 1}]}], y: [{lock: a, do: [{id: two, activity: echo, with: 2}]}]}}, {return: "${ steps.one.output + steps.two.output == 3 }"}]`,
	"Lock.namespace":  `[{parallel: {x: [{lock: a, scope: namespace, do: [{id: one, activity: echo, with: 1}]}], y: [{lock: a, scope: namespace, do: [{id: two, activity: echo, with: 2}]}]}}, {return: "${ steps.one.output + steps.two.output == 3 }"}]`,
}

// A message is a signal that a program waits for.
type message struct {
	signal string
	with   any
}

// sent are the signals that the programs of some kinds wait for.
var sent = map[string][]message{
	"Receive":  {{"go_on", 7}},
	"Approval": {{"approve", map[string]any{"by": "carol", "approval": "a"}}, {"approve", map[string]any{"by": "bob", "approval": "a"}}},
	"Task":     {{"answer", map[string]any{"by": "ann", "form": 7}}},
}

// inner is a workflow that runs as a child.
const inner = `---
workflow: inner
input: {type: integer}
output_schema: {type: integer}
steps:
  - {id: low, if: input < 0, fail: {type: TooSmall}}
output: ${ input * 2 }
`

// chiefs is a project with a group and a model.
const chiefs = "---\nproject: demo\ngroups: {chiefs: [carol]}\nmodels: {m: {provider: openai, model: m, key: \"${ secrets.KEY }\"}}\n"

// TestEveryKindRuns runs each kind of step on a real server and replays what it
// has recorded, without the definition.
func TestEveryKindRuns(t *testing.T) {
	for _, body := range dsl.Bodies() {
		if name := reflect.TypeOf(body).Elem().Name(); kinds[name] == "" {
			t.Errorf("there is no program for %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		steps := kinds[name]
		t.Run(name, func(t *testing.T) {
			head := "workflow: demo\n"
			if name == "Patch" {
				head += "versioning: {upgrade: always}\npatches: {new: active}\n"
			}
			s := newSite(t, head+"defaults: {timeout: 1m, retry: {maximum_attempts: 1}}\ncompensation: {retry: {maximum_attempts: 1}}\nstate: {n: 1}\nsignals: {go_on: {}}\ncircuit_breakers: {ml: {failures: 1, open_for: 1h}, all: {failures: 1, open_for: 1h, scope: namespace}}\nrate_limits: {slow: {limit: 1, per: 1h}, wide: {limit: 1, per: 1h, scope: namespace}}\nsteps: "+steps+"\n"+inner+chiefs)
			run := s.start("demo")
			for _, m := range sent[name] {
				if err := s.client.SignalWorkflow(t.Context(), run.GetID(), "", m.signal, m.with); err != nil {
					t.Fatal(err)
				}
			}
			var result bool
			if err := s.get(run, &result); err != nil || !result {
				t.Fatalf("the result is %v, %v", result, err)
			}
			keepHistory(t, name, s.history(run))
			for i, part := range s.parts(run) {
				keepHistory(t, fmt.Sprint(name, ".", i), s.history(part))
			}
		})
	}
}

// keepHistory replays a history, and keeps it for ever if it is new.
func keepHistory(t *testing.T, name string, h *historypb.History) {
	t.Helper()
	replay(t, h)
	file := historyFile(name)
	if _, err := os.Stat(file); err == nil || !*golden.Update {
		return // recorded histories are never changed
	}
	data, err := protojson.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func historyFile(kind string) string {
	return filepath.Join("testdata", "histories", strings.ToLower(kind)+"-"+dsl.Language+".json")
}

// TestRecordedHistories replays every history there is, for ever: a change that
// breaks one would block runs of our users.
func TestRecordedHistories(t *testing.T) {
	for _, body := range dsl.Bodies() {
		if _, err := os.Stat(historyFile(reflect.TypeOf(body).Elem().Name())); err != nil {
			t.Error("there is no history of the kind; run TestEveryKindRuns with -update:", err)
		}
	}
	files, err := filepath.Glob("testdata/histories/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		h, err := client.HistoryFromJSON(f, client.HistoryJSONOptions{})
		_ = f.Close()
		if err != nil {
			t.Fatal(file, err)
		}
		if err := replayer(t).ReplayWorkflowHistoryWithOptions(quiet{}, h, interpreter.ReplayOptions(h)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}
