package shared

import (
	"path/filepath"
	"testing"

	"go.temporal.io/sdk/worker"
)

// TestRecordedHistories replays every history there is of a keeper, for ever: a
// change that breaks one would leave a lock with nobody to keep it.
func TestRecordedHistories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) < 3 {
		t.Fatal(files, err)
	}
	r := worker.NewWorkflowReplayer()
	Keepers{}.RegisterWorkflows(r)
	for _, file := range files {
		if err := r.ReplayWorkflowHistoryFromJSONFile(nil, file); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}
