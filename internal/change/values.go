package change

import (
	"regexp"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/value"
)

// node compares two values of a step or a document.
func (d *differ) node(path []string, was, is *syntax.Node) {
	if equal(was, is) {
		d.paths(was, is)
		return
	}
	if was != nil && is != nil {
		if old, now := d.old.list(was), d.now.list(is); old != nil && now != nil {
			d.steps(old, now)
			return
		}
		if old, now := d.old.step(was), d.now.step(is); old != nil && now != nil {
			d.pair(old, now)
			return
		}
		switch {
		case was.Kind == syntax.Map && is.Kind == syntax.Map:
			if !inOrder(was, is) {
				d.add(Change{What: strings.Join(path, ".") + " stand in another order", Verdict: Patch, Why: "it decides what a run does first; one that went by would be blocked"}, was, is)
			}
			for _, key := range keys(was, is) {
				d.node(append(slices.Clip(path), key), was.Get(key), is.Get(key))
			}
			return
		case was.Kind == syntax.List && is.Kind == syntax.List && len(was.Items) == len(is.Items):
			for i := range was.Items {
				d.node(path, was.Items[i], is.Items[i])
			}
			return
		}
	}
	d.add(d.judge(path[0], path, was, is), was, is)
}

var (
	braces  = regexp.MustCompile(`\$\{\s*((?:[^{}"']|"[^"]*"|'[^']*')*?)\s*\}`)
	isPath  = regexp.MustCompile(`^[a-z_]\w*(\.[A-Za-z_]\w*)*$`)
	isGuard = regexp.MustCompile(`^(?:\$\{\s*)?patched\((?:"([^"]*)"|'([^']*)')\)\s*\?\s*(.*)\s:\s(.*?)(?:\s*\})?$`)
)

// total tells whether no expression in a value can fail, as far as that can be
// seen at a glance: they read what is certainly there, or stood there before.
func (d *differ) total(is, was *syntax.Node) bool {
	known := map[string]bool{}
	each(was, func(n *syntax.Node) { known[n.Value] = true })
	sound := true
	each(is, func(n *syntax.Node) {
		if known[n.Value] || n.Type != syntax.String || !strings.Contains(n.Value, "${") {
			return
		}
		rest := braces.ReplaceAllStringFunc(n.Value, func(one string) string {
			inner := braces.FindStringSubmatch(one)[1]
			sound = sound && isPath.MatchString(inner) && d.present(strings.Split(inner, "."), one == n.Value)
			return ""
		})
		sound = sound && !strings.Contains(rest, "${")
	})
	return sound
}

// each visits the scalars in a node.
func each(n *syntax.Node, visit func(*syntax.Node)) {
	if n == nil {
		return
	}
	if n.Kind == syntax.Scalar {
		visit(n)
	}
	for _, item := range n.Items {
		each(item, visit)
	}
	for _, e := range n.Entries {
		each(e.Value, visit)
	}
}

// present tells whether a run that is under way certainly has what a path reads.
// Unless the path is the whole of the value, it must be text or a number.
func (d *differ) present(path []string, whole bool) bool {
	switch root := path[0]; {
	case root == "input":
		return d.inInput(path[1:], whole)
	case root == "workflow" && len(path) == 2:
		return slices.Contains([]string{"id", "run_id", "type", "task_queue", "attempt"}, path[1])
	case root == "index" && len(path) == 1:
		return true
	case root == "item" && len(path) == 1:
		return whole
	case root == "steps" && len(path) == 3 && path[2] == "status":
		return slices.Contains(d.old.program.IDs, path[1])
	case root == "steps" && len(path) == 3 && path[2] == "output":
		return whole && slices.Contains(d.old.program.IDs, path[1])
	case root == "state" && len(path) == 2:
		return whole && slices.Contains(variables(d.old), path[1])
	}
	return false
}

func variables(t *text) (names []string) {
	for _, v := range t.program.State {
		names = append(names, v.Name)
	}
	return names
}

// inInput tells whether the schema of the older text makes a path be there.
func (d *differ) inInput(path []string, whole bool) bool {
	if d.old.program.Input == nil {
		return len(path) == 0 && whole
	}
	schema, _ := d.old.program.Input.Raw().(map[string]any)
	for _, name := range path {
		required, _ := schema["required"].([]any)
		properties, _ := schema["properties"].(map[string]any)
		if schema["type"] != "object" || !slices.ContainsFunc(required, func(r any) bool { return r == name }) {
			return false
		}
		schema, _ = properties[name].(map[string]any)
	}
	return whole || slices.Contains([]any{"string", "integer", "number", "boolean"}, schema["type"])
}

// guardedValue recognizes a value that asks for a patch, and is as it was in
// runs that do not have the change.
func (d *differ) guardedValue(was, is *syntax.Node) (id string, ok bool) {
	if was == nil || is == nil || was.Kind != syntax.Scalar || is.Kind != syntax.Scalar {
		return "", false
	}
	m := isGuard.FindStringSubmatch(is.Value)
	if m == nil || d.knows(d.old, m[1]+m[2]) || d.now.program.Deprecated(m[1]+m[2]) {
		return "", false
	}
	return m[1] + m[2], slices.Contains(asExpression(was), strings.TrimSpace(m[4]))
}

// asExpression are the expressions that a value can be written as.
func asExpression(n *syntax.Node) []string {
	text := strings.TrimSpace(n.Value)
	if m := braces.FindStringSubmatch(text); m != nil && m[0] == text {
		return []string{m[1], "(" + m[1] + ")"}
	}
	if n.Type != syntax.String {
		return []string{text}
	}
	return []string{text, "(" + text + ")", `"` + text + `"`, "'" + text + "'"}
}

// literal tells whether a value is a duration that is written out, and not 0.
func literal(n *syntax.Node) bool {
	if n == nil || n.Kind != syntax.Scalar {
		return false
	}
	d, err := value.ParseDuration(n.Value)
	return err == nil && d > 0
}
