package syntax

import (
	"slices"

	"github.com/partitur/partitur/dsl/source"
	"gopkg.in/yaml.v3"
)

// document converts one document; an empty one is nil.
func (p *parser) document(doc *yaml.Node) *Node {
	if len(doc.Content) == 0 {
		return nil
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.Style == 0 && root.Value == "" && root.Anchor == "" {
		return nil
	}
	p.nodes = map[*yaml.Node]*Node{}
	p.depth = 0
	return p.node(root, "")
}

// node converts a value; key is the key it belongs to, if any.
func (p *parser) node(y *yaml.Node, key string) *Node {
	start := p.at(y.Line, y.Column)
	if y.Kind == yaml.AliasNode {
		return p.alias(y, start)
	}
	if p.depth == maxDepth {
		end := p.lineEnd(start)
		p.found.Error("too-deep", p.span(start, min(start+1, end)), "this is nested more than %d levels deep", maxDepth)
		return p.brokenNode(start, end)
	}
	if y.Anchor != "" {
		p.nodes[y] = nil // until it is complete, so that it cannot hold itself
	}
	p.depth++
	n := p.value(y, start, key)
	p.depth--
	if y.Anchor != "" {
		p.nodes[y] = n
	}
	return n
}

func (p *parser) value(y *yaml.Node, start int, key string) *Node {
	props := p.properties(y, start)
	n := &Node{Span: p.span(props.end, props.end)}
	switch y.Kind {
	case yaml.SequenceNode:
		n.Kind = List
		p.list(n, y)
	case yaml.MappingNode:
		n.Kind = Map
		p.mapping(n, y)
	default:
		p.scalar(n, y, key)
	}
	p.weigh(n)
	if props.tagEnd > 0 {
		return p.tagged(n, props, key)
	}
	return n
}

// list fills a list with its items.
func (p *parser) list(n *Node, y *yaml.Node) {
	flow := y.Style&yaml.FlowStyle != 0
	for _, c := range y.Content {
		item := p.node(c, "")
		if flow {
			p.checkPair(c, item)
		}
		n.Items = append(n.Items, item)
		n.Span = n.Span.To(item.Span)
	}
	p.finish(n, y)
}

// mapping fills a map with its entries; of keys that appear twice, it keeps
// the first.
func (p *parser) mapping(n *Node, y *yaml.Node) {
	reported := len(p.found)
	n.Entries = make([]Entry, 0, len(y.Content)/2)
	seen := make(map[string]*Node, len(y.Content)/2)
	flow := y.Style&yaml.FlowStyle != 0
	isJinja := flow && p.isJinja(n, y)
	var key *Node
	var bare []bool
	for i := 0; i+1 < len(y.Content); i += 2 {
		key = p.node(y.Content[i], "")
		v := p.node(y.Content[i+1], key.Value)
		n.Span = n.Span.To(key.Span).To(v.Span)
		noValue := flow && p.isBare(key, y.Content[i+1])
		if noValue || p.checkKey(key, seen) {
			n.Entries = append(n.Entries, Entry{key, v})
			bare = append(bare, noValue)
		}
	}
	p.finish(n, y)
	switch {
	case isJinja:
		p.found = p.found[:reported]
		p.jinja(n, key)
	case slices.Contains(bare, true):
		n.Entries = p.bareKeys(n.Entries, bare)
	}
}

// finish sets the end of a list or mapping.
func (p *parser) finish(n *Node, y *yaml.Node) {
	start, end := n.Span.Start-p.base, n.Span.End-p.base
	if y.Style&yaml.FlowStyle != 0 && start < len(p.text) && (p.text[start] == '[' || p.text[start] == '{') {
		end = p.closing(max(end, start+1), p.text[start]+2)
	} else if end == start && len(y.Content) > 0 {
		end = min(start+1, len(p.text))
	}
	n.Span = p.span(start, end)
}

// closing finds the bracket that ends a flow list or mapping, from the end of
// its last child on.
func (p *parser) closing(i int, bracket byte) int {
	for ; i < len(p.text); i++ {
		switch c := p.text[i]; c {
		case bracket:
			return i + 1
		case '#':
			i = p.lineEnd(i) - 1
		case ' ', '\t', '\r', '\n', ',', ':', '?':
		default:
			if w := breakWidth(p.text[i:]); w > 0 {
				i += w - 1
				continue
			}
			return i
		}
	}
	return i
}

func (p *parser) brokenNode(start, end int) *Node {
	return &Node{Kind: Broken, Span: p.span(start, end)}
}

// lineEnd is the offset of the line break after i, or the end of the text.
func (p *parser) lineEnd(i int) int {
	for i < len(p.text) && breakWidth(p.text[i:]) == 0 {
		i++
	}
	return i
}

// Data returns the node as a JSON value: nil, bool, int, float64, string,
// []any or map[string]any. Integers are exact.
func (n *Node) Data() any {
	switch n.Kind {
	case List:
		list := make([]any, len(n.Items))
		for i, item := range n.Items {
			list[i] = item.Data()
		}
		return list
	case Map:
		m := make(map[string]any, len(n.Entries))
		for _, e := range n.Entries {
			m[e.Key.Value] = e.Value.Data()
		}
		return m
	case Scalar:
		return n.scalarData()
	}
	return nil
}

// At returns where bytes i to j of Value stand in the source: exact through
// escapes, folding and indentation. For an alias that is in the anchored text.
func (n *Node) At(i, j int) source.Span {
	i = min(max(i, 0), len(n.Value))
	j = min(max(j, i), len(n.Value))
	if n.text.File == nil {
		return n.Span
	}
	if n.offset == nil {
		return n.text.Sub(i, j)
	}
	return n.offset.span(n, i, j)
}
