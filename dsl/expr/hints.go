package expr

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A page is a text that is no expression, with what the parser said about it.
type page struct {
	text   string
	tokens []token
	words  string // of the parser
	i, j   int    // the bytes it pointed at
	at     int    // the token there; len(tokens) at the end of the text
}

// token is the k-th token, or an empty one.
func (p *page) token(k int) token {
	if k < 0 || k >= len(p.tokens) {
		return token{kind: tOp, i: len(p.text), j: len(p.text), pair: -1}
	}
	return p.tokens[k]
}

// find is the index of the first token that is one of these words or
// operators, or -1.
func (p *page) find(texts ...string) int {
	return slices.IndexFunc(p.tokens, func(t token) bool { return t.kind != tText && slices.Contains(texts, t.text) })
}

func (p *page) on(k int, message, hint string) *mistake {
	t := p.token(k)
	return &mistake{i: t.i, j: t.j, message: message, hint: hint}
}

func (p *page) span(from, to int, message, hint string) *mistake {
	return &mistake{i: p.token(from).i, j: p.token(to).j, message: message, hint: hint}
}

func (p *page) replace(k int, by, message string) *mistake {
	m := p.on(k, message, "write "+by)
	m.fix = &by
	return m
}

// between is the text from token from up to, but without, token to.
func (p *page) between(from, to int) string {
	if from >= to || from >= len(p.tokens) {
		return ""
	}
	return p.text[p.token(from).i:p.token(to-1).j]
}

// adjacent tells whether token k+1 begins right where token k ends.
func (p *page) adjacent(k int) bool { return k+1 < len(p.tokens) && p.tokens[k].j == p.tokens[k+1].i }

// silent finds what the parser would accept but take for something else than
// was meant. It runs on every expression, so it looks for a reason first.
func (e *Expr) silent() *mistake {
	if !strings.ContainsAny(e.Text, "$`") && !strings.Contains(e.Text, "//") && !strings.Contains(e.Text, "/*") {
		return nil
	}
	p := &page{text: e.Text, tokens: scan(e.Text)}
	for k, t := range p.tokens {
		switch {
		case t.kind == tComment:
			return p.comment(k)
		case t.kind == tText && templated.MatchString(t.text):
			return p.template(k)
		case t.kind == tWord && strings.Contains(t.text, "$"):
			return p.dollar(k)
		}
	}
	return nil
}

func (p *page) comment(k int) *mistake {
	t := p.token(k)
	if strings.HasPrefix(t.text, "//") && k > 0 && k == len(p.tokens)-1 && len(strings.TrimSpace(t.text)) > 2 {
		a, b := p.between(0, k), strings.TrimSpace(t.text[2:])
		return &mistake{i: t.i, j: t.i + 2, message: "// begins a comment, so what follows it would be lost",
			hint: fmt.Sprintf("for a division without fraction write int(%s / %s)", a, b)}
	}
	return p.on(k, "an expression cannot have a comment", "write it as # … on a line of its own")
}

var templated = regexp.MustCompile(`\$\{[^}]*\}`)

func (p *page) template(k int) *mistake {
	t := p.token(k)
	where := templated.FindStringIndex(t.text)
	inner := strings.TrimSpace(t.text[where[0]+2 : where[1]-1])
	m := &mistake{i: t.i + where[0], j: t.i + where[1], message: "a text inside an expression is taken as it is: ${ } in it does nothing"}
	if where[0] == 1 && where[1] == len(t.text)-1 {
		m.hint = "write " + inner + " without quotes and ${ }"
		return m
	}
	m.hint = fmt.Sprintf(`join texts by +, as in "…" + string(%s)`, inner)
	return m
}

func (p *page) dollar(k int) *mistake {
	t := p.token(k)
	next := p.token(k + 1)
	switch {
	case t.text == "$" && next.text == "{" && next.pair > 0:
		inner := p.between(k+2, next.pair)
		m := p.span(k, next.pair, "an expression needs no ${ } inside", "write "+inner)
		m.fix = &inner
		return m
	case t.text == "$" && next.text == "(" && next.pair > 0:
		return p.span(k, next.pair, "an expression needs no $( ) inside", "write "+p.between(k+2, next.pair))
	case t.text == "$":
		return p.on(k, "$ has no meaning in an expression", "write names as they are, such as input.amount")
	}
	name := strings.Trim(t.text, "$")
	return p.on(k, fmt.Sprintf("%q is no name: names have no $", t.text), "write "+name)
}

