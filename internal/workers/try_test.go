package workers

import (
	"os"
	"testing"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/internal/project"
)

func TestTry(t *testing.T) {
	w, diags, err := project.Load("../..", []string{os.Getenv("TRY")}, Catalog{})
	if err != nil {
		t.Fatal(err)
	}
	diag.Text{}.Write(os.Stdout, diags)
	t.Log(len(w.Programs))
}
