package expr

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/partitur/partitur/dsl/source"
)

func someVars() map[string]any {
	vars := map[string]any{
		"input": map[string]any{
			"amount": 5, "big": 9007199254740993, "name": "Ada", "due": "2026-07-01T12:00:00+02:00", "none": nil, "half": 0.5, "max": 9223372036854775807,
			"order-id": "ORD-1", "tags": []any{"a", "b"}, "empty": []any{}, "items": []any{
				map[string]any{"sku": "x", "price": 3, "quantity": 2}, map[string]any{"sku": "y", "price": 2.5, "quantity": 1}, map[string]any{"sku": "x", "price": 1, "quantity": 1}},
		},
		"started": time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC),
	}
	Bind(vars, stillHost{})
	return vars
}

func TestEval(t *testing.T) {
	tests := []struct{ code, want string }{
		{`1 + 2 * 3`, `7`}, {`input.big`, `9007199254740993`}, {`input.big + 1`, `9007199254740994`}, {`input.big * 2`, `18014398509481986`},
		{`input.big == 9007199254740992.0`, `false`}, {`input.big > 9007199254740992.0`, `true`}, {`9007199254740992.0 < input.big`, `true`},
		{`6 / 2`, `3`}, {`7 / 2`, `3.5`}, {`-7 / 2`, `-3.5`}, {`7 % 4`, `3`}, {`-7 % 4`, `-3`}, {`2 ** 10`, `1024`}, {`2 ** -1`, `0.5`}, {`2 ** 0.5 > 1.41`, `true`},
		{`0 ** 0`, `1`}, {`(-1) ** 9223372036854775807`, `-1`}, {`1_000_000`, `1000000`}, {`0x10 + 0b11`, `19`}, {`1.5 + 1`, `2.5`}, {`1 == 1.0`, `true`}, {`.5`, `0.5`},
		{`-input.amount`, `-5`}, {`+input.amount`, `5`}, {`input.max - 1 + 1`, `9223372036854775807`}, {`-input.max - 1`, `-9223372036854775808`},
		{`"a" + "b"`, `"ab"`}, {`input['order-id']`, `"ORD-1"`}, {`input.missing`, `null`}, {`input.missing?.deep`, `null`}, {`input.none?.a.b.c`, `null`},
		{`input.none?.a[0]`, `null`}, {`input.tags[-1]`, `"b"`}, {`input.empty[0]?.a`, `null`}, {`input.empty[0] ?? "none"`, `"none"`}, {`input.tags?.[5]`, `null`},
		{`input.tags[input.amount - 5]`, `"a"`}, {`input["na" + "me"]`, `"Ada"`}, {`input.none?.a ?? "x"`, `"x"`}, {`input.none ?? input.name`, `"Ada"`},
		{`input.tags[1:]`, `["b"]`}, {`input.tags[:-1]`, `["a"]`}, {`input.tags[5:]`, `[]`}, {`"größer"[1:3]`, `"rö"`}, {`"abc"[-2:]`, `"bc"`}, {`"abc"[2:1]`, `""`},
		{`"a" in input.tags`, `true`}, {`"c" not in input.tags`, `true`}, {`"name" in input`, `true`}, {`2 in [1, 2.0]`, `true`}, {`[1] in [[1.0]]`, `true`},
		{`input.name matches "^A"`, `true`}, {`input.name contains "d"`, `true`}, {`input.name startsWith "A" and input.name endsWith "a"`, `true`},
		{`1 < 2 and 2 < 3`, `true`}, {`1 < input.amount < 9`, `true`}, {`false or true`, `true`}, {`true || input.none`, `true`}, {`false && input.none`, `false`}, {`!true`, `false`},
		{`input.amount > 3 ? "much" : "little"`, `"much"`}, {`if input.amount > 3 { 1 } else { 2 }`, `1`}, {`let x = input.amount; x * x`, `25`},
		{`1..3`, `[1,2,3]`}, {`3..1`, `[]`}, {`{a: 1, "b c": 2, (input.name): 3}`, `{"Ada":3,"a":1,"b c":2}`}, {`[1, "a", nil, true]`, `[1,"a",null,true]`},
		{`map(input.items, .price * .quantity)`, `[6,2.5,1]`}, {`sum(input.items, .price * .quantity)`, `9.5`}, {`map(input.items, {{s: .sku}})[0]`, `{"s":"x"}`},
		{`filter(input.items, .sku == "x" and .price > 1)[0].quantity`, `2`}, {`map(input.tags, {let t = #; t + t})`, `["aa","bb"]`}, {`map(input.tags, #index)`, `[0,1]`},
		{`reduce(input.items, #acc + .price, 0)`, `6.5`}, {`reduce(input.tags, #acc + #)`, `"ab"`}, {`count(input.items, .sku == "x")`, `2`}, {`count([true, false])`, `1`},
		{`groupBy(input.items, .sku)["x"][1].price`, `1`}, {`countBy(input.items, .sku)`, `{"x":2,"y":1}`}, {`map(input.tags, countBy([#], #))`, `[{"a":1},{"b":1}]`},
		{`map(sortBy(input.items, .price, "desc"), .price)`, `[3,2.5,1]`}, {`map(sortBy(input.items, .sku), .price)`, `[3,1,2.5]`}, {`all(input.tags, # in ["a", "b"])`, `true`},
		{`any(input.tags, any(input.items, .sku == #.sku))`, `true`}, {`findLast(input.items, .sku == "x").price`, `1`}, {`find(input.items, .sku == "z")`, `null`},
		{`input.items | filter(.price > 1) | map(.sku) | join("-")`, `"x-y"`}, {`sum([])`, `0`}, {`sum([duration("1h"), duration("30m")])`, `"1h30m"`}, {`sum([decimal("0.10"), 2])`, `"2.10"`},
		{`started + duration("1d12h")`, `"2026-02-02T00:00:00Z"`}, {`date(input.due) - started`, `"150d22h"`}, {`date(input.due) > started`, `true`}, {`duration("1h") * 1.5`, `"1h30m"`}, {`duration("1h") / duration("20m")`, `3`},
		{`duration("1h") / 4`, `"15m"`}, {`-duration("1h") + duration("2h")`, `"1h"`}, {`started.year * 100 + started.month`, `202601`}, {`started.weekday`, `6`}, {`now() == started`, `true`}, {`duration("90m").hours`, `1.5`},
		{`date("2026-03-29 02:30", "Europe/Berlin").unix - date("2026-03-29T00:30:00Z").unix`, `3600`}, {`date("2026-07-01", "America/New_York")`, `"2026-07-01T00:00:00-04:00"`}, {`date(started, "Asia/Kolkata")`, `"2026-01-31T17:30:00+05:30"`},
		{`date("2026-07-01T12:00:00Z", "Europe/Berlin")`, `"2026-07-01T14:00:00+02:00"`}, {`date("2026-07-01T12:00:00.25Z")`, `"2026-07-01T12:00:00.25Z"`}, {`format_time(started, "%a %j %H:%M %%", "Europe/Berlin")`, `"Sat 031 13:00 %"`},
		{`decimal("12.30")`, `"12.30"`}, {`decimal("12.30") + 1`, `"13.30"`}, {`2 * decimal("0.05")`, `"0.10"`}, {`decimal("1.10") == decimal("1.1")`, `true`}, {`decimal("3") == 3 and decimal("2.5") < 3`, `true`}, {`-decimal("1.0")`, `"-1.0"`}, {`abs(decimal("-2.50"))`, `"2.50"`},
		{`round(decimal("2.345"), 2, "half_even")`, `"2.34"`}, {`round(2.5)`, `3`}, {`round(-2.5)`, `-3`}, {`round(1.005, 2)`, `1.01`}, {`round(5)`, `5`}, {`ceil(-0.5)`, `0`}, {`floor(-0.5)`, `-1`}, {`int(2.9)`, `2`}, {`int("-3")`, `-3`}, {`int(decimal("-2.9"))`, `-2`}, {`float("1e3")`, `1000`},
		{`string(input.big)`, `"9007199254740993"`}, {`string(100000000.5)`, `"100000000.5"`}, {`string(now())`, `"2026-01-31T12:00:00Z"`}, {`string([1, {a: 0.5}])`, `"[1,{\"a\":0.5}]"`}, {`string(duration("90m"))`, `"1h30m"`},
		{`json({t: started, d: duration("1h"), m: decimal("1.0")})`, `"{\"d\":\"1h\",\"m\":\"1.0\",\"t\":\"2026-01-31T12:00:00Z\"}"`}, {`[started, {d: duration("1h")}]`, `["2026-01-31T12:00:00Z",{"d":"1h"}]`},
		{`from_json("[9007199254740993, 1.5]")`, `[9007199254740993,1.5]`}, {`hash({b: 1, a: 2}) == hash(json({a: 2, b: 1}))`, `true`}, {`from_base64(base64("größer"))`, `"größer"`}, {`url_decode(url_encode("ä &/?+"))`, `"ä &/?+"`},
		{`regex("no", "x+")`, `null`}, {`regex_replace("abc", "", "-")`, `"-a-b-c-"`}, {`uniq([1, 1.0, "1", [1], [1.0], nil, nil])`, `[1,"1",[1],null]`}, {`uniq([decimal("1.0"), 1, decimal("0.50"), decimal("0.5"), 0.5])`, `["1.0","0.50",0.5]`}, {`len(uniq(map(1..2000, {{n: #}})))`, `2000`}, {`len(without(1..2000, 1..1990))`, `10`}, {`uniq([date("2026-01-01T01:00:00+01:00"), date("2026-01-01")])`, `["2026-01-01T01:00:00+01:00"]`}, {`flatten([[], [[1]], 2])`, `[1,2]`}, {`without({a: 1, b: 2}, ["a"])`, `{"b":2}`}, {`merge({a: 1}, {}, {a: 2})`, `{"a":2}`},
		{`range(3)`, `[0,1,2]`}, {`range(3, 0, -1)`, `[3,2,1]`}, {`range(0, 5, 2)`, `[0,2,4]`}, {`range(2, 1)`, `[]`}, {`min(2, 1.5)`, `1.5`}, {`max(["b", "a"])`, `"b"`}, {`mean([1, 2])`, `1.5`}, {`median([4, 1, 3, 2])`, `2.5`}, {`split("abc", "")`, `["a","b","c"]`}, {`split("a,b,c", ",", 2)`, `["a","b,c"]`}, {`indexOf("größer", "ß")`, `3`}, {`join([1, true, 0.5], " ")`, `"1 true 0.5"`}, {`trim("xxaxx", "x")`, `"a"`},
		{`type(1)`, `"integer"`}, {`type(1.5)`, `"number"`}, {`type(nil)`, `"nil"`}, {`type(now())`, `"time"`}, {`patched("new-price")`, `true`}, {`len("größer")`, `6`}, {`len({a: 1})`, `1`}, {`sort(["b", "a", "B"])`, `["B","a","b"]`}, {`first([])`, `null`}, {`chunk([], 2)`, `[]`},
		{"`raw \\d`", `"raw \\d"`}, {`'it\'s'`, `"it's"`}, {`"größe: \u00e9"`, `"größe: é"`}, {`nil == nil`, `true`}, {`nil ?? nil`, `null`}, {`input.items == input.items`, `true`}, {`{a: [1]} == {a: [1.0]}`, `true`}, {`"1" == 1`, `false`},
	}
	for _, test := range tests {
		got, err := mustParse(t, test.code).Eval(someVars())
		if err != nil {
			t.Errorf("%s: %v", test.code, err)
			continue
		}
		if s := encoded(t, got); s != test.want {
			t.Errorf("%s = %s, want %s", test.code, s, test.want)
		}
	}
}

