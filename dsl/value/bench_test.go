package value

import (
	"bytes"
	"encoding/json"
	"testing"
)

const orderJSON = `{"order_id":"ORD-1042","amount_cents":1999000,"currency":"EUR","express":true,"note":null,"weight":12.75,` +
	`"customer":{"name":"Jürgen Groß","email":"jg@example.com","tags":["vip","net30"]},` +
	`"items":[{"sku":"A-1","qty":3,"price":"12.30","text":"line one\nline two"},{"sku":"B-22","qty":1,"price":"7.00","text":"plain"},{"sku":"C-333","qty":12,"price":"0.99","text":"a \"quoted\" word"}]}`

func BenchmarkEncode(b *testing.B) {
	v, err := Decode([]byte(orderJSON))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("value", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Encode(v); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding_json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	data := []byte(orderJSON)
	b.Run("value", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Decode(data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding_json_numbers", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			dec := json.NewDecoder(bytes.NewReader(data))
			dec.UseNumber()
			var v any
			if err := dec.Decode(&v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkNormalize(b *testing.B) {
	v, err := Decode([]byte(orderJSON))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Normalize(v); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSize(b *testing.B) {
	v, err := Decode([]byte(orderJSON))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if Size(v) == 0 {
			b.Fatal("no size")
		}
	}
}
