package cli

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/pflag"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/temporalproto"

	"github.com/partitur/partitur/internal/replay"
	"github.com/partitur/partitur/internal/workers"
)

var historyCommand = command{
	use:     "history ACTION [ID...]",
	group:   runsGroup,
	summary: "download the histories of runs, for replay",
	help: `
The one ACTION is download. It writes the histories of runs to files, one for
each run, which ` + "`partitur replay`" + ` repeats. A single run without --to goes to the
standard output.

Histories hold the data of your business. --redact hash puts a hash in the place
of each text that the definition does not mention, and keeps numbers, times and
the shape of values: such a history still replays, and the command says so where
it does not. --redact remove takes all values out: what remains shows what
happened and when, and cannot be replayed. Secrets are in no history.`,
	examples: `
  partitur history download ORD-1 > ord-1.json
  partitur history download --workflow-type order --limit 50 --to histories --redact hash
  partitur history download --query "ExecutionStatus = 'Failed'" --to failed`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		d := &downloading{redact: choice{value: "none", of: []string{"none", "hash", "remove"}}}
		f.StringVar(&d.to, "to", "", "`DIR` of the files")
		f.Var(&d.redact, "redact", "`WHAT` to leave out: none, hash or remove")
		f.StringVarP(&d.runID, "run-id", "r", "", "`ID` of a certain run; else the newest one counts")
		f.StringVar(&d.filter.kind, "workflow-type", "", "`TYPE` of the runs")
		f.StringVar(&d.filter.query, "query", "", "`QUERY` that the runs match")
		f.StringVar(&d.filter.status, "status", "", "`STATUS` of the runs, such as running or failed")
		f.IntVar(&d.limit, "limit", 50, "`NUMBER` of runs at the most")
		return d.run
	},
}

// downloading is one use of the command.
type downloading struct {
	to, runID string
	redact    choice
	filter    filter
	limit     int

	recorded
}

// A downloaded history is what the command prints for one.
type downloaded struct {
	WorkflowID string `json:"workflow_id"`
	RunID      string `json:"run_id"`
	Events     int    `json:"events"`
	File       string `json:"file"`
}

func (d *downloading) run(c *call) error {
	if c.args[0] != "download" {
		return usage("%q is not download", c.args[0]).hint("write `partitur history download`")
	}
	ids := c.args[1:]
	if (d.filter != filter{}) == (len(ids) > 0) {
		return usage("name the runs, or give --workflow-type, --status or --query")
	}
	if d.to == "" && len(ids) != 1 {
		return usage("--to is missing").hint("several histories go to a folder, such as --to histories")
	}
	var err error
	if d.recorded, err = c.recorded(); err != nil {
		return err
	}
	server, err := c.dial()
	if err != nil {
		return err
	}
	refs, err := d.refs(c, server, ids)
	if err != nil {
		return err
	}
	return d.download(c, server, refs)
}

func (d *downloading) refs(c *call, server *remote, ids []string) (refs []runRef, err error) {
	for _, id := range ids {
		refs = append(refs, runRef{id, d.runID})
	}
	if len(ids) > 0 {
		return refs, nil
	}
	query, err := d.filter.text()
	if err != nil {
		return nil, err
	}
	runs, _, err := c.list(server, query, d.limit)
	for _, run := range runs {
		refs = append(refs, runRef{run.WorkflowID, run.RunID})
	}
	return refs, err
}

func (d *downloading) download(c *call, server *remote, refs []runRef) error {
	done := []downloaded{}
	for _, ref := range refs {
		h, err := c.history(server, ref)
		if err != nil {
			return err
		}
		if h, err = d.redacted(c, h); err != nil {
			return problemf(exitFailed, "the history of %q cannot be redacted: %s", ref.workflowID, err)
		}
		data, err := temporalproto.CustomJSONMarshalOptions{Indent: "  "}.Marshal(h)
		if err != nil {
			return err
		}
		data = append(data, '\n')
		if d.to == "" {
			_, err = c.Stdout.Write(data)
			return err
		}
		started := h.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes()
		one := downloaded{ref.workflowID, started.GetOriginalExecutionRunId(), len(h.GetEvents()), d.file(ref, started.GetOriginalExecutionRunId(), done)}
		if err := write(absolute(c.dir(), one.File), data); err != nil {
			return usage("%s cannot be written: %s", one.File, err)
		}
		done = append(done, one)
	}
	return c.show(map[string]any{"downloaded": done}, func(w io.Writer) {
		for _, one := range done {
			fmt.Fprintf(w, "%s (%s)\n", one.File, count(one.Events, "event"))
		}
	})
}

// file is where a history goes: the runs of a workflow id are told apart.
func (d *downloading) file(ref runRef, runID string, done []downloaded) string {
	name := url.PathEscape(ref.workflowID)
	if slices.ContainsFunc(done, func(other downloaded) bool { return other.WorkflowID == ref.workflowID }) {
		name += "." + runID
	}
	return filepath.ToSlash(filepath.Join(d.to, name+".json"))
}

func write(file string, data []byte) error {
	return errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, data, 0o600))
}

// redacted is a history without what is not to be shown. One that does not
// replay any more is no proof of anything, so this says so.
func (d *downloading) redacted(c *call, h *historypb.History) (*historypb.History, error) {
	if d.redact.value == "none" {
		return h, nil
	}
	out, err := replay.Redact(h, replay.Redaction{Remove: d.redact.value == "remove", Converter: d.converter, Actions: workers.Catalog{}})
	if err != nil || d.redact.value == "remove" {
		return out, err
	}
	r := replay.History(out, d.options())
	if r.Outcome != replay.Same {
		c.note("warning: the history of %q does not replay without its texts: %s", r.WorkflowID, r.Findings[0].Message)
	}
	return out, nil
}
