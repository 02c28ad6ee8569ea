package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/spf13/pflag"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"

	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/value"
)

// An input is JSON that the user gives: whole, or field by field.
type input struct {
	whole  string
	given  func() bool
	fields []string
}

// inputFlags declares --input and --set.
func inputFlags(f *pflag.FlagSet, what string) *input {
	in := &input{}
	f.StringVarP(&in.whole, "input", "i", "", what+" as `JSON`; @FILE reads a file, - standard input")
	f.StringArrayVar(&in.fields, "set", nil, "`FIELD=VALUE` of the input, JSON if it can be, else text; a.b=1 sets a field inside (repeatable)")
	in.given = func() bool { return f.Changed("input") }
	return in
}

// read returns compact JSON, or nil if nothing was given.
func (in *input) read(s *session) (json.RawMessage, error) {
	var doc json.RawMessage
	if in.given() {
		name, data, err := in.source(s)
		if err != nil {
			return nil, err
		}
		if doc, err = parseJSON(name, data); err != nil {
			return nil, err
		}
	}
	if len(in.fields) > 0 {
		var err error
		if doc, err = in.assign(doc); err != nil {
			return nil, err
		}
	}
	if len(doc) > maxInput && !stores(s.projectHere()) {
		return nil, usage("the input is %s, and a server takes at most 2MB at once", value.FormatSize(int64(len(doc)))).
			hint("put large data where activities can fetch it, and send its address")
	}
	return doc, nil
}

// maxInput is what a server takes in one payload unless it is told otherwise.
const maxInput = 2 << 20

// source returns the text of --input and what to call it.
func (in *input) source(s *session) (name string, data []byte, err error) {
	path, isFile := strings.CutPrefix(in.whole, "@")
	switch {
	case in.whole == "-":
		data, err = io.ReadAll(s.Stdin)
		name = "standard input"
	case isFile:
		data, err = s.readFile(path)
		name = path
	default:
		return "--input", []byte(in.whole), nil
	}
	if err != nil {
		return "", nil, usage("%s", strings.TrimPrefix(err.Error(), "open "))
	}
	return name, data, nil
}

// parseJSON checks that data is one JSON value and compacts it: no number or
// text changes.
func parseJSON(name string, data []byte) (json.RawMessage, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, usage("%s is empty, and JSON is needed", name)
	}
	var any json.RawMessage
	err := json.Unmarshal(data, &any)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return nil, syntaxProblem(name, data, syntax)
	}
	if err != nil {
		return nil, usage("%s is not JSON: %v", name, err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, data); err != nil {
		return nil, usage("%s is not JSON: %v", name, err)
	}
	return compact.Bytes(), nil
}

// syntaxProblem shows the place of a mistake in JSON.
func syntaxProblem(name string, data []byte, err *json.SyntaxError) error {
	at, message := max(int(err.Offset)-1, 0), err.Error()
	if strings.Contains(message, "unexpected end") {
		at, message = len(bytes.TrimRight(data, " \t\r\n")), "it ends too early"
	}
	f := source.NewFile(name, data)
	p := usage("%s is not JSON: %s", name, message)
	d := p.diags.Error("invalid-json", source.Span{File: f, Start: at, End: at + 1}, "this is not JSON: %s", message)
	if strings.Contains(message, "beginning of") {
		d.WithHint(`JSON has "double quotes" around names and texts; in a shell, 'single quotes' keep the whole together`)
	}
	return p
}

// assign sets the fields of --set in doc.
func (in *input) assign(doc json.RawMessage) (json.RawMessage, error) {
	var root any = map[string]any{}
	if doc != nil {
		d := json.NewDecoder(bytes.NewReader(doc))
		d.UseNumber()
		if err := d.Decode(&root); err != nil {
			return nil, err
		}
	}
	object, ok := root.(map[string]any)
	if !ok {
		return nil, usage("--set needs an input that is a JSON object, and --input is something else")
	}
	for _, f := range in.fields {
		path, value, ok := strings.Cut(f, "=")
		if !ok || path == "" {
			return nil, usage("--set %q has no value", f).hint("write it as FIELD=VALUE, such as --set order_id=ORD-1")
		}
		if err := set(object, strings.Split(path, "."), value); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(object)
	return bytes.TrimSpace(out.Bytes()), err
}

func set(object map[string]any, path []string, value string) error {
	for _, name := range path[:len(path)-1] {
		if object[name] == nil {
			object[name] = map[string]any{}
		}
		inner, ok := object[name].(map[string]any)
		if !ok {
			return usage("--set %s: %q is no object", strings.Join(path, "."), name)
		}
		object = inner
	}
	last := path[len(path)-1]
	if object[last] = value; json.Valid([]byte(value)) {
		object[last] = json.RawMessage(value)
	}
	return nil
}

// arguments are what a JSON value is sent as: itself, or nothing.
func arguments(doc json.RawMessage) []any {
	if doc == nil {
		return nil
	}
	return []any{converter.NewRawValue(&commonpb.Payload{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingJSON)},
		Data:     doc,
	})}
}
