package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// exitCodes is the table of exit.go for the help.
const exitCodes = `Exit codes:
  0    done
  1    what was asked about failed: the run, or the check
  2    the command was not understood, its input is wrong, or drift found some
  3    there is no server, or it refused
  4    there is no such run
  5    nobody answered in time: no worker, or a blocked run
  130  interrupted
`

// writeHelp explains the program, or one command.
func writeHelp(cmd *cobra.Command, _ []string) {
	text := programHelp(cmd)
	for _, c := range commands {
		if cmd.HasParent() && c.name() == cmd.Name() {
			text = c.fullHelp(cmd)
		}
	}
	fmt.Fprint(cmd.OutOrStdout(), text)
}

func programHelp(root *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nUsage:\n  partitur COMMAND [flags]\n", root.Short)
	width := 0
	for _, c := range commands {
		width = max(width, len(c.name()))
	}
	for _, group := range groups {
		fmt.Fprintf(&b, "\n%s:\n", group)
		for _, c := range commands {
			if c.group == group {
				fmt.Fprintf(&b, "  %-*s  %s\n", width, c.name(), c.summary)
			}
		}
	}
	writeFlags(&b, "Flags of every command", root.PersistentFlags())
	fmt.Fprintf(&b, "\n%s\n`partitur COMMAND --help` explains a command.\n", exitCodes)
	return b.String()
}

func (c command) fullHelp(cmd *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nUsage:\n  partitur %s [flags]\n\nExamples:\n%s\n", cmd.Long, c.use, cmd.Example)
	own, starting, connection := unsorted(), unsorted(), unsorted()
	every := cmd.Root().PersistentFlags()
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		switch {
		case every.Lookup(f.Name) != nil:
		case f.Annotations[connectionFlag] != nil:
			connection.AddFlag(f)
		case f.Annotations[startingFlag] != nil:
			starting.AddFlag(f)
		default:
			own.AddFlag(f)
		}
	})
	writeFlags(&b, "Flags", own)
	writeFlags(&b, "Flags for how the run is started", starting)
	writeFlags(&b, "Flags for the connection", connection)
	writeFlags(&b, "Flags of every command", every)
	return b.String()
}

// unsorted is an empty set of flags that keeps their order.
func unsorted() *pflag.FlagSet {
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	f.SortFlags = false
	return f
}

func writeFlags(b *strings.Builder, heading string, flags *pflag.FlagSet) {
	if flags.HasFlags() {
		fmt.Fprintf(b, "\n%s:\n%s", heading, flags.FlagUsages())
	}
}
