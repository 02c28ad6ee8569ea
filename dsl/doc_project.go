package dsl

import (
	"path"
	"strings"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// A Project is a `project:` document: what the files of a repository share.
type Project struct {
	Span          source.Span
	Name          string
	Files         []string // patterns, relative to the document
	TaskQueue     string
	Profile       string
	Defaults      Defaults
	RetryPolicies []*NamedRetry
	Limits
	HTTP    HTTPPolicy
	Secrets SecretsPolicy
	Storage *Storage // nil if everything stays in the histories
	Models  []*ModelProfile
	MCP     []*MCPServer
	Worker  WorkerOptions
	Groups  []*Group
	URL     string

	loosePolicies bool // some could not be read
	looseGroups   bool // nor groups
}

// An HTTPPolicy says where builtin actions may connect to.
type HTTPPolicy struct {
	AllowHosts    []string
	AllowMetadata bool
	DenyPrivate   bool
}

// Fields declares the keys of the mapping.
func (p *HTTPPolicy) Fields(f *fields.Set) {
	f.Strings(&p.AllowHosts, "allow_hosts", "the only hosts that may be called, such as api.example.com or *.example.com; all if not set")
	f.Bool(&p.AllowMetadata, "allow_metadata", "admits cloud metadata services and link-local addresses")
	f.Bool(&p.DenyPrivate, "deny_private", "refuses loopback and private addresses as well")
}

// A SecretsPolicy says where secrets come from.
type SecretsPolicy struct {
	Directory string
}

// Fields declares the keys of the mapping.
func (p *SecretsPolicy) Fields(f *fields.Set) {
	f.String(&p.Directory, "directory", "a folder with one file for each secret; without it, secret NAME is the environment variable PARTITUR_SECRET_NAME")
}

// Fields declares the keys of a project document.
func (p *Project) Fields(f *fields.Set) {
	p.Span = f.Span()
	f.String(&p.Name, "project", "the name of the project", fields.Required)
	f.Strings(&p.Files, "files", "patterns of the files that belong to the project, such as `workflows/**/*.yaml`, or folders; all definitions below it if not set")
	p.checkFiles(f)
	f.String(&p.TaskQueue, "task_queue", "the task queue of workflows that name none")
	f.String(&p.Profile, "profile", "the connection profile to use")
	f.Object(&p.Defaults, "defaults", "what activity steps use that say nothing themselves")
	f.Named(func(name string, key *syntax.Node) fields.Declarer {
		r := &NamedRetry{Name: name, Retry: newRetry()}
		if key != nil {
			r.Span = key.Span
		}
		p.RetryPolicies = append(p.RetryPolicies, r)
		return r.Retry
	}, "retry_policies", "retry policies that steps use by name")
	p.loosePolicies = len(p.RetryPolicies) == 0 && !f.Sound("retry_policies")
	p.Limits.bind(f)
	f.Object(&p.HTTP, "http", "where builtin actions may connect to")
	f.Object(&p.Secrets, "secrets", "where secrets come from")
	if s := new(Storage); f.Object(s, "storage", "where values go that are too large for a history") {
		p.Storage = s
	}
	f.Object(&p.Worker, "worker", "how the workers of the project work")
	f.Named(func(name string, key *syntax.Node) fields.Declarer {
		m := &ModelProfile{Name: name}
		if key != nil {
			m.Span = key.Span
			checkProfileName(f, key)
		}
		p.Models = append(p.Models, m)
		return m
	}, "models", "the language models that `llm` and `agent` ask, each under a name of its own")
	p.bindGroups(f)
	f.String(&p.URL, "url", "the address where people open approvals and tasks: `approval.url` begins with it")
	f.Named(func(name string, key *syntax.Node) fields.Declarer {
		m := &MCPServer{Name: name}
		if key != nil {
			m.Span = key.Span
		}
		p.MCP = append(p.MCP, m)
		return m
	}, "mcp", "the MCP servers whose tools `mcp` and `agent` call, each under a name of its own")
}

// checkFiles reports patterns that no file can match.
func (p *Project) checkFiles(f *fields.Set) {
	for _, pattern := range p.Files {
		switch _, err := path.Match(pattern, ""); {
		case err != nil:
			f.Diags().Error("bad-value", f.KeySpan("files"), "the pattern %q is broken", pattern).
				WithHint("* stands for any part of a name, ** for any folders, [abc] for one of these signs")
		case path.IsAbs(pattern) || pattern == ".." || strings.HasPrefix(path.Clean(pattern), "../"):
			f.Diags().Error("bad-value", f.KeySpan("files"), "the pattern %q leads out of the project", pattern).
				WithHint("patterns are relative to the folder of this file, and stay in it")
		}
	}
}
