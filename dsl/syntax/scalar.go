package syntax

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// A style is how a scalar is written.
type style byte

const (
	plain style = iota
	single
	double
	block
)

// scalar fills in a scalar that starts at n.Span.
func (p *parser) scalar(n *Node, y *yaml.Node, key string) {
	start := n.Span.Start - p.base
	if end, ok := p.broken[start]; ok {
		n.Kind, n.Span = Broken, p.span(start, end)
		return
	}
	n.Value, n.Span = y.Value, p.span(start, start)
	var end int
	from, to := start, start
	switch {
	case y.Style&yaml.DoubleQuotedStyle != 0:
		n.style, end = double, p.quoteEnd(start, '"')
		from, to = start+1, end-1
	case y.Style&yaml.SingleQuotedStyle != 0:
		n.style, end = single, p.quoteEnd(start, '\'')
		from, to = start+1, end-1
	case y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		n.style = block
		from = p.nextLine(start)
		end = p.plainEnd(from, y.Value)
		to = p.blankLines(end)
	default:
		n.Plain = true
		end = p.plainEnd(start, y.Value)
		to = end
	}
	n.Span, n.text = p.span(start, end), p.span(from, to)
	if n.text.Text() != n.Value {
		n.offset = &offsets{}
	}
	if n.Plain {
		n.Type = typeOf(n.Value)
	}
	p.checkScalar(n, key)
}

func (p *parser) nextLine(i int) int {
	i = p.lineEnd(i)
	return i + breakWidth(p.text[i:])
}

// quoteEnd is the offset behind the closing quote.
func (p *parser) quoteEnd(start int, quote byte) int {
	for i := start + 1; i < len(p.text); i++ {
		switch {
		case quote == '"' && p.text[i] == '\\':
			i++
		case p.text[i] == quote && quote == '\'' && i+1 < len(p.text) && p.text[i+1] == quote:
			i++
		case p.text[i] == quote:
			return i + 1
		}
	}
	return len(p.text)
}

// plainEnd finds where the last word of a text without quotes ends.
func (p *parser) plainEnd(start int, value string) int {
	i := start
	for _, word := range strings.FieldsFunc(value, isFold) {
		for i < len(p.text) && !hasPrefix(p.text[i:], word) {
			w := max(breakWidth(p.text[i:]), 1)
			if w == 1 && !isSpace(p.text[i]) {
				return i
			}
			i += w
		}
		i = min(i+len(word), len(p.text))
	}
	return i
}

func isFold(r rune) bool { return r < utf8.RuneSelf && isSpace(byte(r)) }

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func hasPrefix[T ~string | ~[]byte](b T, s string) bool {
	return len(b) >= len(s) && string(b[:len(s)]) == s
}

// blankLines is the start of the next line after i that has more than white
// space: what a block text ends with belongs to it.
func (p *parser) blankLines(i int) int {
	for {
		stop := p.skipBlank(i)
		if stop == len(p.text) {
			return stop
		}
		w := breakWidth(p.text[stop:])
		if w == 0 {
			return i
		}
		i = stop + w
	}
}

// typeOf applies the core schema of YAML 1.2 to an unquoted scalar. Dates and
// yes and no are text; so are numbers with underscores, which checkUnderscores
// reports.
func typeOf(s string) ScalarType {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return Null
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return Bool
	case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF":
		return Float
	}
	if c := s[0]; c > '9' || c < '+' {
		return String
	}
	if _, ok := digits(s); ok {
		return Int
	}
	if isFloat(s) {
		return Float
	}
	return String
}

// digits splits an integer of the core schema into its base and digits.
func digits(s string) (base int, ok bool) {
	switch {
	case strings.HasPrefix(s, "0x"):
		return 16, len(s) > 2 && strings.Trim(s[2:], "0123456789abcdefABCDEF") == ""
	case strings.HasPrefix(s, "0o"):
		return 8, len(s) > 2 && strings.Trim(s[2:], "01234567") == ""
	}
	s = unsigned(s)
	return 10, s != "" && strings.Trim(s, "0123456789") == ""
}

func unsigned(s string) string {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		return s[1:]
	}
	return s
}

// isFloat matches [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
func isFloat(s string) bool {
	s = unsigned(s)
	rest := strings.TrimLeft(s, "0123456789")
	whole := len(s) - len(rest)
	if strings.HasPrefix(rest, ".") {
		fraction := strings.TrimLeft(rest[1:], "0123456789")
		if whole == 0 && len(fraction) == len(rest)-1 {
			return false
		}
		rest = fraction
	} else if whole == 0 {
		return false
	}
	if rest == "" {
		return true
	}
	exp := unsigned(rest[1:])
	return (rest[0] == 'e' || rest[0] == 'E') && exp != "" && strings.Trim(exp, "0123456789") == ""
}

func (n *Node) scalarData() any {
	switch n.Type {
	case Null:
		return nil
	case Bool:
		return n.Value[0] == 't' || n.Value[0] == 'T'
	case Int:
		i, _ := integer(n.Value)
		return i
	case Float:
		x, _ := strconv.ParseFloat(n.Value, 64)
		return x
	}
	return n.Value
}

func integer(s string) (int, bool) {
	base, _ := digits(s)
	if base != 10 {
		s = s[2:]
	}
	i, err := strconv.ParseInt(s, base, 64)
	return int(i), err == nil
}

// finite tells whether a number has a form in JSON.
func finite(s string) bool {
	x, err := strconv.ParseFloat(s, 64)
	return err == nil && !math.IsInf(x, 0) && !math.IsNaN(x)
}

// LooksLike says what an unquoted scalar is taken for, or may be taken for by
// another YAML reader, in words such as "the number 1.1"; it is "" for what is
// text to everyone. Whoever expects text reports it with the hint to quote it:
// only there is it known that `version: 1.10` means text.
func (n *Node) LooksLike() string {
	if n.Kind != Scalar || !n.Plain {
		return ""
	}
	switch n.Type {
	case Null:
		return "an empty value"
	case Bool:
		return "the boolean " + strings.ToLower(n.Value)
	case Int:
		i, _ := integer(n.Value)
		return "the number " + strconv.Itoa(i)
	case Float:
		x, _ := strconv.ParseFloat(n.Value, 64)
		return "the number " + strconv.FormatFloat(x, 'f', -1, 64)
	}
	if isDate(n.Value) {
		return "a date"
	}
	return ""
}

// isDate tells whether text begins as YAML timestamps do: four digits, then
// month and day, and nothing but a time after them.
func isDate(s string) bool {
	if len(s) < 8 || len(s) > 40 || strings.Trim(s[:4], "0123456789") != "" || s[4] != '-' {
		return false
	}
	return strings.Count(s, "-") >= 2 && strings.Trim(s, "0123456789-:+.TtZz ") == ""
}