// slips are the ways in which people who know another language write what the
// parser cannot read. The first that is found is reported.
var slips = []func(p *page) *mistake{
	brokenText, jinja, strictEquality, arrow, comprehension, pythonIf, isNil, prefixedText, shoutedWord, foreignWord, assignment,
	spread, wordCall, bareObject, coalesce, openBracket, durationLiteral, hugeNumber, thousands, dottedNumber, oddCharacter,
	halfConditional, outsideClosure, bitwise, pipe, missingOperator,
}

func brokenText(p *page) *mistake {
	for k, t := range p.tokens {
		if t.kind != tText {
			continue
		}
		q := t.text[:1]
		if len(t.text) < 2 || !strings.HasSuffix(t.text, q) || q != "`" && strings.Contains(t.text, "\n") {
			return p.on(k, "this text does not end", "write "+q+" at its end; a quote inside it is written \\"+q)
		}
	}
	if strings.Contains(p.words, "escape") {
		return &mistake{i: p.i, j: max(p.j, p.i+1), message: `\ followed by this has no meaning in a text`,
			hint: "write \\\\ for one \\, or put the text between ` `, where \\ is an ordinary character"}
	}
	return nil
}

func jinja(p *page) *mistake {
	last := len(p.tokens) - 1
	if p.token(0).text != "{" || p.token(1).text != "{" || p.token(1).pair != last-1 || p.token(0).pair != last {
		return nil
	}
	inner := p.between(2, last-1)
	m := p.span(0, last, "{{ }} is not how a value is written", "write "+inner+" without braces")
	m.fix = &inner
	return m
}

func strictEquality(p *page) *mistake {
	k := p.find("===", "!==", "<>", "=~")
	if k < 0 {
		return nil
	}
	bad := p.token(k).text
	return p.replace(k, map[string]string{"===": "==", "!==": "!=", "<>": "!=", "=~": "matches"}[bad], bad+" is not an operator")
}

func arrow(p *page) *mistake {
	k := p.find("=>", "->", "lambda", "function", "def")
	if k < 0 {
		return nil
	}
	return p.on(k, "there are no functions to write", "write the expression alone, with # for the element: filter(list, #.amount > 10), or .amount for short")
}

// pythonIf finds a if c else b, and other ways to write a choice with words.
func pythonIf(p *page) *mistake {
	k := p.find("if")
	if k < 0 {
		return nil
	}
	last := len(p.tokens)
	e := p.find("else")
	if k > 0 && e > k {
		from := p.begins(k)
		end := p.ends(e)
		return p.span(from, end-1, "a choice is not written with if and else here",
			fmt.Sprintf("write %s ? %s : %s", p.between(k+1, e), p.between(from, k), p.between(e+1, end)))
	}
	if k == 0 && p.token(1).text == "(" && p.token(1).pair == last-1 {
		if args := p.arguments(1); len(args) == 3 {
			return p.span(0, last-1, "there is no function if", fmt.Sprintf("write %s ? %s : %s", args[0], args[1], args[2]))
		}
	}
	if then := p.find("then"); k == 0 && then > 0 && e > then {
		return p.span(0, last-1, "a choice is not written with if, then and else here",
			fmt.Sprintf("write %s ? %s : %s", p.between(1, then), p.between(then+1, e), p.between(e+1, last)))
	}
	return p.on(k, "a choice is not written with if here", "write condition ? value : other value")
}

// begins is the first token of what stands before token k on its level.
func (p *page) begins(k int) int {
	for i := k - 1; i >= 0; i-- {
		t := p.token(i)
		if t.kind == tClose && t.pair >= 0 {
			i = t.pair
			continue
		}
		if t.kind == tOpen || t.text == "," || t.text == ":" {
			return i + 1
		}
	}
	return 0
}

// ends is the token after what stands behind token k on its level.
func (p *page) ends(k int) int {
	for i := k + 1; i < len(p.tokens); i++ {
		t := p.token(i)
		if t.kind == tOpen && t.pair >= 0 {
			i = t.pair
			continue
		}
		if t.kind == tClose || t.text == "," || t.text == ":" {
			return i
		}
	}
	return len(p.tokens)
}

