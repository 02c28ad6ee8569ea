package cli

import (
	"encoding/json"

	"github.com/spf13/pflag"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
)

// A withStart is the run that a message starts if there is none to take it.
type withStart struct {
	what, queue string
	input       *input
}

// withStartFlags declares --start and what belongs to it.
func withStartFlags(f *pflag.FlagSet) *withStart {
	o := &withStart{input: &input{}}
	f.StringVar(&o.what, "start", "", "`TYPE|FILE` of a run to start with this workflow id if none is running")
	f.StringVar(&o.input.whole, "start-input", "", "input of that run as `JSON`; @FILE reads a file")
	f.StringVarP(&o.queue, "task-queue", "q", "", "`NAME` of the task queue of that run (else that of the definition, else "+defaultTaskQueue+")")
	o.input.given = func() bool { return f.Changed("start-input") }
	return o
}

// A startPlan is a run that may be started.
type startPlan struct {
	kind    string
	options client.StartWorkflowOptions
	args    []any
}

// plan is nil if nothing is to be started.
func (o *withStart) plan(c *call, workflowID string) (*startPlan, error) {
	if o.what == "" {
		if o.input.given() || o.queue != "" {
			return nil, usage("--start-input and --task-queue belong to --start").hint("add --start TYPE, or leave them out")
		}
		return nil, nil
	}
	var doc json.RawMessage
	doc, err := o.input.read(c.session)
	if err != nil {
		return nil, err
	}
	d, err := (&startFlags{queue: o.queue}).definitionOf(c, o.what, doc)
	if err != nil {
		return nil, err
	}
	return &startPlan{d.Type, client.StartWorkflowOptions{
		ID: workflowID, TaskQueue: d.TaskQueue, WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}, arguments(doc)}, nil
}
