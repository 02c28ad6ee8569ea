package interpreter

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"io"

	"github.com/partitur/partitur/dsl"
)

// A Pin is what a run records when it starts and keeps for ever: the exact
// definition, and the worker's settings that it uses. It is the content of the
// one marker in a run's history.
type Pin struct {
	Digest   string            `json:"digest"`
	Language string            `json:"language"`
	Source   []byte            `json:"source"` // the dsl.Sources as JSON, deflated (RFC 1951)
	Env      map[string]string `json:"env,omitempty"`
}

// maxSource bounds what a recorded source unpacks to, in bytes.
const maxSource = 16 << 20

// NewPin records a program and the settings it uses.
func NewPin(p *dsl.Program, env map[string]string) (Pin, error) {
	text, err := json.Marshal(p.Sources)
	if err != nil {
		return Pin{}, err
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return Pin{}, err
	}
	if _, err := w.Write(text); err != nil {
		return Pin{}, err
	}
	if err := w.Close(); err != nil {
		return Pin{}, err
	}
	return Pin{Digest: p.Digest, Language: dsl.Language, Source: packed.Bytes(), Env: env}, nil
}

// Sources unpacks the recorded definition.
func (p Pin) Sources() (sources []dsl.Source, err error) {
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(p.Source)), maxSource))
	if err != nil {
		return nil, fmt.Errorf("the recorded definition %s cannot be unpacked: %w", p.Digest, err)
	}
	return sources, json.Unmarshal(text, &sources)
}
