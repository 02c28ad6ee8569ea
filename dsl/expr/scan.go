package expr

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A tokenKind tells tokens apart as far as messages and spans need it.
type tokenKind int

const (
	tWord tokenKind = iota // names and word operators
	tNumber
	tText // a literal in quotes
	tOp
	tOpen
	tClose
	tComment
)

// A token is a piece of an expression's text, from byte i to byte j.
type token struct {
	kind tokenKind
	i, j int
	text string
	pair int // of a bracket: the index of its partner, or -1
}

var pairs = map[byte]byte{'(': ')', '[': ']', '{': '}'}

// scan splits text into tokens as expr-lang does, but never fails: it also
// reads what is not an expression, so that messages can tell what it is.
func scan(text string) []token {
	var ts []token
	var open []int
	for i := 0; i < len(text); {
		r, w := utf8.DecodeRuneInString(text[i:])
		if unicode.IsSpace(r) {
			i += w
			continue
		}
		kind, n := next(text[i:], r, w)
		t := token{kind, i, i + n, text[i : i+n], -1}
		switch kind {
		case tOpen:
			open = append(open, len(ts))
		case tClose:
			if last := len(open) - 1; last >= 0 && pairs[ts[open[last]].text[0]] == t.text[0] {
				t.pair = open[last]
				ts[t.pair].pair = len(ts)
				open = open[:last]
			}
		}
		ts = append(ts, t)
		i += n
	}
	return ts
}

func next(s string, r rune, w int) (tokenKind, int) {
	switch {
	case r == '"' || r == '\'' || r == '`':
		n, _ := quoted(s)
		return tText, n
	case isWord(r):
		return tWord, wordEnd(s)
	case r >= '0' && r <= '9' || r == '.' && len(s) > 1 && s[1] >= '0' && s[1] <= '9':
		return tNumber, numberEnd(s)
	case strings.HasPrefix(s, "//"):
		if n := strings.IndexByte(s, '\n'); n >= 0 {
			return tComment, n
		}
		return tComment, len(s)
	case strings.HasPrefix(s, "/*"):
		if n := strings.Index(s[2:], "*/"); n >= 0 {
			return tComment, n + 4
		}
		return tComment, len(s)
	case r == '(' || r == '[' || r == '{':
		return tOpen, 1
	case r == ')' || r == ']' || r == '}':
		return tClose, 1
	}
	for _, op := range operators {
		if strings.HasPrefix(s, op) {
			return tOp, len(op)
		}
	}
	return tOp, w
}

// operators of more than one character, longest first; with those of other
// languages, so that messages can name them.
var operators = []string{"===", "!==", "**=", "==", "!=", "<=", ">=", "=>", "=~", "!~", "->", "&&", "||", "**", "??", "?.", "..", "::", "++", "--", "+=", "-=", "*=", "/=", "<>", "<<", ">>", ":="}

func isWord(r rune) bool { return r == '_' || r == '$' || unicode.IsLetter(r) }

func wordEnd(s string) int {
	for i, r := range s {
		if !isWord(r) && !unicode.IsDigit(r) {
			return i
		}
	}
	return len(s)
}

// numberEnd stops before a range such as 1..3.
func numberEnd(s string) int {
	i := 0
	for i < len(s) {
		c := s[i]
		switch {
		case c == '.' && i+1 < len(s) && s[i+1] == '.':
			return i
		case c == '.', c == '_', c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		case (c == '+' || c == '-') && i > 0 && (s[i-1] == 'e' || s[i-1] == 'E') && !strings.HasPrefix(s, "0x"):
		default:
			return i
		}
		i++
	}
	return i
}

// quoted returns the length of the literal in quotes that s begins with, or
// the length of s and false when it does not end.
func quoted(s string) (n int, ends bool) {
	q := s[0]
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == q && q == '`' && i+1 < len(s) && s[i+1] == q:
			i++
		case s[i] == q:
			return i + 1, true
		case s[i] == '\\' && q != '`':
			i++
		}
	}
	return len(s), false
}
