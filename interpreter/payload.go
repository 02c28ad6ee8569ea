package interpreter

import (
	"encoding/base64"
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/partitur/partitur/dsl/value"
)

// maxPayload is the server's default limit for one payload, less room for what
// is added on the way.
const maxPayload = 2<<20 - 4<<10

// maxStored bounds a payload that is kept outside of the history: a workflow
// task has to encode it in time.
const maxStored = 256 << 20

// largest is the size of the largest payload the run may have. It does not change
// while the run goes on, whatever becomes of the worker's storage.
func (r *run) largest() int {
	if r.pin.Stored {
		return maxStored
	}
	return maxPayload
}

// encode makes a payload of a value, or an error the author can catch if the
// server would refuse it.
func (r *run) encode(v any) (converter.RawValue, error) { return encodeUpTo(v, r.largest()) }

func encodeUpTo(v any, limit int) (converter.RawValue, error) {
	if v == nil {
		return converter.NewRawValue(&commonpb.Payload{Metadata: encodedNull}), nil
	}
	data, err := value.Encode(v)
	if err != nil {
		return converter.RawValue{}, &Failure{Type: ExpressionError, Message: err.Error()}
	}
	if len(data) > limit {
		return converter.RawValue{}, tooLarge(len(data), limit)
	}
	return converter.NewRawValue(&commonpb.Payload{Metadata: encodedJSON, Data: data}), nil
}

// The metadata of what is encoded. They are shared, and never changed: what is
// given to a codec it must not change.
var (
	encodedNull = map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingNil)}
	encodedJSON = map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingJSON)}
)

func tooLarge(size, limit int) error {
	message := "the value is " + value.FormatSize(int64(size)) + ", and the server takes at most 2MB at once"
	if limit == maxStored {
		message = "the value is " + value.FormatSize(int64(size)) + ", and one that is stored has at most " + value.FormatSize(maxStored)
	}
	return &Failure{Type: ResultTooLarge, Message: message}
}

// decodePayload reads a payload with exact integers.
func decodePayload(p *commonpb.Payload) (any, error) {
	switch encoding := string(p.GetMetadata()["encoding"]); encoding {
	case "binary/null", "":
		return nil, nil
	case "json/plain", "json/protobuf":
		return value.Decode(p.GetData())
	case "binary/plain":
		return base64.StdEncoding.EncodeToString(p.GetData()), nil
	default:
		return nil, fmt.Errorf("a value arrived in the encoding %q, which this worker cannot read", encoding)
	}
}

func decodeRaw(raw converter.RawValue) (any, error) {
	if raw.Payload() == nil {
		return nil, nil
	}
	return decodePayload(raw.Payload())
}

// decodeDetails reads the first detail of an error; several become a list.
func decodeDetails(app *temporal.ApplicationError) any {
	raws := make([]converter.RawValue, 4)
	if err := app.Details(&raws[0], &raws[1], &raws[2], &raws[3]); err != nil && raws[0].Payload() == nil {
		return nil
	}
	var list []any
	for _, raw := range raws {
		if raw.Payload() == nil {
			break
		}
		v, err := decodeRaw(raw)
		if err != nil {
			v = nil
		}
		list = append(list, v)
	}
	if len(list) == 1 {
		return list[0]
	}
	if list == nil {
		return nil
	}
	return list
}
