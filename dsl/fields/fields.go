// Package fields declares the keys of a mapping once, in the manner of package
// flag. From one declaration it binds a mapping in a source file, decodes a
// mapping of values at run time, and describes the keys for schemas and docs.
package fields

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// A Declarer declares its fields to a set.
type Declarer interface{ Fields(*Set) }

// A Set is the fields of one mapping. In one of three modes it gives the
// declared variables their values: bound to source, decoded from run-time
// values, or merely described.
type Set struct {
	Specs []Spec
	Slots []Slot // the expressions met while binding, in source order

	what   string         // what the mapping is, as messages call it
	node   *syntax.Node   // the mapping, when binding source
	value  *expr.Value    // the same mapping with its expressions, when its fields may hold them
	env    Env            //
	diags  *diag.List     // those of env
	values map[string]any // the mapping, when decoding values
	errs   *[]string      //
	path   string         // of the mapping among the values decoded
}

// Env is what binding source needs besides the source: where findings go, and
// whatever the declarers of a package want to hand down to each other.
type Env struct {
	Diags   *diag.List
	Context any
}

// A Spec describes one field.
type Spec struct {
	Name, Doc string
	Required  bool
	Literal   bool           // ${ } is not allowed
	Schema    map[string]any // JSON Schema of what may be written
	Example   string
	sees      string
	want      *types.Type
	meant     map[string]string
	atLeast   *int
	atMost    *int
}

// A Slot is a place that holds an expression, for the checker to check in the
// scope that Sees names.
type Slot struct {
	Name  string
	Value *expr.Value // a literal with ${ } in it, or
	Expr  *expr.Expr  // a bare expression
	Want  *types.Type // what it must yield; nil for anything
	Sees  string      // names beyond those of the step, such as "result"
}

// Span is where the slot's expression stands.
func (s Slot) Span() source.Span {
	if s.Expr != nil {
		return s.Expr.Span
	}
	return s.Value.Span
}

// Visit calls visit for each expression in the slot.
func (s Slot) Visit(visit func(*expr.Expr)) {
	if s.Expr != nil {
		visit(s.Expr)
		return
	}
	for _, e := range s.Value.Exprs() {
		visit(e)
	}
}

// An Option qualifies a field.
type Option func(*Spec)

// Required marks a field that must be present.
func Required(s *Spec) { s.Required = true }

// Literal marks a field of an action in which ${ } is not allowed.
func Literal(s *Spec) { s.Literal = true }

// Sees names what the expression of a field can reach besides the names its
// step sees; the checker knows the meaning.
func Sees(scope string) Option { return func(s *Spec) { s.sees = scope } }

// Want says what the value of a field must be.
func Want(t *types.Type) Option { return func(s *Spec) { s.want = t } }

func (s *Spec) bound(keyword string, n int) {
	if s.Schema != nil {
		s.Schema[keyword] = n
	}
}

// Meant says which word of an Enum is meant by words that it does not have.
func Meant(words map[string]string) Option { return func(s *Spec) { s.meant = words } }

// AtLeast bounds a number from below.
func AtLeast(n int) Option { return func(s *Spec) { s.atLeast = &n; s.bound("minimum", n) } }

// AtMost bounds a number from above.
func AtMost(n int) Option { return func(s *Spec) { s.atMost = &n; s.bound("maximum", n) } }

// Example shows how the field is written.
func Example(text string) Option { return func(s *Spec) { s.Example = text } }

// Bind binds d, whose fields are literal unless declared otherwise, to the
// mapping n and reports what does not fit. Keys named in others belong to
// someone else.
func Bind(d Declarer, what string, n *syntax.Node, env Env, others ...string) *Set {
	s := &Set{what: what, node: n, env: env, diags: env.Diags}
	s.bind(d, others)
	return s
}

// BindValues binds d, whose fields may hold expressions, to the mapping n, of
// which v is the evaluable form.
func BindValues(d Declarer, what string, n *syntax.Node, v *expr.Value, env Env) *Set {
	s := &Set{what: what, node: n, value: v, env: env, diags: env.Diags}
	s.bind(d, nil)
	return s
}

func (s *Set) bind(d Declarer, others []string) {
	if s.node.Kind != syntax.Map {
		if s.node.Kind != syntax.Broken {
			s.notMapping(d)
		}
		s.node = &syntax.Node{Kind: syntax.Broken, Span: s.node.Span}
		d.Fields(s)
		return
	}
	specs := scratch.Get().(*[]Spec)
	s.Specs = (*specs)[:0]
	d.Fields(s)
	s.rejectMissing(s.rejectUnknown(d, others))
	*specs = s.Specs
	s.Specs = nil // of no use any more; there are tens of thousands of sets
	scratch.Put(specs)
}

// scratch lends the memory that the specs of a mapping take while it is bound.
var scratch = sync.Pool{New: func() any { return new([]Spec) }}

// notMapping reports what stands in the place of a mapping. A text may be the
// name that the mapping begins with.
func (s *Set) notMapping(d Declarer) {
	found := s.diags.Error("wrong-type", s.node.Span, "%s must be a mapping, not %s", s.what, article(s.node)).
		WithHint("write `key: value` lines below it")
	if specs := Describe(d); len(specs) > 0 && specs[0].Name == "name" && specs[0].Required && s.node.Kind == syntax.Scalar && s.node.Type == syntax.String {
		text := "{name: " + s.node.Span.Text() + "}"
		found.WithHint("write %s", text).WithFix(s.node.Span, text)
	}
}

