package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
)

// Parse reads a history as Temporal's tools write it: an object with events, or
// the list of events alone.
func Parse(data []byte) (*historypb.History, error) {
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	if bytes.HasPrefix(data, []byte("[")) {
		data = append(append([]byte(`{"events":`), data...), '}')
	}
	if !json.Valid(data) {
		return nil, errors.New("it is no JSON")
	}
	h, err := client.HistoryFromJSON(bytes.NewReader(data), client.HistoryJSONOptions{})
	if err != nil {
		return nil, fmt.Errorf("it is no history: %w", err)
	}
	if len(h.GetEvents()) == 0 || h.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes() == nil {
		return nil, errors.New("it is no history: its first event is not the start of a workflow")
	}
	return h, nil
}
