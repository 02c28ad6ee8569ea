package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/casetest"
	"github.com/partitur/partitur/internal/testreport"
	"github.com/partitur/partitur/internal/workers"
)

var testCommand = command{
	use:     "test [PATH...]",
	group:   filesGroup,
	summary: "run the cases of test files, without a server",
	help: `
Run the cases in *.test.yaml files, or those of all folders named (the current
one if none is); a workflow's file brings the test file beside it. The workflow
is real; mocks answer in place of activities and HTTP calls, and the clock skips
waiting. Each case runs twice and must go the same way.

With --engine server each case runs in memory first, then on a Temporal server
in this process that skips time, and both must come to the same. What only one
of the two can play is said.

Coverage counts the steps, both outcomes of conditions, the entries of catch and
the messages that some case reaches.

The exit code is 1 when a case fails, or less is covered than --coverage-min
asks for.`,
	examples: `
  partitur test
  partitur test workflows/ --run 'order/declined' --watch
  partitur test --coverage --coverage-min 90 --coverage-html coverage.html
  partitur test --engine server --junit results.xml`,
	setup: func(f *pflag.FlagSet) run {
		o := new(testFlags)
		o.flags(f)
		return func(c *call) error {
			if err := o.read(); err != nil {
				return err
			}
			if o.watch {
				return c.watchTests(o)
			}
			return c.test(o)
		}
	},
}

// testFlags say how cases are run.
type testFlags struct {
	name, engine, html, cobertura, junit string
	tags, least                          []string
	parallel                             int
	update, watch, coverage              bool

	choice   casetest.Choice
	minimums map[string]float64
}

func (o *testFlags) flags(f *pflag.FlagSet) {
	f.StringVar(&o.name, "run", "", "play the cases whose workflow/name matches this regular `EXPRESSION`")
	f.StringSliceVar(&o.tags, "tag", nil, "play the cases with one of these `TAGS`; !TAG leaves out those that have it")
	f.StringVar(&o.engine, "engine", dsl.InMemory, "`ENGINE` that plays the cases: memory, or server, which plays both and compares")
	f.IntVar(&o.parallel, "parallel", runtime.GOMAXPROCS(0), "`NUMBER` of cases that are played at the same time")
	f.BoolVar(&o.update, "update", false, "write snapshots as the cases come out now")
	f.BoolVar(&o.watch, "watch", false, "play the cases again whenever a file changes, until Ctrl-C")
	f.BoolVar(&o.coverage, "coverage", false, "list what no case reaches")
	f.StringSliceVar(&o.least, "coverage-min", nil, "fail unless this `PERCENT` of the steps is reached; conditions=80 asks for that of the conditions, catches and messages likewise")
	f.StringVar(&o.html, "coverage-html", "", "write what is reached over the text of the workflows into this `FILE`")
	f.StringVar(&o.cobertura, "coverage-xml", "", "write what is reached into this `FILE`, as Cobertura does")
	f.StringVar(&o.junit, "junit", "", "write the results into this `FILE`, as JUnit does")
}

// read takes in what flags say in a form of their own.
func (o *testFlags) read() (err error) {
	if o.engine != dsl.InMemory && o.engine != dsl.OnServer {
		return usage("--engine cannot be %q", o.engine).hint("it can be memory or server")
	}
	if o.parallel < 1 {
		return usage("--parallel must be at least 1")
	}
	o.choice = casetest.Choice{Tags: o.tags}
	if o.name != "" {
		if o.choice.Name, err = regexp.Compile(o.name); err != nil {
			return usage("--run: %q is no regular expression: %v", o.name, err)
		}
	}
	o.minimums = map[string]float64{}
	for _, text := range o.least {
		kind, number, named := strings.Cut(text, "=")
		if !named {
			kind, number = casetest.Steps, text
		}
		percent, err := strconv.ParseFloat(strings.TrimSuffix(number, "%"), 64)
		if err != nil || !slices.Contains(casetest.Kinds, kind) {
			return usage("--coverage-min cannot be %q", text).hint("write 90, or %s=90", strings.Join(casetest.Kinds, "=90, "))
		}
		o.minimums[kind] = percent
	}
	return nil
}

// test plays the cases once.
func (c *call) test(o *testFlags) error {
	space, err := c.load(withTestFiles(c.dir(), c.args))
	if err != nil {
		return err
	}
	if err := tested(space); err != nil {
		return err
	}
	report, err := c.play(o, space)
	if err != nil {
		return err
	}
	if err := c.writeFiles(o, report); err != nil {
		return err
	}
	if err := c.show(report, func(w io.Writer) { c.writeReport(w, o, report) }); err != nil {
		return err
	}
	short := report.Coverage.Below(o.minimums)
	for _, what := range short {
		c.note("too little is covered: %s", what)
	}
	if report.Failed > 0 || len(short) > 0 {
		return errQuiet
	}
	return nil
}

