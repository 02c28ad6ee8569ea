package value

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
)

// encodable values are in the form in which encoding/json writes the same.
var encodable = []any{
	nil, true, false, 0, -1, math.MaxInt64, math.MinInt64,
	0.0, math.Copysign(0, -1), 0.1, 1.0, 1e6, 1e15, 1e21, 1e-6, 1e-7, 1.5e-9, 123e-300, math.MaxFloat64, math.SmallestNonzeroFloat64, float64(1<<53 - 1),
	"", "plain", `"quoted\"`, "\b\f\n\r\t\x00\x1f\x7f", "<a href='&'>", "grüße, 世界, 😀", "\u2028\u2029", "a\xffb\xc3", "\xed\xa0\x80",
	[]any{}, []any{nil, 1, "x", []any{[]any{}}}, []any(nil), map[string]any(nil),
	map[string]any{}, map[string]any{"b": 1, "a": map[string]any{"z": nil, "y": []any{}}, "": 0, "\n": 1, "ä": 2},
	[]string{"x", "\""}, []string(nil), map[string]string{"k": "v"}, int8(1), uint64(7), float32(0.5), json.Number("12"), json.RawMessage(`{"a": 1}`),
}

func TestEncodeAsEncodingJSON(t *testing.T) {
	for _, v := range encodable {
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			t.Fatal(err)
		}
		got, err := Encode(v)
		if err != nil || string(got) != strings.TrimSuffix(want.String(), "\n") {
			t.Errorf("Encode(%#v) = %s, %v; want %s", v, got, err, want.String())
		}
	}
}

func TestEncodeLargeFloatsReadBack(t *testing.T) {
	for f, want := range map[float64]string{1 << 63: "9.223372036854776e+18", -1 << 63: "-9.223372036854776e+18", 1e19: "1e+19", 123456789012345678901: "1.2345678901234568e+20", 9223372036854774784: "9.223372036854775e+18", 1 << 53: "9.007199254740992e+15"} {
		text, err := Encode(f)
		if err != nil || string(text) != want {
			t.Errorf("Encode(%v) = %s, %v; want %s", f, text, err, want)
		}
		if back, err := Decode(text); err != nil || !Equal(back, f) {
			t.Errorf("%s reads back as %v, %v", text, back, err)
		}
	}
}

func TestEncodeExpressionKinds(t *testing.T) {
	v := map[string]any{"at": time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), "for": 90 * time.Second, "price": mustDecimal(t, "12.30")}
	const want = `{"at":"2026-01-02T03:04:05Z","for":"1m30s","price":"12.30"}`
	if got, err := Encode(v); err != nil || string(got) != want {
		t.Errorf("Encode = %s, %v; want %s", got, err, want)
	}
}

func TestEncodeErrors(t *testing.T) {
	tests := []struct {
		v    any
		want string
	}{
		{math.NaN(), "the number is NaN, which JSON cannot hold"},
		{map[string]any{"a": []any{0, math.Inf(1)}}, "a[1]: the number is +Inf"},
		{map[string]any{"a": map[string]any{"it's": func() {}}}, "a['it's']: a function is not a value"},
		{[]any{make(chan int)}, "[0]: a Go value of type chan int"},
		{struct{}{}, "a Go value of type struct {}"},
		{uint64(math.MaxUint64), "the integer 18446744073709551615 does not fit 64 bits"},
		{nested(MaxDepth + 1), "nested more than 1000 deep"},
	}
	for _, tt := range tests {
		got, err := Encode(tt.v)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Encode(%.40v) = %.40s, %v; want an error with %q", tt.v, got, err, tt.want)
		}
	}
	if _, err := Encode(nested(MaxDepth)); err != nil {
		t.Errorf("at the greatest depth: %v", err)
	}
}

func TestEncodeSameBytesEveryTime(t *testing.T) {
	v := map[string]any{}
	for _, k := range strings.Fields("the quick brown fox jumps over a lazy dog and twelve more words follow") {
		v[k] = map[string]any{"b": 1, "a": 2, k: k}
	}
	first, _ := Encode(v)
	for range 100 {
		if again, _ := Encode(v); !bytes.Equal(first, again) {
			t.Fatalf("%s\n%s", first, again)
		}
	}
}

