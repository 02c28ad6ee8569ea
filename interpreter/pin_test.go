package interpreter

import (
	"crypto/sha256"
	"fmt"
	"reflect"
	"testing"

	"github.com/partitur/partitur/dsl"
)

func TestPinSurvivesItsPayload(t *testing.T) {
	program := &dsl.Program{
		Digest: "abc", Definition: new(dsl.Definition),
		Sources: []dsl.Source{{File: "a.yaml", Line: 1, Text: "workflow: a\nsteps:\n  - id: é\n"}},
	}
	pin, err := NewPin(program, map[string]string{"URL": "http://x\n"})
	if err != nil {
		t.Fatal(err)
	}
	pin.Attributes, pin.Queues = map[string]string{"Region": "Keyword", "Late": ""}, map[string]string{"child": "others"}
	pin.Rules, pin.Part, pin.Stored, pin.Flat, pin.Upgrade, pin.Kept = newestRules, 500, true, true, "on_continue", "the newest text does not take the input"
	for i, v := 0, reflect.ValueOf(pin); i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			t.Errorf("the test sets no %s", v.Type().Field(i).Name)
		}
	}
	raw, err := pin.payload()
	if err != nil {
		t.Fatal(err)
	}
	got, err := readPin(raw)
	if err != nil || !reflect.DeepEqual(got, pin) {
		t.Errorf("%+v, %v, want %+v", got, err, pin)
	}
	sources, err := got.Sources()
	if err != nil || !reflect.DeepEqual(sources, program.Sources) {
		t.Errorf("%+v, %v", sources, err)
	}
}

// Histories are unpacked with the dictionary for ever.
func TestDictionaryStays(t *testing.T) {
	const want = "0bcb7bbe7340cab1f1886721cf76a9757ad43e4f162edb59785831bd741661b6"
	if got := fmt.Sprintf("%x", sha256.Sum256([]byte(dictionary))); got != want {
		t.Errorf("the dictionary has changed to %s: runs in progress could not be read any more", got)
	}
}
