package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	failurepb "go.temporal.io/api/failure/v1"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/cli/ansi"
)

// A failure is why something failed, as Temporal records it.
type failure struct {
	Type    string          `json:"type"`
	Message string          `json:"message"`
	Details json.RawMessage `json:"details,omitempty"`
	Cause   *failure        `json:"cause,omitempty"`
}

// failureOf reads what Temporal recorded. What only says where a failure came
// from, and not why, is left out.
func failureOf(p *failurepb.Failure) *failure {
	if p == nil {
		return nil
	}
	f := &failure{Message: p.GetMessage(), Cause: failureOf(p.GetCause())}
	switch {
	case p.GetActivityFailureInfo() != nil, p.GetChildWorkflowExecutionFailureInfo() != nil:
		if f.Cause != nil {
			return f.Cause
		}
		f.Type = "ActivityError"
	case p.GetApplicationFailureInfo() != nil:
		info := p.GetApplicationFailureInfo()
		f.Type = info.GetType()
		f.Details = details(valuesOf(info.GetDetails()))
	case p.GetTimeoutFailureInfo() != nil:
		f.Type = "Timeout"
	case p.GetCanceledFailureInfo() != nil:
		f.Type = "Cancelled"
		f.Details = details(valuesOf(p.GetCanceledFailureInfo().GetDetails()))
	case p.GetTerminatedFailureInfo() != nil:
		f.Type = "Terminated"
	}
	if f.Type == "" {
		f.Type = "Error"
	}
	return f
}

func details(v json.RawMessage) json.RawMessage {
	if string(v) == string(null) {
		return nil
	}
	return v
}

// A place is where the author wrote what failed. Runs of ours carry it in the
// details of their failure.
type place struct {
	File    string          `json:"file"`
	Line    int             `json:"line"`
	Column  int             `json:"column"`
	Length  int             `json:"length"`
	Text    string          `json:"text"`
	Details json.RawMessage `json:"details"`
}

func (f *failure) place() (p place, ok bool) {
	if f.Details == nil || json.Unmarshal(f.Details, &p) != nil {
		return place{}, false
	}
	const mostLines = 1 << 20
	return p, p.File != "" && p.Line > 0 && p.Line < mostLines && p.Column > 0
}

// sentence is the failure in one line.
func (f *failure) sentence() string {
	message := ansi.Clean(f.Message)
	if f.Type == "Error" || strings.HasPrefix(message, f.Type+": ") {
		return message
	}
	return f.Type + ": " + message
}

// write shows the failure, at the author's line if it is known.
func (f *failure) write(w io.Writer, colors ansi.Palette) error {
	extra := f.Details
	var list diag.List
	if p, ok := f.place(); ok {
		list.Error(f.Type, p.span(), "%s", f.Message)
		extra = details(p.Details)
	} else {
		list.Error(f.Type, source.Span{}, "%s", f.Message)
	}
	if err := (diag.Text{Color: colors.On}).Write(w, list); err != nil {
		return err
	}
	if extra != nil {
		fmt.Fprintf(w, "  details: %s\n", extra)
	}
	for cause := f.Cause; cause != nil; cause = cause.Cause {
		fmt.Fprintf(w, "  because of %s\n", cause.sentence())
	}
	return nil
}

// span makes the place one in a file of which only that line is known.
func (p place) span() source.Span {
	f := source.NewFile(p.File, []byte(strings.Repeat("\n", p.Line-1)+p.Text))
	return source.Span{File: f, Start: f.Offset(p.Line, p.Column), End: f.Offset(p.Line, p.Column+p.Length)}
}
