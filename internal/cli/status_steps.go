package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/partitur/partitur/internal/cli/live"
	"github.com/partitur/partitur/interpreter"
)

// views are the steps as the table shows them.
func (s runStatus) views(now time.Time) []live.StepView {
	views := make([]live.StepView, len(s.Steps))
	for i, step := range s.Steps {
		views[i] = viewOf(step, now)
	}
	return views
}

func viewOf(s interpreter.StepStatus, now time.Time) live.StepView {
	v := live.StepView{
		Path: s.Path, ID: s.ID, Title: s.Title, Kind: s.Verb, State: s.Status, Started: s.Started, Note: noteOf(s, now),
	}
	if v.ID == "" && v.Title == "" && s.Undoes != "" {
		v.Title = "undo " + s.Undoes
	}
	if s.Ended != nil {
		v.Ended = *s.Ended
	}
	return v
}

// noteOf says what went wrong, or how far the step has come and what it waits for.
func noteOf(s interpreter.StepStatus, now time.Time) string {
	var parts []string
	switch {
	case s.Error != "":
		return s.Error
	case s.Total > 0:
		parts = append(parts, fmt.Sprintf("%d of %d", s.Done, s.Total))
	case s.Done > 0: // of a while or repeat
		parts = append(parts, fmt.Sprintf("round %d", s.Done))
	}
	if s.Agent != nil {
		parts = append(parts, usedText(*s.Agent))
	}
	if s.Waits != "" {
		parts = append(parts, "for "+s.Waits)
	}
	if s.Ended == nil && s.Child != "" {
		parts = append(parts, "for "+s.Child)
	}
	if s.Until != nil {
		parts = append(parts, "until "+near(*s.Until, now))
	}
	return strings.Join(parts, ", ")
}

// near writes a time, without its date if that is today's.
func near(t, now time.Time) string {
	t = t.In(now.Location())
	if t.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return t.Format(time.TimeOnly)
	}
	return t.Format(time.DateTime)
}
