package dsl

import (
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/jsonschema"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// A Catalogue is an `activities:` document: activity types that other workers
// implement.
type Catalogue struct {
	Span  source.Span
	Types []*ActivityType
}

// Fields declares the keys of a catalogue document.
func (c *Catalogue) Fields(f *fields.Set) {
	c.Span = f.Span()
	f.Named(func(name string, key *syntax.Node) fields.Declarer {
		t := &ActivityType{Name: name}
		if key != nil {
			t.Span = key.Span
		}
		c.Types = append(c.Types, t)
		return t
	}, "activities", "activity types by name", fields.Required)
}

// Lookup finds an activity type by name, or returns nil.
func (c *Catalogue) Lookup(name string) *ActivityType {
	for _, t := range c.Types {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// An ActivityType is one entry of a catalogue.
type ActivityType struct {
	Name        string
	Span        source.Span
	TaskQueue   string
	Description string
	With        *jsonschema.Schema
	Args        []*Argument
	Result      *jsonschema.Schema
	Timeout     *Timeout
	Retry       *Retry
	Errors      []string
	Idempotent  bool
}

// Fields declares the keys of an entry.
func (t *ActivityType) Fields(f *fields.Set) {
	f.String(&t.TaskQueue, "task_queue", "the task queue of the workers that implement it")
	f.String(&t.Description, "description", "what it does")
	f.Schema(&t.With, "with", "JSON Schema of its single argument")
	f.Objects(func() fields.Declarer {
		a := new(Argument)
		t.Args = append(t.Args, a)
		return a
	}, "args", "its arguments, in order")
	f.Schema(&t.Result, "result", "JSON Schema of its result")
	bindTimeout(f, &t.Timeout, "bounds one attempt", true)
	bindRetry(f, &t.Retry, "how failed attempts are repeated")
	f.Strings(&t.Errors, "errors", "types of the errors it fails with")
	f.Bool(&t.Idempotent, "idempotent", "whether repeating it does no harm")
}

// An Argument is one of several arguments of an activity type.
type Argument struct {
	Name   string
	Schema *jsonschema.Schema
}

// Fields declares the keys of an argument.
func (a *Argument) Fields(f *fields.Set) {
	f.String(&a.Name, "name", "what the argument is called", fields.Required)
	f.Schema(&a.Schema, "schema", "its JSON Schema")
}
