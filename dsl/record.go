package dsl

import (
	"strings"

	"github.com/partitur/partitur/dsl/source"
)

// Needs are the documents a definition leans on, its own first. Where one of
// them has a mistake, the definition does not become a program.
func (w *Workspace) Needs(d *Definition) []source.Span {
	spans := []source.Span{d.Span}
	if w.Project != nil {
		spans = append(spans, w.Project.Span)
	}
	used := d.activities()
	for _, c := range w.Catalogues {
		if w.declares(c, used) {
			spans = append(spans, c.Span)
		}
	}
	return spans
}

// sources are the texts of what a definition leans on, its own first. Together
// they mean the same on any worker, whatever becomes of the files. Each run
// records them, so a catalogue is cut down to the entries the definition uses.
func (w *Workspace) sources(d *Definition) []Source {
	list := []Source{sourceOf(d.Span)}
	if w.Project != nil {
		list = append(list, sourceOf(w.Project.Span))
	}
	used := d.activities()
	for _, c := range w.Catalogues {
		if w.declares(c, used) {
			list = append(list, c.cut(used))
		}
	}
	return list
}

// activities are the activity types that a definition names.
func (d *Definition) activities() map[string]bool {
	used := map[string]bool{}
	d.WalkAll(func(s *Step) {
		if a, ok := s.Body.(*Activity); ok && a.Type != nil {
			if name, ok := a.Type.Const.(string); ok {
				used[name] = true
			}
		}
	})
	return used
}

// declares tells whether a catalogue is where some activity type is looked up:
// of two that declare one, the first counts.
func (w *Workspace) declares(c *Catalogue, used map[string]bool) bool {
	for _, t := range c.Types {
		if used[t.Name] && w.activityType(t.Name) == t {
			return true
		}
	}
	return false
}

// cut is the catalogue with empty lines in place of the entries that are not
// used, so that what remains stands where it stood.
func (c *Catalogue) cut(used map[string]bool) Source {
	whole := sourceOf(c.Span)
	if !c.severable() {
		return whole
	}
	f, end := c.Span.File, c.Span.End
	var kept []string
	for i := len(c.Types) - 1; i >= 0; i-- {
		start := lineStart(c.Types[i].Span)
		text := string(f.Text[start:end])
		if !used[c.Types[i].Name] {
			text = strings.Repeat("\n", strings.Count(text, "\n"))
		}
		kept, end = append(kept, text), start
	}
	b := strings.Builder{}
	b.WriteString(string(f.Text[lineStart(c.Span):end]))
	for i := len(kept) - 1; i >= 0; i-- {
		b.WriteString(kept[i])
	}
	whole.Text = strings.TrimRight(b.String(), "\n")
	return whole
}

// severable tells whether each entry has lines of its own, and none refers to
// another by an anchor.
func (c *Catalogue) severable() bool {
	f := c.Span.File
	if len(c.Types) == 0 || strings.ContainsAny(string(f.Text[c.Span.Start:c.Span.End]), "&*") ||
		strings.Contains(string(f.Text[c.Span.Start:c.Types[0].Span.Start]), "{") {
		return false
	}
	for _, t := range c.Types {
		if strings.TrimLeft(string(f.Text[lineStart(t.Span):t.Span.Start]), " ") != "" {
			return false
		}
	}
	return true
}

// sourceOf cuts the text of a document out of its file.
func sourceOf(span source.Span) Source {
	line, _ := span.File.Pos(span.Start)
	return Source{File: span.File.Name, Line: line, Text: string(span.File.Text[lineStart(span):span.End])}
}

// lineStart is the offset of the line on which a span begins.
func lineStart(span source.Span) int {
	line, _ := span.File.Pos(span.Start)
	return span.File.Offset(line, 1)
}
