package dsl

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
	"github.com/partitur/partitur/dsl/value"
)

// A Budget is what a conversation may cost, that of its sub-agents included.
type Budget struct {
	Tokens    *expr.Value
	USD       *expr.Value
	ToolCalls *expr.Value
}

// Fields declares the keys of budget.
func (b *Budget) Fields(f *fields.Set) {
	f.Value(&b.Tokens, "tokens", "how many tokens, those of the prompts included", fields.Example("200k"))
	f.Value(&b.USD, "usd", "how many US dollars", fields.Example("2.50"))
	f.Value(&b.ToolCalls, "tool_calls", "how many calls of tools", fields.Example("30"))
	if f.Diags() == nil {
		return
	}
	literalAmount(f, b.Tokens, "tokens", "a number of tokens such as 5000, 200k or 1.5M", func(v any) error { _, err := ParseTokens(v); return err })
	literalAmount(f, b.USD, "usd", "an amount such as 2.50", func(v any) error { _, err := ParseUSD(v); return err })
	literalAmount(f, b.ToolCalls, "tool_calls", "a number of calls such as 30", func(v any) error { _, err := ParseTokens(v); return err })
}

// literalAmount reports an amount that is written out and is none.
func literalAmount(f *fields.Set, v *expr.Value, name, want string, parse func(any) error) {
	if v == nil || !v.IsConst() || parse(v.Const) == nil {
		return
	}
	f.Diags().Error("bad-value", v.Span, "%q must be %s, not %s", name, want, inWords(v.Const))
}

// ParseTokens reads a number of tokens: an integer, or text such as 200k or 1.5M.
func ParseTokens(v any) (int, error) {
	switch v := v.(type) {
	case int:
		if v >= 0 {
			return v, nil
		}
	case string:
		if n, ok := parseMetric(v); ok {
			return n, nil
		}
	}
	return 0, fmt.Errorf("a number such as 5000, 200k or 1.5M is wanted")
}

// parseMetric reads a whole number with the unit k or M.
func parseMetric(text string) (int, bool) {
	unit := int64(1)
	switch {
	case strings.HasSuffix(text, "k"):
		unit = 1_000
	case strings.HasSuffix(text, "M"):
		unit = 1_000_000
	}
	d, err := value.ParseDecimal(strings.TrimRight(text, "kM"))
	if err != nil || d.Sign() < 0 || unit == 1 && strings.ContainsAny(text, "kM.") || len(text) > 15 {
		return 0, false
	}
	product, err := d.Mul(value.DecimalOfInt(int(unit)))
	if err != nil {
		return 0, false
	}
	whole, rest, _ := strings.Cut(product.String(), ".")
	n, err := strconv.Atoi(whole)
	return n, err == nil && strings.Trim(rest, "0") == ""
}

// ParseUSD reads an amount of money exactly as it is written.
func ParseUSD(v any) (value.Decimal, error) {
	if f, ok := v.(float64); ok {
		text, err := value.FormatFloat(f)
		if err != nil {
			return value.Decimal{}, err
		}
		v = text
	}
	d, err := value.ToDecimal(v)
	if err == nil && d.Sign() < 0 {
		err = fmt.Errorf("an amount is not negative")
	}
	return d, err
}

// A ModelCall says how a model is called.
type ModelCall struct {
	Temperature *expr.Value
	MaxTokens   *expr.Value
	Stop        *expr.Value
	Timeout     *Timeout
	Retry       *Retry

	looseTimeout bool
}

// Fields declares the keys of llm in an agent.
func (m *ModelCall) Fields(f *fields.Set) {
	f.Value(&m.Temperature, "temperature", "how freely the model words its answers; its own if not set", fields.Want(types.NumberType))
	f.Value(&m.MaxTokens, "max_tokens", "the longest answer, in tokens; with a budget of tokens or usd 4096 if not set", fields.Want(types.IntType))
	f.Value(&m.Stop, "stop", "texts before which an answer ends", fields.Want(types.ListOf(types.StringType)))
	bindTimeout(f, &m.Timeout, "bounds one call of the model, 10m if not set", true)
	bindRetry(f, &m.Retry, "how failed calls are repeated; 5 attempts, 1s to 30s apart, if not set")
	m.looseTimeout = !f.Sound("timeout")
}

// LLM is the activity type of the calls of a model.
const LLM = "llm"

// How a model is called where nobody says so.
var (
	defaultModelTimeout = &Timeout{StartToClose: time.Minute}
	defaultModelRetry   = &Retry{MaximumAttempts: 5, InitialInterval: time.Second, MaximumInterval: 30 * time.Second}
)

// settleModel gives the calls of the model what they inherit.
func (c *checker) settleModel(s *Step, a *Agent) {
	ask := a.Ask
	spec := ask.Body.(*Action).Spec
	ask.Span, ask.Path, ask.verbSpan = s.Span, s.Path, s.verbSpan
	ask.Timeout = a.LLM.Timeout.merge(spec.Timeout).merge(defaultModelTimeout)
	ask.Retry = c.space.resolve(a.LLM.Retry, c.def).merge(spec.Retry).merge(defaultModelRetry)
	if t := a.LLM.Timeout; t != nil && !c.diags.Within(t.Span) {
		c.contradiction(ask.Timeout)
	}
}
