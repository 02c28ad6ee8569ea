//go:build !noengine

package main

import (
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
)

// TestMain lets the test binary play the roles of the children.
func TestMain(m *testing.M) {
	if os.Getenv(roleVariable) == "" {
		os.Exit(m.Run())
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// A run in YAML records one event more than its twin in Go, its definition,
// and little more text.
func TestShort(t *testing.T) {
	var out strings.Builder
	results, err := compare(t.Context(), options{short: true}, &out)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + out.String())
	if len(results) != len(works) {
		t.Errorf("%d works were measured, there are %d", len(results), len(works))
	}
	for _, r := range results {
		g, y := r.sides[roleGo], r.sides[roleYAML]
		want := maps.Clone(g.Facts)
		want["MarkerRecorded"]++
		if !maps.Equal(y.Facts, want) {
			t.Errorf("%s: YAML records\n%v, Go\n%v: want the definition besides", r.work.name, y.Facts, g.Facts)
		}
		if r.work.ordered && y.Events != g.Events+1 {
			t.Errorf("%s: the history in YAML has %d events, in Go %d: want one more", r.work.name, y.Events, g.Events)
		}
		if ratio := float64(y.Bytes) / float64(g.Bytes); r.work.name == "sequence" && ratio > 1.3 {
			t.Errorf("%s: the history in YAML has %.2f times the bytes", r.work.name, ratio)
		}
	}
}
