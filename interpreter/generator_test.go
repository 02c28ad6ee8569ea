package interpreter_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

// A generator makes a random program.
type generator struct {
	*rand.Rand
	text     string
	stubs    map[string]any
	number   int
	loops    []string // ids of the loops that a step at hand may leave
	counting []string // ids of the steps that count in the state
	among    bool     // the step at hand runs beside others, and cannot assign state
	fast     bool     // what takes seconds takes hundredths of them
}

// messages are the state and the handlers of every program. What has come is in
// the state before a handler first waits.
const messages = `{
"state": {"got": [], "asked": [], "n": 0},
"queries": {"got": "${ state.got }", "asked": "${ state.asked }", "n": "${ state.n }"},
"signals": {
  "note": {"do": [{"set": {"got": "${ concat(state.got, [message]) }"}}, {"sleep": "PAUSE"}, {"lock": "a", "do": [{"activity": "handled", "with": "${ message }"}]}]},
  "take": {}
},
"updates": {
  "ask": {
    "validate": [{"check": "message % 5 > 0", "reject": "no"}],
    "do": [{"set": {"asked": "${ concat(state.asked, [message]) }"}}, {"sleep": "PAUSE"}, {"if": "message % 7 == 0", "fail": {"type": "Oops"}}],
    "output": "${ message }"
  }
}
}`

// child is what the programs run besides.
const child = `
---
workflow: child
input: {type: string}
defaults: {timeout: 1h, retry: {maximum_attempts: 1}}
steps:
  - {activity: inner, with: "${ input }"}
  - {sleep: "PAUSE"}
  - {if: random() < 0.3, fail: {type: Oops}}
`

func newGenerator(seed uint64, fast bool) *generator {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1)), stubs: map[string]any{}, fast: fast}
	program := map[string]any{
		"workflow": "demo",
		"defaults": map[string]any{"timeout": "1h", "retry": map[string]any{"maximum_attempts": 1}},
		"steps":    g.steps(0),
	}
	if fast {
		program["history"] = map[string]any{"max_events": 100}
	}
	if err := json.Unmarshal([]byte(messages), &program); err != nil {
		panic(err)
	}
	text, err := json.MarshalIndent(program, "", " ")
	if err != nil {
		panic(err)
	}
	g.text = strings.ReplaceAll(string(text)+child, "PAUSE", g.some(9))
	return g
}

func (g *generator) testCase(t *testing.T) *testCase {
	c := &testCase{pace: 97 * time.Millisecond, inOrder: true, counting: g.counting}
	c.program, c.workflow = loadText(t, g.text)
	data, err := yaml.Marshal(g.stubs)
	if err == nil {
		err = yaml.Unmarshal(data, &c.stubs)
	}
	if err != nil {
		t.Fatal(err)
	}
	if g.IntN(2) == 0 {
		c.events = []event{{At: g.moment(), Cancel: true}}
	}
	for range g.IntN(4) {
		c.events = append(c.events, event{At: g.moment(), Long: true})
	}
	for n := range g.IntN(12) {
		e := event{At: g.moment(), With: yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: fmt.Sprint(n + 1)}}
		switch g.IntN(3) {
		case 0:
			e.Signal = "note"
		case 1:
			e.Signal = "take"
		default:
			e.Update = "ask"
		}
		c.events = append(c.events, e)
	}
	slices.SortFunc(c.events, func(a, b event) int { return int(a.At - b.At) })
	return c
}

// moment is a time at which nothing else happens.
func (g *generator) moment() duration {
	g.number++
	return duration(time.Duration(g.IntN(60_000))*time.Millisecond + time.Duration(g.number)*time.Nanosecond)
}

func (g *generator) steps(depth int) (steps []any) {
	for range 1 + g.IntN(3) {
		steps = append(steps, g.step(depth))
	}
	return steps
}

func (g *generator) id() string {
	g.number++
	return fmt.Sprintf("s%03d", g.number) // none is the end of another
}

