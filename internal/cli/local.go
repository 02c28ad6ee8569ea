package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"go.temporal.io/sdk/worker"

	"github.com/partitur/partitur/builtins"
	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/value"
	"github.com/partitur/partitur/internal/cli/ansi"
	"github.com/partitur/partitur/internal/project"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/internal/workers"
)

// dir is where relative paths start from.
func (s *session) dir() string {
	if s.Dir != "" {
		return s.Dir
	}
	dir, err := os.Getwd()
	if err != nil {
		return "."
	}
	return dir
}

// load reads definitions. Warnings are shown; mistakes are a problem, and all
// of them are shown.
func (s *session) load(paths []string) (*dsl.Workspace, error) {
	return s.take(project.Load(s.dir(), paths, workers.Catalog{}))
}

// loadText reads one of several texts of the same definitions.
func (s *session) loadText(path string) (*dsl.Workspace, error) {
	return s.take(project.LoadText(s.dir(), path, workers.Catalog{}))
}

// take shows what is wrong with definitions that have been read.
func (s *session) take(w *dsl.Workspace, diags diag.List, err error) (*dsl.Workspace, error) {
	if err != nil {
		return nil, usage("%s", err)
	}
	diags = s.warnOfNeighbours(diags)
	if diags.Errors() > 0 {
		return nil, &problem{code: exitUsage, message: "the definitions have mistakes", diags: diags}
	}
	_ = diag.Text{Color: s.colors(s.Terminal.Stderr).On}.Write(s.Stderr, diags)
	s.project = w.Project
	return w, nil
}

// warnOfNeighbours says in a line each which files are left out, and returns
// the other diagnostics.
func (s *session) warnOfNeighbours(diags diag.List) (rest diag.List) {
	for _, d := range diags {
		if d.Code == "broken-neighbour" {
			fmt.Fprintf(s.Stderr, "warning: %s has mistakes and is left out: nothing here needs it (`partitur check` shows them)\n", d.Span.File.Name)
			continue
		}
		rest = append(rest, d)
	}
	return rest
}

// A local is what this process works with: definitions, and workers for them.
type local struct {
	space    *dsl.Workspace
	registry *registry.Registry
	group    *workers.Group
	queues   []string
	deployed *worker.DeploymentOptions // nil unless the worker is a build of a deployment
}

// prepare makes the definitions ready to run. Settings and secrets that they
// need and that are not there are a problem before anything starts.
func (s *session) prepare(space *dsl.Workspace) (*local, error) {
	l := &local{space: space, registry: &registry.Registry{
		Actions: workers.Catalog{}, Lookup: s.Env.LookupEnv, Stored: stores(space.Project),
	}}
	if len(space.Programs) == 0 {
		return nil, usage("there is no workflow in these files")
	}
	complaints, err := l.registry.Set(space.Programs)
	if err != nil {
		return nil, err
	}
	if len(complaints) > 0 {
		return nil, usage("%s", complaints[0])
	}
	if missing := builtins.MissingSecrets(s.Context, s.secrets(space), secretsOf(space)); len(missing) > 0 {
		return nil, usage("there is no secret %s", strings.Join(missing, ", ")).
			hint("set %s to four characters or more, or name a folder of secrets in partitur.yaml", "PARTITUR_SECRET_"+missing[0])
	}
	return l, nil
}

func secretsOf(space *dsl.Workspace) (names []string) {
	for _, p := range space.Programs {
		names = append(names, p.Secrets...)
	}
	return names
}

// secrets is where the project says that secrets come from.
func (s *session) secrets(space *dsl.Workspace) builtins.Secrets {
	if p := space.Project; p != nil && p.Secrets.Directory != "" {
		dir := p.Secrets.Directory
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(project.Root(s.dir()), dir)
		}
		return builtins.SecretsIn(dir)
	}
	return builtins.EnvSecrets(s.Env.LookupEnv)
}

