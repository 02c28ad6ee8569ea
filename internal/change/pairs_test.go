package change_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"gopkg.in/yaml.v3"

	enumspb "go.temporal.io/api/enums/v1"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/change"
	"github.com/partitur/partitur/internal/replay"
	"github.com/partitur/partitur/internal/workers"
)

// A base is a text with runs of it, and with changes.
type base struct {
	name  string
	text  string
	runs  []recording
	edits []edit
}

// A recording is a run of the text of a base.
type recording struct {
	Name    string            `yaml:"name"`
	Input   any               `yaml:"input"`
	Fails   map[string]string `yaml:"fails"`   // type of error, by activity
	Returns map[string]any    `yaml:"returns"` // by activity; others return their argument
	Send    []message         `yaml:"send"`    // each once the run waits
	Waits   bool              `yaml:"waits"`   // it does not end
	Cancel  bool              `yaml:"cancel"`
}

type message struct {
	Signal, Update string
	With           any
}

// An edit makes another text of that of a base.
type edit struct {
	Name    string         `yaml:"name"`
	Replace [][2]string    `yaml:"replace"`
	Verdict change.Verdict `yaml:"verdict"`
	Breaks  bool           `yaml:"breaks"` // some history does not replay
	Drifts  bool           `yaml:"drifts"` // some differs, if it is replayed strictly
}

func bases(t *testing.T) (list []*base) {
	t.Helper()
	files, err := filepath.Glob("testdata/pairs/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no pairs", err)
	}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		b := &base{name: strings.TrimSuffix(filepath.Base(file), ".txtar")}
		for _, f := range a.Files {
			switch f.Name {
			case "old.yaml":
				b.text = string(f.Data)
			case "runs.yaml":
				err = yaml.Unmarshal(f.Data, &b.runs)
			case "edits.yaml":
				err = yaml.Unmarshal(f.Data, &b.edits)
			}
			if err != nil {
				t.Fatalf("%s: %s: %v", file, f.Name, err)
			}
		}
		list = append(list, b)
	}
	return list
}

// apply makes the newer text.
func (b *base) apply(t *testing.T, e edit) string {
	t.Helper()
	text := b.text
	for _, r := range e.Replace {
		if !strings.Contains(text, r[0]) {
			t.Fatalf("%s: there is no %q", e.Name, r[0])
		}
		text = strings.Replace(text, r[0], r[1], 1)
	}
	return text
}

func program(t *testing.T, name, text string) *dsl.Program {
	t.Helper()
	w, diags := dsl.Load([]*source.File{source.NewFile(name, []byte(text))}, workers.Catalog{})
	for _, d := range diags {
		if d.Severity.String() == "error" {
			t.Fatalf("%s: %s; %s\n%s", d.Span, d.Message, d.Hint, text)
		}
	}
	return w.Programs[0]
}

func (b *base) history(r recording) string {
	return filepath.Join("testdata", "pairs", b.name+"."+r.Name+".json")
}

func (b *base) histories(t *testing.T) map[string]*historypb.History {
	t.Helper()
	all := map[string]*historypb.History{}
	for _, r := range b.runs {
		f, err := os.Open(b.history(r))
		if err != nil {
			t.Fatal(err, "; record it with go test ./internal/change -run Record -update")
		}
		h, err := client.HistoryFromJSON(f, client.HistoryJSONOptions{})
		_ = f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for n, part := range parts(h) {
			all[fmt.Sprintf("%s, %d events", r.Name, n)] = part
		}
	}
	return all
}

// parts are a history as it was at each workflow task, by the number of events.
func parts(h *historypb.History) map[int]*historypb.History {
	all := map[int]*historypb.History{len(h.GetEvents()): h}
	for i, e := range h.GetEvents() {
		if e.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED && i > 3 {
			all[i] = &historypb.History{Events: h.GetEvents()[:i]}
		}
	}
	return all
}

// least is how many pairs there must be.
const least = 60

// TestPairs compares texts before and after a change, and replays what runs of
// the older one have recorded, at each of their workflow tasks: what is called
// safe does not differ in anything, and what is not called a matter for a patch
// breaks nothing.
func TestPairs(t *testing.T) {
	pairs, replays := 0, 0
	for _, b := range bases(t) {
		old := program(t, "old.yaml", b.text)
		histories := b.histories(t)
		for name, h := range histories {
			if r := replay.History(h, replay.Options{Strict: true, Actions: workers.Catalog{}}); r.Outcome != replay.Same {
				t.Fatalf("%s: %s does not replay with its own text: %+v", b.name, name, r.Findings)
			}
		}
		for _, e := range b.edits {
			pairs++
			t.Run(b.name+"/"+e.Name, func(t *testing.T) {
				replays += b.check(t, e, old, histories)
			})
		}
	}
	if pairs < least {
		t.Errorf("there are %d pairs, of at least %d", pairs, least)
	}
	t.Logf("%d pairs, %d replays", pairs, replays)
}

func (b *base) check(t *testing.T, e edit, old *dsl.Program, histories map[string]*historypb.History) (replays int) {
	now := program(t, "new.yaml", b.apply(t, e))
	c, err := change.Programs(old, now, workers.Catalog{})
	if err != nil {
		t.Fatal(err)
	}
	if c.Worst() != e.Verdict {
		t.Errorf("the verdict is %s, and should be %s:\n%s", c.Worst(), e.Verdict, shown(c))
	}
	breaks, drifts := false, false
	for name, h := range histories {
		r := replay.History(h, replay.Options{Definition: now, Strict: true, Actions: workers.Catalog{}})
		replays++
		switch r.Outcome {
		case replay.Breaks, replay.Unreadable:
			breaks = true
			if c.Worst() != change.Patch {
				t.Errorf("%s breaks: %+v, and the verdict is\n%s", name, r.Findings, shown(c))
			}
		case replay.Drifts:
			drifts = true
			if c.Worst() == change.Safe {
				t.Errorf("%s drifts: %+v, and the verdict is\n%s", name, r.Findings, shown(c))
			}
		}
	}
	if breaks != e.Breaks || drifts != e.Drifts {
		t.Errorf("breaks: %v, drifts: %v", breaks, drifts)
	}
	return replays
}

func shown(c *change.Comparison) string {
	var b strings.Builder
	for _, one := range c.Changes {
		fmt.Fprintf(&b, "  %-8s %s %s: %s (%s)\n", one.Verdict, one.New, one.Step, one.What, one.Why)
	}
	return b.String()
}
