package expr

import (
	"regexp"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// parseScalar reads text with ${ } in it. Text that is one ${ } from end to
// end keeps the type of its value; the line breaks at the end of a block do not
// count. A $ before ${ is a dollar.
func (v *Value) parseScalar(n *syntax.Node, diags *diag.List) {
	text := n.Value
	warnShell(n, diags)
	if n.Type != syntax.String || !strings.Contains(text, "${") {
		v.Const = n.Data()
		return
	}
	if inner, ok := single(text); ok {
		v.Expr = parseEmbedded(n, inner, diags)
		v.broken = v.Expr == nil
		return
	}
	for i := 0; i < len(text); {
		from := strings.Index(text[i:], "${")
		if from < 0 {
			v.Parts = append(v.Parts, Part{Text: text[i:], Span: n.At(i, len(text))})
			break
		}
		from += i
		if from > i {
			v.Parts = append(v.Parts, Part{Text: text[i:from], Span: n.At(i, from)})
		}
		to := closing(text, from+2)
		if to < 0 {
			reportUnclosed(n, from, diags)
			v.broken = true
			break
		}
		e := parseEmbedded(n, [2]int{from, to}, diags)
		if e == nil {
			v.broken = true
		} else {
			v.Parts = append(v.Parts, Part{Expr: e, Span: n.At(from, to+1)})
		}
		i = to + 1
	}
	if v.broken {
		v.Parts = nil
	}
}

// single finds the ${ } that a text consists of, if it consists of one.
func single(text string) (at [2]int, ok bool) {
	trimmed := strings.TrimRight(text, "\n")
	if !strings.HasPrefix(trimmed, "${") {
		return at, false
	}
	to := closing(trimmed, 2)
	return [2]int{0, to}, to == len(trimmed)-1
}

// closing finds the brace that closes the ${ whose inside begins at byte i, or
// -1. Braces in texts do not count.
func closing(text string, i int) int {
	depth := 0
	for i < len(text) {
		switch text[i] {
		case '"', '\'', '`':
			n, ends := quoted(text[i:])
			if !ends {
				return -1
			}
			i += n
			continue
		case '{':
			depth++
		case '}':
			if depth == 0 {
				return i
			}
			depth--
		}
		i++
	}
	return -1
}

// parseEmbedded parses the expression between ${ at at[0] and } at at[1].
func parseEmbedded(n *syntax.Node, at [2]int, diags *diag.List) *Expr {
	from, to := at[0]+2, at[1]
	inner := n.Value[from:to]
	trimmed := strings.TrimSpace(inner)
	switch {
	case trimmed == "":
		diags.Error("expression-syntax", n.At(at[0], to+1), "there is nothing between ${ and }").
			WithHint("write an expression, or ${ '${' } for these characters themselves")
		return nil
	case doubled(trimmed):
		trimmed = strings.TrimSpace(trimmed[1 : len(trimmed)-1])
		diags.Error("expression-syntax", n.At(at[0], to+1), "an expression has one pair of braces here").
			WithHint("write ${ %s }", trimmed).WithFix(n.At(at[0], to+1), "${ "+trimmed+" }")
		return nil
	}
	from += strings.Index(inner, trimmed)
	return Parse(trimmed, func(i, j int) source.Span { return n.At(from+i, from+j) }, diags)
}

// doubled tells whether the inside of ${ } is one pair of braces that holds no
// object, as in ${{ x }}.
func doubled(s string) bool {
	if !strings.HasPrefix(s, "{") || closing(s, 1) != len(s)-1 {
		return false
	}
	tokens := scan(s)
	return len(tokens) > 2 && tokens[2].text != ":" && tokens[1].text != "(" && !strings.HasPrefix(tokens[1].text, "..")
}

// shellReference is a reference to one of our names as shells write it. Those
// in {{ }} are pointed out when the YAML is read.
var shellReference = regexp.MustCompile(`(?:^|[^$])(\$\(\s*((?:` + strings.Join(ScopeNames, "|") + `)\.[\w.]+)\s*\))`)

// dollarReference is one as template languages write it, and jsonPath one of a
// whole text as other workflow languages do.
var (
	dollarReference = regexp.MustCompile(`(?:^|[^$\w])(\$((?:` + strings.Join(ScopeNames, "|") + `)\.\w[\w.]*))`)
	braceReference  = regexp.MustCompile(`(?:^|[^$\w{])([#%@]?\{\s*((?:` + strings.Join(ScopeNames, "|") + `)\.\w[\w.]*)\s*\})`)
	jsonPath        = regexp.MustCompile(`^\$\.[A-Za-z_][\w.\[\]]*$`)
)

// warnShell points out $(input.x), $input.x, $.x, {input.x} and #{input.x},
// which are text.
func warnShell(n *syntax.Node, diags *diag.List) {
	for _, at := range braceReference.FindAllStringSubmatchIndex(n.Value, -1) {
		if strings.Contains(n.Value[:at[2]], "${") { // it may stand in an expression
			continue
		}
		path := n.Value[at[4]:at[5]]
		diags.Warn("foreign-expression", n.At(at[2], at[3]), "%s stays as it is: expressions are written ${ }", n.Value[at[2]:at[3]]).
			WithHint("write ${ %s }", path).WithFix(n.At(at[2], at[3]), "${ "+path+" }")
	}
	if !strings.Contains(n.Value, "$") {
		return
	}
	for _, at := range dollarReference.FindAllStringSubmatchIndex(n.Value, -1) {
		path := n.Value[at[4]:at[5]]
		diags.Warn("foreign-expression", n.At(at[2], at[3]), "%s stays as it is: expressions are written ${ }", n.Value[at[2]:at[3]]).
			WithHint("write ${ %s }", path)
	}
	if jsonPath.MatchString(n.Value) {
		diags.Warn("foreign-expression", n.Span, "%s stays as it is: expressions are written ${ }", n.Value).
			WithHint("for a field of the input write ${ input%s }", n.Value[1:])
	}
	for _, at := range shellReference.FindAllStringSubmatchIndex(n.Value, -1) {
		path := n.Value[at[4]:at[5]]
		diags.Warn("foreign-expression", n.At(at[2], at[3]), "%s stays as it is: expressions are written ${ }", n.Value[at[2]:at[3]]).
			WithHint("write ${ %s }", path).WithFix(n.At(at[2], at[3]), "${ "+path+" }")
	}
}

func reportUnclosed(n *syntax.Node, from int, diags *diag.List) {
	d := diags.Error("expression-syntax", n.At(from, from+2), "this ${ is never closed")
	if strings.Contains(n.Value[from:], "}") {
		d.WithHint("a quote or brace inside it may be open; write ${ '${' } for these characters themselves")
		return
	}
	d.WithHint("write } where the expression ends, or ${ '${' } for these characters themselves")
}
