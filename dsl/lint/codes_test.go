package lint_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/lint"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/golden/actions"
)

const pages = "../../docs/codes"

// unshown are codes whose mistake cannot be shown in a page.
var unshown = []string{"broken-neighbour", "control-character", "file-too-large", "not-utf8", "too-deep", "too-many-aliases"}

var (
	reported = regexp.MustCompile(`(?:\b[A-Za-z]\w*|\(\))\.(?:Error|Warn|error)\(\s*"([a-z0-9-]+)"`)
	assigned = regexp.MustCompile(`\bd\.Code(?:, [\w.]+)* = "([a-z0-9-]+)"`)
	ruled    = regexp.MustCompile(`\bschemaRule\{"([a-z0-9-]+)"`)
)

// codes lists the codes that the sources of the language report.
func codes(t *testing.T) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir("..", func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, re := range []*regexp.Regexp{reported, assigned, ruled} {
			for _, m := range re.FindAllStringSubmatch(string(text), -1) {
				if !strings.HasPrefix(m[0], "ctx.") { // those of the schema library
					found = append(found, m[1])
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range lint.Rules() {
		found = append(found, r.Name)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// TestCodes checks that each code has a page, and each page a code.
func TestCodes(t *testing.T) {
	used := codes(t)
	if len(used) < 80 {
		t.Fatal("the sources report only", used)
	}
	for _, code := range used {
		if _, err := os.Stat(filepath.Join(pages, code+".md")); err != nil {
			t.Errorf("there is no page for %q", code)
		}
	}
	files, err := filepath.Glob(filepath.Join(pages, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if code := strings.TrimSuffix(filepath.Base(name), ".md"); !slices.Contains(used, code) {
			t.Errorf("nothing reports %q", code)
		}
	}
}

var snippet = regexp.MustCompile("(?s)```yaml (wrong|right)\n(.*?)```")

// TestPages checks what the pages show: the wrong text gives the code and no
// other, the right text nothing.
func TestPages(t *testing.T) {
	for _, code := range codes(t) {
		text, err := os.ReadFile(filepath.Join(pages, code+".md"))
		if err != nil {
			continue // TestCodes says so
		}
		shown := map[string]bool{}
		for _, m := range snippet.FindAllStringSubmatch(string(text), -1) {
			shown[m[1]] = true
			diags := findings(m[2])
			if m[1] == "right" {
				for _, d := range diags {
					t.Errorf("%s: the right text gives %s: %s", code, d.Code, d.Message)
				}
				continue
			}
			if !slices.ContainsFunc(diags, func(d diag.Diagnostic) bool { return d.Code == code }) {
				t.Errorf("%s: the wrong text does not give it, but %v", code, diags)
			}
			for _, d := range diags {
				if d.Code != code {
					t.Errorf("%s: the wrong text also gives %s: %s", code, d.Code, d.Message)
				}
			}
		}
		if !shown["right"] || !shown["wrong"] && !slices.Contains(unshown, code) {
			t.Errorf("%s: the page shows %v, want a wrong and a right text", code, shown)
		}
	}
}

// findings checks a text: one that is a list of steps within a workflow that
// uses all it declares.
func findings(text string) diag.List {
	if strings.HasPrefix(text, "-") {
		text = around + "  " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n"
	}
	w, diags := dsl.Load([]*source.File{source.NewFile("page.yaml", []byte(text))}, actions.Catalog{})
	return append(diags, lint.Check(w)...)
}

const around = `workflow: example
input:
  type: object
  required: [order_id, amount, items]
  properties:
    order_id: {type: string}
    amount: {type: number}
    items: {type: array, items: {type: object, required: [sku], properties: {sku: {type: string}}}}
    note: {type: string}
env: {URL: https://api.example.com}
secrets: [TOKEN]
state: {total: 0}
queries: {total: "${ state.total }", url: "${ env.URL }"}
defaults: {timeout: 30s, retry: {maximum_attempts: 5}}
finally:
  - http: {url: https://api.example.com, headers: {Authorization: "Bearer ${ secrets.TOKEN }"}}
steps:
`
