package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// SleepUntil pauses the workflow until a time.
type SleepUntil struct {
	leaf
	Time *expr.Value
}

// Fields declares the keys of a sleep_until step.
func (w *SleepUntil) Fields(f *fields.Set) {
	f.Value(&w.Time, "sleep_until", "the time, such as 2026-01-31T12:00:00Z; if it is past, there is no pause", fields.Required, fields.Want(types.TimeType))
}