// work starts the workers of the definitions.
func (l *local) work(s *session, to *remote, fatal func(error)) (err error) {
	o := workers.Options{
		Client: to.Client, Namespace: to.namespace, Owned: to.owned,
		Registry: l.registry, OnFatal: fatal, Warn: s.warn,
		Queues:     workers.Queues(l.space.Programs, l.queue()),
		Builtins:   builtins.Options{Secrets: s.secrets(l.space)},
		Deployment: l.deployed,
	}
	if p := l.space.Project; p != nil {
		o.Settings = p.Worker
		o.Builtins.Policy = builtins.Policy{
			Hosts: p.HTTP.AllowHosts, AllowMetadata: p.HTTP.AllowMetadata, DenyPrivate: p.HTTP.DenyPrivate,
		}
		o.Builtins.Models, o.Builtins.MCP = workers.Models(p), workers.MCP(p)
	}
	if stores(l.space.Project) {
		o.Builtins.MaxResult = maxStoredResult
	}
	l.queues = o.Queues
	l.group, err = workers.Start(o)
	return err
}

// queue is the task queue of definitions that name none.
func (l *local) queue() string {
	if l.space.Project != nil {
		return l.space.Project.TaskQueue
	}
	return ""
}

// definitions are the workflows that the files around the user define.
type definitions struct {
	session *session
	around  func() (surroundings, error)
}

// surroundings are what was found around the user, mistakes included.
type surroundings struct {
	space *dsl.Workspace
	diags diag.List
}

// localDefinitions reads what is around the user. Definitions without mistakes
// can be started, whatever the others are like.
func (s *session) localDefinitions() (Definitions, error) {
	return definitions{s, sync.OnceValues(func() (found surroundings, err error) {
		found.space, found.diags, err = project.Load(s.dir(), around(s.dir()), workers.Catalog{})
		return found, err
	})}, nil
}

// Names implements Definitions.
func (d definitions) Names() (names []string) {
	around, err := d.around()
	if err != nil {
		return nil
	}
	for _, one := range around.space.Definitions() {
		names = append(names, one.Name)
	}
	return names
}

// Find implements Definitions.
func (d definitions) Find(typeOrFile string) (Definition, error) {
	if isFile(typeOrFile) {
		w, err := d.session.load([]string{typeOrFile})
		if err != nil {
			return Definition{}, err
		}
		p, err := only(d.session.dir(), w, typeOrFile)
		if err != nil {
			return Definition{}, err
		}
		return definitionOf(w, p), nil
	}
	around, err := d.around()
	if err != nil {
		return Definition{}, usage("%s", err)
	}
	if p := around.space.Program(typeOrFile); p != nil {
		return definitionOf(around.space, p), nil
	}
	if broken := around.space.Definition(typeOrFile); broken != nil {
		diags := around.space.Focus([]*source.File{broken.Span.File}, around.diags)
		diags = slices.DeleteFunc(diags, func(d diag.Diagnostic) bool { return d.Severity != diag.Error })
		return Definition{}, &problem{code: exitUsage, message: "the definition has mistakes", diags: diags}
	}
	return Definition{}, usage("no file here defines a workflow %q", typeOrFile)
}

func definitionOf(w *dsl.Workspace, p *dsl.Program) Definition {
	fallback := ""
	if w.Project != nil {
		fallback = w.Project.TaskQueue
	}
	return Definition{
		Type: p.Name, TaskQueue: workers.QueueOf(p, fallback), Timeouts: p.Timeouts,
		CheckInput: func(doc []byte) error { return checkInput(p, doc) },
	}
}

// checkInput holds an input against the schema of a workflow.
func checkInput(p *dsl.Program, doc json.RawMessage) error {
	if p.Input == nil {
		return nil
	}
	var input any
	if doc != nil {
		var err error
		if input, err = value.Decode(doc); err != nil {
			return usage("the input is no JSON: %s", err)
		}
	}
	if object, _ := p.Input.Raw().(map[string]any); doc == nil && object["type"] == "object" {
		input = map[string]any{}
	}
	violations := p.Input.Validate(p.Input.Default(input))
	if len(violations) == 0 {
		return nil
	}
	lines := make([]string, len(violations))
	for i, v := range violations {
		lines[i] = "\n    " + ansi.Clean(v.String())
	}
	return usage("the input does not fit %s:%s", p.Name, strings.Join(lines, ""))
}

// warn says on the terminal what will go wrong later.
func (s *session) warn(text string) { fmt.Fprintln(s.Stderr, text) }