// TestEvalErrors asks for the part of the text that is blamed, and for words of
// the message.
func TestEvalErrors(t *testing.T) {
	tests := []struct{ code, at, want string }{
		{`1 + 1 / (input.amount - 5)`, `1 / (input.amount - 5)`, `division by zero`}, {`5 % 0`, `5 % 0`, `division by zero`}, {`1.5 / 0`, `1.5 / 0`, `division by zero`},
		{`input.max + 1`, `input.max + 1`, `too big for an integer`}, {`-input.max - 2`, `-input.max - 2`, `too big`}, {`input.max * 2`, `input.max * 2`, `too big`}, {`(-input.max - 1) / -1`, `(-input.max - 1) / -1`, `too big`},
		{`3 ** 99`, `3 ** 99`, `too big`}, {`1e308 * 10`, `1e308 * 10`, `too big for a number`}, {`10.0 ** 400`, `10.0 ** 400`, `too big`}, {`(-8) ** 0.5`, `(-8) ** 0.5`, `too big for a number`},
		{`input.none.deep`, `input.none.deep`, `input.none is nil`}, {`input.a.b.c`, `input.a.b`, `input.a is nil: write ?. before b`}, {`1 + input.items[0].x.y`, `input.items[0].x.y`, `input.items[0].x is nil`},
		{`input.empty[0].a`, `input.empty[0]`, `the list has 0 elements, so there is no element [0]`}, {`input.tags[5]`, `input.tags[5]`, `2 elements`}, {`input.tags["a"]`, `input.tags["a"]`, `a list has no field a`}, {`input.name[0]`, `input.name[0]`, `text, which has no elements`},
		{`input.name.first`, `input.name.first`, `"Ada" has no fields: it is text`}, {`input.tags[input.half]`, `input.tags[input.half]`, `0.5 is neither`}, {`input[input.none]`, `input[input.none]`, `in the brackets is nil`},
		{`input.name and true`, `input.name`, `"Ada" is text, where a boolean must be`}, {`input.none and true`, `input.none`, `this is nil where a boolean must be`}, {`true and input.none`, `input.none`, `nil where a boolean`}, {`not input.none`, `not input.none`, `nil where a boolean`},
		{`input.amount ? 1 : 2`, `input.amount`, `5 is an integer, where a boolean must be`}, {`filter(input.tags, #)`, `#`, `"a" is text, where a boolean must be`}, {`count(input.tags)`, `input.tags`, `where a boolean must be`},
		{`input.none + 1`, `input.none + 1`, `nil cannot stand beside +`}, {`input.none > 1`, `input.none > 1`, `nil is neither more nor less`}, {`input.name + 1`, `input.name + 1`, `+ is not for text and an integer: "Ada" + 1`}, {`input.tags + [1]`, `input.tags + [1]`, `concat(a, b)`}, {`input + input`, `input + input`, `merge(a, b)`},
		{`input.due < now()`, `input.due < now()`, `date("…")`}, {`input.amount * "x"`, `input.amount * "x"`, `* is not for`}, {`input.name contains input.none`, `input.name contains input.none`, `this is nil`}, {`input.tags contains "a"`, `input.tags contains "a"`, `element in list`}, {`"a" in input.name`, `"a" in input.name`, `contains part`}, {`1 in input`, `1 in input`, `1 is not text`},
		{`-input.name`, `-input.name`, `cannot be negated`}, {`map(input, #)`, `input`, `values(object)`}, {`map(input.none, #)`, `input.none`, `nil where a list must be`}, {`{(1): 2}`, `1`, `the name of a field is text`}, {`len(input.amount)`, `len(input.amount)`, `len: x must be a list, an object or text, and 5 is an integer`},
		{`reduce(input.empty, #acc + #)`, `reduce(input.empty, #acc + #)`, `nothing to begin with`}, {`groupBy([nil], #)`, `groupBy([nil], #)`, `a group needs a name`}, {`sort([1, "a"])`, `sort([1, "a"])`, `cannot be compared`}, {`sort([1, 2], "up")`, `sort([1, 2], "up")`, `"asc" or "desc"`}, {`sum(input.tags)`, `sum(input.tags)`, `sum is for numbers`},
		{`join(["a", nil])`, `join(["a", nil])`, `element [1] is nil`}, {`int("x")`, `int("x")`, `"x" is not an integer`}, {`int(1e300)`, `int(1e300)`, `too big`}, {`float("NaN")`, `float("NaN")`, `not a number`}, {`from_json("{")`, `from_json("{")`, `is not JSON`}, {`date("31.1.2026")`, `date("31.1.2026")`, `is not a time`}, {`date("2026-01-01", "Berlin")`, `date("2026-01-01", "Berlin")`, `no time zone "Berlin"`}, {`date("2026-01-01", "Local")`, `date("2026-01-01", "Local")`, `no time zone`},
		{`duration("7 days")`, `duration("7 days")`, `7 days`}, {`decimal("1,5")`, `decimal("1,5")`, `is not a decimal`}, {`decimal(0.5)`, `decimal(0.5)`, `decimal: x must be`}, {`decimal("1") * 0.5`, `decimal("1") * 0.5`, `never mix with floats`}, {`decimal("1") / 3`, `decimal("1") / 3`, `divide(a, b, 2)`}, {`divide(1, 0, 2)`, `divide(1, 0, 2)`, `division by zero`},
		{`date("9999-12-31") + duration("52w")`, `date("9999-12-31") + duration("52w")`, `9999`}, {`duration("52w") * 1000`, `duration("52w") * 1000`, `too long`}, {`string(nil)`, `string(nil)`, `nil has no text`}, {`random_int(2, 1)`, `random_int(2, 1)`, `more than`}, {`input.name matches input.open`, `input.name matches input.open`, `a pattern is text`}, {`input.name matches "a" + "["`, `input.name matches "a" + "["`, `not a regular expression`},
		{`missing`, `missing`, `missing has no value here`}, {`nosuch(1)`, `nosuch(1)`, `there is no function nosuch`}, {`len()`, `len()`, `len needs 1 argument`}, {`input.name.upper()`, `input.name.upper()`, `no methods`}, {`hash("a", "crc")`, `hash("a", "crc")`, `there is no hash`},
	}
	for _, test := range tests {
		e := mustParse(t, test.code)
		v, err := e.Eval(someVars())
		var at *EvalError
		if !errors.As(err, &at) {
			t.Errorf("%s = %v, want an error", test.code, v)
			continue
		}
		if got := at.Span.Text(); got != test.at {
			t.Errorf("%s: blames %q, want %q", test.code, got, test.at)
		}
		if !strings.Contains(at.Error(), test.want) {
			t.Errorf("%s: %q, want %q in it", test.code, at, test.want)
		}
	}
}

