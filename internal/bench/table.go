package main

import (
	"fmt"
	"io"
)

// write prints a result as a Markdown table.
func (r result) write(out io.Writer) {
	g, y := r.sides[roleGo], r.sides[roleYAML]
	fmt.Fprintf(out, "%s, %d runs at a time\n\n", r.work.name, r.work.atOnce)
	fmt.Fprintln(out, "| | Go | YAML | |\n|---|---|---|---|")
	fmt.Fprintf(out, "| events of history | %d | %d | %+d |\n", g.Events, y.Events, y.Events-g.Events)
	if !r.work.ordered {
		fmt.Fprintf(out, "| of these, not about workflow tasks | %d | %d | %+d |\n", sum(g.Facts), sum(y.Facts), sum(y.Facts)-sum(g.Facts))
	}
	fmt.Fprintf(out, "| bytes of history | %d | %d | × %.2f |\n", g.Bytes, y.Bytes, float64(y.Bytes)/float64(g.Bytes))
	row := func(what, format string, of cost) {
		fmt.Fprintf(out, "| %s | "+format+" | "+format+" | × %.2f |\n", what, r.typical(roleGo, of), r.typical(roleYAML, of), r.ratio(of))
	}
	row("worker CPU a run, ms", "%.2f", figures.cpu)
	row("runs a second", "%.2f", figures.rate)
	row("replay an event, µs", "%.1f", figures.replay)
	fmt.Fprintln(out)
}

func sum(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}
