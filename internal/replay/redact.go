package replay

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	failurepb "go.temporal.io/api/failure/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/proxy"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/value"
	"github.com/partitur/partitur/interpreter"
)

// A Redaction says how the data is taken out of a history.
type Redaction struct {
	Remove    bool // all values; else texts that the definition does not mention become hashes
	Converter converter.DataConverter
	Actions   dsl.Catalog
}

// Redact returns a history without the data that it was about. With hashes the
// same text becomes the same hash, so that the run takes the same way.
func Redact(h *historypb.History, how Redaction) (*historypb.History, error) {
	r := &redactor{Redaction: how}
	pins, err := interpreter.Recorded(h, how.Converter)
	if err != nil && !how.Remove {
		return nil, err
	}
	for _, pin := range pins {
		sources, err := pin.Sources()
		if err != nil {
			return nil, err
		}
		for _, s := range sources {
			r.text += s.Text + "\n"
		}
	}
	out := proto.Clone(h).(*historypb.History)
	for _, e := range out.GetEvents() {
		if err := r.event(e); err != nil {
			return nil, err
		}
	}
	anonymous(out.ProtoReflect())
	return out, nil
}

type redactor struct {
	Redaction
	text string // of the definitions
}

// event redacts one event. What the SDK itself has noted in a marker is no data.
func (r *redactor) event(e *historypb.HistoryEvent) error {
	marker := e.GetMarkerRecordedEventAttributes()
	var own map[string]*commonpb.Payloads
	switch {
	case marker.GetMarkerName() == "Version":
		return nil
	case marker.GetMarkerName() == "LocalActivity":
		own = map[string]*commonpb.Payloads{"data": marker.Details["data"]}
		delete(marker.Details, "data")
	}
	err := proxy.VisitPayloads(context.Background(), e, proxy.VisitPayloadsOptions{
		Visitor: func(_ *proxy.VisitPayloadsContext, list []*commonpb.Payload) ([]*commonpb.Payload, error) {
			out := make([]*commonpb.Payload, len(list))
			for i, p := range list {
				var err error
				if out[i], err = r.payload(p); err != nil {
					return nil, err
				}
			}
			return out, nil
		},
	})
	for name, p := range own {
		marker.Details[name] = p
	}
	if err != nil {
		return err
	}
	return proxy.VisitFailures(context.Background(), e, proxy.VisitFailuresOptions{
		Visitor: func(_ *proxy.VisitFailuresContext, f *failurepb.Failure) error {
			f.Message, f.StackTrace = r.word(f.GetMessage()), ""
			return nil
		},
	})
}

var nothing = map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingNil)}

func (r *redactor) payload(p *commonpb.Payload) (*commonpb.Payload, error) {
	var raw converter.RawValue
	if err := r.Converter.FromPayload(p, &raw); err != nil {
		return nil, err
	}
	plain := raw.Payload()
	if interpreter.IsPin(plain) {
		return interpreter.WithoutSettings(plain)
	}
	if r.Remove {
		return &commonpb.Payload{Metadata: nothing}, nil
	}
	if len(plain.GetData()) == 0 {
		return plain, nil
	}
	v, err := value.Decode(plain.GetData())
	if err != nil { // bytes of another kind
		return &commonpb.Payload{Metadata: plain.GetMetadata(), Data: []byte(hash(string(plain.GetData())))}, nil
	}
	data, err := value.Encode(r.value(v, !interpreter.IsCarried(plain)))
	return &commonpb.Payload{Metadata: plain.GetMetadata(), Data: data}, err
}

// carriesData are the parts of what a run leaves to the next that hold data; the
// others say where it stood.
var carriesData = map[string]bool{
	"state": true, "steps": true, "items": true, "keys": true, "results": true, "failed": true, "vars": true, "mail": true,
	"error": true, "undone": true, "past": true, "tried": true, "env": true,
}

// value redacts the texts in a value that is data, or in the parts of it that
// are.
func (r *redactor) value(v any, data bool) any {
	switch v := v.(type) {
	case string:
		if data {
			return r.word(v)
		}
	case []any:
		for i := range v {
			v[i] = r.value(v[i], data)
		}
	case map[string]any:
		for name, inner := range v {
			v[name] = r.value(inner, data || carriesData[name])
		}
	}
	return v
}

// statuses are what the interpreter itself calls steps.
const statuses = " pending running waiting succeeded failed skipped cancelled timed_out registered dropped signal update "

// word redacts a text. What the definition mentions decides what a run does, and
// so do times.
func (r *redactor) word(text string) string {
	if text == "" || strings.Contains(r.text, text) || strings.Contains(statuses, " "+text+" ") {
		return text
	}
	if _, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return text
	}
	return hash(text)
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "redacted-" + hex.EncodeToString(sum[:6])
}

// anonymous takes out who has worked on the run, and what people have written.
func anonymous(m protoreflect.Message) {
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.IsMap():
			if f.MapValue().Message() != nil {
				v.Map().Range(func(_ protoreflect.MapKey, inner protoreflect.Value) bool {
					anonymous(inner.Message())
					return true
				})
			}
		case f.IsList() && f.Message() != nil:
			for i := range v.List().Len() {
				anonymous(v.List().Get(i).Message())
			}
		case f.Message() != nil && !f.IsList():
			anonymous(v.Message())
		case f.Name() == "identity" || f.Name() == "reason" && f.Kind() == protoreflect.StringKind:
			m.Set(f, protoreflect.ValueOfString("redacted"))
		}
		return true
	})
}