// withTestFiles adds to workflow files the test files beside them; nothing is
// the current folder.
func withTestFiles(dir string, paths []string) []string {
	if len(paths) == 0 {
		return []string{"."}
	}
	paths = slices.Clone(paths)
	for _, path := range paths {
		base, is := strings.CutSuffix(path, ".yaml")
		if !is || strings.HasSuffix(base, ".test") {
			continue
		}
		if info, err := os.Stat(absolute(dir, base+".test.yaml")); err == nil && !info.IsDir() && !slices.Contains(paths, base+".test.yaml") {
			paths = append(paths, base+".test.yaml")
		}
	}
	return paths
}

// tested tells whether there is something to play.
func tested(space *dsl.Workspace) error {
	n := 0
	for _, doc := range space.Tests {
		if n += len(doc.Cases); space.Program(doc.Workflow) == nil {
			return usage("%s: there is no workflow %q in these files", doc.Span, doc.Workflow)
		}
	}
	if n == 0 {
		return usage("there are no cases in these files").hint("cases stand in *.test.yaml files")
	}
	return nil
}

// play plays the chosen cases and holds them against their snapshots.
func (c *call) play(o *testFlags, space *dsl.Workspace) (*testreport.Report, error) {
	cover := new(casetest.Coverage)
	suite := casetest.Suite{
		Player:   &casetest.Player{Actions: workers.Catalog{}, Programs: space.Programs, Coverage: cover},
		Choice:   o.choice,
		Parallel: o.parallel,
	}
	if o.engine == dsl.OnServer {
		server, err := c.testServer()
		if err != nil {
			return nil, err
		}
		suite.Server = server
	}
	began := c.Now()
	results := suite.Run(space.Tests)
	took := c.Now().Sub(began)
	if len(results) == 0 {
		return nil, usage("no case is chosen").hint("--run is matched against workflow/name, --tag against the tags of a case")
	}
	written, err := casetest.Snapshots{Dir: c.dir(), Update: o.update}.Check(results)
	if err != nil {
		return nil, usage("%s", err)
	}
	if o.update {
		c.note("%s written", count(written, "snapshot"))
	}
	report := testreport.New(results, took)
	report.Coverage = testreport.NewCoverage(cover, c.covered(space))
	return report, nil
}

// covered are the programs whose coverage counts: those that are tested, and
// those of the files and folders that were named.
func (c *call) covered(space *dsl.Workspace) (programs []*dsl.Program) {
	for _, p := range space.Programs {
		if slices.ContainsFunc(space.Tests, func(doc *dsl.Cases) bool { return doc.Workflow == p.Name }) || c.named(p.Span.File.Name) {
			programs = append(programs, p)
		}
	}
	return programs
}

// named tells whether a file is one of those that were named, or in such a
// folder.
func (c *call) named(file string) bool {
	return slices.ContainsFunc(withTestFiles(c.dir(), c.args), func(path string) bool {
		inside, err := filepath.Rel(absolute(c.dir(), path), absolute(c.dir(), file))
		return err == nil && inside != ".." && !strings.HasPrefix(inside, ".."+string(filepath.Separator))
	})
}

// writeFiles writes the reports that are files.
func (c *call) writeFiles(o *testFlags, r *testreport.Report) error {
	files := []struct {
		name  string
		write func(io.Writer) error
	}{{o.junit, r.WriteJUnit}, {o.html, r.Coverage.WriteHTML}, {o.cobertura, r.Coverage.WriteCobertura}}
	for _, f := range files {
		if f.name == "" {
			continue
		}
		if err := writeFile(absolute(c.dir(), f.name), f.write); err != nil {
			return usage("%s cannot be written: %s", f.name, err)
		}
	}
	return nil
}

func writeFile(path string, write func(io.Writer) error) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	return write(f)
}

func (c *call) writeReport(w io.Writer, o *testFlags, r *testreport.Report) {
	t := testreport.Text{Colors: c.colors(c.Terminal.Stdout), Reached: o.coverage}
	if c.Terminal.Stdout && c.Terminal.Size != nil {
		t.Width, _ = c.Terminal.Size()
	}
	if err := t.Write(w, r); err != nil {
		fmt.Fprintln(c.Stderr, err)
	}
}
