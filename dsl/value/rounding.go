package value

import (
	"fmt"
	"strings"
)

// A Rounding says which neighbour a number that lies between two becomes.
type Rounding int

// The ways of rounding.
const (
	HalfUp   Rounding = iota // to the nearer, in the middle away from zero, as on invoices
	HalfEven                 // to the nearer, in the middle to the even one, as banks do
	Up                       // away from zero
	Down                     // towards zero
	Ceiling                  // to the greater
	Floor                    // to the lesser
)

var roundingNames = [...]string{"half_up", "half_even", "up", "down", "ceiling", "floor"}

func (r Rounding) String() string { return roundingNames[r] }

// ParseRounding finds a way of rounding by its name.
func ParseRounding(name string) (Rounding, error) {
	for i, n := range roundingNames {
		if n == name {
			return Rounding(i), nil
		}
	}
	return 0, fmt.Errorf("%q is not a way of rounding: it can be %s", abridge(name), strings.Join(roundingNames[:], ", "))
}

// away tells whether a number cut off towards zero is to be moved one unit away
// from it. half compares what was cut off with half a unit, odd tells whether the
// last digit kept is odd.
func (r Rounding) away(positive bool, half int, odd bool) bool {
	switch r {
	case HalfUp:
		return half >= 0
	case HalfEven:
		return half > 0 || half == 0 && odd
	case Up:
		return true
	case Ceiling:
		return positive
	case Floor:
		return !positive
	}
	return false
}
