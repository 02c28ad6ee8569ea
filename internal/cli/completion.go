package cli

import (
	"github.com/spf13/pflag"
)

var completionCommand = command{
	use:     "completion SHELL",
	group:   otherGroup,
	summary: "print a script that completes commands in a shell",
	help: `
Print a script that completes commands and flags in bash, zsh, fish or
powershell.`,
	examples: `
  source <(partitur completion bash)
  partitur completion zsh > "${fpath[1]}/_partitur"
  partitur completion fish > ~/.config/fish/completions/partitur.fish`,
	setup: func(*pflag.FlagSet) run {
		return func(c *call) error {
			switch shell := c.args[0]; shell {
			case "bash":
				return c.root.GenBashCompletionV2(c.Stdout, true)
			case "zsh":
				return c.root.GenZshCompletion(c.Stdout)
			case "fish":
				return c.root.GenFishCompletion(c.Stdout, true)
			case "powershell":
				return c.root.GenPowerShellCompletionWithDesc(c.Stdout)
			default:
				return usage("there is no completion for %q", shell).hint("it can be bash, zsh, fish or powershell")
			}
		}
	},
}
