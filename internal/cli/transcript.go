package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/partitur/partitur/internal/cli/ansi"
	"github.com/partitur/partitur/interpreter"
)

var transcriptCommand = command{
	use:     "transcript ID",
	group:   runsGroup,
	summary: "show what an agent of a run and its model have said",
	help: `
Show the conversation of an agent: what people have said, what the model has
answered, which tools it has called, and what they told it. Of a run that has
continued as new it is the part that the model still knows.`,
	examples: `
  partitur transcript TICKET-7
  partitur transcript TICKET-7 --agent analyst -o json`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		ref := runFlag(f)
		agent := f.String("agent", "", "`ID` of the step, where a run has several agents")
		return func(c *call) error {
			server, err := c.dial()
			if err != nil {
				return err
			}
			var args []any
			if *agent != "" {
				args = append(args, *agent)
			}
			answer, err := c.ask(server, ref(c), "partitur.transcript", args)
			if err != nil {
				return err
			}
			var t transcript
			if err := json.Unmarshal(answer, &t); err != nil {
				return fmt.Errorf("the answer of the run cannot be read: %w", err)
			}
			return c.show(answer, func(w io.Writer) { t.write(w) })
		}
	},
}

// A transcript is what an agent answers.
type transcript struct {
	Agent    string    `json:"agent"`
	Status   string    `json:"status"`
	Messages []message `json:"messages"`
	interpreter.AgentStatus
}

// A message is one part of a conversation.
type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
	Calls   []struct {
		ID        string          `json:"id"`
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
	} `json:"tool_calls"`
	Answers string `json:"tool_call_id"`
}

func (t transcript) write(w io.Writer) {
	names := map[string]string{} // of tools, by the call
	for _, m := range t.Messages {
		speaker := m.Role
		if name := names[m.Answers]; name != "" {
			speaker = name
		}
		if m.Content != "" || len(m.Calls) == 0 {
			writeSaid(w, speaker, m.Content)
		}
		for _, c := range m.Calls {
			names[c.ID] = c.Name
			writeSaid(w, m.Role, "calls "+c.Name+" "+string(c.Arguments))
		}
	}
	fmt.Fprintf(w, "\n%s: %s, %s\n", ansi.Clean(t.Agent), t.Status, usedText(t.AgentStatus))
}

// writeSaid writes what somebody said, indented below the first line.
func writeSaid(w io.Writer, speaker, said string) {
	lines := strings.Split(strings.TrimRight(said, "\n"), "\n")
	for i, line := range lines {
		if i == 0 {
			fmt.Fprintf(w, "%s: %s\n", ansi.Clean(speaker), ansi.Clean(line))
			continue
		}
		fmt.Fprintf(w, "  %s\n", ansi.Clean(line))
	}
}

// usedText is what a conversation has used.
func usedText(a interpreter.AgentStatus) string {
	parts := []string{numbered(a.Turns, "turn"), numbered(a.Tokens, "token")}
	if a.USD != "0" && a.USD != "" {
		parts = append(parts, a.USD+" USD")
	}
	if a.ToolCalls > 0 {
		parts = append(parts, numbered(a.ToolCalls, "tool call"))
	}
	if a.Paused {
		parts = append(parts, "paused")
	}
	return strings.Join(parts, ", ")
}

func numbered(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
