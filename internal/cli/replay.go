package cli

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	historypb "go.temporal.io/api/history/v1"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/cli/ansi"
	"github.com/partitur/partitur/internal/replay"
)

var replayCommand = command{
	use:     "replay [PATH...]",
	group:   filesGroup,
	summary: "prove that recorded runs still go the same way",
	help: `
Repeat recorded runs, without their activities, and compare what they do with
their histories. The histories are files as this program, Temporal's CLI or its
Web UI write them, folders of such files, or runs on a server.

Each run is repeated with the text that it has recorded, which shows that this
version of Partitur goes on with it. With --definition it is repeated with
another text: what breaks then would block a run that takes it. What the SDK
does not compare, --strict does: inputs, options, timers and results.

The exit code is 1 when a run breaks, and with --strict when one differs.`,
	examples: `
  partitur replay histories/
  partitur replay histories/ --definition workflows/order.yaml --strict
  partitur replay --workflow-type order --limit 100 --definition workflows/`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		r := &replaying{}
		f.StringVar(&r.definition, "definition", "", "`PATH` of the text to repeat the runs with, instead of the recorded one")
		f.BoolVar(&r.following, "following", false, "repeat runs that keep their text with that; --definition is for those with upgrade: always")
		f.BoolVar(&r.strict, "strict", false, "compare inputs, options, timers and results, too")
		f.StringVar(&r.filter.kind, "workflow-type", "", "`TYPE` of the runs on the server")
		f.StringVar(&r.filter.query, "query", "", "`QUERY` that the runs on the server match")
		f.IntVar(&r.limit, "limit", 50, "`NUMBER` of runs from the server at the most")
		f.BoolVar(&r.required, "require-histories", false, "fail if there is nothing to repeat")
		return r.run
	},
}

// replaying is one use of the command.
type replaying struct {
	definition                  string
	strict, required, following bool
	filter                      filter
	limit                       int

	space   *dsl.Workspace // of the definition
	options replay.Options
}

func (r *replaying) run(c *call) error {
	remote := r.filter.kind != "" || r.filter.query != ""
	if remote == (len(c.args) > 0) {
		return usage("name files or folders of histories, or else --workflow-type or --query for runs on a server")
	}
	if r.following && r.definition == "" {
		return usage("--following needs --definition")
	}
	if err := r.prepare(c); err != nil {
		return err
	}
	var all []*replayed
	var err error
	if remote {
		all, err = r.server(c)
	} else {
		all, err = r.files(c)
	}
	if err != nil {
		return err
	}
	return r.conclude(c, all)
}

// A replayed history is one with where it came from.
type replayed struct {
	From string `json:"from"`
	*replay.Result
}

func (r *replaying) prepare(c *call) (err error) {
	if r.definition != "" {
		if r.space, err = c.loadText(r.definition); err != nil {
			return err
		}
	}
	own, err := c.recorded()
	r.options = own.options()
	r.options.Strict, r.options.Following, r.options.Lookup = r.strict, r.following, c.Env.LookupEnv
	return err
}

func (r *replaying) files(c *call) (all []*replayed, err error) {
	var names []string
	for _, path := range c.args {
		found, err := historiesIn(absolute(c.dir(), path))
		if err != nil {
			return nil, usage("there is no file %s", path)
		}
		names = append(names, found...)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, usage("%s cannot be read: %s", name, err)
		}
		shown := name
		if rel, err := filepath.Rel(c.dir(), name); err == nil && !strings.HasPrefix(rel, "..") {
			shown = filepath.ToSlash(rel)
		}
		h, err := replay.Parse(data)
		if err != nil {
			all = append(all, &replayed{shown, &replay.Result{Outcome: replay.Unreadable, Findings: []replay.Finding{{Kind: replay.Unreadable, Message: err.Error()}}}})
			continue
		}
		all = append(all, &replayed{shown, r.one(h)})
	}
	return all, nil
}

// historiesIn are the files with histories that a path stands for.
func historiesIn(path string) (names []string, err error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return []string{path}, err
	}
	err = filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && filepath.Ext(name) == ".json" {
			names = append(names, name)
		}
		return err
	})
	return names, err
}

func (r *replaying) server(c *call) (all []*replayed, err error) {
	server, err := c.dial()
	if err != nil {
		return nil, err
	}
	query, err := r.filter.text()
	if err != nil {
		return nil, err
	}
	runs, _, err := c.list(server, query, r.limit)
	if err != nil {
		return nil, err
	}
	for _, run := range runs {
		h, err := c.history(server, runRef{run.WorkflowID, run.RunID})
		if err != nil {
			return nil, err
		}
		all = append(all, &replayed{run.WorkflowID, r.one(h)})
	}
	return all, nil
}

// one repeats a run, with the text of its type if there is another.
func (r *replaying) one(h *historypb.History) *replay.Result {
	o := r.options
	if r.space != nil {
		kind := h.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes().GetWorkflowType().GetName()
		if o.Definition = r.space.Program(kind); o.Definition == nil && !r.following {
			return &replay.Result{Type: kind, Outcome: replay.Unreadable, Findings: []replay.Finding{{
				Kind: replay.Unreadable, Message: fmt.Sprintf("%s defines no workflow %q", r.definition, kind),
			}}}
		}
	}
	return replay.History(h, o)
}

func (r *replaying) conclude(c *call, all []*replayed) error {
	if len(all) == 0 {
		c.note("there are no histories")
		if r.required {
			return errQuiet
		}
	}
	counts := map[string]int{}
	for _, one := range all {
		counts[one.Outcome]++
	}
	err := c.show(map[string]any{"replayed": append([]*replayed{}, all...), "counts": counts}, func(w io.Writer) { r.write(c, w, all, counts) })
	if err != nil {
		return err
	}
	if counts[replay.Breaks]+counts[replay.Unreadable] > 0 || r.strict && counts[replay.Drifts] > 0 {
		return errQuiet
	}
	return nil
}

var outcomeColors = map[string]ansi.Color{
	replay.Same: ansi.Green, replay.Drifts: ansi.Yellow, replay.Breaks: ansi.Red, replay.Unreadable: ansi.Red,
}

func (r *replaying) write(c *call, w io.Writer, all []*replayed, counts map[string]int) {
	colors := c.colors(c.Terminal.Stdout)
	for _, one := range all {
		fmt.Fprintf(w, "%s %s\n", colors.Paint(outcomeColors[one.Outcome], ansi.Pad(one.Outcome, 10)), ansi.Clean(one.From))
		for _, f := range one.Findings {
			fmt.Fprintf(w, "  %s%s\n", ansi.Clean(f.Message), places(f))
		}
	}
	var parts []string
	for _, outcome := range []string{replay.Same, replay.Drifts, replay.Breaks, replay.Unreadable} {
		if counts[outcome] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[outcome], outcome))
		}
	}
	if len(parts) > 0 {
		fmt.Fprintln(w, strings.Join(parts, ", "))
	}
}

// places says which event and which lines a finding is about.
func places(f replay.Finding) string {
	var parts []string
	if f.Step != "" {
		parts = append(parts, fmt.Sprintf("step %q", f.Step))
	}
	if f.Event > 0 {
		parts = append(parts, fmt.Sprintf("event %d", f.Event))
	}
	if f.Old != "" && f.Old != f.New {
		parts = append(parts, "recorded "+f.Old)
	}
	if f.New != "" {
		parts = append(parts, "now "+f.New)
	}
	parts = slices.DeleteFunc(parts, func(p string) bool { return p == "" })
	if len(parts) == 0 {
		return ""
	}
	return "\n    " + strings.Join(parts, ", ")
}
