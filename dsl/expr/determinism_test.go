package expr

import (
	"fmt"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl/types"
)

// twelve is an object of a dozen fields: enough for Go to go over it in another
// order every time.
func twelve() map[string]any {
	m := map[string]any{}
	for i := range 12 {
		m[fmt.Sprintf("k%02d", (i*7)%12)] = map[string]any{"n": i % 5, "s": strings.Repeat("x", i), "m": map[string]any{"b": i, "a": 1.5}}
	}
	return m
}

// sample is an argument of a kind that is made of all of the object m.
func sample(p param) string {
	if p.kinds == nil {
		return `m`
	}
	return map[types.Kind]string{
		types.Bool: `len(m) > 3`, types.Int: `len(m)`, types.Number: `len(m) / 5`, types.String: `json(m)`, types.List: `values(m)`, types.Object: `m`, types.Time: `date("2026-01-31")`,
		types.Duration: `duration("1h")`, types.Decimal: `decimal("1.25")`, types.Func: `.n`,
	}[p.kinds[0]]
}

// calls are ways to call a function with arguments made of a map.
func calls(f Function) []string {
	var args []string
	s := f.signature()
	for _, p := range s.params {
		arg := sample(p)
		if p.name == "condition" {
			arg = `.n > 2`
		}
		args = append(args, arg)
	}
	out := []string{f.Example}
	for n := 0; n <= len(args); n++ {
		if f.arity(n) == "" {
			out = append(out, f.Name+"("+strings.Join(args[:n], ", ")+")")
		}
	}
	return append(out, special[f.Name]...)
}

var special = map[string][]string{
	"sort": {`sort(map(values(m), .s))`, `sort(keys(m), "desc")`}, "join": {`join(keys(m))`, `join(values(m), "-")`}, "regex": {`regex(json(m), "k.")`}, "regex_all": {`regex_all(json(m), "k.")`},
	"without": {`without(m, keys(m)[0:3])`, `without(values(m), values(m)[2:])`}, "fromPairs": {`fromPairs(toPairs(m))`}, "sortBy": {`sortBy(values(m), .n, "desc")`}, "groupBy": {`groupBy(values(m), .n)`},
	"uniq": {`uniq(concat(values(m), values(m)))`}, "max": {`max(keys(m))`}, "reduce": {`reduce(values(m), merge(#acc, #), {})`, `reduce(keys(m), #acc + #)`}, "hash": {`hash(m, "sha512")`}, "string": {`string({a: m})`}, "min": {`min(map(values(m), .n))`},
	"range": {`range(0, len(m), 5)`}, "mean": {`mean(map(values(m), .n))`}, "median": {`median(map(values(m), .n))`}, "flatten": {`flatten(toPairs(m))`}, "merge": {`merge(m, m.k03)`}, "from_json": {`from_json(json(m))`},
}

func TestEveryFunctionIsDeterministic(t *testing.T) {
	for _, f := range Library() {
		t.Run(f.Name, func(t *testing.T) {
			succeeded := 0
			for _, code := range calls(f) {
				e := mustParse(t, code)
				answer := ""
				for i := range 100 {
					got := outcome(t, e, func() map[string]any { return map[string]any{"m": twelve(), hostKey: stillHost{}} })
					if i > 0 && got != answer {
						t.Fatalf("%s: %.200s\nand then %.200s", code, answer, got)
					}
					answer = got
				}
				if !strings.HasPrefix(answer, "error: ") {
					succeeded++
				}
			}
			if succeeded == 0 || f.Name != "now" && len(f.signature().params) > 0 && succeeded < 2 && special[f.Name] != nil {
				t.Errorf("only %d calls have a value", succeeded)
			}
		})
	}
}

// outcome is the JSON of a value, or the words of an error.
func outcome(t testing.TB, e *Expr, vars func() map[string]any) string {
	v, err := e.Eval(vars())
	if err != nil {
		return "error: " + err.Error()
	}
	return encoded(t, v)
}

// TestOperatorsAreDeterministic covers what is no function.
func TestOperatorsAreDeterministic(t *testing.T) {
	for _, code := range []string{`m`, `m == m`, `[m, {x: m}]`, `m.k01`, `m["k0" + "2"]`, `"k01" in m`, `map(values(m), #)`, `m + 1`, `m > 1`, `not m`, `values(m)[1:3]`, `m ?? 1`, `{a: 1, b: m} == {b: m, a: 1}`, `map(values(m), #.m == {a: 1.5, b: 2})`} {
		e := mustParse(t, code)
		vars := func() map[string]any { return map[string]any{"m": twelve()} }
		answer := outcome(t, e, vars)
		for range 100 {
			if got := outcome(t, e, vars); got != answer {
				t.Fatalf("%s: %s\nand then %s", code, answer, got)
			}
		}
	}
}