func TestDecode(t *testing.T) {
	tests := []struct {
		text string
		want any
	}{
		{" null ", nil}, {"true", true}, {"false", false},
		{"0", 0}, {"-0", 0}, {"9223372036854775807", math.MaxInt64}, {"-9223372036854775808", math.MinInt64},
		{"1.0", 1.0}, {"1e3", 1000.0}, {"-2.5E-1", -0.25}, {"1E+2", 100.0}, {"1e-400", 0.0},
		{`""`, ""}, {`"a\"\\\/\b\f\n\r\tz"`, "a\"\\/\b\f\n\r\tz"}, {`"\u00e4\u4E16"`, "ä世"}, {`"\ud83d\ude00"`, "😀"},
		{`"\ud83d"`, "\ufffd"}, {`"\ud83d\u0041"`, "\ufffdA"}, {`"\ude00x"`, "\ufffdx"}, {"\"a\xffb\"", "a\ufffdb"}, {"\"a\xff\\n\"", "a\ufffd\n"}, {`"grüße"`, "grüße"},
		{"[]", []any{}}, {"[ 1 , [ ] ]", []any{1, []any{}}}, {"{}", map[string]any{}},
		{`{"a":1,"b":{"c":[null]},"a":2}`, map[string]any{"a": 2, "b": map[string]any{"c": []any{nil}}}},
	}
	for _, tt := range tests {
		if got, err := Decode([]byte(tt.text)); err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("Decode(%s) = %#v, %v; want %#v", tt.text, got, err, tt.want)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", "the text ends too early"}, {"  ", "the text ends too early"}, {`"abc`, "ends too early"}, {`"\`, "ends too early"}, {`"\u12`, "at byte 3: \\u needs"},
		{"[1", "ends too early"}, {"[1,", "ends too early"}, {`{"a"`, "ends too early"}, {`{"a":`, "ends too early"}, {"tru", "ends too early"}, {"-", "ends too early"}, {"1.", "ends too early"}, {"1e", "ends too early"},
		{"1 2", "at byte 2: there is more text after the value"}, {"{} x", "more text"},
		{"9223372036854775808", "the integer 9223372036854775808 does not fit 64 bits: send it as text"},
		{"-9223372036854775809", "does not fit 64 bits"}, {strings.Repeat("1", 100), "the integer 1111111111111111111111111111111111111... does not fit"},
		{"1e400", "the number 1e400 is too large"},
		{"01", "at byte 1: a number cannot begin with 0"}, {"-a", "expected a digit"}, {".5", `a value cannot begin with "."`}, {"1.e3", "after the decimal point"}, {"1e+x", "in the exponent"}, {"+1", `begin with "+"`},
		{"nul!", "expected null"}, {"True", `begin with "T"`}, {"NaN", `begin with "N"`}, {"'a'", "begin with \"'\""}, {"ä", `begin with "ä"`},
		{"[1 2]", "expected a comma or ]"}, {"[1,]", `begin with "]"`}, {`{"a":1 "b":2}`, "expected a comma or }"}, {`{"a" 1}`, "expected a colon"}, {"{a:1}", "the name of a field, in double quotes"}, {`{"a":1,}`, "the name of a field"},
		{"\"a\nb\"", "must be escaped"}, {"\"\\n\n\"", "must be escaped"}, {`"\x"`, `\ cannot stand before "x"`}, {`"\uZZZZ"`, "four hexadecimal digits"},
		{strings.Repeat("[", MaxDepth+1), "nested more than 1000 deep"}, {strings.Repeat(`{"a":`, MaxDepth+1), "nested more than 1000 deep"},
	}
	for _, tt := range tests {
		got, err := Decode([]byte(tt.text))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Decode(%.60s) = %v, %v; want an error with %q", tt.text, got, err, tt.want)
		}
	}
}

func TestDecodeDepth(t *testing.T) {
	text := strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth)
	if _, err := Decode([]byte(text)); err != nil {
		t.Error(err)
	}
}
