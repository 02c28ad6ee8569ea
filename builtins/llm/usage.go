package llm

import (
	"encoding/json"

	"github.com/shopspring/decimal"
)

// Usage is what answers took.
type Usage struct {
	Input, Output       int // tokens; Input has the cached ones in it
	Cached, CacheWrites int
	Estimated           bool             // the server did not count
	USD                 *decimal.Decimal // nil when a price is not known
}

// Tokens is all of them.
func (u Usage) Tokens() int { return u.Input + u.Output }

// plus adds what another answer took. What one of them cost is not known, both
// did.
func (u Usage) plus(v Usage) Usage {
	sum := Usage{
		Input: u.Input + v.Input, Output: u.Output + v.Output, Cached: u.Cached + v.Cached,
		CacheWrites: u.CacheWrites + v.CacheWrites, Estimated: u.Estimated || v.Estimated,
	}
	if u.USD != nil && v.USD != nil {
		usd := u.USD.Add(*v.USD)
		sum.USD = &usd
	}
	return sum
}

// Object is the usage as a JSON object.
func (u Usage) Object() map[string]any {
	m := map[string]any{
		"input_tokens": u.Input, "output_tokens": u.Output, "cached_tokens": u.Cached, "tokens": u.Tokens(), "usd": nil,
	}
	if u.USD != nil {
		m["usd"] = u.USD.String()
	}
	if u.Estimated {
		m["estimated"] = true
	}
	return m
}

// perMillion is the exponent of what prices are for.
const perMillion = -6

// cost is what the tokens cost, exactly.
func (p Price) cost(u Usage) decimal.Decimal {
	times := func(tokens int, price decimal.Decimal) decimal.Decimal {
		return price.Mul(decimal.NewFromInt(int64(tokens)))
	}
	plain := max(0, u.Input-u.Cached-u.CacheWrites)
	sum := times(plain, p.Input).Add(times(u.Cached, p.CachedInput)).Add(times(u.CacheWrites, p.CacheWrite)).Add(times(u.Output, p.Output))
	return sum.Shift(perMillion)
}

// priced adds the cost, if the profile has a price of the model.
func (p Profile) priced(model string, u Usage) Usage {
	if price, ok := p.Prices[model]; ok {
		usd := price.cost(u)
		u.USD = &usd
	}
	return u
}

// bytesPerToken is how many bytes of text make a token at least, as a rule: it
// is four in English.
const bytesPerToken = 3

// perMessage is the tokens that a message takes besides its text.
const perMessage = 8

// estimate is how many tokens a request will take, rather too many.
func estimate(r Request) int {
	bytes := 0
	for _, m := range r.Messages {
		bytes += len(m.Content) + perMessage*bytesPerToken
		for _, c := range m.ToolCalls {
			bytes += len(c.Name) + size(c.Arguments)
		}
	}
	for _, t := range r.Tools {
		bytes += len(t.Name) + len(t.Description) + size(t.Input)
	}
	if r.Schema != nil {
		bytes += size(r.Schema)
	}
	return bytes/bytesPerToken + 1
}

func estimateAnswer(a Answer) int {
	bytes := len(a.Text)
	for _, c := range a.ToolCalls {
		bytes += len(c.Name) + size(c.Arguments)
	}
	return bytes/bytesPerToken + 1
}

func size(v any) int {
	data, err := json.Marshal(v)
	if err != nil {
		return 0
	}
	return len(data)
}
