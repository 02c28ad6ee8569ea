package fields

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// isExpression reports a literal field with ${ } in it.
func (s *Set) isExpression(n *syntax.Node, name string) bool {
	if n.Kind != syntax.Scalar || n.Type != syntax.String || !strings.Contains(n.Value, "${") {
		return false
	}
	s.diags.Error("literal-only", n.Span, "%q is read before anything runs, so it cannot hold ${ }", name).
		WithHint("write the value itself")
	return true
}

func (k scalar[T]) reportType(s *Set, n *syntax.Node, name string) {
	looks := n.LooksLike()
	switch {
	case k.typ == types.StringType && k.words == nil && n.Kind == syntax.Scalar && looks != "" && n.Type != syntax.Null && k.want == textWanted:
		quoteHint(s.diags.Error("wrong-type", n.Span, "%q must be text, and %s without quotes is %s", name, n.Value, looks), n)
	case k.words != nil:
		d := s.wrong(n, name, k.want)
		if len(k.words) == 1 {
			d.WithHint("write %s", k.words[0]).WithFix(n.Span, k.words[0])
		}
	case k.want == durationWanted && n.Type == syntax.Int && n.Kind == syntax.Scalar:
		s.wrong(n, name, k.want).WithHint("with its unit, such as %ss for seconds", n.Value)
	case k.want == durationWanted && n.Kind == syntax.Scalar:
		d := s.wrong(n, name, k.want)
		if better := ShortDuration(n.Value); better != "" {
			d.WithHint("write %s", better).WithFix(n.Span, better)
		}
	case k.typ == types.BoolType && n.Kind == syntax.Scalar && boolMeant[strings.ToLower(n.Value)] != "":
		meant := boolMeant[strings.ToLower(n.Value)]
		s.wrong(n, name, k.want).WithHint("write %s", meant).WithFix(n.Span, meant)
	case (k.typ == types.IntType || k.typ == types.NumberType) && isQuotedNumber(n):
		s.wrong(n, name, k.want).WithHint("write it without quotes: %s", n.Value).WithFix(n.Span, n.Value)
	default:
		s.wrong(n, name, k.want)
	}
}

// boolMeant are words for true and false elsewhere.
var boolMeant = map[string]string{"yes": "true", "on": "true", "y": "true", "true": "true", "no": "false", "off": "false", "n": "false", "false": "false"}

func isQuotedNumber(n *syntax.Node) bool {
	_, err := strconv.ParseFloat(n.Value, 64)
	return n.Kind == syntax.Scalar && n.Type == syntax.String && err == nil
}

var longUnit = regexp.MustCompile(`^(?i)P?T?([0-9]+) ?(ms|millis|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)$`)

// ShortDuration is a duration written out, or in the ISO form, as it is
// written here, or "".
func ShortDuration(text string) string {
	m := longUnit.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return ""
	}
	unit := strings.ToLower(m[2])
	if strings.HasPrefix(unit, "mil") || unit == "ms" {
		return m[1] + "ms"
	}
	return m[1] + unit[:1]
}

func (k scalar[T]) complain(s *Set, n *syntax.Node, sp *Spec, x T) bool {
	name := sp.Name
	if k.check == nil {
		return true
	}
	complaint := k.check(x)
	if complaint == "" {
		return true
	}
	d := s.diags.Error("bad-value", n.Span, "%q %s", name, complaint)
	if k.words != nil {
		near := diag.Nearest(n.Value, k.words)
		if i := slices.IndexFunc(k.words, func(w string) bool { return strings.EqualFold(w, n.Value) }); i >= 0 {
			near = k.words[i]
		}
		if meant := sp.meant[strings.ToLower(n.Value)]; meant != "" {
			near = meant
		}
		if d.Suggest(n.Value, k.words); near != "" {
			d.WithHint("did you mean %s?", near)
			d.WithFix(n.Span, near)
		}
	}
	return false
}

// bounded reports a number outside of its bounds, and an empty text where there
// must be one.
func (s *Set) bounded(n *syntax.Node, sp *Spec, x any) bool {
	text, isText := x.(string)
	i, isInt := x.(int)
	switch {
	case isText && sp.Required && strings.TrimSpace(text) == "":
		s.diags.Error("bad-value", n.Span, "%q must not be empty", sp.Name)
	case isInt && sp.atLeast != nil && i < *sp.atLeast && sp.atMost != nil, isInt && sp.atMost != nil && i > *sp.atMost:
		s.diags.Error("bad-value", n.Span, "%q must be from %d to %d, not %d", sp.Name, *sp.atLeast, *sp.atMost, i)
	case isInt && sp.atLeast != nil && i < *sp.atLeast:
		s.diags.Error("bad-value", n.Span, "%q must be at least %d, not %d", sp.Name, *sp.atLeast, i)
	default:
		return true
	}
	return false
}
