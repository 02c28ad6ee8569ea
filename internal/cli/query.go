package cli

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/spf13/pflag"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/converter"

	"github.com/partitur/partitur/dsl/diag"
)

var queryCommand = command{
	use:     "query ID NAME",
	group:   runsGroup,
	summary: "ask a run one of the questions it answers",
	help: `
Ask a run a question and print the answer as JSON. A run that has ended answers,
too, for as long as the server keeps its history. Every run of ours answers
` + "`status` and `definition`" + `; its definition names the others.`,
	examples: `
  partitur query ORD-1 progress
  partitur query ORD-1 definition`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		ref := runFlag(f)
		in := inputFlags(f, "argument of the question")
		return func(c *call) error {
			doc, err := in.read(c.session)
			if err != nil {
				return err
			}
			server, err := c.dial()
			if err != nil {
				return err
			}
			answer, err := c.ask(server, ref(c), c.args[1], arguments(doc))
			if err != nil {
				return err
			}
			return writeIndented(c.Stdout, answer)
		}
	},
}

// ask puts one question to a run.
func (c *call) ask(server *remote, ref runRef, name string, args []any) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(c.ctx, queryTimeout)
	defer cancel()
	answer, err := server.QueryWorkflow(ctx, ref.workflowID, ref.runID, name, args...)
	var raw converter.RawValue
	if err == nil {
		err = answer.Get(&raw)
	}
	if err == nil {
		return jsonOf(raw.Payload()), nil
	}
	var failed *serviceerror.QueryFailed
	if errors.As(err, &failed) && c.Context.Err() == nil {
		return nil, explainUnknown("query", name, failed.Message)
	}
	return nil, c.explainQuery(err, server, ref)
}

// explainUnknown puts an answer such as `unknown queryType x. KnownQueryTypes=[a
// b]` into our words, and leaves others as they are.
func explainUnknown(kind, name, message string) *problem {
	before, list, found := strings.Cut(message, "=[")
	if !found || !strings.HasPrefix(before, "unknown "+kind) {
		return problemf(exitFailed, "%s", message)
	}
	var known []string
	for _, n := range strings.Fields(strings.TrimSuffix(strings.TrimSpace(list), "]")) {
		if !strings.HasPrefix(n, "__") {
			known = append(known, n)
		}
	}
	p := problemf(exitFailed, "the run knows no %s %q", kind, name)
	switch near := diag.Nearest(name, known); {
	case near != "":
		return p.hint("did you mean %s?", near)
	case len(known) > 0:
		return p.hint("it knows %s", join(known))
	}
	return p
}
