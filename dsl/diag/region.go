package diag

import "github.com/partitur/partitur/dsl/source"

// region is a span as lines and columns, which count from 1, columns in
// characters; the end is behind the last character.
type region struct {
	line, column, endLine, endColumn int
}

func regionOf(s source.Span) (r region) {
	r.line, r.column = s.File.Pos(s.Start)
	r.endLine, r.endColumn = s.File.Pos(s.End)
	return r
}
