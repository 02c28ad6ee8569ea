package cli

import (
	"fmt"
	"strings"

	"github.com/partitur/partitur/interpreter"
)

// writeMessages shows what has become of a run's messages, where somebody may
// have to look after them.
func (c *call) writeMessages(m *interpreter.MessageStatus) {
	var lines []string
	note := func(n int, what string, names []string) {
		if n > 0 {
			lines = append(lines, fmt.Sprintf("%d %s%s", n, what, named(names)))
		}
	}
	var running, unread, undeclared, refused []string
	for _, h := range m.Running {
		running = append(running, h.Name)
	}
	for _, v := range m.Unread {
		unread = append(unread, v.Name)
	}
	for _, v := range m.Undeclared {
		undeclared = append(undeclared, v.Name)
	}
	for _, v := range m.Refused {
		refused = append(refused, v.Name)
	}
	note(len(running), "being handled", running)
	note(len(unread), "not read yet", unread)
	note(m.Counts.Undeclared, "not declared by the workflow", undeclared)
	note(m.Counts.Rejected, "dropped because they do not fit", refused)
	note(m.Counts.Duplicate, "ignored because they came twice", nil)
	if len(lines) > 0 {
		fmt.Fprintf(c.Stdout, "\nMessages: %s\n", strings.Join(lines, ", "))
	}
}

// named lists names in brackets, each once.
func named(names []string) string {
	var once []string
	seen := map[string]bool{}
	for _, n := range names {
		if !seen[n] {
			seen[n] = true
			once = append(once, n)
		}
	}
	if len(once) == 0 {
		return ""
	}
	return " (" + strings.Join(once, ", ") + ")"
}
