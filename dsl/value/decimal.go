package value

import (
	"errors"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

// maxDigits bounds decimals, so that no text and no product can fill the memory.
const maxDigits = 1000

// A Decimal is an exact decimal number for amounts of money. It keeps the number
// of decimal places it was written with: 12.30 stays 12.30. In JSON it is text.
// Decimals calculate with decimals and integers, never with floats. The zero
// Decimal is 0.
type Decimal struct{ d decimal.Decimal }

// ParseDecimal reads a decimal such as 12.30 or -5. There are no exponents and
// no thousands separators.
func ParseDecimal(s string) (Decimal, error) {
	if !isDecimal(s) {
		return Decimal{}, fmt.Errorf("%q is not a decimal: write digits with at most one point, such as 12.30", abridge(s))
	}
	if len(s) > maxDigits {
		return Decimal{}, errDigits()
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return Decimal{}, fmt.Errorf("%q is not a decimal", abridge(s))
	}
	return Decimal{d}, nil
}

func isDecimal(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, places, point := strings.Cut(s, ".")
	return allDigits(whole) && (!point || allDigits(places))
}

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

func errDigits() error { return fmt.Errorf("a decimal has at most %d digits", maxDigits) }

// DecimalOfInt is the decimal of an integer.
func DecimalOfInt(i int) Decimal { return Decimal{decimal.NewFromInt(int64(i))} }

// ToDecimal converts a value that stands for a decimal: a decimal, an integer,
// or text. A float is refused, because it is not the number that was written.
func ToDecimal(v any) (Decimal, error) {
	switch v := v.(type) {
	case Decimal:
		return v, nil
	case int:
		return DecimalOfInt(v), nil
	case string:
		return ParseDecimal(v)
	case float64:
		text, err := FormatFloat(v)
		if err != nil {
			return Decimal{}, err
		}
		return Decimal{}, fmt.Errorf("a decimal does not mix with the number %s, which is a float: write it as text, decimal(%q)", text, text)
	}
	return Decimal{}, fmt.Errorf("%s is not a decimal", describe(v))
}

func describe(v any) string {
	switch v.(type) {
	case bool:
		return "a boolean"
	case nil, []any:
		return kindName(v)
	case map[string]any:
		return "an object"
	}
	return "this value"
}

// String writes the decimal with all its places.
func (d Decimal) String() string { return d.d.StringFixed(d.Places()) }

// Places is the number of decimal places: 2 of 12.30.
func (d Decimal) Places() int32 { return max(-d.d.Exponent(), 0) }

// MarshalText writes the decimal for encoding/json, as text.
func (d Decimal) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Compare is -1, 0 or +1, as d is less than, equal to or greater than other.
// 12.3 equals 12.30.
func (d Decimal) Compare(other Decimal) int { return d.d.Cmp(other.d) }

// Sign is -1, 0 or +1.
func (d Decimal) Sign() int { return d.d.Sign() }

// Neg is -d.
func (d Decimal) Neg() Decimal { return Decimal{d.d.Neg()} }

// Add has as many places as the operand with more of them.
func (d Decimal) Add(other Decimal) Decimal { return Decimal{d.d.Add(other.d)} }

// Sub has as many places as the operand with more of them.
func (d Decimal) Sub(other Decimal) Decimal { return Decimal{d.d.Sub(other.d)} }

// Mul is exact: it has as many places as both operands together.
func (d Decimal) Mul(other Decimal) (Decimal, error) {
	p := Decimal{d.d.Mul(other.d)}
	if p.d.NumDigits() > maxDigits || p.Places() > maxDigits {
		return Decimal{}, errDigits()
	}
	return p, nil
}

// Div divides, and rounds to a number of places: a quotient has no places of
// its own.
func (d Decimal) Div(by Decimal, places int32, mode Rounding) (Decimal, error) {
	if by.Sign() == 0 {
		return Decimal{}, errors.New("division by zero")
	}
	if err := checkPlaces(places); err != nil {
		return Decimal{}, err
	}
	quo, rem := d.d.QuoRem(by.d, places)
	if rem.Sign() == 0 {
		return Decimal{quo}.pad(places), nil
	}
	// quo is cut off towards zero; one unit further out is the other candidate.
	sign := int64(d.Sign() * by.Sign())
	unit := decimal.New(sign, -places)
	half := rem.Abs().Mul(decimal.NewFromInt(2)).Cmp(by.d.Abs().Mul(unit.Abs()))
	odd := !quo.Shift(places).Mod(decimal.NewFromInt(2)).IsZero()
	if mode.away(sign > 0, half, odd) {
		quo = quo.Add(unit)
	}
	return Decimal{quo}.pad(places), nil
}

// Round rounds to a number of places, and has exactly that many then.
func (d Decimal) Round(places int32, mode Rounding) (Decimal, error) {
	return d.Div(DecimalOfInt(1), places, mode)
}

// pad adds zeros until there are so many places.
func (d Decimal) pad(places int32) Decimal {
	return Decimal{d.d.Add(decimal.New(0, -places))}
}

func checkPlaces(places int32) error {
	if places < 0 || places > maxDigits {
		return fmt.Errorf("the number of decimal places must be from 0 to %d, not %d", maxDigits, places)
	}
	return nil
}
