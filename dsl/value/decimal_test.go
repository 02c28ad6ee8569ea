package value

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestDecimalKeepsItsScale(t *testing.T) {
	for _, s := range []string{"0", "12.30", "-0.05", "100", "1000000000000000000000.000000000000000000001", "0.00"} {
		if got := mustDecimal(t, s).String(); got != s {
			t.Errorf("%s became %s", s, got)
		}
	}
	if got := (Decimal{}).String(); got != "0" {
		t.Errorf("the zero Decimal is %s", got)
	}
	if b, err := json.Marshal(mustDecimal(t, "1.50")); err != nil || string(b) != `"1.50"` {
		t.Errorf("Marshal = %s, %v", b, err)
	}
}

func TestParseDecimalErrors(t *testing.T) {
	for _, s := range []string{"", "-", ".", "1.", ".5", "+1", "1e3", "1E1000000000", "1,000", " 1", "1 ", "0x10", "NaN", "1_000", "--1", "1.2.3", "١"} {
		if d, err := ParseDecimal(s); err == nil || !strings.Contains(err.Error(), "is not a decimal") {
			t.Errorf("ParseDecimal(%q) = %v, %v", s, d, err)
		}
	}
	if _, err := ParseDecimal(strings.Repeat("1", 1001)); err == nil || !strings.Contains(err.Error(), "at most 1000 digits") {
		t.Error(err)
	}
}

func TestToDecimal(t *testing.T) {
	for _, v := range []any{12, "12", mustDecimal(t, "12")} {
		if d, err := ToDecimal(v); err != nil || d.String() != "12" {
			t.Errorf("ToDecimal(%v) = %v, %v", v, d, err)
		}
	}
	tests := []struct {
		v    any
		want string
	}{
		{12.5, `does not mix with the number 12.5, which is a float: write it as text, decimal("12.5")`},
		{nil, "nil is not a decimal"}, {true, "a boolean is not a decimal"}, {[]any{}, "a list is not a decimal"}, {map[string]any{}, "an object is not a decimal"}, {"x", `"x" is not a decimal`},
	}
	for _, tt := range tests {
		if d, err := ToDecimal(tt.v); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("ToDecimal(%v) = %v, %v; want an error with %q", tt.v, d, err, tt.want)
		}
	}
}

func TestDecimalArithmetic(t *testing.T) {
	a, b := mustDecimal(t, "12.30"), mustDecimal(t, "-0.1")
	if got := a.Add(b).String(); got != "12.20" {
		t.Errorf("Add = %s", got)
	}
	if got := a.Sub(b).String(); got != "12.40" {
		t.Errorf("Sub = %s", got)
	}
	if got, err := a.Mul(b); err != nil || got.String() != "-1.230" {
		t.Errorf("Mul = %s, %v", got, err)
	}
	if got := a.Neg().String(); got != "-12.30" {
		t.Errorf("Neg = %s", got)
	}
	if a.Compare(b) != 1 || b.Compare(a) != -1 || a.Compare(mustDecimal(t, "12.3")) != 0 {
		t.Error("Compare")
	}
	big := mustDecimal(t, strings.Repeat("9", 600))
	if _, err := big.Mul(big); err == nil {
		t.Error("a product of 1200 digits was computed")
	}
}

func TestDecimalDiv(t *testing.T) {
	tests := []struct {
		a, b   string
		places int32
		mode   Rounding
		want   string
	}{
		{"10", "4", 2, HalfUp, "2.50"}, {"10", "3", 2, HalfUp, "3.33"}, {"20", "3", 2, HalfUp, "6.67"}, {"-20", "3", 2, HalfUp, "-6.67"}, {"20", "-3", 2, HalfUp, "-6.67"}, {"1", "8", 2, HalfUp, "0.13"},
		{"1", "8", 2, HalfEven, "0.12"}, {"3", "8", 2, HalfEven, "0.38"}, {"-3", "8", 2, HalfEven, "-0.38"}, {"1", "8", 2, Up, "0.13"}, {"-1", "8", 2, Up, "-0.13"}, {"19", "10", 0, Down, "1"}, {"-19", "10", 0, Down, "-1"},
		{"11", "10", 0, Ceiling, "2"}, {"-11", "10", 0, Ceiling, "-1"}, {"11", "10", 0, Floor, "1"}, {"-11", "10", 0, Floor, "-2"}, {"1", "1000", 2, Ceiling, "0.01"}, {"-1", "1000", 2, Floor, "-0.01"}, {"1", "1000", 2, HalfUp, "0.00"},
		{"0", "7", 2, HalfUp, "0.00"}, {"12.30", "0.10", 0, HalfUp, "123"}, {"1", "3", 20, HalfUp, "0.33333333333333333333"},
	}
	for _, tt := range tests {
		got, err := mustDecimal(t, tt.a).Div(mustDecimal(t, tt.b), tt.places, tt.mode)
		if err != nil || got.String() != tt.want {
			t.Errorf("%s / %s to %d places, %s = %s, %v; want %s", tt.a, tt.b, tt.places, tt.mode, got, err, tt.want)
		}
	}
	if _, err := mustDecimal(t, "1").Div(mustDecimal(t, "0.00"), 2, HalfUp); err == nil || err.Error() != "division by zero" {
		t.Error(err)
	}
	if _, err := mustDecimal(t, "1").Div(mustDecimal(t, "3"), -1, HalfUp); err == nil {
		t.Error("negative places were accepted")
	}
}

func TestDecimalRound(t *testing.T) {
	tests := []struct {
		a      string
		places int32
		mode   Rounding
		want   string
	}{
		{"2.345", 2, HalfUp, "2.35"}, {"2.345", 2, HalfEven, "2.34"}, {"2.3", 2, HalfUp, "2.30"}, {"-2.5", 0, HalfUp, "-3"}, {"-2.5", 0, HalfEven, "-2"}, {"2.001", 2, Up, "2.01"}, {"2", 0, HalfUp, "2"},
	}
	for _, tt := range tests {
		if got, err := mustDecimal(t, tt.a).Round(tt.places, tt.mode); err != nil || got.String() != tt.want {
			t.Errorf("%s to %d places, %s = %s, %v; want %s", tt.a, tt.places, tt.mode, got, err, tt.want)
		}
	}
}

func TestParseRounding(t *testing.T) {
	for r := HalfUp; r <= Floor; r++ {
		if got, err := ParseRounding(r.String()); err != nil || got != r {
			t.Errorf("ParseRounding(%q) = %v, %v", r, got, err)
		}
	}
	if _, err := ParseRounding("halfup"); err == nil || !strings.Contains(err.Error(), "half_up, half_even") {
		t.Error(err)
	}
}
