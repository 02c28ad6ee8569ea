package llm_test

import (
	"testing"

	"github.com/partitur/partitur/builtins/llm"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/value"
)

func decode(in *llm.Input, values map[string]any) error { return fields.Decode(in, values) }

// same compares a value with JSON.
func same(t *testing.T, got any, want string) {
	t.Helper()
	w, err := value.Decode([]byte(want))
	if err != nil {
		t.Fatal(err)
	}
	g, err := value.Encode(got)
	if err != nil {
		t.Fatal(err)
	}
	if e, _ := value.Encode(w); string(e) != string(g) {
		t.Errorf("got  %s\nwant %s", g, e)
	}
}
