package change

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/syntax"
)

// patchID is a name for a change that neither text has.
func (d *differ) patchID(what string) string {
	for n := 1; ; n++ {
		id := fmt.Sprintf("%s-v%d", what, n)
		if !d.knows(d.old, id) && !d.knows(d.now, id) {
			return id
		}
	}
}

var notInID = regexp.MustCompile(`[^a-z0-9]+`)

func slug(s string) string {
	return strings.Trim(notInID.ReplaceAllString(strings.ToLower(s), "-"), "-")
}

var ownID = regexp.MustCompile(`\bid: *["']?([A-Za-z_]\w*)["']?`)

// guard is a patch step for a step that is new, gone or another one.
func (d *differ) guard(old, now *dsl.Step, verb string) string {
	named := now
	if named == nil {
		named = old
	}
	id := d.patchID(verb + "-" + slug(nameOf(named)))
	var b strings.Builder
	fmt.Fprintf(&b, "- patch: %s # and patches: {%s: active}\n  then:\n", id, id)
	if now == nil {
		b.WriteString("    - log: {message: \"without " + nameOf(old) + "\"}\n")
	} else {
		text := written(d.now.nodes[now])
		if old != nil {
			text = ownID.ReplaceAllString(text, "id: ${1}_2") // ids are unique
		}
		b.WriteString(item(text))
	}
	if old != nil {
		b.WriteString("  else:\n" + item(written(d.old.nodes[old])))
	}
	return b.String()
}

// item is a text as an item of a list that stands four columns in.
func item(text string) string {
	return "    - " + strings.ReplaceAll(text, "\n", "\n      ") + "\n"
}

// bare are the keys of which the value is an expression without ${ }.
var bare = []string{"if", "for_each", "while", "until", "await", "when", "where", "expect", "key", "check", "dedupe"}

// computed are the keys of which the value may be an expression in ${ }.
var computed = []string{"sleep", "value", "set", "with", "args", "return", "output", "title", "collect", "log", "details", "fields", "message"}

// instead is what to write in place of a value that is another one: an
// expression that asks for a patch, or the whole step behind one.
func (d *differ) instead(path []string, was, is *syntax.Node) string {
	if len(d.at) == 0 {
		return ""
	}
	at := d.at[len(d.at)-1]
	plain := slices.Contains(bare, path[len(path)-1])
	if was != nil && is != nil && (plain || slices.Contains(computed, path[0])) {
		now, ok := operand(is, plain)
		old, also := operand(was, plain)
		if ok && also {
			return d.asking(at.now, path[len(path)-1], now, old, plain)
		}
	}
	if len(d.now.within(d.now.nodes[at.now])) > 1 || len(d.old.within(d.old.nodes[at.old])) > 1 {
		return "" // the ids of the steps inside would be there twice
	}
	return d.guard(at.old, at.now, "change")
}

// asking is a key with an expression that asks for a patch.
func (d *differ) asking(s *dsl.Step, key, now, old string, plain bool) string {
	id := d.patchID("change-" + slug(nameOf(s)))
	text := fmt.Sprintf("patched('%s') ? %s : %s", id, now, old)
	if plain {
		text = fmt.Sprintf("%q", text)
	} else {
		text = `"${ ` + text + ` }"`
	}
	return fmt.Sprintf("%s: %s # and patches: {%s: active}\n", key, text, id)
}

// operand is a value as a part of an expression, where it can be one.
func operand(n *syntax.Node, plain bool) (string, bool) {
	text := strings.TrimSpace(n.Value)
	m := braces.FindStringSubmatch(text)
	switch {
	case n.Kind != syntax.Scalar:
		return "", false
	case m != nil && m[0] == text:
		return parenthesized(m[1]), true
	case strings.Contains(text, "${") || strings.ContainsAny(text, "'\n"):
		return "", false
	case plain:
		return parenthesized(text), true
	case n.Type != syntax.String:
		return text, true
	}
	return "'" + text + "'", true
}

func parenthesized(text string) string {
	if isPath.MatchString(text) {
		return text
	}
	return "(" + text + ")"
}
