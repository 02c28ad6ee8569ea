package expr

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/partitur/partitur/dsl/value"
)

// stillHost is a run in which the time stands still and chance repeats itself.
type stillHost struct{}

func (stillHost) Now() (time.Time, error) { return time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC), nil }
func (stillHost) Random() (io.Reader, error) {
	return bytes.NewReader([]byte("0123456789abcdef0123456789abcdef")), nil
}
func (stillHost) Patched(id string) (bool, error) { return id == "new-price", nil }

func hosted() map[string]any {
	vars := map[string]any{}
	Bind(vars, stillHost{})
	return vars
}

func encoded(t testing.TB, v any) string {
	t.Helper()
	b, err := value.Encode(v)
	if err != nil {
		t.Fatalf("%v has no JSON: %v", v, err)
	}
	return string(b)
}

func TestLibraryExamples(t *testing.T) {
	for _, f := range Library() {
		t.Run(f.Name, func(t *testing.T) {
			if f.Doc == "" || f.Example == "" || !strings.HasPrefix(f.Signature, f.Name+"(") {
				t.Error("a function has a doc, an example and a signature with its name")
			}
			got, err := mustParse(t, f.Example).Eval(hosted())
			if err != nil {
				t.Fatalf("%s: %v", f.Example, err)
			}
			if f.Result == "" {
				return
			}
			if s := encoded(t, got); s != f.Result {
				t.Errorf("%s = %s, want %s", f.Example, s, f.Result)
			}
		})
	}
}
