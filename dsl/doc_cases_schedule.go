package dsl

import (
	"time"

	"github.com/partitur/partitur/dsl/fields"
)

// A CaseSchedule is the schedule that has started the run of a test case.
type CaseSchedule struct {
	ID         string
	Time       time.Time // zero is that at which the case begins
	LastResult any
	LastError  *CaseError
}

// A CaseError is how the last run of the schedule failed.
type CaseError struct{ Type, Message string }

// Fields declares the keys of the mapping.
func (s *CaseSchedule) Fields(f *fields.Set) {
	f.String(&s.ID, "id", "the schedule's id", fields.Required)
	var text string
	f.String(&text, "time", "the time the run is meant for; that at which the case begins if not set", fields.Example("'2026-03-01T06:00:00Z'"))
	if f.Diags() != nil {
		s.Time, _ = timeIn(f, "time", text)
	}
	f.Any(&s.LastResult, "last_result", "what the last run of the schedule returned", fields.Literal)
	e := new(CaseError)
	if f.Object(e, "last_error", "how the last run of the schedule failed") {
		s.LastError = e
	}
}

// Fields declares the keys of the mapping.
func (e *CaseError) Fields(f *fields.Set) {
	f.String(&e.Type, "type", "the type of the error", fields.Required)
	f.String(&e.Message, "message", "its message")
}

// bindSchedule binds the schedule of a case. Only an engine of our own can
// pretend that there is one.
func (c *TestCase) bindSchedule(f *fields.Set) {
	s := new(CaseSchedule)
	if !f.Object(s, "schedule", "the schedule that has started the run; played in memory only") {
		return
	}
	c.Schedule = s
	if c.Engine == OnServer {
		f.Diags().Error("two-keys", f.KeySpan("schedule"), "a server starts the runs of schedules itself, so this case cannot be played by one").
			WithHint("leave out engine")
	}
	c.Engine = InMemory
}