// TestBounds runs what would take for ever, or all of the memory.
func TestBounds(t *testing.T) {
	vars := map[string]any{"xs": make([]any, 1000), "text": strings.Repeat("a", 1000)}
	for _, code := range []string{
		`all(xs, all(xs, all(xs, true)))`, `map(1..1000, map(1..1000, #))`, `1..1000000000`, `range(9223372036854775807)`, `range(0, -9223372036854775807, -1)`,
		`repeat("ab", 9223372036854775807)`, `reduce(1..1000, #acc + #acc, "aaaaaaaaaaaaaaaa")`, `reduce(1..1000, concat(#acc, #acc), [1])`, `len(reduce(1..60, replace(#acc, "a", "aaaa"), "a"))`,
		`reduce(1..60, [#acc, #acc], 1) == reduce(1..60, [#acc, #acc], 1)`, `json(reduce(1..60, [#acc, #acc], 1))`, `flatten(reduce(1..60, [#acc, #acc], 1))`, `all(xs, all(xs, not (text matches ".*a.*b.*c")))`,
		`map(xs, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]) | map(map(xs, 1))`, `any(xs, any(xs, none(xs, xs != xs)))`, `sort(map(1..200000, -#))`, `map(xs, base64(repeat(text, 100)))`,
		`reduce(1..400000, [#acc], 1) == 1`, `any(xs, sum(map(xs, 1)) > 5000)`,
	} {
		if v, err := mustParse(t, code).Eval(vars); err == nil {
			t.Errorf("%s has a value: %.60v", code, encoded(t, v))
		}
	}
}

