package interpreter

import (
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl/value"
)

// A Report says where and how a run failed. It is the only detail of the error
// that ends a run, so that any client can show the author's line.
type Report struct {
	Step          string `json:"step,omitempty"`
	Path          string `json:"path,omitempty"`
	Item          string `json:"item,omitempty"`
	File          string `json:"file,omitempty"`
	Line          int    `json:"line,omitempty"`
	Column        int    `json:"column,omitempty"`
	Length        int    `json:"length,omitempty"` // of what is underlined, in characters
	Text          string `json:"text,omitempty"`   // the line itself
	RetryState    string `json:"retry_state,omitempty"`
	Attempt       int    `json:"attempt,omitempty"`
	Details       any    `json:"details,omitempty"`
	Cause         any    `json:"cause,omitempty"`
	Compensations []any  `json:"compensations,omitempty"`
	Usage         any    `json:"usage,omitempty"` // of the agents of a child that is the tool of one
}

func (r *run) report(f *Failure) Report {
	rep := Report{
		Step: f.Step, Path: f.Path, RetryState: f.RetryState, Attempt: f.Attempt,
		Details: f.Details, Cause: f.Cause, Compensations: f.Compensations,
	}
	if r.purse != nil {
		rep.Usage = r.purse.spent.value()
	}
	if f.Item != f.Path {
		rep.Item = f.Item
	}
	if f.Span.IsZero() {
		return rep
	}
	rep.File = f.Span.File.Name
	rep.Line, rep.Column = f.Span.File.Pos(f.Span.Start)
	rep.Text = string(f.Span.File.Line(rep.Line))
	first, _, _ := strings.Cut(f.Span.Text(), "\n")
	rep.Length = len([]rune(first))
	return rep
}

// fail makes of a failure what Temporal records for the run. In replay that has
// been recorded, so the report is not made again.
func (r *run) fail(f *Failure) error {
	o := temporal.ApplicationErrorOptions{NonRetryable: !f.Retryable, Cause: causeOf(f.Cause)}
	if !workflow.IsReplaying(r.host.ctx) {
		o.Details = []any{r.report(f).fit().payload()}
	}
	return temporal.NewApplicationErrorWithOptions(f.Message, f.Type, o)
}

// causeOf is what an error was caused by, as Temporal records it, so that any
// client shows the chain.
func causeOf(cause any) error {
	e, _ := cause.(map[string]any)
	kind, _ := e["type"].(string)
	if kind == "" {
		return nil
	}
	message, _ := e["message"].(string)
	return temporal.NewApplicationErrorWithOptions(message, kind, temporal.ApplicationErrorOptions{Cause: causeOf(e["cause"])})
}

// fit leaves out what the server would not take.
func (rep Report) fit() Report {
	if value.Size(rep.Details)+value.Size(rep.Cause)+value.Size(rep.Compensations) > maxPayload/2 {
		rep.Details, rep.Cause, rep.Compensations = nil, nil, nil
	}
	return rep
}

func retryState(s interface{ String() string }) string {
	if text := s.String(); text != "Unspecified" {
		return snake(text)
	}
	return ""
}

// snake writes MaximumAttemptsReached as maximum_attempts_reached.
func snake(s string) string {
	var b strings.Builder
	for i, c := range s {
		if c >= 'A' && c <= 'Z' && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(c)
	}
	return strings.ToLower(b.String())
}
