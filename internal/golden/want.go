// Package golden holds what tests of several packages share: the reader of
// expectations that stand on the line that fails, and the one -update flag.
package golden

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl/diag"
)

// Update says that golden files are to be rewritten.
var Update = flag.Bool("update", false, "rewrite golden files")

var want = regexp.MustCompile("# want `([^`]*)`")

// Check compares diagnostics with the expectations in the text: a comment
// "# want `pattern`" says that its line has a diagnostic whose code, message
// and hint match; "# want@2" says so of the line 2 further down, for texts that
// a comment would change. A line without one must have none.
func Check(t *testing.T, name string, text []byte, diags diag.List) {
	t.Helper()
	CheckAs(t, name, text, diags, func(d diag.Diagnostic) string {
		return fmt.Sprintf("%s: %s; %s", d.Code, d.Message, d.Hint)
	})
}

// CheckAs is Check for patterns that match something else of a diagnostic.
func CheckAs(t *testing.T, name string, text []byte, diags diag.List, show func(diag.Diagnostic) string) {
	t.Helper()
	wants := expectations(text)
	for _, d := range diags {
		line, _ := d.Span.File.Pos(d.Span.Start)
		shown := show(d)
		patterns := wants[line]
		if len(patterns) == 0 {
			t.Errorf("%s:%d: unexpected: %s", name, line, shown)
			continue
		}
		if ok, err := regexp.MatchString(patterns[0], shown); err != nil || !ok {
			t.Errorf("%s:%d: %q does not match %q", name, line, shown, patterns[0])
		}
		wants[line] = patterns[1:]
	}
	for line, patterns := range wants {
		for _, p := range patterns {
			t.Errorf("%s:%d: no diagnostic matches %q", name, line, p)
		}
	}
}

var offset = regexp.MustCompile("# want@(\\d+) `([^`]*)`")

func expectations(text []byte) map[int][]string {
	wants := map[int][]string{}
	for i, line := range strings.Split(string(text), "\n") {
		for _, m := range want.FindAllStringSubmatch(line, -1) {
			wants[i+1] = append(wants[i+1], m[1])
		}
		for _, m := range offset.FindAllStringSubmatch(line, -1) {
			var n int
			fmt.Sscan(m[1], &n)
			wants[i+1+n] = append(wants[i+1+n], m[2])
		}
	}
	return wants
}

// Compare compares got with a golden file, or rewrites the file.
func Compare(t *testing.T, file string, got []byte) {
	t.Helper()
	if *Update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	expected, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(expected) != string(got) {
		t.Errorf("%s differs; run with -update and look at the change. Got:\n%s", file, got)
	}
}
