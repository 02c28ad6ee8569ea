package interpreter

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/value"
)

// A Pin is what a run records when it starts and keeps for ever: the exact
// definition, and the worker's settings that it uses. It is the content of the
// one marker in a run's history, so it is kept short.
type Pin struct {
	Digest   string            `json:"digest"`
	Language string            `json:"language"`
	Env      map[string]string `json:"env,omitempty"`
	// Attributes are the types of the search attributes the definition uses, as
	// the namespace has them, "" where it has none; nil if the worker could not
	// ask.
	Attributes map[string]string `json:"attributes,omitempty"`
	Queues     map[string]string `json:"queues,omitempty"`  // of children, by workflow type
	Stored     bool              `json:"stored,omitempty"`  // large values are kept outside of the history
	Upgrade    string            `json:"upgrade,omitempty"` // what the definition says of newer texts, unless it is never
	Flat       bool              `json:"flat,omitempty"`    // steps in patches have the paths that they would have without
	Part       int               `json:"part,omitempty"`    // of how many items the loops can be split; 0 is not at all
	Rules      int               `json:"rules,omitempty"`   // which of the newer rules the run keeps
	Kept       string            `json:"kept,omitempty"`    // why a run that was continued keeps its text; then there is no source
	Source     []byte            `json:"-"`                 // the number of a dictionary, and the dsl.Sources as JSON, deflated with it (RFC 1951)
}

// What runs do has changed since the first: a run keeps those rules, up to the
// number that it has recorded, that there were when it began.
const (
	locksGoAlong = 1 // a run that has locks, or waits for one, continues as new
	childrenStay = 2 // a run does not continue between parts of a loop either while a child would end with it
	locksAround  = 3 // what a compensation holds is what is held when it is run, and not when it was registered

	newestRules = locksAround
)

// maxPacked bounds a recorded definition: the server takes no payload of more
// than 2MB.
const maxPacked = 1 << 20

// maxSource bounds what a recorded source unpacks to, in bytes.
const maxSource = 16 << 20

// NewPin records a program and the settings it uses.
func NewPin(p *dsl.Program, env map[string]string) (Pin, error) {
	text, err := json.Marshal(p.Sources)
	if err != nil {
		return Pin{}, err
	}
	var packed bytes.Buffer
	packed.WriteByte(1)
	w, err := flate.NewWriterDict(&packed, flate.BestCompression, []byte(dictionary))
	if err != nil {
		return Pin{}, err
	}
	if _, err := w.Write(text); err != nil {
		return Pin{}, err
	}
	if err := w.Close(); err != nil {
		return Pin{}, err
	}
	if packed.Len() > maxPacked {
		return Pin{}, fmt.Errorf("the definition of %q is too long: packed it takes %s, and a run can record %s",
			p.Name, value.FormatSize(int64(packed.Len())), value.FormatSize(maxPacked))
	}
	pin := Pin{Digest: p.Digest, Language: dsl.Language, Source: packed.Bytes(), Env: env, Queues: p.Queues, Flat: p.Upgrades(dsl.UpgradeAlways)}
	if !p.Upgrades(dsl.UpgradeNever) {
		pin.Upgrade = p.Versioning.Upgrade
	}
	return pin, nil
}

// Nested tells whether the steps in the patches of the run have paths that tell
// so, because it was started when they had.
func (p Pin) Nested() bool { return p.Upgrade == dsl.UpgradeAlways && !p.Flat }

// Sources unpacks the recorded definition.
func (p Pin) Sources() (sources []dsl.Source, err error) {
	if len(p.Source) == 0 || p.Source[0] != 1 {
		return nil, fmt.Errorf("the recorded definition %s cannot be unpacked: this worker does not know how it was packed", p.Digest)
	}
	r := flate.NewReaderDict(bytes.NewReader(p.Source[1:]), []byte(dictionary))
	text, err := io.ReadAll(io.LimitReader(r, maxSource))
	if err != nil {
		return nil, fmt.Errorf("the recorded definition %s cannot be unpacked: %w", p.Digest, err)
	}
	return sources, json.Unmarshal(text, &sources)
}

