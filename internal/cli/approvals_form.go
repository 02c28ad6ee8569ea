package cli

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/jsonschema"
	"github.com/partitur/partitur/dsl/value"
	"github.com/partitur/partitur/internal/cli/ansi"
)

// ask asks the user on the terminal for the form of what a run asks. It returns
// the name of that, so that the answer is about what was shown.
func (o *approvalsFlags) ask(c *call, server *remote, ref runRef, name string) (string, json.RawMessage, error) {
	answer, err := c.askStatus(server, ref)
	if err != nil {
		return name, nil, err
	}
	open := openRequests(answer)
	if len(open) == 0 {
		return name, nil, nil // the run says why it refuses
	}
	q, err := requestNamed(ref, open, name)
	if err != nil {
		return name, nil, err
	}
	if q.Form == nil {
		return q.Name, nil, nil
	}
	fmt.Fprintf(c.Stderr, "%s\n", ansi.Clean(q.Title))
	if q.Message != "" {
		fmt.Fprintf(c.Stderr, "%s\n", ansi.Clean(q.Message))
	}
	form, err := c.fillIn(q.Form)
	return q.Name, form, err
}

// A formField is one field of a form.
type formField struct {
	name     string
	schema   map[string]any
	required bool
}

// fillIn asks for each field of a form, in the order of their names, those that
// are required first. A form that is no object is asked for as a whole.
func (c *call) fillIn(schema any) (json.RawMessage, error) {
	in := bufio.NewReader(c.Stdin)
	shape, _ := schema.(map[string]any)
	if shape["type"] != "object" {
		v, err := c.askField(in, formField{name: "form", schema: shape, required: true})
		if err != nil {
			return nil, err
		}
		return value.Encode(v)
	}
	form := map[string]any{}
	for _, f := range formFields(shape) {
		v, err := c.askField(in, f)
		if err != nil {
			return nil, err
		}
		if v != nil {
			form[f.name] = v
		}
	}
	return value.Encode(form)
}

func formFields(shape map[string]any) (list []formField) {
	required, _ := shape["required"].([]any)
	properties, _ := shape["properties"].(map[string]any)
	for name, p := range properties {
		schema, _ := p.(map[string]any)
		list = append(list, formField{name, schema, slices.Contains(required, any(name))})
	}
	slices.SortFunc(list, func(a, b formField) int {
		if a.required != b.required {
			return map[bool]int{true: -1, false: 1}[a.required]
		}
		return strings.Compare(a.name, b.name)
	})
	return list
}

// askField asks until what is typed fits the field. An empty line leaves out what
// is not required.
func (c *call) askField(in *bufio.Reader, f formField) (any, error) {
	schema, err := jsonschema.FromData(any(f.schema))
	if err != nil || f.schema == nil {
		schema = nil // it refers to another part of the form: the run looks at the whole
	}
	for {
		fmt.Fprintf(c.Stderr, "%s: ", ansi.Clean(f.prompt()))
		line, err := in.ReadString('\n')
		text := strings.TrimSpace(line)
		if text == "" && err != nil {
			if errors.Is(err, io.EOF) {
				return nil, usage("the form is not filled in").hint("give it with --input or --set")
			}
			return nil, err
		}
		if text == "" && !f.required {
			return nil, nil
		}
		v := f.read(text)
		var wrong []jsonschema.Violation
		if schema != nil {
			wrong = schema.Validate(v)
		}
		if len(wrong) == 0 {
			return v, nil
		}
		fmt.Fprintf(c.Stderr, "  %s\n", ansi.Clean(wrong[0].String()))
	}
}

// prompt says what is asked for.
func (f formField) prompt() string {
	text := f.name
	if d, ok := f.schema["description"].(string); ok {
		text += " - " + d
	}
	var notes []string
	if kind, ok := f.schema["type"].(string); ok && kind != "string" {
		notes = append(notes, kind)
	}
	if words, ok := f.schema["enum"].([]any); ok {
		var texts []string
		for _, w := range words {
			texts = append(texts, fmt.Sprint(w))
		}
		notes = append(notes, strings.Join(texts, ", "))
	}
	if !f.required {
		notes = append(notes, "may be left empty")
	}
	if len(notes) > 0 {
		text += " (" + strings.Join(notes, "; ") + ")"
	}
	return text
}

// read is what is typed as a value: text where text is wanted, JSON elsewhere.
func (f formField) read(text string) any {
	if f.schema["type"] == "string" {
		return text
	}
	v, err := value.Decode([]byte(text))
	if err == nil {
		return v
	}
	switch strings.ToLower(text) {
	case "yes", "y":
		return true
	case "no", "n":
		return false
	}
	return text
}
