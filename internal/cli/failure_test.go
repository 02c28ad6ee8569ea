package cli

import (
	"bytes"
	"encoding/json"
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/sdk/converter"

	"github.com/partitur/partitur/internal/cli/ansi"
)

func payload(encoding, data string) *commonpb.Payload {
	return &commonpb.Payload{Metadata: map[string][]byte{converter.MetadataEncoding: []byte(encoding)}, Data: []byte(data)}
}

func TestJSONOf(t *testing.T) {
	for _, c := range []struct {
		p    *commonpb.Payload
		want string
	}{
		{nil, `null`},
		{payload("binary/null", ""), `null`},
		{payload("json/plain", `{"n": 9007199254740993}`), `{"n": 9007199254740993}`},
		{payload("json/protobuf", `{"a":1}`), `{"a":1}`},
		{payload("json/plain", `{`), `{"base64":"ew==","encoding":"json/plain"}`},
		{payload("binary/encrypted", "\x00\xff"), `{"base64":"AP8=","encoding":"binary/encrypted"}`},
	} {
		if got := string(jsonOf(c.p)); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
	two := &commonpb.Payloads{Payloads: []*commonpb.Payload{payload("json/plain", "1"), payload("binary/null", "")}}
	if got := string(valuesOf(two)); got != `[1,null]` {
		t.Errorf("got %s", got)
	}
	if got := string(valuesOf(nil)); got != `null` {
		t.Errorf("got %s", got)
	}
}

func application(kind, message string, details *commonpb.Payloads) *failurepb.Failure {
	return &failurepb.Failure{Message: message, FailureInfo: &failurepb.Failure_ApplicationFailureInfo{
		ApplicationFailureInfo: &failurepb.ApplicationFailureInfo{Type: kind, Details: details},
	}}
}

func TestFailureOf(t *testing.T) {
	activity := func(cause *failurepb.Failure) *failurepb.Failure {
		return &failurepb.Failure{Message: "activity error", Cause: cause, FailureInfo: &failurepb.Failure_ActivityFailureInfo{
			ActivityFailureInfo: &failurepb.ActivityFailureInfo{},
		}}
	}
	timeout := &failurepb.Failure{Message: "activity StartToClose timeout", FailureInfo: &failurepb.Failure_TimeoutFailureInfo{
		TimeoutFailureInfo: &failurepb.TimeoutFailureInfo{},
	}}
	details := &commonpb.Payloads{Payloads: []*commonpb.Payload{payload("json/plain", `{"code":51}`)}}
	for _, c := range []struct {
		p    *failurepb.Failure
		want string
	}{
		{nil, `null`},
		{application("", "plain", nil), `{"type":"Error","message":"plain"}`},
		{activity(application("CardDeclined", "no", details)), `{"type":"CardDeclined","message":"no","details":{"code":51}}`},
		{activity(timeout), `{"type":"Timeout","message":"activity StartToClose timeout"}`},
		{activity(nil), `{"type":"ActivityError","message":"activity error"}`},
	} {
		got, err := json.Marshal(failureOf(c.p))
		if err != nil || string(got) != c.want {
			t.Errorf("got %s, %v, want %s", got, err, c.want)
		}
	}
}

func TestWriteFailure(t *testing.T) {
	for _, c := range []struct {
		name string
		f    failure
		want string
	}{
		{"no details", failure{Type: "Error", Message: "x\x1b[2J"}, "error: x\uFFFD[2J [Error]\n"},
		{"a place that is none", failure{Type: "E", Message: "m", Details: json.RawMessage(`{"file":"a","line":99999999,"column":1}`)},
			"error: m [E]\n  details: {\"file\":\"a\",\"line\":99999999,\"column\":1}\n"},
		{"a place", failure{Type: "E", Message: "m", Details: json.RawMessage(`{"file":"a.yaml","line":2,"column":3,"length":1,"text":"äöü","details":{"code":1}}`)},
			"a.yaml:2:3: error: m [E]\n    2 | äöü\n      |   ^\n  details: {\"code\":1}\n"},
	} {
		var b bytes.Buffer
		if err := c.f.write(&b, ansi.Palette{}); err != nil || b.String() != c.want {
			t.Errorf("%s: got %q, %v\nwant %q", c.name, b.String(), err, c.want)
		}
	}
}
