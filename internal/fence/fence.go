// Package fence reads the fenced blocks of Markdown pages, so that tests can
// run what the pages show.
package fence

import "strings"

// A Block is one fenced block.
type Block struct {
	Line int    // of its first line of text, 1-based
	Info string // what stands behind the opening fence, such as "yaml"
	Text string
}

// Blocks lists the fenced blocks of a page. Only fences of three backticks at
// the beginning of a line count.
func Blocks(page string) (blocks []Block) {
	var open *Block
	for i, line := range strings.SplitAfter(page, "\n") {
		info, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && open == nil:
			open = &Block{Line: i + 2, Info: strings.TrimSpace(info)}
		case fence:
			blocks = append(blocks, *open)
			open = nil
		case open != nil:
			open.Text += line
		}
	}
	return blocks
}
