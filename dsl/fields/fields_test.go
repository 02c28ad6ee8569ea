package fields_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// sample has a field of each type.
type sample struct {
	name, colour string
	ready        bool
	count        int
	wait         time.Duration
	size         int64
	tags         []string
	inner        struct{ n int }
	any          any
}

// Fields declares the fields.
func (s *sample) Fields(f *fields.Set) {
	f.String(&s.name, "name", "its name", fields.Required)
	f.Enum(&s.colour, "colour", "its colour", []string{"red", "green"})
	f.Bool(&s.ready, "ready", "whether it is ready")
	f.Int(&s.count, "count", "how many", fields.AtLeast(1), fields.AtMost(9))
	f.Duration(&s.wait, "wait", "how long")
	f.Size(&s.size, "size", "how large")
	f.Strings(&s.tags, "tags", "its tags")
	f.Object((*inner)(&s.inner), "inner", "what is inside")
	f.Any(&s.any, "any", "anything", fields.Literal)
}

type inner struct{ n int }

// Fields declares the fields.
func (i *inner) Fields(f *fields.Set) { f.Int(&i.n, "n", "a number") }

func bind(text string) (*sample, diag.List) {
	var diags diag.List
	s := new(sample)
	n := syntax.Parse(source.NewFile("sample.yaml", []byte(text)), &diags)[0]
	fields.Bind(s, "a sample", n, fields.Env{Diags: &diags})
	return s, diags
}

func TestBind(t *testing.T) {
	s, diags := bind("{name: a, colour: red, ready: true, count: 9, wait: 1h30m, size: 2MB, tags: x, inner: {n: 1}, any: [1]}")
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	want := sample{name: "a", colour: "red", ready: true, count: 9, wait: 90 * time.Minute, size: s.size, tags: []string{"x"}, any: []any{1}}
	want.inner.n = 1
	if got := fmt.Sprint(*s); got != fmt.Sprint(want) || s.size < 2_000_000 {
		t.Errorf("got %s, want %v", got, want)
	}
}

// TestMistakes has one mistake in each text, and one message for it.
func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"{name: a, nmae: b}":         `a sample has no key "nmae"; did you mean name? That key is there already`,
		"{nmae: b}":                  `a sample has no key "nmae"; did you mean name?`,
		"{Name: b}":                  `a sample has no key "Name"; did you mean name?`,
		"{count: 1}":                 `a sample needs the key "name"; name: its name`,
		"{count: 1, zzzzzzzzz: 1}":   `a sample has no key "zzzzzzzzz"`,
		"{name: 5}":                  `"name" must be text, and 5 without quotes is the number 5; quote it: '5'`,
		"{name: 2024-01-31}":         `is a date; quote it: '2024-01-31'`,
		"{name: ''}":                 `"name" must not be empty`,
		"{name: '${ x }'}":           `"name" is read before anything runs`,
		"{name: a, colour: Red}":     `"colour" cannot be "Red"; did you mean red?`,
		"{name: a, colour: true}":    `"colour" must be red or green, not the boolean true`,
		"{name: a, ready: yes}":      `"ready" must be true or false, not the text "yes"; write true`,
		"{name: a, count: 10}":       `"count" must be from 1 to 9, not 10`,
		"{name: a, count: '5'}":      `write it without quotes: 5`,
		"{name: a, wait: 5}":         `with its unit, such as 5s for seconds`,
		"{name: a, wait: 5 minutes}": `write 5m`,
		"{name: a, size: big}":       `"size" must be a size such as 500KB or 2MB`,
		"{name: a, tags: [1]}":       `"tags" must be a list of texts, and 1 without quotes is the number 1`,
		"{name: a, inner: 5}":        `inner must be a mapping, not the number 5`,
		"{name: a, inner: {m: 5}}":   `inner has no key "m"; did you mean n?`,
		"{name: a, any: ['${ x }']}": `"any" is read before anything runs`,
		"[a]":                        `a sample must be a mapping, not a list`,
	} {
		_, diags := bind(text)
		if len(diags) != 1 {
			t.Errorf("%s gives %v, want one message", text, diags)
			continue
		}
		if got := diags[0].Message + "; " + diags[0].Hint; !strings.Contains(got, want) {
			t.Errorf("%s gives %q, want %q", text, got, want)
		}
	}
}

func TestDecode(t *testing.T) {
	s := new(sample)
	if err := fields.Decode(s, map[string]any{"name": "a", "wait": "5s", "tags": []any{"x"}, "inner": map[string]any{"n": 1}}); err != nil {
		t.Fatal(err)
	}
	if s.wait != 5*time.Second || s.inner.n != 1 {
		t.Errorf("got %+v", *s)
	}
	err := fields.Decode(s, map[string]any{"wait": 5, "inner": map[string]any{"m": 1}})
	for _, want := range []string{"wait must be", "inner.m is not known", "name is missing"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error %v does not say %q", err, want)
		}
	}
}

func TestSchema(t *testing.T) {
	schema := fields.ObjectSchema(new(sample))
	count := schema["properties"].(map[string]any)["count"].(map[string]any)
	if count["minimum"] != 1 || count["maximum"] != 9 || fmt.Sprint(schema["required"]) != "[name]" {
		t.Errorf("the schema is %v", schema)
	}
}
