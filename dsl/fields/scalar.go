package fields

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
	"github.com/partitur/partitur/dsl/value"
)

// A scalar says how one type of field is read, from source and from values.
type scalar[T any] struct {
	want   string      // as messages call it: "text", "a duration such as 30s"
	typ    *types.Type // of an expression in its place
	schema map[string]any
	text   func(*syntax.Node) (T, bool) // from a literal
	value  func(any) (T, bool)          // from a run-time value
	check  func(T) string               // a further complaint, or ""
	words  []string                     // those it can be
}

func bindScalar[T any](s *Set, p *T, k scalar[T], spec Spec, opts []Option) {
	spec.Schema, spec.want = k.schema, k.typ
	n, sp := s.declare(spec, opts)
	if v, ok := s.values[spec.Name]; ok && v != nil {
		s.decodeScalar(sp, func() bool { x, ok := k.value(v); *p = x; return ok }, k.want, v)
	}
	if n == nil {
		return
	}
	if s.dynamic(sp) {
		v := s.value.Get(sp.Name)
		if v == nil {
			return
		}
		if !v.IsConst() {
			s.slot(sp, v)
			return
		}
	}
	if s.isExpression(n, sp.Name) {
		return
	}
	x, ok := k.text(n)
	if ok && s.bounded(n, sp, any(x)) && k.complain(s, n, sp, x) {
		*p = x
	}
	if !ok {
		k.reportType(s, n, sp.Name)
	}
}

func quoteHint(d *diag.Diagnostic, n *syntax.Node) {
	quoted := "'" + n.Span.Text() + "'"
	d.WithHint("quote it: %s", quoted).WithFix(n.Span, quoted)
}

func (s *Set) decodeScalar(sp *Spec, set func() bool, want string, v any) {
	if !set() {
		s.fail(sp.Name, "must be %s, not %s", want, describe(v))
	}
}

func describe(v any) string {
	if text, ok := v.(string); ok {
		return fmt.Sprintf("the text %q", shorten(text))
	}
	b, err := value.Encode(v)
	if err != nil {
		return "something else"
	}
	return shorten(string(b))
}

func (s *Set) slot(sp *Spec, v *expr.Value) {
	s.Slots = append(s.Slots, Slot{Name: sp.Name, Value: v, Want: sp.want, Sees: sp.sees})
}

const (
	textWanted     = "text"
	durationWanted = "a duration such as 30s, 5m or 1h30m"
)

var stringScalar = scalar[string]{
	want:   textWanted,
	typ:    types.StringType,
	schema: map[string]any{"type": "string"},
	text: func(n *syntax.Node) (string, bool) {
		return n.Value, n.Kind == syntax.Scalar && n.Type == syntax.String && n.LooksLike() == ""
	},
	value: func(v any) (string, bool) { t, ok := v.(string); return t, ok },
}

// String binds text.
func (s *Set) String(p *string, name, doc string, opts ...Option) {
	bindScalar(s, p, schemaOf(stringScalar, map[string]any{"type": "string"}), Spec{Name: name, Doc: doc}, opts)
}

// Ident binds a name that the author invents and expressions reach.
func (s *Set) Ident(p *string, name, doc string, opts ...Option) {
	k := schemaOf(stringScalar, map[string]any{"type": "string", "pattern": "^[a-z][a-z0-9_]*$"})
	bindScalar(s, p, k, Spec{Name: name, Doc: doc}, opts)
	if s.node == nil || *p == "" {
		return
	}
	if n := s.node.Get(name); n != nil && n.Value == *p && !ValidName(n, s.diags) {
		*p = ""
	}
}

// ValidName reports a name that an author must not invent.
func ValidName(n *syntax.Node, diags *diag.List) bool {
	why := expr.ValidName(n.Value)
	if why == nil {
		return true
	}
	d := diags.Error("bad-name", n.Span, "%q cannot be a name here", n.Value).WithHint("%s", why)
	if _, better, ok := strings.Cut(why.Error(), ": write "); ok {
		d.WithFix(n.Span, better)
	}
	return false
}

// Enum binds one of several words.
func (s *Set) Enum(p *string, name, doc string, words []string, opts ...Option) {
	k := schemaOf(stringScalar, map[string]any{"enum": words})
	k.want = strings.Join(words, ", ")
	if last := len(words) - 1; last > 0 {
		k.want = strings.Join(words[:last], ", ") + " or " + words[last]
	}
	k.words = words
	k.check = func(t string) string {
		if slices.Contains(words, t) {
			return ""
		}
		return fmt.Sprintf("cannot be %q", shorten(t))
	}
	bindScalar(s, p, k, Spec{Name: name, Doc: doc}, opts)
}