// Decode binds d to values. What it reports names fields by their paths.
func Decode(d Declarer, values map[string]any) error {
	var errs []string
	if values == nil {
		values = map[string]any{}
	}
	s := &Set{values: values, errs: &errs}
	s.decode(d)
	if len(errs) > 0 {
		return fmt.Errorf("%s", strings.Join(errs, "; "))
	}
	return nil
}

func (s *Set) decode(d Declarer) {
	d.Fields(s)
	known := make(map[string]bool, len(s.Specs))
	for _, spec := range s.Specs {
		known[spec.Name] = true
		if v, ok := s.values[spec.Name]; spec.Required && (!ok || v == nil) {
			s.fail(spec.Name, "is missing")
		}
	}
	for _, name := range sortedKeys(s.values) {
		if !known[name] {
			s.fail(name, "is not known")
		}
	}
}

// Describe lists the fields of d.
func Describe(d Declarer) []Spec {
	var s Set
	d.Fields(&s)
	return s.Specs
}

// Env is what the set was bound with.
func (s *Set) Env() Env { return s.env }

// Diags is where findings about the mapping go; nil unless binding.
func (s *Set) Diags() *diag.List { return s.diags }

// Describing tells whether the fields are merely described: only then does
// anybody want their schemas.
func (s *Set) Describing() bool { return s.node == nil && s.values == nil }

// Span is where the mapping stands.
func (s *Set) Span() source.Span {
	if s.node == nil {
		return source.Span{}
	}
	return s.node.Span
}

// Has tells whether the source mapping has the key.
func (s *Set) Has(name string) bool {
	return s.node != nil && s.node.Get(name) != nil
}

// Sound tells whether the value of a key is missing or without a mistake.
func (s *Set) Sound(name string) bool {
	if s.node == nil {
		return true
	}
	e := s.node.Entry(name)
	return e == nil || e.Value.Kind != syntax.Broken && !s.diags.Within(e.Key.Span.To(e.Value.Span))
}

// Broken tells whether a key is there whose value could not be read.
func (s *Set) Broken(name string) bool {
	if s.node == nil {
		return false
	}
	e := s.node.Entry(name)
	return e != nil && e.Value.Kind == syntax.Broken
}

// Entries are the keys of the source mapping, in source order.
func (s *Set) Entries() []syntax.Entry {
	if s.node == nil {
		return nil
	}
	return s.node.Entries
}

// Raw is the value of a key as written, or nil.
func (s *Set) Raw(name string) any {
	if s.node == nil {
		return nil
	}
	if n := s.node.Get(name); n != nil {
		return n.Data()
	}
	return nil
}

// KeySpan is where a key of the source mapping stands, or the mapping's start.
func (s *Set) KeySpan(name string) source.Span {
	if s.node != nil {
		if e := s.node.Entry(name); e != nil {
			return e.Key.Span
		}
	}
	return s.Span()
}

// ValueSpan is where the value of a key stands, or the mapping's start.
func (s *Set) ValueSpan(name string) source.Span {
	if s.node != nil {
		if e := s.node.Entry(name); e != nil {
			return e.Value.Span
		}
	}
	return s.Span()
}

// declare notes the field and returns its source node, if it is there to bind.
func (s *Set) declare(spec Spec, opts []Option) (*syntax.Node, *Spec) {
	if s.Describing() {
		shared := spec.Schema
		spec.Schema = map[string]any{} // of its own, since options add to it
		maps.Copy(spec.Schema, shared)
	} else {
		spec.Schema = nil
	}
	s.Specs = append(s.Specs, spec)
	p := &s.Specs[len(s.Specs)-1]
	for _, o := range opts {
		o(p)
	}
	if s.node == nil {
		return nil, p
	}
	n := s.node.Get(spec.Name)
	if n == nil || n.Kind == syntax.Broken {
		return nil, p
	}
	return n, p
}

// dynamic tells whether a field of the set may hold expressions.
func (s *Set) dynamic(spec *Spec) bool { return s.value != nil && !spec.Literal }

func (s *Set) fail(name, format string, args ...any) {
	*s.errs = append(*s.errs, s.path+name+" "+fmt.Sprintf(format, args...))
}

func (s *Set) wrong(n *syntax.Node, name, want string) *diag.Diagnostic {
	return s.diags.Error("wrong-type", n.Span, "%q must be %s, not %s", name, want, article(n))
}

// article names what a node is, for use in a sentence.
func article(n *syntax.Node) string {
	switch n.Kind {
	case syntax.List:
		return "a list"
	case syntax.Map:
		return "a mapping"
	case syntax.Broken:
		return "something unreadable"
	}
	switch n.Type {
	case syntax.Null:
		return "empty"
	case syntax.Bool:
		return "the boolean " + n.Value
	case syntax.Int, syntax.Float:
		return "the number " + n.Value
	}
	return fmt.Sprintf("the text %q", shorten(n.Value))
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:37]) + "..."
	}
	return s
}

func firstKey(n *syntax.Node) source.Span {
	if len(n.Entries) > 0 {
		return n.Entries[0].Key.Span
	}
	return n.Span
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
