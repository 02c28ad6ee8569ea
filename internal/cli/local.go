package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/partitur/partitur/builtins"
	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/diag"
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
	w, diags, err := project.Load(s.dir(), paths, workers.Catalog{})
	if err != nil {
		return nil, usage("%s", err)
	}
	if diags.Errors() > 0 {
		return nil, &problem{code: exitUsage, message: "the definitions have mistakes", diags: diags}
	}
	_ = diag.Text{Color: s.colors(s.Terminal.Stderr).On}.Write(s.Stderr, diags)
	return w, nil
}

// A local is what this process works with: definitions, and workers for them.
type local struct {
	space    *dsl.Workspace
	registry *registry.Registry
	group    *workers.Group
	queues   []string
}

// prepare makes the definitions ready to run. Settings and secrets that they
// need and that are not there are a problem before anything starts.
func (s *session) prepare(space *dsl.Workspace) (*local, error) {
	l := &local{space: space, registry: &registry.Registry{Actions: workers.Catalog{}, Lookup: s.Env.LookupEnv}}
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
			hint("set %s, or name a folder of secrets in partitur.yaml", "PARTITUR_SECRET_"+missing[0])
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
		Queues:   workers.Queues(l.space.Programs, l.queue()),
		Builtins: builtins.Options{Secrets: s.secrets(l.space)},
	}
	if p := l.space.Project; p != nil {
		o.Settings = p.Worker
		o.Builtins.Policy = builtins.Policy{
			Hosts: p.HTTP.AllowHosts, AllowMetadata: p.HTTP.AllowMetadata, DenyPrivate: p.HTTP.DenyPrivate,
		}
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
	space   *dsl.Workspace
}

// localDefinitions reads the project the user stands in. Without one, the files
// in the current folder count as far as they have no mistakes.
func (s *session) localDefinitions() (Definitions, error) {
	d := definitions{session: s, space: new(dsl.Workspace)}
	root := project.Root(s.dir())
	if root == "" {
		files, _ := filepath.Glob(filepath.Join(s.dir(), "*.y*ml"))
		if space, _, err := project.Load(s.dir(), files, workers.Catalog{}); err == nil {
			d.space = space
		}
		return d, nil
	}
	space, err := s.load([]string{root})
	if err != nil {
		return nil, err
	}
	d.space = space
	return d, nil
}

// Names implements Definitions.
func (d definitions) Names() (names []string) {
	for _, p := range d.space.Programs {
		names = append(names, p.Name)
	}
	return names
}

// Find implements Definitions.
func (d definitions) Find(typeOrFile string) (Definition, error) {
	space := d.space
	if isFile(typeOrFile) {
		w, err := d.session.load([]string{typeOrFile})
		if err != nil {
			return Definition{}, err
		}
		p, err := only(w, typeOrFile)
		if err != nil {
			return Definition{}, err
		}
		return definitionOf(w, p), nil
	}
	if p := space.Program(typeOrFile); p != nil {
		return definitionOf(space, p), nil
	}
	return Definition{}, usage("no file here defines a workflow %q", typeOrFile)
}

func isFile(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

// only is the workflow that a file defines.
func only(w *dsl.Workspace, file string) (*dsl.Program, error) {
	var found []*dsl.Program
	for _, p := range w.Programs {
		if filepath.Base(p.Sources[0].File) == filepath.Base(file) {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 0:
		return nil, usage("%s defines no workflow", file)
	case 1:
		return found[0], nil
	}
	return nil, usage("%s defines %d workflows", file, len(found)).
		hint("name one by its type, such as %s", found[0].Name)
}

func definitionOf(w *dsl.Workspace, p *dsl.Program) Definition {
	fallback := ""
	if w.Project != nil {
		fallback = w.Project.TaskQueue
	}
	return Definition{
		Type: p.Name, TaskQueue: workers.QueueOf(p, fallback),
		CheckInput: func(doc []byte) error { return checkInput(p, doc) },
	}
}

// maxInput is what a server takes in one payload unless it is told otherwise.
const maxInput = 2 << 20

// checkInput holds an input against the schema of a workflow.
func checkInput(p *dsl.Program, doc json.RawMessage) error {
	if len(doc) > maxInput {
		return usage("the input is %s, and a server takes at most 2MB at once", value.FormatSize(int64(len(doc)))).
			hint("put large data where activities can fetch it, and send its address")
	}
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
