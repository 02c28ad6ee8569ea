package expr

import (
	"testing"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
)

var typical = []string{
	`input.order_id`,
	`input.amount_cents > 1_000_000`,
	`state.status == 'open' and input.amount < 10000`,
	`filter(steps.work.output, # != nil)`,
	`input.amount < 1000 ? ['group:manager'] : input.amount < 10000 ? ['group:manager', 'group:director'] : ['group:manager', 'group:director', 'group:vp']`,
	`concat(state.documents, [message])`,
	`steps.charge.output?.id ?? "none"`,
	`sum(input.items, .price * .quantity)`,
}

func typicalVars() map[string]any {
	items := []any{map[string]any{"price": 3, "quantity": 2}, map[string]any{"price": 5, "quantity": 1}, map[string]any{"price": 7, "quantity": 4}}
	return map[string]any{
		"input":   map[string]any{"order_id": "ORD-1", "amount_cents": 2000000, "amount": 5000, "items": items},
		"state":   map[string]any{"status": "open", "documents": []any{"a", "b"}},
		"steps":   map[string]any{"work": map[string]any{"output": []any{1, nil, 3}}, "charge": map[string]any{"output": map[string]any{"id": "c1"}}},
		"message": "c",
	}
}

func BenchmarkParse(b *testing.B) {
	for _, text := range typical {
		b.Run(text, func(b *testing.B) {
			f := source.NewFile("x", []byte(text))
			at := func(i, j int) source.Span { return source.Span{File: f, Start: i, End: j} }
			b.ReportAllocs()
			for b.Loop() {
				var diags diag.List
				if Parse(text, at, &diags) == nil {
					b.Fatal(diags)
				}
			}
		})
	}
}

// BenchmarkCheck parses, compiles and checks.
func BenchmarkCheck(b *testing.B) {
	for _, text := range typicalChecked {
		b.Run(text, func(b *testing.B) {
			sc := orders()
			f := source.NewFile("x", []byte(text))
			at := func(i, j int) source.Span { return source.Span{File: f, Start: i, End: j} }
			b.ReportAllocs()
			for b.Loop() {
				var diags diag.List
				if Parse(text, at, &diags).Check(sc, &diags); len(diags) > 0 {
					b.Fatal(diags)
				}
			}
		})
	}
}

var typicalChecked = []string{
	`input.order_id`, `input.amount > 1_000_000`, `state.status == 'open' and input.amount < 10000`, `steps.charge.output?.id ?? "none"`,
	`sum(input.items, .price * .quantity)`, `concat(state.documents, [message])`,
	`filter(input.items, .note != nil and .note contains "urgent") | map(.sku) | join(", ")`,
}

func BenchmarkEval(b *testing.B) {
	vars := typicalVars()
	for _, text := range typical {
		b.Run(text, func(b *testing.B) {
			e := mustParse(b, text)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.Eval(vars); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
