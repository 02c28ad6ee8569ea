package interpreter

import (
	"strings"

	"go.temporal.io/sdk/converter"
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
}

func (r *run) report(f *Failure) Report {
	rep := Report{
		Step: f.Step, Path: f.Path, RetryState: f.RetryState, Attempt: f.Attempt,
		Details: f.Details, Cause: f.Cause, Compensations: f.Compensations,
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

// maxPayload is the server's default limit for one payload, less room for what
// is added on the way.
const maxPayload = 2<<20 - 4<<10

// encode makes a payload of a value, or an error the author can catch if the
// server would refuse it.
func encode(v any) (converter.RawValue, error) {
	p, err := converter.GetDefaultDataConverter().ToPayload(nil)
	if v != nil {
		var data []byte
		if data, err = value.Encode(v); err != nil {
			return converter.RawValue{}, &Failure{Type: ExpressionError, Message: err.Error()}
		}
		p.Metadata = map[string][]byte{"encoding": []byte("json/plain")}
		p.Data = data
	}
	if err != nil {
		return converter.RawValue{}, err
	}
	if len(p.Data) > maxPayload {
		return converter.RawValue{}, &Failure{Type: ResultTooLarge, Message: "the value is " + value.FormatSize(int64(len(p.Data))) + ", and the server takes at most 2MB at once"}
	}
	return converter.NewRawValue(p), nil
}

func encodeResult(v any) (any, error) {
	raw, err := encode(v)
	if err != nil {
		return nil, temporal.NewNonRetryableApplicationError(fromError(err).Message, fromError(err).Type, nil)
	}
	return raw, nil
}

func retryState(s interface{ String() string }) string {
	return strings.ToLower(snake(strings.TrimPrefix(s.String(), "RETRY_STATE_")))
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
	return b.String()
}

func originalRunID(info *workflow.Info) string {
	if info.OriginalRunID != "" {
		return info.OriginalRunID
	}
	return info.WorkflowExecution.RunID
}
