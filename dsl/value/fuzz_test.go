package value

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// FuzzDecode compares with encoding/json, and checks that what was read can be
// written and read again without change.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,"x\u00e4",null,true]}`, `"\ud83d\ude00\ud83d"`, "9223372036854775808", "-0", "1e400", "[[[", `{"a":1,"a":2}`, "\"\xff\"", "01", `"\`, " 1 ", "1 2", "\u2028"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Decode(data)
		want, wantErr := decodeSlowly(data)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("Decode: %v, encoding/json: %v", err, wantErr)
		}
		if err != nil {
			return
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("Decode: %#v, encoding/json: %#v", got, want)
		}
		text, err := Encode(got)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(text)
		if err != nil || !Equal(got, again) {
			t.Fatalf("%s reads back as %#v, %v", text, again, err)
		}
		if Size(got) != len(text) {
			t.Fatalf("Size = %d, %s has %d bytes", Size(got), text, len(text))
		}
		if n, err := Normalize(got); err != nil || !Equal(n, got) {
			t.Fatalf("Normalize = %#v, %v", n, err)
		}
	})
}

// decodeSlowly is Decode by way of encoding/json.
func decodeSlowly(data []byte) (any, error) {
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if dec.Decode(new(any)); dec.More() || !json.Valid(data) {
		return nil, errors.New("trailing data")
	}
	return numbers(v, 0)
}

func numbers(v any, depth int) (_ any, err error) {
	if depth > MaxDepth {
		return nil, errDepth()
	}
	switch v := v.(type) {
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return v.Float64()
		}
		i, err := strconv.ParseInt(v.String(), 10, 64)
		return int(i), err
	case []any:
		for i := range v {
			if v[i], err = numbers(v[i], depth+deeper(v[i])); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for k := range v {
			if v[k], err = numbers(v[k], depth+deeper(v[k])); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

func deeper(v any) int {
	switch v.(type) {
	case []any, map[string]any:
		return 1
	}
	return 0
}

func FuzzEncodeString(f *testing.F) {
	for _, s := range []string{"plain", "\x00\x1f\"\\", "\u2028\xff", "😀\xed\xa0\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b, err := Encode(map[string]any{s: s})
		if err != nil || !json.Valid(b) {
			t.Fatalf("%s, %v", b, err)
		}
		got, err := Decode(b)
		clean := strings.ToValidUTF8(s, "")
		if err != nil || clean == s && !Equal(got, map[string]any{s: s}) {
			t.Fatalf("%q became %#v, %v", s, got, err)
		}
		if Size(s) != (len(b)-3)/2 {
			t.Fatalf("Size(%q) = %d, in %s", s, Size(s), b)
		}
	})
}

func FuzzDuration(f *testing.F) {
	for _, s := range []string{"500ms", "1h30m", "2w", "1.5h", "30", "1h 30m", "PT5M", "2 hours", "0.000001ms", "9223372036854ms", "1..s", "µs"} {
		f.Add(s, int64(len(s))*1_234_567_891)
	}
	f.Fuzz(func(t *testing.T, s string, n int64) {
		if d, err := ParseDuration(s); err == nil {
			if again, err := ParseDuration(FormatDuration(d)); err != nil || again != d || d < 0 {
				t.Fatalf("%q is %d, written %s and read as %d, %v", s, d, FormatDuration(d), again, err)
			}
		}
		d := time.Duration(max(n, 0))
		if again, err := ParseDuration(FormatDuration(d)); err != nil || again != d {
			t.Fatalf("%d is written %s and read as %d, %v", d, FormatDuration(d), again, err)
		}
		if size, err := ParseSize(s); err == nil && size < 0 {
			t.Fatalf("ParseSize(%q) = %d", s, size)
		}
	})
}
