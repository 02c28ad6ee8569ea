package value

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestEqual(t *testing.T) {
	dec := func(s string) Decimal { return mustDecimal(t, s) }
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	tests := []struct {
		a, b any
		want bool
	}{
		{nil, nil, true}, {nil, 0, false}, {nil, "", false}, {nil, false, false},
		{true, true, true}, {true, false, false}, {true, 1, false},
		{3, 3.0, true}, {3.0, 3, true}, {3, 3.5, false}, {3, "3", false}, {0, math.Copysign(0, -1), true},
		{math.MaxInt64, float64(math.MaxInt64), false}, {1<<53 + 1, float64(1 << 53), false},
		{math.MinInt64, float64(math.MinInt64), true},
		{"a", "a", true}, {"a", "A", false}, {"1", 1, false},
		{[]any{1, "a"}, []any{1.0, "a"}, true}, {[]any{1, 2}, []any{2, 1}, false}, {[]any{}, []any{nil}, false}, {[]any{}, map[string]any{}, false},
		{map[string]any{"a": 1, "b": nil}, map[string]any{"b": nil, "a": 1.0}, true},
		{map[string]any{"a": nil}, map[string]any{"b": nil}, false}, {map[string]any{"a": nil}, map[string]any{}, false},
		{dec("12.30"), dec("12.3"), true}, {dec("12.30"), "12.30", false}, {dec("1"), 1, false},
		{at, at.In(time.FixedZone("", 3600)), true}, {at, at.Add(1), false},
		{time.Minute, 60 * time.Second, true}, {time.Duration(1), 1, false},
	}
	for _, tt := range tests {
		if got := Equal(tt.a, tt.b); got != tt.want {
			t.Errorf("Equal(%v, %v) = %v", tt.a, tt.b, got)
		}
		if got := Equal(tt.b, tt.a); got != tt.want {
			t.Errorf("Equal(%v, %v) = %v", tt.b, tt.a, got)
		}
	}
}

func TestWhole(t *testing.T) {
	for f, want := range map[float64]int{3: 3, -3: -3, 0: 0, 1 << 53: 1 << 53, -1 << 63: math.MinInt64} {
		if got, ok := Whole(f); !ok || got != want {
			t.Errorf("Whole(%v) = %v, %v", f, got, ok)
		}
	}
	for _, f := range []float64{3.5, 1 << 63, -1<<63 - 4096, math.NaN(), math.Inf(1), math.Inf(-1), 1e300} {
		if got, ok := Whole(f); ok {
			t.Errorf("Whole(%v) = %v", f, got)
		}
	}
}

func TestCloneIsIndependent(t *testing.T) {
	orig := map[string]any{"list": []any{map[string]any{"n": 1}}, "empty": []any{}, "none": nil}
	clone := Clone(orig).(map[string]any)
	if !Equal(orig, clone) {
		t.Fatalf("clone is %v", clone)
	}
	clone["list"].([]any)[0].(map[string]any)["n"] = 2
	clone["new"] = true
	if want := map[string]any{"list": []any{map[string]any{"n": 1}}, "empty": []any{}, "none": nil}; !Equal(orig, want) {
		t.Errorf("the original became %v", orig)
	}
	var none map[string]any
	if c, ok := Clone(none).(map[string]any); !ok || c != nil {
		t.Errorf("a nil map became %#v", c)
	}
}

func TestSizeIsWhatEncodeWrites(t *testing.T) {
	for _, v := range encodable {
		b, err := Encode(v)
		if err != nil {
			t.Fatal(err)
		}
		if got := Size(v); got != len(b) {
			t.Errorf("Size(%#v) = %d, but %s has %d bytes", v, got, b, len(b))
		}
	}
	for _, v := range []any{math.NaN(), []any{math.Inf(1)}, map[string]any{"f": func() {}}, nested(MaxDepth + 1)} {
		if got := Size(v); got != 0 {
			t.Errorf("Size(%.20v) = %d", v, got)
		}
	}
}

func TestText(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 500_000_000, time.FixedZone("", 3600))
	tests := []struct {
		v    any
		want string
	}{
		{"as \"it\" is\n", "as \"it\" is\n"}, {true, "true"}, {false, "false"},
		{42, "42"}, {math.MinInt64, "-9223372036854775808"},
		{100000000.5, "100000000.5"}, {1e21, "1000000000000000000000"}, {1e-9, "0.000000001"}, {3.0, "3"}, {0.1, "0.1"},
		{at, "2026-01-02T03:04:05.5+01:00"}, {at.UTC().Truncate(time.Second), "2026-01-02T02:04:05Z"},
		{90 * time.Minute, "1h30m"}, {mustDecimal(t, "12.30"), "12.30"},
		{[]any{1, "a", nil}, `[1,"a",null]`}, {map[string]any{"b": 1, "a": "<&>"}, `{"a":"<&>","b":1}`},
		{int32(7), "7"}, {[]string{"x"}, `["x"]`},
	}
	for _, tt := range tests {
		if got, err := Text(tt.v); err != nil || got != tt.want {
			t.Errorf("Text(%#v) = %q, %v; want %q", tt.v, got, err, tt.want)
		}
	}
}

func TestTextErrors(t *testing.T) {
	tests := []struct {
		v    any
		want string
	}{
		{nil, "the value is nil"}, {(*int)(nil), "the value is nil"},
		{math.NaN(), "NaN"}, {math.Inf(-1), "-Inf"},
		{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "year 10000"},
		{func() {}, "a function is not a value"},
		{[]any{map[string]any{"x y": math.NaN()}}, "[0]['x y']: the number is NaN"},
	}
	for _, tt := range tests {
		if got, err := Text(tt.v); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Text(%#v) = %q, %v; want an error with %q", tt.v, got, err, tt.want)
		}
	}
}

func mustDecimal(t testing.TB, s string) Decimal {
	t.Helper()
	d, err := ParseDecimal(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// nested is a list in a list, and so on, depth times.
func nested(depth int) any {
	var v any
	for range depth {
		v = []any{v}
	}
	return v
}