func (g *generator) step(depth int) map[string]any {
	kind := g.IntN(21)
	if depth >= 4 {
		kind = []int{0, 1, 2, 3, 12, 20}[g.IntN(6)]
	}
	s := map[string]any{"id": g.id()}
	switch kind {
	case 3:
		s["sleep"] = g.some(20)
	case 4:
		s["try"] = g.steps(depth + 1)
	case 5, 6:
		s["saga"] = g.steps(depth + 1)
		s["compensation"] = map[string]any{"order": g.pick("reverse", "parallel")}
	case 7:
		s["parallel"] = map[string]any{"x": g.beside(depth + 1), "y": g.beside(depth + 1)}
		switch join := g.IntN(4); join {
		case 0:
			s["join"] = "any"
		case 1:
			s["parallel"].(map[string]any)["z"] = g.beside(depth + 1)
			s["join"] = 2
		default:
			s["on_branch_error"] = g.pick("cancel", "wait")
		}
	case 8:
		s["for_each"] = "[1, 2, 3]"
		n := 1 + g.IntN(3)
		s["concurrency"] = n
		if g.IntN(4) == 0 {
			s["batch_size"] = 2
		}
		s["on_item_error"] = []any{"fail", "continue", map[string]any{"tolerate": 1}}[g.IntN(3)]
		s["do"] = g.inside(s["id"].(string), n > 1, depth+1)
	case 9:
		s["if"] = g.pick("true", "false")
		s["then"] = g.steps(depth + 1)
		s["else"] = g.steps(depth + 1)
	case 10:
		s["while"] = "index < 3 and random() < 0.9"
		s["max_iterations"] = 2 + g.IntN(2)
		s["do"] = g.inside(s["id"].(string), false, depth+1)
		g.pause(s)
	case 11:
		s["repeat"] = g.inside(s["id"].(string), false, depth+1)
		s["until"] = "index == 1 or random() < 0.3"
		s["max_iterations"] = 3
		g.pause(s)
	case 12:
		if len(g.loops) == 0 {
			s["sleep"] = g.some(20)
			break
		}
		s["if"] = "random() < 0.5"
		s[g.pick("break", "next")] = g.loops[g.IntN(len(g.loops))]
		return s
	case 13:
		s["fallback"] = g.alternatives(depth + 1)
	case 14:
		name := g.id()
		s["try"] = append(append([]any{map[string]any{"checkpoint": name}}, g.steps(depth+1)...), map[string]any{"compensate_to": name})
	case 15:
		s["await"] = fmt.Sprintf("len(state.got) > %d", g.IntN(4))
		s["timeout"] = g.some(20)
	case 16:
		id := g.id()
		take := map[string]any{"id": id, "receive": "take", "timeout": g.some(20)}
		if g.IntN(3) == 0 {
			take["where"] = "message % 2 == 0"
		}
		s["try"] = []any{take, map[string]any{"activity": "took", "with": "${ steps." + id + ".output }"}}
	case 17:
		if s["lock"] = g.pick("a", "b"); s["lock"] == "b" {
			s["lock"], s["scope"] = "${ workflow.id + ' b' }", "namespace"
		}
		s["do"] = g.steps(depth + 1)
	case 18:
		// The test environment has a coroutine for each child, so no two may begin at once.
		s["try"] = []any{map[string]any{"sleep": g.some(5)}, map[string]any{"workflow": "child", "with": "${ step.path }"}}
	case 20:
		if g.among {
			g.activity(s)
			break
		}
		g.counting = append(g.counting, s["id"].(string))
		s["set"] = map[string]any{"n": "${ state.n + 1 }"}
		return s
	default:
		g.activity(s)
	}
	g.modify(s, kind)
	return s
}

// inside makes the steps of a loop. Those of a concurrent one can leave only it.
func (g *generator) inside(id string, concurrent bool, depth int) []any {
	around, among := g.loops, g.among
	defer func() { g.loops, g.among = around, among }()
	if concurrent {
		g.loops, g.among = nil, true
	}
	g.loops = append(g.loops[:len(g.loops):len(g.loops)], id)
	return g.steps(depth)
}

// beside makes steps that run beside others, and leave no loop around.
func (g *generator) beside(depth int) []any {
	around, among := g.loops, g.among
	defer func() { g.loops, g.among = around, among }()
	g.loops, g.among = nil, true
	return g.steps(depth)
}

func (g *generator) pause(s map[string]any) {
	if g.IntN(2) == 0 {
		s["every"] = g.some(10)
	}
}

// alternatives are steps that do not fail quietly.
func (g *generator) alternatives(depth int) []any {
	steps := []any{g.step(depth), g.step(depth), g.step(depth)}[:2+g.IntN(2)]
	for _, s := range steps {
		delete(s.(map[string]any), "on_error")
	}
	return steps
}

func (g *generator) activity(s map[string]any) {
	s["activity"] = "work"
	s["with"] = "${ step.path }"
	undo := map[string]any{"activity": "undo", "with": "${ step.path }"}
	if g.IntN(6) == 0 {
		s["activity"], undo["register"] = "early", "before"
	}
	s["compensate"] = undo
	stub := map[string]any{"after": fmt.Sprintf("%ds", g.IntN(15))}
	list := []any{stub}
	switch g.IntN(8) {
	case 0:
		stub["error"] = map[string]any{"type": "Oops"}
	case 1: // only for one item of a loop
		list = append(list, map[string]any{"when": "[1]", "error": map[string]any{"type": "Oops"}})
	}
	g.stubs[s["id"].(string)] = list
	if g.IntN(6) == 0 { // its compensation fails for good
		list, _ := g.stubs["undo"].([]any)
		g.stubs["undo"] = append(list, map[string]any{"when": s["id"].(string) + "/compensate", "error": map[string]any{"type": "Oops"}})
	}
}

// modify adds what goes with every kind, and a timeout to blocks.
func (g *generator) modify(s map[string]any, kind int) {
	switch g.IntN(6) {
	case 0:
		s["on_error"] = "continue"
	case 1:
		s["catch"] = []any{map[string]any{"do": g.steps(4)}}
	}
	if kind > 3 && s["activity"] == nil && s["timeout"] == nil && g.IntN(5) == 0 {
		s["timeout"] = g.some(40)
		if g.IntN(2) == 0 {
			s["on_timeout"] = g.steps(4)
		}
	}
}

// some is a duration of up to so many seconds. Each execution draws its own,
// because the test environment fires timers of the same instant in any order.
func (g *generator) some(seconds int) string {
	if g.fast {
		return fmt.Sprintf("${ random_int(1, %d) }ms", seconds*10)
	}
	return fmt.Sprintf("${ random_int(0, %d) }.${ random_int(100000, 999999) }s", seconds-1)
}

func (g *generator) pick(list ...string) string { return list[g.IntN(len(list))] }
