package syntax

// plainText reads text without quotes, with the lines it goes on over.
func (s *scanner) plainText(at place) {
	end := s.textEnd(at.pos)
	if colon := s.colonIn(at.pos, end); colon >= 0 {
		s.colonInText(at, end)
		s.finish(end, at)
		return
	}
	if s.commentCuts(at, end) || s.hasComment(end) {
		return
	}
	for line := end; ; {
		start := s.afterLine(line)
		if start == line || start >= len(s.text) {
			return
		}
		pos := s.skipBlank(start)
		if breakWidth(s.text[pos:]) > 0 {
			line = pos
			continue
		}
		if pos-start <= at.parent || pos >= len(s.text) || s.isMarker(start) || s.text[pos] == '#' {
			s.i = start
			return
		}
		stop := s.textEnd(pos)
		if colon := s.colonIn(pos, stop); colon >= 0 {
			s.colonBelow(at, end, pos, stop)
			return
		}
		end, line = stop, stop
		s.i = s.afterLine(stop)
		if s.commentCuts(at, end) || s.hasComment(stop) {
			return
		}
	}
}

func (s *scanner) hasComment(end int) bool {
	i := s.skipBlank(end)
	return i < len(s.text) && s.text[i] == '#'
}

// colonIn finds a colon that YAML takes for the end of a key.
func (s *scanner) colonIn(pos, end int) int {
	for i := pos; i < end; i++ {
		if s.isIndicator(i, ':') {
			return i
		}
	}
	return -1
}

// colonInText reports `title: Order: 5`.
func (s *scanner) colonInText(at place, end int) {
	span := s.span(at.pos, end)
	text := span.Text()
	d := s.found.Error("colon-in-text", span, "text with a colon and a space in it must be quoted")
	if singleLine(text) {
		d.WithHint("write %s", quote(text)).WithFix(span, quote(text))
	}
	s.blank(at.pos, end)
}

// colonBelow reports a colon on a further line of a text: either the text is
// an unfinished expression, or someone indented keys below a value.
func (s *scanner) colonBelow(at place, end, pos, stop int) {
	text := s.src(at.pos, end)
	sameColumn := at.parent < 0 && s.columnOf(pos) == s.columnOf(at.pos)
	switch {
	case unclosed(text, isExpressionKey(at.key)) != "":
		stop = s.swallow(s.lineEnd(stop), at.parent)
		s.found.Error("colon-in-text", s.span(at.pos, s.textEnd(at.pos)), "text with a colon and a space in it must be quoted").
			WithHint("write >- here and the text on the lines below")
		s.blank(at.pos, stop)
	case sameColumn:
		s.missingColon(at.pos, end)
		s.erase(at.pos, end)
		s.i = pos - s.columnOf(pos)
	default:
		key, _ := s.key(pos)
		s.found.Error("bad-indent", s.span(pos, max(key, pos)), "this key is indented below a value that is text already: %q", text).
			WithHint("indent it like the key above, or remove the text there").
			WithNote(s.span(at.pos, end), "the text above")
		s.blank(at.pos, s.swallow(s.lineEnd(pos), at.parent))
	}
}

// commentCuts reports an expression that ` #` cut off, where the rest makes
// the YAML invalid too.
func (s *scanner) commentCuts(at place, end int) bool {
	if !s.hasComment(end) {
		return false
	}
	hash, stop := s.skipBlank(end), s.trimmedEnd(end)
	if unclosed(s.src(at.pos, end), isExpressionKey(at.key)) == "" {
		return false
	}
	reportCut(&s.found, s.span(at.pos, end), s.span(hash, stop))
	s.blank(at.pos, stop)
	s.finish(stop, at)
	return true
}
