package syntax

import "gopkg.in/yaml.v3"

// properties are what may stand before a value: an anchor and a tag.
type properties struct {
	tag, tagEnd int // where the tag stands, if tagEnd > 0
	end         int // where the value itself begins
}

// properties reads the properties of a value from the source: the library
// keeps the name of an anchor only, and drops a `!` alone altogether.
func (p *parser) properties(y *yaml.Node, start int) properties {
	props := properties{end: start}
	limit := p.firstChild(y)
	for i := start; i < limit; {
		switch {
		case p.text[i] == '&' && y.Anchor != "":
			props.end = p.nameEnd(i + 1)
		case p.text[i] == '!':
			props.tag, props.tagEnd = i, p.wordEnd(i)
			props.end = props.tagEnd
		default:
			props.end = i
			return props
		}
		if isEmpty(y) {
			if i = p.skipBlank(props.end); i < limit && p.text[i] != '!' && p.text[i] != '&' {
				return props
			}
			continue
		}
		i = p.skipSpace(props.end)
		props.end = min(i, limit)
	}
	return props
}

// firstChild is where the first key of a block mapping begins: anchors and
// tags from there on belong to the key.
func (p *parser) firstChild(y *yaml.Node) int {
	if y.Kind == yaml.MappingNode && y.Style&yaml.FlowStyle == 0 && len(y.Content) > 0 {
		return p.at(y.Content[0].Line, y.Content[0].Column)
	}
	return len(p.text)
}

func isEmpty(y *yaml.Node) bool {
	return y.Kind == yaml.ScalarNode && y.Style&^yaml.TaggedStyle == 0 && y.Value == ""
}

func (p *parser) wordEnd(i int) int {
	for i < len(p.text) && !isSpace(p.text[i]) && breakWidth(p.text[i:]) == 0 {
		i++
	}
	return i
}

// nameEnd is the end of the name of an anchor or alias.
func (p *parser) nameEnd(i int) int {
	for i < len(p.text) && isNameChar(p.text[i]) {
		i++
	}
	return i
}

func isNameChar(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

func (p *parser) skipBlank(i int) int {
	for i < len(p.text) && (p.text[i] == ' ' || p.text[i] == '\t') {
		i++
	}
	return i
}

// skipSpace passes over white space, line breaks and comments.
func (p *parser) skipSpace(i int) int {
	for i < len(p.text) {
		i = p.skipBlank(i)
		if i < len(p.text) && p.text[i] == '#' {
			i = p.lineEnd(i)
		}
		w := 0
		if i < len(p.text) {
			w = breakWidth(p.text[i:])
		}
		if w == 0 {
			return i
		}
		i += w
	}
	return i
}
