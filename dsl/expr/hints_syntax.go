package expr

import (
	"fmt"
	"strings"
)

func assignment(p *page) *mistake {
	if k := p.find("++", "--", "+=", "-=", "*=", "/=", ":="); k >= 0 && p.at >= k {
		return p.on(k, "an expression cannot change a variable", "a set step does: set: {n: \"${ state.n + 1 }\"}")
	}
	for k, t := range p.tokens {
		if t.text == "=" && t.kind == tOp && p.token(k-2).text != "let" {
			return p.replace(k, "==", "= does not compare")
		}
	}
	return nil
}

func spread(p *page) *mistake {
	k := p.find("..")
	if k < 0 || p.token(k+1).text != "." || !p.adjacent(k) {
		return nil
	}
	return p.span(k, k+1, "... has no meaning in an expression", "concat(a, b) joins lists, merge(a, b) objects")
}

// wordCall finds operators that are written like functions.
func wordCall(p *page) *mistake {
	for k, t := range p.tokens {
		if t.kind != tWord || p.token(k+1).text != "(" || p.token(k-1).text == "." {
			continue
		}
		args := p.arguments(k + 1)
		if len(args) != 2 || t.text != "contains" && t.text != "startsWith" && t.text != "endsWith" && t.text != "matches" {
			continue
		}
		hint := fmt.Sprintf("write %s %s %s", args[0], t.text, args[1])
		if t.text == "contains" {
			hint += fmt.Sprintf("; for an element of a list write %s in %s", args[1], args[0])
		}
		return p.span(k, p.token(k+1).pair, t.text+" is an operator, not a function", hint)
	}
	return nil
}

// bareObject finds map(xs, {a: 1}), where the braces would be those of the
// closure.
func bareObject(p *page) *mistake {
	for k, t := range p.tokens {
		named := p.token(k+1).kind == tWord || p.token(k+1).kind == tText
		if t.text != "{" || p.token(k-1).text != "," || !named || p.token(k+2).text != ":" || t.pair < 0 {
			continue
		}
		inner := p.text[t.i:p.token(t.pair).j]
		by := "{" + inner + "}"
		m := p.span(k, t.pair, "these braces are taken for those of the closure, not for an object", "write two pairs: "+by)
		m.fix = &by
		return m
	}
	return nil
}

func coalesce(p *page) *mistake {
	if !strings.Contains(p.words, "cannot be mixed") {
		return nil
	}
	for k := p.at - 1; k > 0; k-- {
		if p.token(k).text == "??" {
			left := p.operandBefore(k)
			by := "(" + p.between(left, p.at) + ")"
			m := p.span(left, p.at-1, "?? beside another operator needs parentheses", "write "+by)
			m.fix = &by
			return m
		}
	}
	return nil
}

// operandBefore is the first token of the operand that ends before token k.
func (p *page) operandBefore(k int) int {
	for i := k - 1; i >= 0; i-- {
		t := p.token(i)
		if t.kind == tClose && t.pair >= 0 {
			i = t.pair
			if p.token(i-1).kind != tWord || wordOperators[p.token(i-1).text] {
				if p.token(i).text == "(" {
					return i
				}
			}
			continue
		}
		if (t.kind == tWord || t.kind == tText || t.kind == tNumber) && !wordOperators[t.text] {
			if before := p.token(i - 1).text; before == "." || before == "?." {
				i--
				continue
			}
			return i
		}
		return i + 1
	}
	return 0
}

func openBracket(p *page) *mistake {
	for k, t := range p.tokens {
		if t.pair >= 0 || t.kind != tOpen && t.kind != tClose {
			continue
		}
		if t.kind == tClose {
			return p.on(k, fmt.Sprintf("%s closes nothing", t.text), "take it away, or write the bracket that it belongs to")
		}
		return p.on(k, fmt.Sprintf("%s is never closed", t.text), "write "+string(pairs[t.text[0]])+" where it ends")
	}
	return nil
}