// arguments are the texts of the arguments in the bracket at k.
func (p *page) arguments(k int) (args []string) {
	if p.token(k).pair < 0 {
		return nil
	}
	for from := k + 1; from < p.token(k).pair; {
		to := p.ends(from - 1)
		args = append(args, p.between(from, to))
		from = to + 1
	}
	return args
}

var nilWords = []string{"None", "null", "nil", "undefined", "Null", "NULL", "nothing", "none"}

func isNil(p *page) *mistake {
	k := p.find("is")
	if k < 1 {
		return nil
	}
	op, v := "==", k+1
	if p.token(k+1).text == "not" {
		op, v = "!=", k+2
	}
	what := p.token(v).text
	if slices.Contains(nilWords, what) || what == "" {
		what = "nil"
	}
	by := op + " " + what
	m := p.span(k, min(v, len(p.tokens)-1), `"is" is not an operator`, "write "+by)
	m.fix = &by
	return m
}

func comprehension(p *page) *mistake {
	k := p.find("for")
	if k < 0 {
		return nil
	}
	from, to := p.begins(k), p.ends(k)
	if p.token(k+2).text != "in" {
		return p.on(k, "an expression has no loops", "map(list, …) makes a list of another, filter(list, …) chooses from it")
	}
	name, list := p.token(k+1).text, p.between(k+3, to)
	what := p.between(from, k)
	if i := strings.Index(list, " if "); i >= 0 {
		list = fmt.Sprintf("filter(%s, %s)", list[:i], withElement(list[i+4:], name))
	}
	if what != name {
		list = fmt.Sprintf("map(%s, %s)", list, withElement(what, name))
	}
	return p.span(max(from-1, 0), min(to, len(p.tokens)-1), "lists are not made with for", "write "+list)
}

// withElement writes # for the name of the element.
func withElement(text, name string) string {
	var b strings.Builder
	last := 0
	for _, t := range scan(text) {
		if t.kind == tWord && t.text == name && !strings.HasSuffix(text[:t.i], ".") {
			b.WriteString(text[last:t.i] + "#")
			last = t.j
		}
	}
	return b.String() + text[last:]
}

func prefixedText(p *page) *mistake {
	for k, t := range p.tokens {
		if t.kind == tWord && len(t.text) <= 2 && p.adjacent(k) && p.token(k+1).kind == tText {
			hint := "write the text without " + t.text
			if strings.ContainsAny(t.text, "fF") {
				hint = `join texts by +, as in "Order " + string(id), or write ${ } in a text field`
			}
			return p.span(k, k+1, t.text+" before a text has no meaning", hint)
		}
	}
	return nil
}

var shouted = map[string]string{"AND": "and", "OR": "or", "NOT": "not", "IN": "in", "And": "and", "Or": "or", "Not": "not", "In": "in"}

func shoutedWord(p *page) *mistake {
	for k, t := range p.tokens {
		if good := shouted[t.text]; good != "" && t.kind == tWord {
			return p.replace(k, good, t.text+" is written in small letters")
		}
	}
	return nil
}

// foreignWords are words that begin something in other languages.
var foreignWords = map[string]string{
	"typeof": "write type(x) == \"text\"", "new": "date(\"2026-01-31\") makes a time, a list is written [1, 2] and an object {a: 1}",
	"return": "write the value alone", "var": "write let x = …; and then the value", "const": "write let x = …; and then the value",
	"await": "write the value alone; the verb of a step that waits is await", "like": "write text matches \"^A\", contains or startsWith",
	"between": "write x >= a and x <= b", "exists": "write x != nil", "defined": "write x != nil", "unless": "write not", "then": "write condition ? value : other value",
	"elif": "write condition ? value : other ? value : value", "instanceof": "write type(x) == \"text\"", "xor": "write a != b", "mod": "write a % b", "div": "write int(a / b)",
	"eq": "write ==", "ne": "write !=", "gt": "write >", "lt": "write <", "ge": "write >=", "le": "write <=",
}

// foreignWord looks at the token that the parser stumbled over, and the one
// before it.
func foreignWord(p *page) *mistake {
	for _, k := range []int{p.at, p.at - 1} {
		if hint := foreignWords[p.token(k).text]; hint != "" && p.token(k).kind == tWord && p.token(k-1).text != "." {
			return p.on(k, p.token(k).text+" has no meaning in an expression", hint)
		}
	}
	return nil
}
