package value

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// sizeUnits, greatest first. As on disks and networks, and in what providers
// charge for, a KB is 1000 bytes; KiB and so on count in 1024s.
var sizeUnits = [...]struct {
	name  string
	bytes int64
}{
	{"TiB", 1 << 40}, {"TB", 1e12},
	{"GiB", 1 << 30}, {"GB", 1e9},
	{"MiB", 1 << 20}, {"MB", 1e6},
	{"KiB", 1 << 10}, {"KB", 1e3},
	{"B", 1},
}

// ParseSize reads a number of bytes such as 512B, 64KB, 2MB, 1.5GB or 2MiB.
func ParseSize(s string) (int64, error) {
	if s == "" {
		return 0, fmt.Errorf("the size is empty: write a number and a unit, such as 64KB or 2MB")
	}
	number, name, rest := cutPart(s)
	switch {
	case s[0] == '-':
		return 0, notSize(s, "it cannot be negative")
	case len(s) > 64 || rest != "" || !isDecimal(number):
		return 0, notSize(s, "write a number and a unit, such as 64KB or 2MB")
	case name == "":
		return 0, notSize(s, fmt.Sprintf("the unit is missing, write %sB for bytes or %sMB for megabytes", s, s))
	}
	for _, u := range sizeUnits {
		if u.name == name {
			return sizeOf(s, number, u.bytes)
		}
	}
	for _, u := range sizeUnits {
		if short := strings.TrimSpace(name); strings.EqualFold(u.name, short) || strings.EqualFold(u.name, short+"B") {
			return 0, notSize(s, "write "+number+u.name)
		}
	}
	return 0, notSize(s, fmt.Sprintf("%q is not a unit, they are B, KB, MB, GB and TB, or KiB, MiB, GiB and TiB", name))
}

func sizeOf(s, number string, unit int64) (int64, error) {
	n, _ := new(big.Rat).SetString(number) // digits and a point, by isDecimal
	n.Mul(n, new(big.Rat).SetInt64(unit))
	switch {
	case !n.IsInt():
		return 0, notSize(s, "it is not a whole number of bytes")
	case !n.Num().IsInt64():
		return 0, notSize(s, "it is too large")
	}
	return n.Num().Int64(), nil
}

func notSize(s, why string) error {
	return fmt.Errorf("%q is not a size: %s", abridge(s), why)
}

// FormatSize writes a number of bytes for people: exactly where a unit fits,
// else with one decimal, such as 2MB, 2MiB or 1.3MB. It is for messages; only
// the exact ones read back as the same number.
func FormatSize(n int64) string {
	for _, u := range sizeUnits {
		if n >= u.bytes && n%u.bytes == 0 && n/u.bytes < 10_000 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	for _, u := range sizeUnits {
		if decimalUnit := !strings.Contains(u.name, "i"); decimalUnit && n >= u.bytes {
			return strconv.FormatFloat(float64(n)/float64(u.bytes), 'f', 1, 64) + u.name
		}
	}
	return strconv.FormatInt(n, 10) + "B"
}
