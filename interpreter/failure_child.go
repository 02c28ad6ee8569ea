package interpreter

import (
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
)

// childFailed is the category of every error that a child workflow ends with.
const childFailed = "child_failed"

// fromChild takes the type and the message of the error that ended the child,
// which as a whole is the cause.
func (f *Failure) fromChild(e *temporal.ChildWorkflowExecutionError) {
	inner := new(Failure)
	inner.translate(e.Unwrap())
	f.used = inner.used
	f.Type, f.Message, f.Retryable, f.Details = inner.Type, inner.Message, inner.Retryable, inner.Details
	f.RetryState, f.child = retryState(e.RetryState()), true
	switch e.Unwrap().(type) {
	case *temporal.TimeoutError:
		f.category = "timeout"
		f.Message = "the child took longer than its timeouts allow"
		f.Details = nil
		return
	case *temporal.CanceledError:
		f.category = "cancelled"
		return
	case *temporal.ApplicationError:
		f.Cause = inner.value()
	}
	f.category = childFailed
}

// reportMark tells the report of one of our runs from the details that other
// workflows give their errors.
const reportMark = "partitur-report"

// payload is the report as the detail of an error.
func (rep Report) payload() any {
	data, err := toJSON(rep)
	if err != nil {
		return rep
	}
	metadata := map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingJSON), reportMark: []byte("1")}
	return converter.NewRawValue(&commonpb.Payload{Metadata: metadata, Data: data})
}

// fromReport takes what the report of a child's error says, if the details are
// one.
func (f *Failure) fromReport(app *temporal.ApplicationError) bool {
	var raw converter.RawValue
	if !app.HasDetails() || app.Details(&raw) != nil || raw.Payload().GetMetadata()[reportMark] == nil {
		return false
	}
	v, err := decodeRaw(raw)
	rep, ok := v.(map[string]any)
	if err != nil || !ok {
		return false
	}
	f.Step, _ = rep["step"].(string)
	f.Path, _ = rep["path"].(string)
	f.RetryState, _ = rep["retry_state"].(string)
	f.Attempt, _ = rep["attempt"].(int)
	f.Details, f.Cause = rep["details"], rep["cause"]
	f.Compensations, _ = rep["compensations"].([]any)
	f.used = rep["usage"]
	return true
}
