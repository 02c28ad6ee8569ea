package value

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestNormalize(t *testing.T) {
	type name string
	seven := 7
	tests := []struct{ v, want any }{
		{nil, nil}, {1, 1}, {1.5, 1.5}, {"a", "a"}, {true, true},
		{int8(-1), -1}, {int16(1), 1}, {int32(1), 1}, {int64(math.MaxInt64), math.MaxInt64}, {uint(1), 1}, {uint8(1), 1}, {uint16(1), 1}, {uint32(1), 1}, {uint64(1), 1}, {float32(0.5), 0.5},
		{name("n"), "n"}, {&seven, 7}, {(*int)(nil), nil},
		{json.Number("9007199254740993"), 9007199254740993}, {json.Number("1.0"), 1.0}, {json.RawMessage(`[1]`), []any{1}},
		{[]byte("hi"), "aGk="}, {[]string{"a"}, []any{"a"}}, {[]int(nil), nil}, {[2]bool{true, false}, []any{true, false}}, {[]any(nil), nil}, {map[string]any(nil), nil},
		{map[string]int{"a": 1}, map[string]any{"a": 1}}, {map[any]any{"a": 1, 2: []int{3}, true: nil}, map[string]any{"a": 1, "2": []any{3}, "true": nil}}, {map[string]bool(nil), nil},
		{time.Duration(0), "0s"}, {time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), "2026-01-01T00:00:00Z"}, {mustDecimal(t, "1.10"), "1.10"},
		{[]any{1, []any{int32(2)}, "c"}, []any{1, []any{2}, "c"}},
		{map[string]any{"a": map[string]any{"b": time.Second, "c": 1}, "d": 2}, map[string]any{"a": map[string]any{"b": "1s", "c": 1}, "d": 2}},
		{[]map[string]any{{"a": 1}}, []any{map[string]any{"a": 1}}},
	}
	for _, tt := range tests {
		if got, err := Normalize(tt.v); err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("Normalize(%#v) = %#v, %v; want %#v", tt.v, got, err, tt.want)
		}
	}
}

func TestNormalizeLeavesTheOriginal(t *testing.T) {
	inner := map[string]any{"for": time.Second, "same": []any{1}}
	orig := map[string]any{"list": []any{"a", inner}}
	got, err := Normalize(orig)
	if err != nil {
		t.Fatal(err)
	}
	if inner["for"] != time.Second || reflect.DeepEqual(got, orig) {
		t.Errorf("the original became %v", orig)
	}
	clean := map[string]any{"a": []any{1, nil, map[string]any{"b": "c"}}}
	got, _ = Normalize(clean)
	got.(map[string]any)["mark"] = true
	if clean["mark"] != true {
		t.Error("a value that needs no change was copied")
	}
}

func TestNormalizeErrors(t *testing.T) {
	type node struct{ next *node }
	var loop any
	loop = &loop
	ring := []any{nil}
	ring[0] = ring
	tests := []struct {
		v    any
		want string
	}{
		{math.NaN(), "NaN"}, {float32(math.Inf(1)), "+Inf"}, {[]float64{0, math.NaN()}, "[1]: the number is NaN"},
		{map[string]any{"a": []any{func() {}}}, "a[0]: a function is not a value: call it"},
		{node{}, "a Go value of type value.node has no JSON form"}, {complex(1, 1), "complex128"},
		{uint64(1 << 63), "the integer 9223372036854775808 does not fit 64 bits"}, {json.Number("1e999"), "too large"}, {json.RawMessage("{"), "ends too early"},
		{map[any]any{nil: 1}, "the keys of an object must be text, not nil"}, {map[any]any{[1]int{1}: 1}, "must be text, not a list"}, {map[any]any{1: 1, "1": 2}, `two fields that are both written "1"`},
		{nested(MaxDepth + 1), "nested more than 1000 deep"}, {loop, "nested more than 1000 deep"}, {ring, "nested more than 1000 deep"},
	}
	for _, tt := range tests {
		if got, err := Normalize(tt.v); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Normalize(%.40v) = %.40v, %v; want an error with %q", tt.v, got, err, tt.want)
		}
	}
}
