package interpreter_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/internal/workers"
	"github.com/partitur/partitur/interpreter"
)

// load checks the files and returns a registry and the workflow in them.
func load(t testing.TB, files ...*source.File) (*registry.Registry, string) {
	t.Helper()
	w, diags := dsl.Load(files, workers.Catalog{})
	for _, d := range diags {
		if d.Severity.String() == "error" {
			line, _ := d.Span.File.Pos(d.Span.Start)
			t.Fatalf("%s:%d: %s; %s", d.Span.File.Name, line, d.Message, d.Hint)
		}
	}
	r := &registry.Registry{Actions: workers.Catalog{}}
	if _, err := r.Set(w.Programs); err != nil {
		t.Fatal(err)
	}
	if len(w.Programs) == 0 {
		t.Fatal("there is no workflow")
	}
	return r, w.Programs[0].Name
}

func loadText(t testing.TB, text string) (*registry.Registry, string) {
	t.Helper()
	return load(t, source.NewFile("workflow.yaml", []byte(text)))
}

func decodeExactly(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return d.Decode(v)
}

// errorText is how a run that did not complete has ended.
func errorText(err error) string {
	var cancel *temporal.CanceledError
	if errors.As(err, &cancel) {
		raws := make([]converter.RawValue, 2)
		if cancel.Details(&raws[0], &raws[1]) != nil {
			_ = cancel.Details(&raws[0])
		}
		text := "Cancelled\n"
		for _, raw := range raws {
			if raw.Payload() != nil {
				text += shape(raw.Payload().GetData()) + "\n"
			}
		}
		return text
	}
	var app *temporal.ApplicationError
	if !errors.As(err, &app) {
		return fmt.Sprintf("%T %v\n", err, err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", app.Type(), app.Message())
	if !app.NonRetryable() {
		b.WriteString("retryable\n")
	}
	var rep interpreter.Report
	if err := app.Details(&rep); err != nil {
		return b.String() + err.Error()
	}
	if rep.File != "" {
		text := []rune(rep.Text)
		fmt.Fprintf(&b, "at %s:%d:%d %s\n", rep.File, rep.Line, rep.Column, string(text[rep.Column-1:min(rep.Column-1+rep.Length, len(text))]))
	}
	rep.File, rep.Line, rep.Column, rep.Length, rep.Text = "", 0, 0, 0, ""
	data, _ := json.Marshal(rep)
	fmt.Fprintf(&b, "%s\n", shape(data))
	return b.String()
}

var emptyKeys = regexp.MustCompile(`"[a-z_]+":(null|""|\[\]|0|false),?`)

// shape leaves out what is empty, so that cases stay readable.
func shape(data []byte) string {
	text := emptyKeys.ReplaceAllString(string(data), "")
	return strings.ReplaceAll(strings.ReplaceAll(text, ",}", "}"), ",]", "]")
}

type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}
