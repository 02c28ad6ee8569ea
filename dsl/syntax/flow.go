package syntax

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// isJinja tells whether a mapping is `{{ x }}`: a mapping whose only key is a
// mapping.
func (p *parser) isJinja(n *Node, y *yaml.Node) bool {
	start := n.Span.Start - p.base
	return y.Style&yaml.FlowStyle != 0 && len(y.Content) == 2 && hasPrefix(p.text[start:], "{{") &&
		y.Content[0].Kind == yaml.MappingNode && isEmpty(y.Content[1])
}

// jinja reports `{{ x }}`.
func (p *parser) jinja(n *Node, key *Node) {
	n.Kind, n.Entries = Broken, nil
	d := p.found.Error("foreign-expression", n.Span, "%s is a mapping in a mapping to YAML: expressions are written ${ }", n.Span.Text())
	if inner := trimBraces(key.Span.Text()); singleLine(inner) {
		fixed := quote("${ " + inner + " }")
		d.WithHint("write %s", fixed).WithFix(n.Span, fixed)
	}
}

// isBare tells whether a key of a flow mapping has no colon after it.
func (p *parser) isBare(k *Node, v *yaml.Node) bool {
	if !isEmpty(v) || v.Anchor != "" || k.Kind == Broken {
		return false
	}
	i := p.skipSpace(k.Span.End - p.base)
	return i < len(p.text) && (p.text[i] == ',' || p.text[i] == '}')
}

// bareKeys drops the keys without value from a flow mapping and reports them:
// `{note: Only one, please}` is a text that its comma cut in two.
func (p *parser) bareKeys(entries []Entry, bare []bool) []Entry {
	var kept []Entry
	for i := 0; i < len(entries); {
		last := i
		for last+1 < len(entries) && bare[last+1] {
			last++
		}
		switch {
		case bare[i]:
			for _, e := range entries[i : last+1] {
				p.keyWithoutValue(e.Key)
			}
		case last > i && entries[i].Value.Kind == Scalar && entries[i].Value.Plain && entries[i].Value.Value != "":
			p.commaInText(entries[i].Value, entries[last].Key)
			kept = append(kept, entries[i])
		default:
			for _, e := range entries[i+1 : last+1] {
				p.keyWithoutValue(e.Key)
			}
			kept = append(kept, entries[i])
		}
		i = last + 1
	}
	return kept
}

func (p *parser) keyWithoutValue(k *Node) {
	d := p.found.Error("key-without-value", k.Span, "the key %s has no value", k.Span.Text()).
		WithHint("write %s: VALUE; or square brackets for a list", k.Span.Text())
	if name, rest, ok := strings.Cut(k.Value, ":"); ok && k.Plain && rest != "" {
		d.WithHint("a space must follow the colon: write %s: %s", name, rest)
	}
	if name, _, ok := strings.Cut(k.Value, "."); ok && slices.Contains([]string{"input", "state", "steps", "env", "item"}, name) {
		d.WithHint("an expression is written \"${ %s }\"", k.Value)
	}
}

func (p *parser) commaInText(v, last *Node) {
	whole := v.Span.To(last.Span)
	d := p.found.Error("key-without-value", whole, "inside { } a comma ends a value, so the value is only %q", v.Value)
	if singleLine(whole.Text()) {
		d.WithHint("quote the text: %s", quote(whole.Text())).WithFix(whole, quote(whole.Text()))
	}
	*v = Node{Kind: Broken, Span: whole}
}

func trimBraces(s string) string { return strings.Trim(s, "{} -") }