// payload is the pin in a history: a line of JSON, and the packed source.
func (p Pin) payload() (converter.RawValue, error) {
	head, err := json.Marshal(p)
	if err != nil {
		return converter.RawValue{}, err
	}
	return converter.NewRawValue(&commonpb.Payload{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingBinary), pinMark: []byte("1")},
		Data:     append(append(head, '\n'), p.Source...),
	}), nil
}

// pinMark tells a pin from other payloads, for who stores these elsewhere.
const pinMark = "partitur-pin"

// IsPin tells whether a payload is the definition that a run has recorded.
func IsPin(p *commonpb.Payload) bool { return p.GetMetadata()[pinMark] != nil }

// readPin is the inverse of payload. Every replay reads a pin, so it is not left
// to reflection.
func readPin(raw converter.RawValue) (p Pin, err error) {
	head, source, found := bytes.Cut(raw.Payload().GetData(), []byte("\n"))
	if !found {
		return p, errors.New("it has no source")
	}
	v, err := value.Decode(head)
	if err != nil {
		return p, err
	}
	m, _ := v.(map[string]any)
	p = Pin{Digest: textIn(m, "digest"), Language: textIn(m, "language"), Upgrade: textIn(m, "upgrade"), Kept: textIn(m, "kept"), Source: source}
	p.Env, p.Attributes, p.Queues = textsIn(m, "env"), textsIn(m, "attributes"), textsIn(m, "queues")
	p.Stored, _ = m["stored"].(bool)
	p.Flat, _ = m["flat"].(bool)
	p.Part, _ = m["part"].(int)
	p.Rules, _ = m["rules"].(int)
	return p, nil
}

func textIn(m map[string]any, key string) string {
	text, _ := m[key].(string)
	return text
}

func textsIn(m map[string]any, key string) map[string]string {
	inner, ok := m[key].(map[string]any)
	if !ok {
		return nil
	}
	texts := make(map[string]string, len(inner))
	for _, k := range workflow.DeterministicKeys(inner) {
		texts[k] = textIn(inner, k)
	}
	return texts
}

// dictionary is what definitions have in common; what is likeliest stands last.
// It is part of the format of histories: a change of a single byte makes
// recorded definitions unreadable. A better one gets a number of its own.
const dictionary = "null false true integer number string boolean array properties: {items: {pattern: enum: minimum: default: required: [" +
	`input:\n  type: object\n  required: [id]\n  properties:\n    id: {type: string}\n` +
	`state: {signals: queries: updates: message: validate: env: secrets: [search_attributes: \n` +
	`defaults:\n  task_queue: timeout: 30s\n  retry: {maximum_attempts: 5, initial_interval: 1s, maximum_interval: 10s, backoff_coefficient: 2}\n` +
	`  on_error: continue\n  on_item_error: for_each: concurrency: do: collect: parallel: branches: switch: - when: else: - if: then: saga: try: ` +
	`catch: [{type: finally: wait: sleep: receive: await: approval: {title: approvers: [ timeout: on_timeout: reject\n` +
	`    fail: {type: message: \n    return: ${ \n    set: {\n    log: \n    value: ${ \n    workflow: with: {\n` +
	`    http:\n      method: POST\n      url: ${ env.\n      headers: {Authorization: \"Bearer ${ secrets.\n      body: {\n` +
	`      errors:\n        - {status: 409, type: retryable: false}\n    output: ${ result.body }\n` +
	`    compensate:\n      activity: \n      with: {id: \"${ input.id }\"}\n      with: {id: \"${ steps.output.id }\"}\n` +
	`output: {id: \"${ steps.\nsteps:\n  - id: \n    activity: \n    with: {id: \"${ item }\"\n    title: \n` +
	`[{"f":".yaml","l":1,"t":"workflow: version: \"1\"\ntitle: \n\nsteps:\n  - id: `
