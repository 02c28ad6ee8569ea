package dsl_test

import (
	"testing"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/golden/actions"
	"github.com/partitur/partitur/internal/golden/repository"
)

// BenchmarkCheck500 reads 500 workflows of 20 steps, as a large repository has
// them.
func BenchmarkCheck500(b *testing.B) {
	files := repository.Workflows(500)
	b.ResetTimer()
	for b.Loop() {
		w, diags := dsl.Load(files, actions.Catalog{})
		if len(diags) > 0 || len(w.Programs) != 500 {
			b.Fatal(len(w.Programs), diags)
		}
	}
}
