package main

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/workers"
)

// A work is one workflow, written twice: as Go and as YAML. Both have its name.
type work struct {
	name    string
	twin    any                    // the Go workflow
	input   func(id, size int) any // of one run
	size    int                    // how many activities, rounds or signals, if the input says that
	short   int                    // the same, to see that it works
	signals bool                   // each run is sent as many signals as it has size
	atOnce  int                    // runs in progress at the same time
	runs    int                    // of one round
	rounds  int                    // at most, because each takes long; 0 is no bound
	fails   bool                   // a run is to end as failed
	ordered bool                   // one thing after the other: equal histories in every run
	targets targets
}

// targets are bounds of the ratios of YAML to Go; 0 is none. Besides, a run in
// YAML records one event more, its definition.
type targets struct{ bytes, cpu, rate, replay float64 }

// works lists what is measured.
var works = []work{
	{name: "sequence", twin: sequence, input: order, atOnce: 20, runs: 60, ordered: true, targets: targets{bytes: 1.30, cpu: 1.10, rate: 0.98, replay: 1.15}},
	{name: "saga", twin: saga, input: order, atOnce: 20, runs: 80, fails: true, ordered: true, targets: targets{cpu: 1.10, rate: 0.98, replay: 1.15}},
	{name: "fan-out", twin: fanOut, input: manyOrders, size: 100, short: 100, atOnce: 3, runs: 9, targets: targets{cpu: 1.15, rate: 0.97}},
	{name: "fan-out-500", twin: fanOut, input: manyOrders, size: 500, short: 500, atOnce: 2, runs: 4},
	{name: "loop", twin: loop, input: rounds, size: 5000, short: 200, atOnce: 1, runs: 1, rounds: 3, ordered: true},
	{name: "agent", twin: agent, input: order, atOnce: 10, runs: 30},
	{name: "signals", twin: signals, input: manySignals, size: 500, short: 100, signals: true, atOnce: 4, runs: 8},
}

func orderID(id int) string { return fmt.Sprintf("order-%06d", id) }

func order(id, _ int) any { return Order{ID: orderID(id)} }

func manyOrders(id, size int) any {
	var in Orders
	for i := range size {
		in.IDs = append(in.IDs, fmt.Sprintf("order-%06d-%03d", id, i))
	}
	return in
}

func rounds(id, size int) any { return Rounds{ID: orderID(id), Times: size} }

func manySignals(id, size int) any { return Signals{ID: orderID(id), Signals: size} }

//go:embed works/*.yaml
var definitions embed.FS

// programs are the works in YAML.
func programs() ([]*dsl.Program, error) {
	names, err := fs.Glob(definitions, "works/*.yaml")
	if err != nil {
		return nil, err
	}
	var files []*source.File
	for _, name := range names {
		text, err := definitions.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files = append(files, source.NewFile(name, text))
	}
	w, diags := dsl.Load(files, workers.Catalog{})
	for _, d := range diags {
		return nil, d
	}
	for _, k := range works {
		if !slices.ContainsFunc(w.Programs, func(p *dsl.Program) bool { return p.Name == k.name }) {
			return nil, fmt.Errorf("there is no definition of the work %q", k.name)
		}
	}
	return w.Programs, nil
}
