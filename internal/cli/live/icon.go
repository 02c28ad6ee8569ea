package live

import "github.com/partitur/partitur/internal/cli/ansi"

// icons are the signs of the states, the second for terminals that have only
// ASCII. A running step has a spinner.
var icons = map[string]struct {
	sign, ascii string
	color       ansi.Color
}{
	Pending:   {"○", ".", ansi.Dim},
	Waiting:   {"◌", "~", ansi.Yellow},
	Succeeded: {"✓", "+", ansi.Green},
	Failed:    {"✗", "x", ansi.Red},
	Skipped:   {"–", "-", ansi.Dim},
	TimedOut:  {"✗", "x", ansi.Red},
	Cancelled: {"■", "!", ansi.Yellow},
}

var (
	spinner      = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}
	asciiSpinner = []string{"|", "/", "-", "\\"}
)

func (t *table) icon(s StepView) (string, ansi.Color) {
	if s.State == Running {
		frames := spinner
		if t.options.ASCII {
			frames = asciiSpinner
		}
		if s.Attempt > 1 {
			return frames[t.frame%len(frames)], ansi.Yellow
		}
		return frames[t.frame%len(frames)], ansi.Cyan
	}
	i, ok := icons[s.State]
	switch {
	case !ok:
		return "?", ansi.Plain
	case t.options.ASCII:
		return i.ascii, i.color
	}
	return i.sign, i.color
}
