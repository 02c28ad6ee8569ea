//go:build noengine

package engine_test

import (
	"errors"
	"testing"

	"github.com/partitur/partitur/internal/engine"
)

func TestAbsentServer(t *testing.T) {
	if s, err := engine.Start(t.Context(), engine.Options{}); s != nil || !errors.Is(err, engine.ErrAbsent) {
		t.Errorf("got %v, %v", s, err)
	}
}
