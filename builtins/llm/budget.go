package llm

import (
	"fmt"

	"github.com/shopspring/decimal"
)

// A Budget bounds what a question and its repairs may take.
type Budget struct {
	Tokens int              // 0 for no bound
	USD    *decimal.Decimal // nil for no bound
}

// minAnswer is the smallest answer worth asking for.
const minAnswer = 16

// fit lowers max_tokens to what the budget leaves after what was used, and
// refuses a request that has no room for an answer.
func (b Budget) fit(r Request, p Profile, used Usage) (Request, error) {
	if b.Tokens == 0 && b.USD == nil {
		return r, nil
	}
	asked := r.MaxTokens
	if asked == 0 {
		asked = unbounded
	}
	input, room := estimate(r), asked
	if b.Tokens > 0 {
		room = min(room, max(0, b.Tokens-used.Tokens()-input))
	}
	if b.USD != nil {
		price, ok := p.Prices[r.Model]
		if !ok {
			return r, invalidRequest("budget.usd needs a price: %s has none of the model %q in partitur.yaml", p.Name, r.Model)
		}
		room = min(room, b.affordable(price, input, used))
	}
	if room < min(asked, minAnswer) {
		return r, &Error{
			Type:    BudgetExceeded,
			Message: fmt.Sprintf("the budget has no room for an answer: the question takes some %d tokens, and %s", input, b.rest(used)),
			Details: map[string]any{"usage": used.Object()},
		}
	}
	if room < unbounded {
		r.MaxTokens = room
	}
	return r, nil
}

// affordable is how many tokens of output the rest of the money buys.
func (b Budget) affordable(p Price, input int, used Usage) int {
	rest := *b.USD
	if used.USD != nil {
		rest = rest.Sub(*used.USD)
	}
	dearest := decimal.Max(p.Input, p.CacheWrite)
	rest = rest.Shift(-perMillion).Sub(dearest.Mul(decimal.NewFromInt(int64(input))))
	if !rest.IsPositive() {
		return 0
	}
	if !p.Output.IsPositive() {
		return unbounded
	}
	n := rest.Div(p.Output).IntPart()
	return int(min(n, unbounded))
}

// unbounded is more tokens than any model answers with.
const unbounded = 1 << 30

func (b Budget) rest(used Usage) string {
	switch {
	case b.USD != nil && b.Tokens > 0:
		return fmt.Sprintf("%d of %d tokens and %s of %s dollars are used", used.Tokens(), b.Tokens, spent(used), b.USD)
	case b.USD != nil:
		return fmt.Sprintf("%s of %s dollars are used", spent(used), b.USD)
	}
	return fmt.Sprintf("%d of %d tokens are used", used.Tokens(), b.Tokens)
}

func spent(u Usage) string {
	if u.USD == nil {
		return "0"
	}
	return u.USD.String()
}
