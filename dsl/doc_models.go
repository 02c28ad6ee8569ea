package dsl

import (
	"strings"
	"time"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/value"
)

// A ModelProfile is an account with a provider of language models, or a server
// of one's own, which `llm` and `agent` name before a slash.
type ModelProfile struct {
	Span             source.Span
	Name             string
	Provider         string
	BaseURL          string
	Key              Setting
	Headers          map[string]Setting
	Model            string
	StructuredOutput string
	IdleTimeout      time.Duration
	Prices           []*ModelPrice
}

// A ModelPrice is what a million tokens of a model cost, in US dollars.
type ModelPrice struct {
	Model                                  string
	Input, CachedInput, CacheWrite, Output value.Decimal

	given map[string]bool
}

// Fields declares the keys of a profile.
func (m *ModelProfile) Fields(f *fields.Set) {
	f.Enum(&m.Provider, "provider", "whose API it speaks: `openai`, which many servers do, or `anthropic`", []string{"openai", "anthropic"}, fields.Required)
	f.String(&m.BaseURL, "base_url", "where the API is, if not at the provider, such as http://localhost:11434/v1", fields.Example("http://localhost:11434/v1"))
	m.checkURL(f)
	bindSetting(f, &m.Key, "key", "the key, as a secret", fields.Example("${ secrets.OPENAI_KEY }"))
	bindSettings(f, &m.Headers, "headers", "further headers to send")
	f.String(&m.Model, "model", "the model of steps that name the profile alone", fields.Example("gpt-4.1"))
	f.Enum(&m.StructuredOutput, "structured_output", "how the model learns output_schema: by the API (`native`) or in words (`prompt`); in words if not set, but for OpenAI itself", []string{"native", "prompt"})
	f.Duration(&m.IdleTimeout, "idle_timeout", "how long an answer may stand still, 2m if not set")
	f.Named(func(name string, _ *syntax.Node) fields.Declarer {
		p := &ModelPrice{Model: name}
		m.Prices = append(m.Prices, p)
		return p
	}, "prices", "what a million tokens of each model cost, in US dollars")
}

// checkURL reports a base_url that is none.
func (m *ModelProfile) checkURL(f *fields.Set) {
	if m.BaseURL == "" || f.Diags() == nil || strings.HasPrefix(m.BaseURL, "https://") || strings.HasPrefix(m.BaseURL, "http://") {
		return
	}
	f.Diags().Error("bad-value", f.ValueSpan("base_url"), "%q must begin with https:// or http://", "base_url").
		WithHint("write https://%s", m.BaseURL)
}

// Fields declares the keys of a price.
func (p *ModelPrice) Fields(f *fields.Set) {
	p.given = map[string]bool{}
	p.bind(f, &p.Input, "input", "of the question", fields.Required, fields.Example("2.00"))
	p.bind(f, &p.CachedInput, "cached_input", "of what the provider had kept of the question; as input if not set", fields.Example("0.50"))
	p.bind(f, &p.CacheWrite, "cache_write", "of what the provider keeps of the question; as input if not set")
	p.bind(f, &p.Output, "output", "of the answer", fields.Required, fields.Example("8.00"))
	for name, d := range map[string]*value.Decimal{"cached_input": &p.CachedInput, "cache_write": &p.CacheWrite} {
		if !p.given[name] {
			*d = p.Input
		}
	}
}

var amountSchema = map[string]any{"type": []string{"number", "string"}, "minimum": 0, "pattern": `^[0-9]+(\.[0-9]+)?$`}

// bind binds an amount of money, exactly as it is written.
func (p *ModelPrice) bind(f *fields.Set, d *value.Decimal, name, doc string, opts ...fields.Option) {
	f.Node(name, doc, amountSchema, func(n *syntax.Node) {
		amount, err := value.ParseDecimal(n.Value)
		if n.Kind != syntax.Scalar || err != nil || amount.Sign() < 0 {
			f.Diags().Error("wrong-type", n.Span, "%q must be an amount of dollars, not %s", name, shown(n)).WithHint("write such as 2.50")
			return
		}
		*d, p.given[name] = amount, true
	}, opts...)
}

// checkProfileName reports a name that cannot stand before the slash.
func checkProfileName(f *fields.Set, key *syntax.Node) {
	if strings.Contains(key.Value, "/") {
		f.Diags().Error("bad-name", key.Span, "%q cannot be the name of a profile: the model follows the slash", key.Value).
			WithHint("write a name such as %s, and the model in the step", strings.ReplaceAll(key.Value, "/", "-"))
	}
}
