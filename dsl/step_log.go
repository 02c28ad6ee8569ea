package dsl

import (
	"strings"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// Log writes to the worker's log, not again on replay.
type Log struct {
	leaf
	Level   string
	Message *expr.Value
	Values  *expr.Value
}

// Fields declares the keys of a log step.
func (l *Log) Fields(f *fields.Set) {
	l.Level = "info"
	f.Node("log", "`{level, message, fields}`", f.ObjectOf(logFields{l}), func(n *syntax.Node) {
		if n.Kind == syntax.Scalar && n.Type == syntax.String {
			text := "{message: " + n.Span.Text() + "}"
			d := f.Diags().Error("wrong-type", n.Span, "`log` takes a mapping, not %s", shown(n)).WithHint("write %s", text)
			if !strings.ContainsAny(text[1:len(text)-1], ",{}[]\n") {
				d.WithFix(n.Span, text)
			}
			return
		}
		f.Merge(fields.Bind(logFields{l}, "log", n, f.Env()))
	}, fields.Required)
}

type logFields struct{ *Log }

// Fields declares the keys of what is logged.
func (l logFields) Fields(f *fields.Set) {
	f.Enum(&l.Level, "level", "`info` if not set", []string{"debug", "info", "warn", "error"})
	f.Value(&l.Message, "message", "the text", fields.Required, fields.Want(types.StringType), fields.Sees(seesReadOnly))
	f.Value(&l.Values, "fields", "values beside the text", fields.Sees(seesReadOnly))
}