// durationLiteral finds numbers with letters at their end.
func durationLiteral(p *page) *mistake {
	for k, t := range p.tokens {
		if t.kind != tNumber || strings.HasPrefix(t.text, "0x") || strings.HasPrefix(t.text, "0b") || strings.HasPrefix(t.text, "0o") {
			continue
		}
		letters := strings.TrimLeft(t.text, "0123456789._")
		switch {
		case letters == "" || strings.Trim(letters, "eE+-0123456789") == "" && !strings.HasPrefix(p.words, "bad number"):
		case strings.Trim(letters, "wdhms0123456789") == "":
			by := fmt.Sprintf("duration(%q)", t.text)
			return p.replace(k, by, fmt.Sprintf("%s is not a number", t.text))
		default:
			return p.on(k, fmt.Sprintf("%s is not a number", t.text), "names begin with a letter; a field whose name does not is written ['"+t.text+"']")
		}
	}
	return nil
}

func hugeNumber(p *page) *mistake {
	if !strings.Contains(p.words, "literal") {
		return nil
	}
	for k := min(p.at, len(p.tokens)-1); k >= 0; k-- {
		if t := p.token(k); t.kind == tNumber && len(t.text) > 9 {
			return p.on(k, "this number is too big: integers have 64 bits", fmt.Sprintf("write decimal(%q)", t.text))
		}
	}
	return nil
}

// thousands finds 1,000 where no list of values can stand.
func thousands(p *page) *mistake {
	if p.token(p.at).text != "," {
		return nil
	}
	a, b := p.token(p.at-1), p.token(p.at+1)
	if a.kind == tNumber && b.kind == tNumber && len(b.text) >= 3 && a.j == p.token(p.at).i {
		by := a.text + "_" + b.text
		m := p.span(p.at-1, p.at+1, "there is no comma in a number", "write "+by)
		m.fix = &by
		return m
	}
	if k := p.begins(p.at) - 1; p.token(k).text == "(" && p.token(k).pair > 0 {
		by := "[" + p.between(k+1, p.token(k).pair) + "]"
		m := p.span(k, p.token(k).pair, "a list is not written in parentheses", "write "+by)
		m.fix = &by
		return m
	}
	return p.on(p.at, "nothing here has several values", "a list is written [a, b]")
}

// dottedNumber finds xs.0 for xs[0].
func dottedNumber(p *page) *mistake {
	t := p.token(p.at)
	if t.kind != tNumber || !strings.HasPrefix(t.text, ".") || p.at == 0 {
		return nil
	}
	by := "[" + t.text[1:] + "]"
	return p.replace(p.at, by, "an element is not read with a point")
}

func oddCharacter(p *page) *mistake {
	if !strings.HasPrefix(p.words, "unrecognized character") {
		return nil
	}
	i := p.i
	j := i
	for k := range p.text[i:] {
		if j = i + k; k > 0 {
			break
		}
	}
	if j == i {
		j = len(p.text)
	}
	c := p.text[i:j]
	m := &mistake{i: i, j: j, message: fmt.Sprintf("the character %s has no meaning in an expression", c)}
	switch {
	case strings.ContainsAny(c, "“”„‘’«»"):
		m.hint = `write straight quotes, " or '`
	case c == "≠":
		m.hint = "write !="
	case c == "≤", c == "≥":
		m.hint = "write <= or >="
	case c == "@":
		m.hint = "write text in quotes, and names as they are"
	case c == "\\":
		m.hint = "an expression needs no \\ at the end of a line"
	}
	return m
}

// halfConditional finds a ? b without its third part.
func halfConditional(p *page) *mistake {
	k := p.find("?")
	if k < 0 || p.find(":") >= 0 && p.at < len(p.tokens) {
		return nil
	}
	if p.at < len(p.tokens) && p.token(p.at).kind != tClose {
		return nil
	}
	to := p.ends(k)
	if p.token(to).text == ":" && to < len(p.tokens)-1 {
		return nil
	}
	from := p.begins(k)
	return p.span(from, to-1, "a choice needs the value for both cases", fmt.Sprintf("write %s : nil, or another value in place of nil", p.between(from, to)))
}

func outsideClosure(p *page) *mistake {
	t := p.token(p.at)
	if t.text != "#" && t.text != "." || t.text == "." && p.at > 0 && p.token(p.at-1).kind != tOpen && p.token(p.at-1).text != "," && p.token(p.at-1).kind != tOp {
		return nil
	}
	if t.text == "." {
		return p.span(p.at, p.at+1, "a field stands here without the value it is read from", "write the value before the point, such as input.amount; inside filter and map .name is the element's")
	}
	return p.on(p.at, "# is the element of a list, and this is not inside filter, map or the like", "write for example filter(list, # > 1)")
}

