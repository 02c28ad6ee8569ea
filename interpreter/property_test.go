package interpreter_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

// seeds is how many random programs TestProperties runs.
const seeds = 400

// TestProperties runs random programs with random failures and cancellations,
// some of which are continued as new where they stand, and checks what must hold
// of each: the same run has the same trace, no step runs twice, what has
// succeeded is undone at most once, and exactly once if the run ends badly.
func TestProperties(t *testing.T) {
	ends := map[string]int{}
	for seed := range uint64(seeds) {
		g := newGenerator(seed)
		c := g.testCase(t)
		if ends[c.check(t, g)]++; t.Failed() {
			t.Fatalf("seed %d:\n%s\nevents %v\n%s", seed, g.text, c.events, c.trace.text())
		}
		if strings.Contains(c.trace.text(), "continue as new") {
			ends["continued"]++
		}
	}
	for _, end := range []string{"completed", "failed", "cancelled", "continued"} {
		if ends[end] < seeds/20 {
			t.Errorf("too few runs end like this to tell anything: %s %d", end, ends[end])
		}
	}
}

func (c *testCase) check(t *testing.T, g *generator) (end string) {
	first := c.run(t)
	second := c.run(t)
	for _, name := range outputs {
		if first[name] != second[name] {
			t.Errorf("%s: two runs differ:\n%s\nand\n%s", name, first[name], second[name])
		}
	}
	end = "completed"
	if text, bad := first["error"]; bad {
		end = "failed"
		if strings.HasPrefix(text, "Cancelled\n") {
			end = "cancelled"
		}
	}
	ran, undone := map[string]int{}, map[string]int{}
	for _, call := range c.trace.calls {
		kind, arg, _ := strings.Cut(call, " ")
		if kind == "undo" {
			at, _, _ := strings.Cut(strings.Trim(arg, `"`), "/compensate/")
			undone[at]++
		} else {
			ran[strings.Trim(arg, `"`)]++
		}
	}
	c.checkCounts(t, end, ran, undone)
	registered := strings.Count(first["status"], " registered\n")
	if open := len(c.succeeded()) - len(undone); registered != open {
		t.Errorf("%d compensations are registered in the end, and %d were not run:\n%s", registered, open, first["status"])
	}
	return end
}

func (c *testCase) checkCounts(t *testing.T, end string, ran, undone map[string]int) {
	for at, n := range ran {
		if n > 1 {
			t.Errorf("%s runs %d times", at, n)
		}
	}
	succeeded := c.succeeded()
	for at, n := range undone {
		if n > 1 || !succeeded[at] {
			t.Errorf("%s is undone %d times, and has succeeded: %t", at, n, succeeded[at])
		}
	}
	for at := range succeeded {
		if end != "completed" && undone[at] != 1 {
			t.Errorf("the run ends %s, and %s is undone %d times", end, at, undone[at])
		}
	}
}

// succeeded are the steps that have succeeded, by their paths.
func (c *testCase) succeeded() map[string]bool {
	done := map[string]bool{}
	for _, args := range c.mock.succeeded {
		if at := strings.Trim(args, `"`); !strings.Contains(at, "/compensate/") {
			done[at] = true
		}
	}
	return done
}

// A generator makes a random program.
type generator struct {
	*rand.Rand
	longs  *rand.Rand // when the server suggests to continue as new
	text   string
	stubs  map[string]any
	number int
	loops  []string // ids of the loops that a step at hand may leave
}

func newGenerator(seed uint64) *generator {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1)), longs: rand.New(rand.NewPCG(seed, 2)), stubs: map[string]any{}}
	program := map[string]any{
		"workflow": "demo",
		"defaults": map[string]any{"timeout": "1h", "retry": map[string]any{"maximum_attempts": 1}},
		"steps":    g.steps(0),
	}
	text, err := json.MarshalIndent(program, "", " ")
	if err != nil {
		panic(err)
	}
	g.text = string(text)
	return g
}

func (g *generator) testCase(t *testing.T) *testCase {
	c := &testCase{pace: 97 * time.Millisecond, inOrder: true}
	c.program, c.workflow = loadText(t, g.text)
	data, err := yaml.Marshal(g.stubs)
	if err == nil {
		err = yaml.Unmarshal(data, &c.stubs)
	}
	if err != nil {
		t.Fatal(err)
	}
	if g.IntN(2) == 0 {
		c.events = []event{{At: duration(time.Duration(g.IntN(60_000)) * time.Millisecond), Cancel: true}}
	}
	for range g.longs.IntN(4) {
		c.events = append(c.events, event{At: duration(time.Duration(g.longs.IntN(60_000)) * time.Millisecond), Long: true})
	}
	return c
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
	kind := g.IntN(15)
	if depth >= 4 {
		kind = []int{0, 1, 2, 3, 12}[g.IntN(5)]
	}
	s := map[string]any{"id": g.id()}
	switch kind {
	case 3:
		s["sleep"] = some(20)
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
			s["sleep"] = some(20)
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
	default:
		g.activity(s)
	}
	g.modify(s, kind)
	return s
}

// inside makes the steps of a loop. Those of a concurrent one can leave only it.
func (g *generator) inside(id string, concurrent bool, depth int) []any {
	around := g.loops
	defer func() { g.loops = around }()
	if concurrent {
		g.loops = nil
	}
	g.loops = append(g.loops[:len(g.loops):len(g.loops)], id)
	return g.steps(depth)
}

// beside makes steps that run beside others, and leave no loop around.
func (g *generator) beside(depth int) []any {
	around := g.loops
	defer func() { g.loops = around }()
	g.loops = nil
	return g.steps(depth)
}

func (g *generator) pause(s map[string]any) {
	if g.IntN(2) == 0 {
		s["every"] = some(10)
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
	s["compensate"] = map[string]any{"activity": "undo", "with": "${ step.path }"}
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
		undo, _ := g.stubs["undo"].([]any)
		g.stubs["undo"] = append(undo, map[string]any{"when": s["id"].(string) + "/compensate", "error": map[string]any{"type": "Oops"}})
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
	if kind > 3 && g.IntN(5) == 0 {
		s["timeout"] = some(40)
		if g.IntN(2) == 0 {
			s["on_timeout"] = g.steps(4)
		}
	}
}

// some is a duration of up to so many seconds. Each execution draws its own,
// because the test environment fires timers of the same instant in any order.
func some(seconds int) string {
	return fmt.Sprintf("${ string(random_int(1, %d)) + 'us' }", seconds*1_000_000)
}

func (g *generator) pick(list ...string) string { return list[g.IntN(len(list))] }
