package dsl_test

import (
	"testing"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/golden/actions"
)

// TestQueues pins where steps run that say nothing themselves: activities on
// the queue of the defaults, builtin actions with the workflow.
func TestQueues(t *testing.T) {
	const text = `
workflow: queues
defaults: {task_queue: others, timeout: 1m}
steps:
  - id: theirs
    activity: work
    compensate: {activity: unwork}
  - id: ours
    http: {url: 'http://localhost'}
`
	w, diags := dsl.Load([]*source.File{source.NewFile("queues.yaml", []byte(text))}, actions.Catalog{})
	if len(diags) > 0 {
		t.Fatal(diags[0])
	}
	for path, want := range map[string]string{"theirs": "others", "theirs/compensate/activity_1": "others", "ours": ""} {
		if got := w.Programs[0].StepAt(path).Queue(); got != want {
			t.Errorf("%s runs on %q, want %q", path, got, want)
		}
	}
}
