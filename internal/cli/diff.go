package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/change"
	"github.com/partitur/partitur/internal/cli/ansi"
	"github.com/partitur/partitur/internal/workers"
)

var diffCommand = command{
	use:     "diff [OLD] [NEW]",
	group:   filesGroup,
	summary: "tell what a change of definitions does to runs under way",
	help: `
Compare two texts of workflows: files or folders, or such in a revision of git,
written REVISION:PATH. With --git REVISION the working tree, or the one path that
is named, is compared with what it was there.

Each change is safe, for new runs only, or needs a patch. A run keeps the text
with which it started unless that says versioning: {upgrade: always}; so for
others the changes reach new runs only. --upgrade always judges them as if they
followed the newest text. What needs a patch comes with what to write.

The exit code is 1 when a run under way would be blocked.`,
	examples: `
  partitur diff --git main
  partitur diff old/order.yaml order.yaml
  partitur diff main:flows/order.yaml flows/order.yaml --upgrade always`,
	setup: func(f *pflag.FlagSet) run {
		d := &diffing{upgrade: choice{of: []string{dsl.UpgradeNever, dsl.UpgradeOnContinue, dsl.UpgradeAlways}}}
		f.StringVar(&d.revision, "git", "", "`REVISION` to compare with")
		f.Var(&d.upgrade, "upgrade", "`WHEN` runs take a newer text: never, on_continue or always; else as the older text says")
		return d.run
	},
}

// diffing is one use of the command.
type diffing struct {
	revision string
	upgrade  choice
}

// A difference is what the command prints.
type difference struct {
	Workflows []*change.Comparison `json:"workflows"`
	Added     []string             `json:"added"`
	Removed   []string             `json:"removed"`
	Blocks    bool                 `json:"blocks"` // a run under way would be blocked
}

func (d *diffing) run(c *call) error {
	before, after, err := d.sides(c)
	if err != nil {
		return err
	}
	old, err := d.load(c, before)
	if err != nil {
		return err
	}
	now, err := d.load(c, after)
	if err != nil {
		return err
	}
	result, err := d.compare(old, now)
	if err != nil {
		return err
	}
	if err := c.show(result, func(w io.Writer) { writeDifference(c, w, result) }); err != nil {
		return err
	}
	if result.Blocks {
		return errQuiet
	}
	return nil
}

// A side is one of the two texts: a path, perhaps in a revision.
type side struct{ revision, path string }

func (d *diffing) sides(c *call) (before, after side, err error) {
	switch n := len(c.args); {
	case d.revision != "" && n < 2:
		path := "."
		if n == 1 {
			path = c.args[0]
		}
		return side{d.revision, path}, side{"", path}, nil
	case d.revision != "":
		return before, after, usage("--git takes one path").hint("write `partitur diff --git %s PATH`", d.revision)
	case n < 2:
		return before, after, usage("there are not two texts to compare").hint("write `partitur diff OLD NEW`, or `partitur diff --git main`")
	}
	return sideOf(c, c.args[0]), sideOf(c, c.args[1]), nil
}

// sideOf reads an argument: what is no file, and has a colon, is in a revision.
func sideOf(c *call, arg string) side {
	if _, err := os.Stat(absolute(c.dir(), arg)); err == nil {
		return side{"", arg}
	}
	if revision, path, ok := strings.Cut(arg, ":"); ok && revision != "" {
		return side{revision, "/" + path} // from the root of the repository
	}
	return side{"", arg}
}

func (d *diffing) load(c *call, s side) (*dsl.Workspace, error) {
	if s.revision == "" {
		return c.loadText(s.path)
	}
	return c.loadRevision(s)
}

func (d *diffing) compare(old, now *dsl.Workspace) (*difference, error) {
	result := &difference{Workflows: []*change.Comparison{}, Added: []string{}, Removed: []string{}}
	for _, p := range now.Programs {
		before := old.Program(p.Name)
		if before == nil {
			result.Added = append(result.Added, p.Name)
			continue
		}
		c, err := change.Programs(before, p, workers.Catalog{})
		if err != nil {
			return nil, err
		}
		if d.upgrade.value != "" {
			c.Upgrade = d.upgrade.value
		}
		result.Workflows = append(result.Workflows, c)
		result.Blocks = result.Blocks || c.Follows() && c.Worst() == change.Patch
	}
	for _, p := range old.Programs {
		if now.Program(p.Name) == nil {
			result.Removed = append(result.Removed, p.Name)
		}
	}
	return result, nil
}

var verdicts = map[change.Verdict]cell{
	change.Safe: {"safe", ansi.Green}, change.NewRuns: {"new runs", ansi.Yellow}, change.Patch: {"patch", ansi.Red},
}

func writeDifference(c *call, w io.Writer, d *difference) {
	colors := c.colors(c.Terminal.Stdout)
	counts := map[change.Verdict]int{}
	for _, one := range d.Workflows {
		if len(one.Changes) == 0 {
			continue
		}
		fmt.Fprintf(w, "%s: %s\n", colors.Paint(ansi.Bold, one.Workflow), keeps[one.Upgrade])
		for _, change := range one.Changes {
			v := shownVerdict(one, change)
			counts[v]++
			writeChange(w, colors, change, verdicts[v])
		}
	}
	for _, name := range d.Added {
		fmt.Fprintf(w, "%s: new\n", name)
	}
	for _, name := range d.Removed {
		fmt.Fprintf(w, "%s: gone; runs under way keep their text, new ones cannot start\n", name)
	}
	if len(counts) == 0 {
		fmt.Fprintln(w, "nothing that concerns runs has changed")
		return
	}
	fmt.Fprintf(w, "%d safe, %d for new runs only, %d to patch\n", counts[change.Safe], counts[change.NewRuns], counts[change.Patch])
}

var keeps = map[string]string{
	dsl.UpgradeNever:      "runs under way keep the text with which they started",
	dsl.UpgradeOnContinue: "runs under way keep their text until they continue as new",
	dsl.UpgradeAlways:     "runs under way follow the newest text",
}

// shownVerdict is the one that counts: what would block a run that follows the
// newer text reaches new runs only, where none does.
func shownVerdict(c *change.Comparison, one change.Change) change.Verdict {
	if one.Verdict == change.Patch && !c.Follows() {
		return change.NewRuns
	}
	return one.Verdict
}

func writeChange(w io.Writer, colors ansi.Palette, one change.Change, v cell) {
	at := one.New
	if at == "" {
		at = one.Old
	}
	fmt.Fprintf(w, "  %s  %s  %s\n", colors.Paint(v.color, ansi.Pad(v.text, 8)), at, ansi.Clean(prefixed(one)))
	if v.text == verdicts[change.Safe].text || v.text != verdicts[one.Verdict].text {
		return
	}
	fmt.Fprintf(w, "            %s\n", one.Why)
	if one.Snippet != "" && one.Verdict == change.Patch {
		fmt.Fprintln(w, "            write:")
		for line := range strings.Lines(one.Snippet) {
			fmt.Fprintf(w, "              %s\n", strings.TrimSuffix(line, "\n"))
		}
	}
}

// prefixed names the step, unless the change does.
func prefixed(one change.Change) string {
	if one.Step == "" || strings.HasPrefix(one.What, "the step ") || strings.HasPrefix(one.What, "the patch ") {
		return one.What
	}
	return one.Step + ": " + one.What
}
