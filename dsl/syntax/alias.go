package syntax

import (
	"github.com/partitur/partitur/dsl/source"
	"gopkg.in/yaml.v3"
)

// alias converts a reference to an anchor. What it refers to is shared, not
// copied; only the span is its own.
func (p *parser) alias(y *yaml.Node, start int) *Node {
	end := start + 1 + len(y.Value)
	span := p.span(start, end)
	target, known := p.nodes[y.Alias]
	if !known { // the library lets anchors reach into the next document
		p.unknownAnchor(span, y.Value)
		return p.brokenNode(start, end)
	}
	if target == nil {
		p.found.Error("alias-cycle", span, "%q stands inside the value it refers to", "*"+y.Value).
			WithHint("move the anchor &%s to a value that does not hold this one", y.Value)
		return p.brokenNode(start, end)
	}
	if !p.weighAlias(target) {
		p.found.Error("too-many-aliases", span, "with this alias the file stands for more than %d values", maxNodes).
			WithHint("write what is needed, without aliases of aliases")
		return p.brokenNode(start, end)
	}
	n := *target
	n.Span = span
	return &n
}

// weigh records how many values a node stands for when every alias in it
// counts as a copy. Without this, ten lines of aliases of aliases stand for
// more values than any reader of the tree can visit.
func (p *parser) weigh(n *Node) {
	n.weight = 1
	for _, item := range n.Items {
		n.weight += item.weight
	}
	for _, e := range n.Entries {
		n.weight += 1 + e.Value.weight
	}
	p.total++
}

func (p *parser) weighAlias(target *Node) bool {
	p.total += target.weight
	return p.total <= maxNodes
}

func (p *parser) unknownAnchor(span source.Span, name string) {
	p.found.Error("unknown-anchor", span, "there is no anchor &%s above", name).
		WithHint("put &%s before the value it stands for, or quote text that begins with *", name)
}
