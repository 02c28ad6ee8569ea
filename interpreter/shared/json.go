package shared

import "encoding/json"

// toJSON writes the keys of maps sorted.
func toJSON(v any) ([]byte, error) { return json.Marshal(v) }

// fromJSON reads what toJSON writes.
func fromJSON(data []byte, v any) error { return json.Unmarshal(data, v) }
