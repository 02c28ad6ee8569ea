package llm

import (
	"time"

	"github.com/shopspring/decimal"
)

// The APIs.
const (
	OpenAI    = "openai"
	Anthropic = "anthropic"
)

// How a model is told the schema of its answer.
const (
	Native = "native" // by the parameter of the API
	Prompt = "prompt" // in words, which every model understands
)

// defaultIdle is how long an answer may stand still. Models that think may say
// nothing for a while.
const defaultIdle = 2 * time.Minute

// A Profile is an account with a provider, or a server of one's own.
type Profile struct {
	Name        string
	Provider    string // OpenAI or Anthropic
	BaseURL     string // the provider's own when empty
	Model       string // of requests that name none
	Structured  string // Native or Prompt; by the provider when empty
	IdleTimeout time.Duration
	Prices      map[string]Price // by the provider's name of the model
}

// A Price is what a million tokens cost, in US dollars.
type Price struct{ Input, CachedInput, CacheWrite, Output decimal.Decimal }

// native tells whether the API is given the schema. Anthropic's takes only some
// schemas, servers that imitate OpenAI's often ignore it.
func (p Profile) native() bool {
	if p.Structured != "" {
		return p.Structured == Native
	}
	return p.Provider == OpenAI && p.BaseURL == ""
}
