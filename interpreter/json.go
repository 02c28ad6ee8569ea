package interpreter

import "encoding/json"

// toJSON writes a value as JSON. The keys of maps are sorted, so that equal values
// are equal texts.
func toJSON(v any) ([]byte, error) { return json.Marshal(v) }

// fromJSON reads into a value what toJSON has written.
func fromJSON(data []byte, v any) error { return json.Unmarshal(data, v) }
