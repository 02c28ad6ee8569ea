// Package builtins holds the actions that come with the program: activities
// that are declared once, in one file each, and need no code of the user. What
// it makes true: only the projected result of an action reaches the history,
// and no secret does.
package builtins

import (
	"context"
	"slices"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// actions lists every action.
var actions = []Action{
	httpAction,
	llmAction,
	mcpAction,
	mcpToolsAction,
}

// An Action does one thing to the world outside the workflow.
type Action struct {
	Name, Doc string
	Page      string                 // what the documentation says, in Markdown
	Input     func() fields.Declarer // an empty input, with its defaults
	Result    *types.Type            // what `result` is in `expect` and `output`
	Timeout   time.Duration          // of an attempt whose step sets none
	Heartbeat time.Duration          // how soon a cancellation must arrive
	Retry     Retry                  // of a step that sets none; zero for the language's
	run       func(context.Context, *job, map[string]any) (any, error)
	rehearse  func(input map[string]any, result any) (any, error) // what it makes of a result that a test gives
}

// Actions returns every action.
func Actions() []Action { return slices.Clone(actions) }

// Options says how the actions of a worker run. The zero value is for a laptop:
// secrets from the environment, every address but those of cloud metadata.
type Options struct {
	Secrets   Secrets // EnvSecrets(os.LookupEnv) when nil
	Policy    Policy
	MaxResult int64  // bytes of an encoded result, 1 MB when 0
	UserAgent string // "partitur" when empty
	Models    []ModelProfile
	MCP       []MCPServer
}

// A Retry is how often, and after which pauses, an action is tried.
type Retry struct {
	Attempts         int
	Initial, Maximum time.Duration
}

// Register adds the actions to a worker, as activities of the same names.
func Register(w worker.ActivityRegistry, o Options) {
	h := newHost(o)
	for _, a := range actions {
		w.RegisterActivityWithOptions(h.activity(a), activity.RegisterOptions{Name: a.Name})
	}
}

// declare makes an action of a function from a declared input to a result.
func declare[In fields.Declarer](a Action, empty func() In, run func(context.Context, *job, In) (any, error)) Action {
	a.Input = func() fields.Declarer { return empty() }
	a.run = func(ctx context.Context, j *job, values map[string]any) (any, error) {
		in := empty()
		if err := fields.Decode(in, values); err != nil {
			return nil, invalidInput("%s: %v", a.Name, err)
		}
		return run(ctx, j, in)
	}
	return a
}