func bitwise(p *page) *mistake {
	t := p.token(p.at)
	switch t.text {
	case "&":
		return p.replace(p.at, "and", "& is not an operator")
	case "~":
		return p.replace(p.at, "not", "~ is not an operator")
	case "<<", ">>":
		return p.on(p.at, t.text+" is not an operator", "multiply or divide instead")
	}
	return nil
}

// pipe finds a | b where b is not a call.
func pipe(p *page) *mistake {
	for k := p.at; k >= p.at-2 && k >= 0; k-- {
		if p.token(k).text != "|" {
			continue
		}
		name := p.token(k + 1)
		if name.kind == tWord && function(name.text) != nil {
			return p.span(k, k+1, fmt.Sprintf("%s needs parentheses", name.text), fmt.Sprintf("write | %s()", name.text))
		}
		return p.on(k, "| passes a value on to a function, and there is none here", "write or between conditions, and concat(a, b) for lists")
	}
	return nil
}

// missingOperator finds two values side by side.
func missingOperator(p *page) *mistake {
	a, b := p.token(p.at-1), p.token(p.at)
	if !endsOperand(a) || b.kind != tWord && b.kind != tNumber && b.kind != tText && b.text != "{" && b.text != "(" || p.at == 0 || p.at >= len(p.tokens) {
		return nil
	}
	switch {
	case wordOperators[b.text]:
		return nil
	case a.kind == tWord && function(a.text) != nil && p.token(p.at-2).text != ".":
		return p.span(p.at-1, p.at, a.text+" needs parentheses", "write "+function(a.text).usage())
	case p.token(p.at-2).text == "let":
		return p.on(p.at, "= is missing before "+shortToken(b), "write let name = value; and then the result")
	}
	if k := p.begins(p.at); k == p.at-1 && p.token(k-1).text == "{" {
		return p.on(p.at, ": is missing before "+shortToken(b), "an object is written {name: value}")
	}
	return p.on(p.at, fmt.Sprintf("an operator is missing before %s", shortToken(b)), "write and, or, ==, + or another operator between two values; text stands in quotes")
}

func endsOperand(t token) bool {
	return (t.kind == tWord || t.kind == tNumber || t.kind == tText) && !wordOperators[t.text] || t.kind == tClose
}

func shortToken(t token) string { return shorten(t.text) }

// plain is what can be said when nothing better is known.
func (p *page) plain() *mistake {
	switch {
	case strings.Contains(p.words, "maximum allowed nodes"):
		return &mistake{j: len(p.text), message: "the expression is too big", hint: "split it over several value steps"}
	case p.at >= len(p.tokens) && p.find("let") >= 0 && p.find(";") < 0:
		return p.on(len(p.tokens)-1, "let gives a name to a value, but the result is missing", "write ; and the result after it, as in let x = 1; x + 1")
	case p.token(p.at-1).text == "[" && (p.token(p.at).text == "*" || p.token(p.at).text == "]"):
		return p.on(p.at, "the number of an element is missing", "map(list, .name) is the list of the field of each element")
	case p.at >= len(p.tokens) && p.words != "expected name":
		return p.on(len(p.tokens)-1, fmt.Sprintf("the expression ends too early: something is missing after %s", shortToken(p.token(len(p.tokens)-1))), "")
	case p.words == "expected name":
		return p.on(min(p.at, len(p.tokens)-1), "the name of a field is missing here", "write it after the point, such as input.amount")
	case strings.HasPrefix(p.words, "wrap predicate"):
		return p.on(p.at, "let needs braces here", "write filter(list, {let x = #.a; x > 1})")
	case strings.HasPrefix(p.words, "expected at least"):
		return p.on(p.at, "an argument is missing here", "")
	case strings.HasPrefix(p.words, "a map key"):
		return p.on(p.at, fmt.Sprintf("the name of a field cannot be written %s", shortToken(p.token(p.at))), "write a name, a text in quotes, or an expression in parentheses")
	}
	t := p.token(p.at)
	if t.kind == tClose && p.at > 0 {
		return p.on(p.at, fmt.Sprintf("something is missing before %s", t.text), "")
	}
	hint := ""
	if t.text == "/" && p.at > 0 && p.token(p.at-1).text == "matches" {
		hint = `a pattern is a text in quotes: matches "^[a-z]+$"`
	}
	return p.on(p.at, fmt.Sprintf("%s cannot stand here", shortToken(t)), hint)
}
