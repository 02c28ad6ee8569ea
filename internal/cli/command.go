package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/partitur/partitur/dsl/diag"
)

// A command is one thing that `partitur` can do.
type command struct {
	use      string // name and arguments, such as "signal ID NAME"; [ARG] may be left out, ARG... repeated
	group    string // heading in the help
	summary  string
	help     string
	examples string
	remote   bool // it talks to a server, and has the flags for that
	reports  bool // it has diagnostics to show, in the formats for that
	setup    func(*pflag.FlagSet) run
}

// A run does what a command is for.
type run func(*call) error

// A call is one use of a command.
type call struct {
	*session
	ctx  context.Context
	args []string
	root *cobra.Command
}

// The headings of the help.
const (
	filesGroup = "Definitions"
	runsGroup  = "Runs"
	otherGroup = "Other"
)

var groups = []string{filesGroup, runsGroup, otherGroup}

func (s *session) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "partitur COMMAND",
		Short:         "Partitur runs workflows written in YAML, durably, on Temporal",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.Help()
			}
			return unknownCommand(args[0])
		},
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetHelpCommand(&cobra.Command{Hidden: true, Use: "help [COMMAND]", RunE: func(c *cobra.Command, args []string) error {
		target, rest, err := root.Find(args)
		if err != nil || len(rest) > 0 {
			return unknownCommand(args[0])
		}
		return target.Help()
	}})
	root.SetArgs(append([]string{}, s.Args...))
	root.SetIn(s.Stdin)
	root.SetOut(s.Stdout)
	root.SetErr(s.Stderr)
	root.SetHelpFunc(writeHelp)
	root.SetFlagErrorFunc(flagError)
	root.PersistentFlags().VarP(&s.format, "output", "o", "`FORMAT` of what is printed: text or json")
	root.PersistentFlags().BoolP("help", "h", false, "explain the command")
	_ = root.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	for _, c := range commands {
		root.AddCommand(c.cobra(s, root))
	}
	return root
}

func (c command) cobra(s *session, root *cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use:     c.use,
		Short:   c.summary,
		Long:    strings.TrimSpace(c.help),
		Example: strings.Trim(c.examples, "\n"),
		Args:    c.checkArgs,
	}
	cmd.Flags().SortFlags = false
	do := c.setup(cmd.Flags())
	if c.remote {
		connectionFlags(cmd.Flags(), &s.connect)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if (s.format == asSARIF || s.format == asGitHub) && !c.reports {
			return usage("-o %s is for diagnostics, and this command has none", s.format).hint("it can be text or json")
		}
		return do(&call{session: s, ctx: cmd.Context(), args: args, root: root})
	}
	return cmd
}

// name is the first word of the use.
func (c command) name() string {
	name, _, _ := strings.Cut(c.use, " ")
	return name
}

// checkArgs compares the arguments with those that use names.
func (c command) checkArgs(_ *cobra.Command, args []string) error {
	wanted := strings.Fields(c.use)[1:]
	for i, w := range wanted {
		if i >= len(args) && !strings.HasPrefix(w, "[") {
			return usage("%s is missing", strings.TrimSuffix(w, "...")).hint("write `partitur %s`", c.use)
		}
		if strings.HasSuffix(strings.Trim(w, "[]"), "...") {
			return nil
		}
	}
	if len(args) > len(wanted) {
		return usage("there is an argument too many: %q", args[len(wanted)]).hint("write `partitur %s`", c.use)
	}
	return nil
}

func unknownCommand(name string) error {
	names := make([]string, len(commands))
	for i, c := range commands {
		names[i] = c.name()
	}
	e := usage("there is no command %q", name)
	if near := diag.Nearest(name, names); near != "" {
		return e.hint("did you mean `partitur %s`?", near)
	}
	return e.hint("`partitur --help` lists the commands")
}

// flagError puts what is wrong with a flag into our words.
func flagError(cmd *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		missing *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
		number  *strconv.NumError
	)
	help := fmt.Sprintf("see `%s --help`", cmd.CommandPath())
	switch {
	case errors.As(err, &unknown):
		return unknownFlag(cmd, unknown, help)
	case errors.As(err, &missing):
		return usage("--%s needs a value", missing.GetFlag().Name).hint("%s", help)
	case errors.As(err, &number) && errors.As(err, &invalid):
		return usage("--%s: %q is no number", invalid.GetFlag().Name, invalid.GetValue())
	case errors.As(err, &invalid):
		return usage("--%s: %v", invalid.GetFlag().Name, invalid.Unwrap())
	}
	return usage("%s", err.Error()).hint("%s", help)
}

func unknownFlag(cmd *cobra.Command, unknown *pflag.NotExistError, help string) error {
	name := unknown.GetSpecifiedName()
	if unknown.GetSpecifiedShortnames() != "" {
		return usage("there is no flag -%s", name).hint("%s", help)
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	e := usage("there is no flag --%s", name)
	if strings.HasPrefix(name, "cron") {
		return e.hint("a schedule starts runs at certain times: write a schedule: document, or use `temporal schedule create`; " +
			"the older cron of a run ends when the run continues as new")
	}
	if near := diag.Nearest(name, names); near != "" {
		return e.hint("did you mean --%s?", near)
	}
	return e.hint("%s", help)
}

// note tells the user something on the side.
func (c *call) note(format string, args ...any) { fmt.Fprintf(c.Stderr, format+"\n", args...) }
