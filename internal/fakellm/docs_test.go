package fakellm_test

import (
	"os"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/fakellm"
	"github.com/partitur/partitur/internal/fence"
)

// TestPage reads the scripts of the page, and demands every key of scripts.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/fake-llm.md")
	if err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, b := range fence.Blocks(string(page)) {
		if b.Info != "yaml script" {
			continue
		}
		_, diags := fakellm.Parse(source.NewFile("fake-llm.md", []byte(b.Text)))
		for _, d := range diags {
			t.Errorf("line %d: %s", b.Line, d)
		}
		all += b.Text
	}
	for _, d := range []fields.Declarer{new(fakellm.Script), new(fakellm.Turn), new(fakellm.Condition), new(fakellm.ToolCall), new(fakellm.Usage)} {
		for _, spec := range fields.Describe(d) {
			if !strings.Contains(all, spec.Name+":") {
				t.Errorf("no script of the page has the key %s", spec.Name)
			}
		}
	}
}
