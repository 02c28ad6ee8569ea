package builtins

import (
	"testing"

	"github.com/partitur/partitur/dsl/value"
)

func TestRedactor(t *testing.T) {
	r := NewRedactor("12345678", "abc", "abcdef", "line one\nline two")
	for in, want := range map[string]string{
		"x abcdef y abc z":  "x *** y *** z",
		"12345678":          "***",
		"only line two now": "only *** now",
		"YWJjZGVm":          "***",
		"nothing":           "nothing",
	} {
		if got := r.Text(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	got := r.Value(map[string]any{"abcdef": []any{12345678, 1.5, true, nil, "abcdef"}})
	if want := map[string]any{"***": []any{"***", 1.5, true, nil, "***"}}; !value.Equal(got, want) {
		t.Errorf("value became %v", got)
	}
	if none := NewRedactor("", ""); none.Text("x") != "x" || none.Value(1) != 1 || none != nil {
		t.Error("no secrets hide something")
	}
}
