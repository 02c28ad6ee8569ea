// Package jsonschema checks JSON Schemas (2020-12) that are written in YAML, and
// then checks values with them. A Schema that was compiled is sound: its
// references lead somewhere, its patterns are regular expressions, its defaults
// obey it. Nothing is ever read from the network or from a file.
package jsonschema

import (
	"errors"
	"sync"

	js "github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
	"github.com/partitur/partitur/dsl/value"
)

// A Schema is a JSON Schema. It is immutable and may be used concurrently.
type Schema struct {
	nodes []*node // the first is the root
	typ   func() *types.Type
	raw   func() any
	once  sync.Once // for hasten
}

// A node is one schema of the tree of schemas. What the library checks with
// stands in lib; what messages, defaults and types need beyond it, here.
type node struct {
	at     *syntax.Node
	lib    *js.Schema
	parent *node
	branch bool // in place: the parent speaks of the same value
	names  bool // applies to the names of fields, not to values

	props      []property
	patterns   []pattern
	additional *node // additionalProperties
	uneval     *node // unevaluatedProperties
	items      *node
	prefix     []*node
	ref        *node
	allOf      []*node
	anyOf      []*node
	oneOf      []*node
	maybe      []*node // then, else and dependentSchemas

	quick quick

	inPlace  []*node // all schemas that speak of the same value
	always   []*node // this schema, and those it includes by $ref and allOf
	refAt    []*syntax.Node
	required []*syntax.Node
	enum     []any
	badType  bool
	dflt     *syntax.Node
	fallback any // the default, as a value
}

type property struct {
	name string
	*node
}

type pattern struct {
	matches func(name string) bool
	*node
}

// Compile checks a schema and prepares it for use. Mistakes are reported at
// their place; the result is nil when there was an error.
func Compile(n *syntax.Node, diags *diag.List) *Schema {
	return compile(&compiler{}, n, diags)
}

func compile(c *compiler, n *syntax.Node, diags *diag.List) *Schema {
	c.places, c.anchors = map[string]*node{}, map[string]*node{}
	c.schema(n, nil, "")
	c.resolve()
	c.include()
	c.review()
	if c.noLoops(); c.found.Errors() == 0 && !c.broken {
		c.reviewDefaults()
	}
	*diags = append(*diags, c.found...)
	if c.found.Errors() > 0 || c.broken {
		return nil
	}
	s := &Schema{nodes: c.nodes}
	s.raw = sync.OnceValue(n.Data)
	s.typ = sync.OnceValue(func() *types.Type { return s.TypeBecause(optional) })
	return s
}

// FromData compiles a schema that comes from elsewhere, such as that of a tool
// of an MCP server. Unlike an author, its source is not told of keywords and
// formats that are not known: they are passed over, as JSON Schema has it.
func FromData(data any) (*Schema, error) {
	text, err := value.Encode(data)
	if err != nil {
		return nil, err
	}
	var diags diag.List
	docs := syntax.Parse(source.NewFile("schema", text), &diags)
	if len(docs) != 1 {
		return nil, errors.New("a schema is an object")
	}
	s := compile(&compiler{lenient: true}, docs[0], &diags)
	for _, d := range diags {
		if d.Severity == diag.Error {
			return nil, d
		}
	}
	return s, nil
}

// Raw returns the schema as a JSON value, which must not be changed.
func (s *Schema) Raw() any { return s.raw() }

func (s *Schema) root() *node { return s.nodes[0] }
