package jsonschema

import (
	"testing"

	"github.com/partitur/partitur/dsl/diag"
)

const orderSchema = `
type: object
required: [order_id, amount]
properties:
  order_id: {type: string, pattern: '^ORD-'}
  amount: {type: integer, minimum: 1}
  currency: {type: string, enum: [EUR, USD], default: EUR}
  items: {type: array, items: {type: object, properties: {sku: {type: string}, qty: {type: integer}}}}
  email: {type: string, format: email}
  note: {type: string, default: ''}
`

var order = map[string]any{"order_id": "ORD-1", "amount": 1999, "email": "a@example.com",
	"items": []any{map[string]any{"sku": "A", "qty": 1}, map[string]any{"sku": "B", "qty": 2}}}

// BenchmarkCompile500 is what the inputs of 500 workflows cost.
func BenchmarkCompile500(b *testing.B) {
	n := parse(b, orderSchema)
	b.ReportAllocs()
	for b.Loop() {
		for range 500 {
			var diags diag.List
			if s := Compile(n, &diags); s == nil || s.Type() == nil {
				b.Fatal(diags)
			}
		}
	}
}

func BenchmarkValidate(b *testing.B) {
	s := mustCompile(b, orderSchema)
	b.ReportAllocs()
	for b.Loop() {
		if found := s.Validate(order); found != nil {
			b.Fatal(found)
		}
	}
}

func BenchmarkDefault(b *testing.B) {
	s := mustCompile(b, orderSchema)
	b.ReportAllocs()
	for b.Loop() {
		if s.Default(order) == nil {
			b.Fatal("nothing")
		}
	}
}
