package jsonschema

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

var anchorName = regexp.MustCompile(`^[A-Za-z_][-A-Za-z0-9._]*$`)

func (c *compiler) anchor(s *node, v *syntax.Node, k string) {
	switch {
	case !c.text(v, k):
	case !anchorName.MatchString(v.Value):
		c.found.Error("schema-value", v.Span, "%s must be a name of letters, digits, dots, dashes and underscores", k)
	case c.anchors[v.Value] != nil && c.anchors[v.Value] != s:
		c.found.Error("schema-value", v.Span, "there are two anchors %q", v.Value).
			WithNote(c.anchors[v.Value].at.Span, "the other one")
	default:
		c.anchors[v.Value] = s
	}
}

// resolve finds what references lead to. All anchors are in one document, so
// that $dynamicRef leads where $ref does.
func (c *compiler) resolve() {
	for _, s := range c.nodes {
		for _, at := range s.refAt {
			target := c.target(at)
			if target == nil {
				continue
			}
			s.inPlace = append(s.inPlace, target)
			if s.ref == nil {
				s.ref, s.lib.Ref = target, target.lib
			} else {
				s.allOf, s.lib.AllOf = append(s.allOf, target), append(s.lib.AllOf, target.lib)
			}
		}
	}
}

// target is the schema that a reference leads to, or nil.
func (c *compiler) target(at *syntax.Node) *node {
	ref := at.Value
	local, isLocal := strings.CutPrefix(ref, "#")
	if !isLocal {
		c.notLocal(at)
		return nil
	}
	if plain, err := url.PathUnescape(local); err == nil {
		local = plain
	}
	if s := c.anchors[local]; s != nil {
		return s
	}
	local = strings.TrimSuffix(local, "/")
	if s := c.places[local]; s != nil {
		return s
	}
	if !c.reported(local) {
		c.suggestRef(c.found.Error("schema-ref", at.Span, "there is no schema at %q", ref), ref)
	}
	return nil
}

// reported tells whether a reference leads into something that is wrong itself.
func (c *compiler) reported(ptr string) bool {
	return slices.ContainsFunc(c.wrong, func(w string) bool { return ptr == w || strings.HasPrefix(ptr, w+"/") })
}

func (c *compiler) notLocal(at *syntax.Node) {
	ref := at.Value
	if i := strings.LastIndex(ref, "/"); !strings.Contains(ref, ":") {
		if def := "#/$defs/" + ref[i+1:]; c.places[def[1:]] != nil {
			c.found.Error("schema-ref", at.Span, "a reference begins with #, and %q does not", ref).
				WithHint("write '%s'", def).WithFix(at.Span, "'"+def+"'")
			return
		}
	}
	c.found.Error("schema-ref", at.Span, "%q is outside of this schema, and no other schema is ever loaded", ref).
		WithHint("copy it under $defs, and refer to '#/$defs/NAME'")
}

func (c *compiler) suggestRef(d *diag.Diagnostic, ref string) {
	var known []string
	for ptr := range c.places {
		if isDefinition(ptr) {
			known = append(known, "#"+ptr)
		}
	}
	if d.Suggest(ref, known); d.Hint == "" {
		d.WithHint("put the schema under $defs, and refer to '#/$defs/NAME'")
	}
}

// isDefinition tells whether a pointer has the form /$defs/NAME.
func isDefinition(ptr string) bool {
	name, ok := strings.CutPrefix(ptr, "/$defs/")
	if !ok {
		name, ok = strings.CutPrefix(ptr, "/definitions/")
	}
	return ok && !strings.Contains(name, "/")
}

// noLoops reports the first schema that refers to itself without going deeper
// into the value: checking with it would never end.
func (c *compiler) noLoops() bool {
	state := make(map[*node]visit, len(c.nodes))
	for _, n := range c.nodes {
		if !c.follow(n, state) {
			return false
		}
	}
	return true
}

type visit int

const (
	open visit = iota + 1 // what it includes is being followed
	done
)

func (c *compiler) follow(n *node, state map[*node]visit) bool {
	if state[n] == done {
		return true
	}
	state[n] = open
	for _, next := range n.inPlace {
		if state[next] == open {
			c.found.Error("schema-ref", loopPlace(n, next), "the schema refers back to itself").
				WithHint("a schema may contain itself only as the schema of a field or of an item")
			return false
		}
		if !c.follow(next, state) {
			return false
		}
	}
	state[n] = done
	return true
}

// loopPlace is the reference that closes a loop from n to next.
func loopPlace(n, next *node) source.Span {
	for _, s := range []*node{n, next} {
		if len(s.refAt) > 0 {
			return s.refAt[0].Span
		}
	}
	return n.at.Span
}

// include works out which schemas hold wherever another one does.
func (c *compiler) include() {
	for _, n := range c.nodes {
		n.always = []*node{n}
		for i := 0; i < len(n.always); i++ {
			more := n.always[i].allOf
			if ref := n.always[i].ref; ref != nil {
				more = append([]*node{ref}, more...)
			}
			for _, m := range more {
				if !slices.Contains(n.always, m) {
					n.always = append(n.always, m)
				}
			}
		}
	}
}
