package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/partitur/partitur/interpreter"
)

// decide makes a move about what a run asks.
func (o *approvalsFlags) decide(c *call, action string) error {
	if err := o.checkTargets(action); err != nil {
		return err
	}
	by, err := o.who(c)
	if err != nil {
		return err
	}
	form, err := o.form.read(c.session)
	if err != nil {
		return err
	}
	server, err := c.dial()
	if err != nil {
		return err
	}
	ref, name := o.ref(c)
	if form == nil && (action == "approve" || action == "answer") && c.Terminal.Stdin {
		if name, form, err = o.ask(c, server, ref, name); err != nil {
			return err
		}
	}
	answer, err := c.sendMove(server, ref, decisions[action], o.message(action, name, by, form))
	if err != nil {
		return c.explainMove(err, server, ref)
	}
	return c.show(answer, func(w io.Writer) { fmt.Fprintln(w, answer.sentence()) })
}

// message is the argument of the update.
func (o *approvalsFlags) message(action, name, by string, form json.RawMessage) map[string]any {
	m := map[string]any{"by": by}
	if name != "" {
		m["approval"] = name
	}
	if o.comment != "" {
		m["comment"] = o.comment
	}
	if form != nil {
		m["form"] = form
	}
	if decisions[action] == "decide" {
		m["decision"] = action
	}
	if action == "delegate" {
		m["to"] = o.to[0]
	} else if len(o.to) > 0 {
		m["to"] = o.to
	}
	if o.from != "" {
		m["from"] = o.from
	}
	return m
}

// A moved is what a run answers to a move.
type moved struct {
	Name     string   `json:"name"`
	Kind     string   `json:"kind"`
	Status   string   `json:"status"`
	WaitsFor []string `json:"waits_for"`
}

func (m moved) sentence() string {
	if m.Status == "waiting" {
		return fmt.Sprintf("%s waits for %s", m.Name, strings.Join(m.WaitsFor, ", "))
	}
	return m.Name + " is " + m.Status
}

// sendMove sends an update until a run takes it or refuses it: one that is about
// to go on as another refuses it, and the other takes it.
func (c *call) sendMove(server *remote, ref runRef, update string, message map[string]any) (answer moved, err error) {
	ctx, cancel := context.WithTimeout(c.ctx, retryTimeout)
	defer cancel()
	for {
		answer, err = c.moveOnce(ctx, server, ref, update, message)
		var app *temporal.ApplicationError
		if !errors.As(err, &app) || app.Type() != interpreter.ContinuingAsNew {
			return answer, err
		}
		select {
		case <-ctx.Done():
			return answer, err
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (c *call) moveOnce(ctx context.Context, server *remote, ref runRef, update string, message map[string]any) (answer moved, err error) {
	ctx, cancel := context.WithTimeout(ctx, acceptTimeout)
	defer cancel()
	handle, err := server.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: ref.workflowID, RunID: ref.runID, UpdateName: "partitur." + update, Args: []any{message},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(ctx, &answer)
	}
	return answer, err
}

// explainMove says why a move was not made.
func (c *call) explainMove(err error, server *remote, ref runRef) error {
	var (
		refused  *temporal.ApplicationError
		late     *client.WorkflowUpdateServiceTimeoutOrCanceledError
		notFound *serviceerror.NotFound
	)
	switch {
	case c.Context.Err() != nil:
		return err
	case errors.As(err, &refused) && refused.Type() == interpreter.DecisionRejected:
		return problemf(exitFailed, "%s", refused.Message()).hint("`partitur approvals show %s` shows what it asks", ref.workflowID)
	case errors.As(err, &refused) && strings.HasPrefix(refused.Message(), "unknown update"):
		return problemf(exitFailed, "run %q has no approvals and no tasks", ref.workflowID)
	case errors.As(err, &refused):
		return problemf(exitFailed, "%s", refused.Message())
	case errors.As(err, &late), isLate(err):
		return problemf(exitNoAnswer, "no worker has taken the decision for run %q", ref.workflowID).
			hint("start one, or see `partitur describe %s`", ref.workflowID)
	case errors.As(err, &notFound):
		return ref.missing(err, server)
	}
	return err
}
