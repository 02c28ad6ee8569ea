// Package syntax turns YAML into a tree in which every node, and every byte of
// every scalar, knows where in the source it stands.
package syntax

import "github.com/partitur/partitur/dsl/source"

// A Kind tells scalars, lists and maps apart.
type Kind int

// The kinds of nodes. Broken stands where the text has a mistake that has been
// reported already: later stages pass over it in silence.
const (
	Scalar Kind = iota
	List
	Map
	Broken
)

func (k Kind) String() string {
	return [...]string{"single value", "list", "mapping", "broken value"}[k]
}

// A ScalarType is what YAML takes a scalar for.
type ScalarType int

// The scalar types.
const (
	String ScalarType = iota
	Null
	Bool
	Int
	Float
)

func (t ScalarType) String() string {
	return [...]string{"text", "empty value", "boolean", "integer", "number"}[t]
}

// A Node is one YAML value.
type Node struct {
	Kind    Kind
	Span    source.Span
	Type    ScalarType // of a scalar
	Plain   bool       // the scalar is not quoted and not a block
	Value   string     // text of a scalar, after unescaping and folding
	Items   []*Node    // of a list
	Entries []Entry    // of a map, in source order

	style  style
	text   source.Span // what Value was read from, without quotes or block header
	weight int         // how many values it stands for
	offset *offsets    // of the bytes of Value, where text is not Value itself
}

// An Entry is one key of a map with its value.
type Entry struct{ Key, Value *Node }

// Get returns the value of a key, or nil.
func (n *Node) Get(key string) *Node {
	if e := n.Entry(key); e != nil {
		return e.Value
	}
	return nil
}

// Entry returns the entry of a key, or nil.
func (n *Node) Entry(key string) *Entry {
	for i := range n.Entries {
		if n.Entries[i].Key.Value == key {
			return &n.Entries[i]
		}
	}
	return nil
}
