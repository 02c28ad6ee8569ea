package cli

import (
	"encoding/base64"
	"encoding/json"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
)

// null is the JSON of no value.
var null = json.RawMessage("null")

// jsonOf returns the JSON of a payload as it was written. What is no JSON
// becomes an object with its encoding and its bytes.
func jsonOf(p *commonpb.Payload) json.RawMessage {
	switch encoding := string(p.GetMetadata()[converter.MetadataEncoding]); encoding {
	case converter.MetadataEncodingNil, "":
		return null
	case converter.MetadataEncodingJSON, converter.MetadataEncodingProtoJSON:
		if json.Valid(p.GetData()) {
			return p.GetData()
		}
		fallthrough
	default:
		b, err := json.Marshal(map[string]string{"encoding": encoding, "base64": base64.StdEncoding.EncodeToString(p.GetData())})
		if err != nil {
			return null
		}
		return b
	}
}

// valuesOf is jsonOf for several payloads: null for none, the value for one, a
// list for more.
func valuesOf(p *commonpb.Payloads) json.RawMessage {
	switch all := p.GetPayloads(); len(all) {
	case 0:
		return null
	case 1:
		return jsonOf(all[0])
	default:
		list := make([]json.RawMessage, len(all))
		for i, one := range all {
			list[i] = jsonOf(one)
		}
		b, err := json.Marshal(list)
		if err != nil {
			return null
		}
		return b
	}
}

// fieldsOf is jsonOf for named payloads; nil for none.
func fieldsOf(fields map[string]*commonpb.Payload) map[string]json.RawMessage {
	if len(fields) == 0 {
		return nil
	}
	out := map[string]json.RawMessage{}
	for name, p := range fields {
		out[name] = jsonOf(p)
	}
	return out
}
