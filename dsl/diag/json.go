package diag

import (
	"encoding/json"
	"io"

	"github.com/partitur/partitur/dsl/source"
)

type jsonPlace struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"end_line"`
	EndColumn int    `json:"end_column"`
}

type jsonNote struct {
	*jsonPlace
	Message string `json:"message"`
}

type jsonFix struct {
	*jsonPlace
	Text string `json:"text"`
}

type jsonDiagnostic struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	*jsonPlace
	Message string     `json:"message"`
	Hint    string     `json:"hint,omitempty"`
	Related []jsonNote `json:"related,omitempty"`
	Fix     *jsonFix   `json:"fix,omitempty"`
}

// WriteJSON prints a list as an array of objects. Lines and columns count from
// 1, columns in characters; the end is behind the last character. What points
// nowhere has no file.
func WriteJSON(w io.Writer, l List) error {
	list := make([]jsonDiagnostic, len(l))
	for i, d := range l {
		list[i] = jsonDiagnostic{Code: d.Code, Severity: d.Severity.String(), jsonPlace: jsonPlaceOf(d.Span), Message: d.Message, Hint: d.Hint}
		for _, n := range d.Related {
			list[i].Related = append(list[i].Related, jsonNote{jsonPlaceOf(n.Span), n.Message})
		}
		if d.Fix != nil {
			list[i].Fix = &jsonFix{jsonPlaceOf(d.Fix.Span), d.Fix.Text}
		}
	}
	return encode(w, list)
}

func jsonPlaceOf(s source.Span) *jsonPlace {
	if s.IsZero() {
		return nil
	}
	r := regionOf(s)
	return &jsonPlace{s.File.Name, r.line, r.column, r.endLine, r.endColumn}
}

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
