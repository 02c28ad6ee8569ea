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
	twin    any              // the Go workflow
	input   func(id int) any // of one run
	atOnce  int              // runs in progress at the same time
	runs    int              // of one round
	fails   bool             // a run is to end as failed
	ordered bool             // one thing after the other: equal histories in every run
}

// works lists what is measured.
var works = []work{
	{name: "sequence", twin: sequence, input: order, atOnce: 20, runs: 60, ordered: true},
	{name: "saga", twin: saga, input: order, atOnce: 20, runs: 80, fails: true, ordered: true},
	{name: "fan-out", twin: fanOut, input: manyOrders, atOnce: 3, runs: 9},
}

func order(id int) any { return Order{ID: fmt.Sprintf("order-%06d", id)} }

func manyOrders(id int) any {
	var in Orders
	for i := range 100 {
		in.IDs = append(in.IDs, fmt.Sprintf("order-%06d-%03d", id, i))
	}
	return in
}

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