func TestDeepResults(t *testing.T) {
	_, err := mustParse(t, `reduce(1..5000, [#acc], 1)`).Eval(nil)
	if err == nil || !strings.Contains(err.Error(), "deep") {
		t.Errorf("got %v, want an error about the depth", err)
	}
}

func TestEvalBool(t *testing.T) {
	if ok, err := mustParse(t, `input.amount > 3`).EvalBool(someVars()); !ok || err != nil {
		t.Error(ok, err)
	}
	for _, code := range []string{`input.amount`, `input.name`, `input.none`, `input.tags`} {
		if _, err := mustParse(t, code).EvalBool(someVars()); err == nil || !strings.Contains(err.Error(), "boolean") {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// TestVariablesStay evaluates what could change a list or object in place.
func TestVariablesStay(t *testing.T) {
	vars := someVars()
	before := encoded(t, vars["input"])
	for _, code := range []string{`sort(input.tags, "desc")`, `reverse(input.tags)`, `concat(input.tags, ["c"])`, `concat(input.tags[0:1], ["z"])`, `merge(input, {amount: 0})`, `sortBy(input.items, .price)`, `without(input, ["amount"])`, `uniq(input.tags)`, `concat(take(input.tags, 1), ["q"])`, `flatten([input.tags, ["q"]])`} {
		if _, err := mustParse(t, code).Eval(vars); err != nil {
			t.Errorf("%s: %v", code, err)
		}
	}
	if after := encoded(t, vars["input"]); after != before {
		t.Errorf("variables have become %s", after)
	}
}

func TestConcurrentUse(t *testing.T) {
	var wait sync.WaitGroup
	shared := mustParse(t, `sum(filter(input.items, .price > 1), .price * .quantity) + len(countBy(input.items, .sku))`)
	for range 8 {
		wait.Go(func() {
			for range 200 {
				if v, err := shared.Eval(someVars()); err != nil || v != 10.5 {
					t.Errorf("%v, %v", v, err)
				}
				if e, _, _ := parse(`map(input.items, {let p = .price; p > 1})`); e == nil || e.Check(orders(), nil) == nil {
					t.Error("not parsed")
				}
			}
		})
	}
	wait.Wait()
}

func TestSpansAreInBytes(t *testing.T) {
	text := `"größer" + "é" + 1`
	f := source.NewFile("x", []byte("§§ "+text))
	off := len("§§ ")
	e := Parse(text, func(i, j int) source.Span { return source.Span{File: f, Start: off + i, End: off + j} }, nil)
	_, err := e.Eval(nil)
	var at *EvalError
	if !errors.As(err, &at) || at.Span.Text() != text {
		t.Errorf("%v at %q", err, at.Span.Text())
	}
}

// TestHugeTexts parses, checks and evaluates what is as long or deep as it can
// be: there is a value or a finding, and no panic.
func TestHugeTexts(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("(", 8000) + "1" + strings.Repeat(")", 8000), strings.Repeat("(", 16000), strings.Repeat("[", 900) + strings.Repeat("]", 900), strings.Repeat("not ", 900) + "true", strings.Repeat("-", 900) + "1",
		strings.Repeat("1+", 900) + "1", strings.Repeat("foo+", 900) + "foo", strings.Repeat("true?1:", 400) + "1", strings.Repeat("2**", 900) + "1", strings.Repeat("input?.", 800) + "x", "input" + strings.Repeat(".x", 900), "input" + strings.Repeat("?.x", 600), "input" + strings.Repeat("[0]", 900),
		strings.Repeat("(1 < ", 300) + "1" + strings.Repeat(" < 2)", 300), strings.Repeat("(true ?: ", 300) + "1" + strings.Repeat(")", 300), strings.Repeat("map(input.tags, ", 300) + "#" + strings.Repeat(")", 300), strings.Repeat("let x = 1; ", 300) + "x", strings.Repeat("len(", 500) + "1" + strings.Repeat(")", 500), strings.Repeat("{a: ", 900) + "1" + strings.Repeat("}", 900), strings.Repeat("foo.x + ", 500) + "1", strings.Repeat("\"a\" ", 4000), strings.Repeat("é", 9000), strings.Repeat("if true {", 200), strings.Repeat("a if b else ", 300) + "c",
		strings.Repeat("input.tags | ", 1000), strings.Repeat("x?.[", 500) + "0" + strings.Repeat("]", 500), strings.Repeat("nil ?? ", 900) + "1", strings.Repeat("${", 5000), strings.Repeat("a.b(", 400) + strings.Repeat(")", 400),
	} {
		e, f, diags := parse(text)
		if e == nil && len(diags) != 1 {
			t.Errorf("%.20s: %d findings", text, len(diags))
		}
		if e != nil {
			e.Check(orders(), &diags)
			e.Refs()
			_, _ = e.Eval(someVars())
		}
		sane(t, f, diags)
	}
}
