package workers

import (
	"github.com/shopspring/decimal"

	"github.com/partitur/partitur/builtins"
	"github.com/partitur/partitur/builtins/llm"
	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/value"
)

// Models are the model profiles of a project, as the builtin actions take them.
func Models(p *dsl.Project) (list []builtins.ModelProfile) {
	for _, m := range p.Models {
		profile := builtins.ModelProfile{
			Profile: llm.Profile{
				Name: m.Name, Provider: m.Provider, BaseURL: m.BaseURL, Model: m.Model,
				Structured: m.StructuredOutput, IdleTimeout: m.IdleTimeout, Prices: map[string]llm.Price{},
			},
			Key: setting(m.Key), Headers: settings(m.Headers),
		}
		for _, price := range m.Prices {
			profile.Prices[price.Model] = llm.Price{
				Input: amount(price.Input), CachedInput: amount(price.CachedInput),
				CacheWrite: amount(price.CacheWrite), Output: amount(price.Output),
			}
		}
		list = append(list, profile)
	}
	return list
}

func setting(s dsl.Setting) (out builtins.Setting) {
	for _, p := range s.Parts {
		out = append(out, builtins.Piece(p))
	}
	return out
}

func settings(m map[string]dsl.Setting) map[string]builtins.Setting {
	out := make(map[string]builtins.Setting, len(m))
	for name, s := range m {
		out[name] = setting(s)
	}
	return out
}

func amount(d value.Decimal) decimal.Decimal { return decimal.RequireFromString(d.String()) }
