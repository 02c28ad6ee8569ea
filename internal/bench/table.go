package main

import (
	"fmt"
	"io"
	"slices"
)

// A row is a line of a table: what one side costs, and the other, and how the
// ratio of the two lies to its target.
type row struct {
	what, format  string
	golang, yaml  float64
	ratio         string
	lowest, most  float64 // of the ratio over the rounds; 0 if there are none
	target, state string
}

func (r row) write(out io.Writer) {
	span := ""
	if r.most > 0 {
		span = fmt.Sprintf("%.2f to %.2f", r.lowest, r.most)
	}
	fmt.Fprintf(out, "| %s | "+r.format+" | "+r.format+" | %s | %s | %s | %s |\n", r.what, r.golang, r.yaml, r.ratio, span, r.target, r.state)
}

// write prints a result as a Markdown table.
func (r result) write(out io.Writer) {
	fmt.Fprintf(out, "**%s**: %s\n\n", r.work.name, r.conditions())
	fmt.Fprintln(out, "| | Go | YAML | | rounds | target | |\n|---|---|---|---|---|---|---|")
	for _, row := range r.rows() {
		row.write(out)
	}
	fmt.Fprintln(out)
}

func (r result) conditions() string {
	text := fmt.Sprintf("%d rounds of %d runs, %d at a time", len(r.turns[roleGo]), r.work.runs, r.work.atOnce)
	if n := r.sides[roleYAML].Runs; n > 1 {
		text += fmt.Sprintf("; each continued as new %d times", n-1)
	}
	return text + "; load of the machine " + r.load
}

func (r result) rows() []row {
	g, y := r.sides[roleGo], r.sides[roleYAML]
	rows := []row{r.events("events of history", g.Events, y.Events, r.work.ordered)}
	if !r.work.ordered {
		rows = append(rows, r.events("of these, not about workflow tasks", sum(g.Facts), sum(y.Facts), true))
	}
	return append(rows,
		bounded(row{what: "bytes of history", format: "%.0f", golang: float64(g.Bytes), yaml: float64(y.Bytes)},
			[]float64{float64(y.Bytes) / float64(g.Bytes)}, r.work.targets.bytes, true),
		r.measured("worker CPU a run, ms", figures.cpu, r.work.targets.cpu, true),
		r.measured("runs a second", figures.rate, r.work.targets.rate, false),
		r.measured("replay an event, µs", figures.replay, r.work.targets.replay, true),
	)
}

// events compares numbers of events. How many workflow tasks take what comes at
// the same time is a matter of timing, so then there is no target.
func (r result) events(what string, golang, yaml int, exact bool) row {
	one := row{what: what, format: "%.0f", golang: float64(golang), yaml: float64(yaml), ratio: fmt.Sprintf("%+d", yaml-golang)}
	if exact {
		one.target, one.state = "+1", state(yaml-golang <= 1)
	}
	return one
}

// measured compares a cost that was measured in rounds.
func (r result) measured(what string, of cost, target float64, most bool) row {
	one := row{what: what, format: "%.3g", golang: r.typical(roleGo, of), yaml: r.typical(roleYAML, of)}
	if one.golang >= 100 {
		one.format = "%.0f"
	}
	return bounded(one, r.ratios(of), target, most)
}

// bounded completes a row by the median of its ratios, and by its target: the
// most that may be, or the least.
func bounded(one row, ratios []float64, target float64, most bool) row {
	ratio := median(ratios)
	one.ratio = fmt.Sprintf("× %.2f", ratio)
	if len(ratios) > 1 {
		one.lowest, one.most = slices.Min(ratios), slices.Max(ratios)
	}
	switch {
	case target == 0:
	case most:
		one.target, one.state = fmt.Sprintf("≤ %.2f", target), state(ratio < target+0.005)
	default:
		one.target, one.state = fmt.Sprintf("≥ %.2f", target), state(ratio >= target-0.005)
	}
	return one
}

func state(holds bool) string {
	if holds {
		return "pass"
	}
	return "miss"
}

func sum(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}
