package diag

import "slices"

// Nearest returns the name that is spelled most like what was written, or ""
// when none is near enough to be meant.
func Nearest(written string, names []string) (nearest string) {
	best := len(written)/3 + 2
	for _, n := range slices.Sorted(slices.Values(names)) {
		if dist := Distance(written, n); dist < best {
			best, nearest = dist, n
		}
	}
	return nearest
}

// Distance is the optimal string alignment distance: insertions, deletions,
// substitutions and swaps of neighbours (Damerau 1964).
func Distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
