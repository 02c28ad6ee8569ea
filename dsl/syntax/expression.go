package syntax

import (
	"slices"
	"strings"
)

// isExpressionKey tells whether a key holds a bare expression in the language.
// Here they only sharpen the guess at what a broken text was meant to be.
func isExpressionKey(key string) bool {
	return slices.Contains([]string{"if", "when", "for_each", "key", "while", "until", "await", "where", "check", "expect", "dedupe"}, key)
}

// A lexer follows brackets and quotes through text with `${ }` in it, or
// through a bare expression, just far enough to see what is left open.
type lexer struct {
	text string
	bare bool
	open []byte // the closing characters still awaited, outermost first
	i    int
}

// unclosed returns the closing characters that text lacks.
func unclosed(text string, bare bool) string {
	l := &lexer{text: text, bare: bare}
	for l.i < len(text) {
		l.next()
	}
	return string(l.open)
}

// expressionEnd is the offset behind the } that closes the `${` at i, or -1.
func expressionEnd(text string, i int) int {
	l := &lexer{text: text, i: i}
	for l.next(); l.i < len(text) && len(l.open) > 0; {
		l.next()
	}
	if len(l.open) > 0 {
		return -1
	}
	return l.i
}

func (l *lexer) next() {
	if len(l.open) == 0 && !l.bare {
		if strings.HasPrefix(l.text[l.i:], "${") {
			l.open = append(l.open, '}')
			l.i++
		}
		l.i++
		return
	}
	c := l.text[l.i]
	l.i++
	switch c {
	case '(':
		l.open = append(l.open, ')')
	case '[':
		l.open = append(l.open, ']')
	case '{':
		l.open = append(l.open, '}')
	case ')', ']', '}':
		if n := len(l.open); n > 0 && l.open[n-1] == c {
			l.open = l.open[:n-1]
		}
	case '\'', '"', '`':
		l.quoted(c)
	}
}

// quoted passes over a string literal.
func (l *lexer) quoted(quote byte) {
	for ; l.i < len(l.text); l.i++ {
		switch c := l.text[l.i]; {
		case c == '\\' && quote != '`':
			l.i++
		case c == quote:
			l.i++
			return
		}
	}
	l.i = len(l.text)
	l.open = append(l.open, quote)
}

// quote writes text as a quoted YAML scalar that needs no escapes if it can.
func quote(text string) string {
	switch {
	case !strings.ContainsAny(text, "\"\\"):
		return `"` + text + `"`
	default:
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
}

// singleLine tells whether text can be quoted as it is.
func singleLine(text string) bool {
	return !strings.ContainsAny(text, "\n\r\t")
}
