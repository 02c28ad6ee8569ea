// Package registry holds the programs of a worker: those that new runs of each
// workflow type take, and those that runs recorded when they started.
package registry

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/singleflight"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/interpreter"
)

// maxKept bounds how many recorded programs stay compiled.
const maxKept = 1000

// A Registry is safe for use by many goroutines. The zero value is empty.
type Registry struct {
	Actions dsl.Catalog
	Lookup  func(name string) (string, bool) // settings of the worker, such as os.LookupEnv
	Stored  bool                             // the worker keeps large values outside of histories

	mu       sync.RWMutex
	current  map[string]interpreter.Pin // by workflow type
	programs []*dsl.Program             // that new runs take
	used     map[string][]dsl.Attribute // search attributes, by workflow type
	known    map[string]string          // types of the namespace's search attributes; nil if nobody could ask
	missing  map[string]string          // why a known type cannot start
	compiled map[string]*dsl.Program    // by digest, or else by keyOf
	order    []string                   // of compiled, oldest first
	flights  singleflight.Group
}

// Set replaces the programs that new runs take. Runs that go on keep theirs. It
// returns the complaints about settings that the worker lacks.
func (r *Registry) Set(programs []*dsl.Program) (complaints []string, err error) {
	current, missing := map[string]interpreter.Pin{}, map[string]string{}
	for _, p := range programs {
		env, lacks := r.settings(p)
		if len(lacks) > 0 {
			missing[p.Name] = fmt.Sprintf("this worker cannot start %q: set %s in its environment", p.Name, strings.Join(lacks, ", "))
			complaints = append(complaints, missing[p.Name])
		}
		pin, err := interpreter.NewPin(p, env)
		if err != nil {
			return complaints, err
		}
		pin.Stored = r.Stored
		current[p.Name] = pin
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.current, r.missing = current, missing
	r.programs, r.used = programs, map[string][]dsl.Attribute{}
	for _, p := range programs {
		r.used[p.Name] = p.AttributesUsed()
	}
	for _, p := range programs {
		r.keep(p.Digest, p)
	}
	return complaints, nil
}

// settings are the values of the program's env on this worker.
func (r *Registry) settings(p *dsl.Program) (env map[string]string, lacks []string) {
	for _, v := range p.Env {
		text, ok := v.Default, !v.Required
		if r.Lookup != nil {
			if set, found := r.Lookup(v.Name); found {
				text, ok = set, true
			}
		}
		if !ok {
			lacks = append(lacks, v.Name)
			continue
		}
		if env == nil {
			env = map[string]string{}
		}
		env[v.Name] = text
	}
	return env, lacks
}

// Programs are those that new runs take.
func (r *Registry) Programs() []*dsl.Program {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.programs
}

// Members finds the members of a group: in the project that a workflow type
// belongs to, as the worker knows it now.
func (r *Registry) Members(workflowType, group string) []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, own := range []bool{true, false} { // a type that is gone may have runs, which ask the groups of the others
		for _, p := range r.programs {
			if own && p.Name != workflowType {
				continue
			}
			for _, g := range p.Groups {
				if g.Name == group {
					return g.Members
				}
			}
		}
	}
	return nil
}

// SetAttributes tells the registry the types of the search attributes that the
// namespace has. New runs record those that they use.
func (r *Registry) SetAttributes(known map[string]string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known = known
}

// attributes are the types of the search attributes that runs of a workflow type
// use, "" where the namespace has none. The caller holds the lock.
func (r *Registry) attributes(workflowType string) map[string]string {
	used := r.used[workflowType]
	if r.known == nil || len(used) == 0 {
		return nil
	}
	types := make(map[string]string, len(used))
	for _, a := range used {
		types[a.Name] = r.known[a.Name]
	}
	return types
}

// Types lists the workflow types that can be started, sorted.
func (r *Registry) Types() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	types := make([]string, 0, len(r.current))
	for name := range r.current {
		types = append(types, name)
	}
	slices.Sort(types)
	return types
}

// Pin implements interpreter.Programs.
func (r *Registry) Pin(workflowType string) (interpreter.Pin, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if why, ok := r.missing[workflowType]; ok {
		return interpreter.Pin{}, errors.New(why)
	}
	pin, ok := r.current[workflowType]
	if !ok {
		return interpreter.Pin{}, fmt.Errorf("this worker has no workflow %q; the run waits for one that does", workflowType)
	}
	pin.Attributes = r.attributes(workflowType)
	return pin, nil
}

// Program implements interpreter.Programs.
func (r *Registry) Program(pin interpreter.Pin) (*dsl.Program, error) {
	r.mu.RLock()
	p := r.compiled[keyOf(pin)]
	r.mu.RUnlock()
	if p != nil {
		return p, nil
	}
	v, err, _ := r.flights.Do(keyOf(pin), func() (any, error) { return r.compile(pin) })
	if err != nil {
		return nil, err
	}
	return v.(*dsl.Program), nil
}

func (r *Registry) compile(pin interpreter.Pin) (*dsl.Program, error) {
	if pin.Language != dsl.Language {
		return nil, fmt.Errorf("the run was started in version %s of the language, and this worker speaks version %s", pin.Language, dsl.Language)
	}
	sources, err := pin.Sources()
	if err != nil {
		return nil, err
	}
	compile := dsl.Compile
	if pin.Nested() {
		compile = dsl.CompileNested
	}
	p, err := compile(sources, r.Actions)
	if err != nil {
		return nil, fmt.Errorf("the definition this run recorded does not compile on this worker: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keep(keyOf(pin), p)
	return p, nil
}

// keyOf tells the programs of recorded texts apart.
func keyOf(pin interpreter.Pin) string {
	if pin.Nested() {
		return pin.Digest + "/nested"
	}
	return pin.Digest
}

// keep remembers a compiled program, and forgets the oldest of too many. The
// caller holds the lock.
func (r *Registry) keep(key string, p *dsl.Program) {
	if r.compiled == nil {
		r.compiled = map[string]*dsl.Program{}
	}
	if r.compiled[key] == nil {
		r.order = append(r.order, key)
	}
	r.compiled[key] = p
	for len(r.order) > maxKept {
		delete(r.compiled, r.order[0])
		r.order = r.order[1:]
	}
}