// Bool binds true or false.
func (s *Set) Bool(p *bool, name, doc string, opts ...Option) {
	bindScalar(s, p, boolScalar, Spec{Name: name, Doc: doc}, opts)
}

// Int binds an integer.
func (s *Set) Int(p *int, name, doc string, opts ...Option) {
	bindScalar(s, p, intScalar, Spec{Name: name, Doc: doc}, opts)
}

// Number binds a number.
func (s *Set) Number(p *float64, name, doc string, opts ...Option) {
	bindScalar(s, p, numberScalar, Spec{Name: name, Doc: doc}, opts)
}

func number(v any) (float64, bool) {
	switch x := v.(type) {
	case int:
		return float64(x), true
	case float64:
		return x, true
	}
	return 0, false
}

// Duration binds a span of time, written as 500ms, 30s, 5m, 2h, 7d, 2w or 1h30m.
func (s *Set) Duration(p *time.Duration, name, doc string, opts ...Option) {
	bindScalar(s, p, durationScalar, Spec{Name: name, Doc: doc}, opts)
}

// Size binds a number of bytes, written as 500KB or 2MB.
func (s *Set) Size(p *int64, name, doc string, opts ...Option) {
	bindScalar(s, p, sizeScalar, Spec{Name: name, Doc: doc}, opts)
}

// schemaOf returns k with a schema of its own, which options may add to.
func schemaOf(k scalar[string], schema map[string]any) scalar[string] {
	k.schema = schema
	return k
}

var boolScalar = scalar[bool]{
	want: "true or false", typ: types.BoolType, schema: map[string]any{"type": "boolean"},
	text: func(n *syntax.Node) (bool, bool) {
		return n.Value == "true", n.Kind == syntax.Scalar && n.Type == syntax.Bool
	},
	value: func(v any) (bool, bool) { b, ok := v.(bool); return b, ok },
}

var intScalar = scalar[int]{
	want: "an integer", typ: types.IntType, schema: map[string]any{"type": "integer"},
	text: func(n *syntax.Node) (int, bool) {
		if n.Kind != syntax.Scalar || n.Type != syntax.Int {
			return 0, false
		}
		i, ok := n.Data().(int)
		return i, ok
	},
	value: func(v any) (int, bool) { i, ok := v.(int); return i, ok },
}

var numberScalar = scalar[float64]{
	want: "a number", typ: types.NumberType, schema: map[string]any{"type": "number"},
	text: func(n *syntax.Node) (float64, bool) {
		if n.Kind != syntax.Scalar || n.Type != syntax.Int && n.Type != syntax.Float {
			return 0, false
		}
		f, err := strconv.ParseFloat(n.Value, 64)
		return f, err == nil
	},
	value: number,
}

var durationScalar = scalar[time.Duration]{
	want: durationWanted, typ: types.StringType,
	schema: map[string]any{"type": "string", "pattern": `^([0-9]+(ms|s|m|h|d|w))*[0-9]+(\.[0-9]+)?(ms|s|m|h|d|w)$`},
	text: func(n *syntax.Node) (time.Duration, bool) {
		if n.Kind != syntax.Scalar || n.Type == syntax.Null {
			return 0, false
		}
		d, err := value.ParseDuration(n.Value)
		return d, err == nil
	},
	value: func(v any) (time.Duration, bool) {
		t, _ := v.(string)
		d, err := value.ParseDuration(t)
		return d, err == nil
	},
}

var sizeScalar = scalar[int64]{
	want: "a size such as 500KB or 2MB", typ: types.StringType,
	schema: map[string]any{"type": "string", "pattern": `^[0-9]+(\.[0-9]+)?([KMGT]i?)?B$`},
	text: func(n *syntax.Node) (int64, bool) {
		if n.Kind != syntax.Scalar || n.Type == syntax.Null {
			return 0, false
		}
		b, err := value.ParseSize(n.Value)
		return b, err == nil
	},
	value: func(v any) (int64, bool) {
		t, _ := v.(string)
		b, err := value.ParseSize(t)
		return b, err == nil
	},
}
