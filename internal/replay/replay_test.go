package replay_test

import (
	"os"
	"path/filepath"
	"testing"

	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"

	"github.com/partitur/partitur/internal/replay"
	"github.com/partitur/partitur/internal/workers"
)

// TestRecordedText replays the recorded histories of every kind of step with the
// text in them.
func TestRecordedText(t *testing.T) {
	files, err := filepath.Glob("../../interpreter/testdata/histories/*.json")
	if err != nil || len(files) < 30 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		r := replay.History(read(t, file), replay.Options{Actions: workers.Catalog{}})
		if r.Outcome != replay.Same {
			t.Errorf("%s: %s %+v", filepath.Base(file), r.Outcome, r.Findings)
		}
	}
}

func read(t *testing.T, file string) *historypb.History {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	h, err := client.HistoryFromJSON(f, client.HistoryJSONOptions{})
	if err != nil {
		t.Fatal(file, err)
	}
	return h
}
