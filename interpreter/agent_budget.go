package interpreter

import (
	"cmp"
	"strconv"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/value"
)

// A usage is what has been used of models and tools.
type usage struct {
	tokens    int
	usd       value.Decimal
	toolCalls int
}

func (u usage) plus(other usage) usage {
	return usage{u.tokens + other.tokens, u.usd.Add(other.usd), u.toolCalls + other.toolCalls}
}

// value is the usage as expressions see it: money is text, so that it stays exact.
func (u usage) value() map[string]any {
	return map[string]any{"tokens": u.tokens, "usd": u.usd.String(), "tool_calls": u.toolCalls}
}

func (u usage) text() string {
	return strconv.Itoa(u.tokens) + " tokens, " + u.usd.String() + " USD and " + plural(u.toolCalls, "tool call")
}

// plural is a number of things.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

// usageOf reads a usage; what is missing is nothing.
func usageOf(v any) usage {
	m, _ := v.(map[string]any)
	u := usage{tokens: number(m, "tokens"), toolCalls: number(m, "tool_calls")}
	if u.tokens == 0 {
		u.tokens = number(m, "input_tokens") + number(m, "output_tokens")
	}
	if usd, err := dsl.ParseUSD(m["usd"]); err == nil {
		u.usd = usd
	}
	return u
}

// An allowance bounds a usage; nil is no bound.
type allowance struct {
	tokens    *int
	usd       *value.Decimal
	toolCalls *int
}

// A purse is what an agent may use, and has used.
type purse struct {
	allowance
	spent usage
	outer *purse // of the run, which its agents share; nil if nothing bounds them
}

// answerTokens bounds an answer whose cost has to be known before, if the author
// does not.
const answerTokens = 4096

// newPurse is the purse of an agent.
func (r *run) newPurse(s *dsl.Step, b *dsl.Budget, sc *scope) (p *purse, err error) {
	p = &purse{outer: cmp.Or(sc.purse, r.purse)}
	if p.tokens, err = r.count(s, b.Tokens, sc); err != nil {
		return nil, err
	}
	if p.toolCalls, err = r.count(s, b.ToolCalls, sc); err != nil {
		return nil, err
	}
	v, err := r.eval(s, b.USD, sc)
	if err != nil || v == nil {
		return p, err
	}
	usd, err := dsl.ParseUSD(v)
	if err != nil {
		return nil, wrongType(b.USD, "an amount such as 2.50", v)
	}
	p.usd = &usd
	return p, nil
}

// count evaluates a number of tokens or calls.
func (r *run) count(s *dsl.Step, v *expr.Value, sc *scope) (*int, error) {
	x, err := r.eval(s, v, sc)
	if err != nil || x == nil {
		return nil, err
	}
	n, err := dsl.ParseTokens(x)
	if err != nil {
		return nil, wrongType(v, "a number such as 5000, 200k or 1.5M", x)
	}
	return &n, nil
}

// spend notes what a call has cost, here and in what the purse is a part of.
func (p *purse) spend(u usage) {
	for ; p != nil; p = p.outer {
		p.spent = p.spent.plus(u)
	}
}

// left is what may still be used of tokens and of calls; -1 is any number.
func (p *purse) left() (tokens, calls int) {
	tokens, calls = -1, -1
	if p.outer != nil {
		tokens, calls = p.outer.left()
	}
	return least(tokens, p.tokens, p.spent.tokens), least(calls, p.toolCalls, p.spent.toolCalls)
}

func least(left int, limit *int, spent int) int {
	if limit == nil {
		return left
	}
	if own := max(*limit-spent, 0); left < 0 || own < left {
		return own
	}
	return left
}

// usdLeft is what may still be spent; nil is any amount.
func (p *purse) usdLeft() *value.Decimal {
	var left *value.Decimal
	if p.outer != nil {
		left = p.outer.usdLeft()
	}
	if p.usd == nil {
		return left
	}
	own := p.usd.Sub(p.spent.usd)
	if left == nil || own.Compare(*left) < 0 {
		left = &own
	}
	return left
}

// affords tells whether so many calls of tools may be made.
func (p *purse) affords(calls int) bool {
	_, left := p.left()
	return left < 0 || calls <= left
}

// reserve tells whether there is enough for a call of the model with a prompt of
// so many tokens, and how long its answer may be: 0 is as long as it likes. What
// a token costs is for the worker to know, which is told what is left.
func (p *purse) reserve(prompt, wanted int) (answer int, ok bool) {
	tokens, _ := p.left()
	usd := p.usdLeft()
	if tokens < 0 && usd == nil {
		return wanted, true
	}
	if wanted == 0 {
		wanted = answerTokens
	}
	if tokens >= 0 {
		wanted = min(wanted, tokens-prompt)
	}
	return wanted, wanted > 0 && (usd == nil || usd.Sign() > 0)
}

// value is what is left, as the model's worker is told it; nil if that is not
// bounded.
func (p *purse) value() map[string]any {
	budget := map[string]any{}
	if tokens, _ := p.left(); tokens >= 0 {
		budget["tokens"] = tokens
	}
	if usd := p.usdLeft(); usd != nil {
		budget["usd"] = usd.String()
	}
	if len(budget) == 0 {
		return nil
	}
	return budget
}
