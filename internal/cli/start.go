package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/pflag"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/value"
	"github.com/partitur/partitur/internal/workers"
)

// defaultTaskQueue is where runs go when neither the command line nor the
// definition names a task queue.
const defaultTaskQueue = workers.DefaultTaskQueue

var startCommand = command{
	use:     "start TYPE|FILE",
	group:   runsGroup,
	summary: "start a run and return at once",
	help: `
Start a run of a workflow, named by its type or by the file that defines it,
and print its ids. A worker does the rest, on any machine.

When files here define workflows, a type that none of them defines is refused:
a run of a type that no worker knows would wait for ever. Files here are those of
the project, or without partitur.yaml those in this folder and in its folders.`,
	examples: `
  partitur start order-fulfillment --input '{"order_id": "ORD-1", "amount_cents": 1200}'
  partitur start order.yaml --set order_id=ORD-1 --set amount_cents=1200
  partitur start order-fulfillment --input @order.json --workflow-id ORD-1 --wait`,
	remote: true,
	setup:  setupStart,
}

type startFlags struct {
	input             *input
	workflowID, queue string
	how               *starting
	unchecked, wait   bool
}

func setupStart(f *pflag.FlagSet) run {
	o := &startFlags{input: inputFlags(f, "input of the run")}
	f.StringVarP(&o.workflowID, "workflow-id", "w", "", "`ID` of the run; one is made up if there is none")
	f.StringVarP(&o.queue, "task-queue", "q", "", "`NAME` of the task queue (else that of the definition, else "+defaultTaskQueue+")")
	f.BoolVar(&o.unchecked, "unchecked", false, "start a type and an input that do not match the definitions here")
	f.BoolVar(&o.wait, "wait", false, "wait for the end and print the result")
	o.how = startingFlags(f)
	return o.run
}

// A started is what start prints.
type started struct {
	WorkflowID string `json:"workflow_id"`
	RunID      string `json:"run_id"`
	Type       string `json:"type"`
	TaskQueue  string `json:"task_queue"`
}

func (o *startFlags) run(c *call) error {
	doc, err := o.input.read(c.session)
	if err != nil {
		return err
	}
	if _, err := o.how.options(Definition{}); err != nil {
		return err
	}
	d, err := o.definition(c, doc)
	if err != nil {
		return err
	}
	server, err := c.dial()
	if err != nil {
		return err
	}
	s, err := o.start(c, server, d, doc)
	if err != nil {
		return err
	}
	c.warnOfNoWorker(server, s.TaskQueue)
	if o.wait {
		c.note("started %s", s.WorkflowID)
		return c.showResult(server, runRef{s.WorkflowID, s.RunID})
	}
	return c.show(s, func(w io.Writer) { fmt.Fprintf(w, "%s %s\n", s.WorkflowID, s.RunID) })
}

// definition finds what is to be started, and holds it against the files here.
func (o *startFlags) definition(c *call, doc json.RawMessage) (Definition, error) {
	return o.definitionOf(c, c.args[0], doc)
}

func (o *startFlags) definitionOf(c *call, typeOrFile string, doc json.RawMessage) (Definition, error) {
	d, err := c.find(typeOrFile, o.unchecked)
	if err != nil {
		return d, err
	}
	if d.CheckInput != nil && !o.unchecked {
		if err := d.CheckInput(doc); err != nil {
			return d, err
		}
	}
	if o.queue != "" {
		d.TaskQueue = o.queue
	}
	if d.TaskQueue == "" {
		d.TaskQueue = defaultTaskQueue
	}
	return d, nil
}

// find looks a workflow up in the definitions here. Where there are none, a
// type is taken as it is; a file must be one that can be read.
func (c *call) find(typeOrFile string, unchecked bool) (Definition, error) {
	asIs := Definition{Type: typeOrFile}
	defined, err := c.Definitions()
	if err != nil {
		return asIs, err
	}
	d, err := defined.Find(typeOrFile)
	if err == nil || isFile(typeOrFile) {
		return d, err
	}
	names := defined.Names()
	switch {
	case !unchecked && slices.Contains(names, typeOrFile):
		return asIs, err
	case unchecked || len(names) == 0:
		return asIs, nil
	}
	p := usage("no file here defines a workflow %q", typeOrFile)
	if near := diag.Nearest(typeOrFile, names); near != "" {
		return asIs, p.hint("did you mean %q? --unchecked starts it as it is", near)
	}
	return asIs, p.hint("--unchecked starts it all the same")
}

func (o *startFlags) start(c *call, server *remote, d Definition, doc json.RawMessage) (started, error) {
	id := o.workflowID
	if id == "" {
		id = d.Type + "-" + uuid.NewString()
	}
	options, err := o.how.options(d)
	if err != nil {
		return started{}, err
	}
	if options.TypedSearchAttributes, err = o.how.searchAttributes(c, server); err != nil {
		return started{}, err
	}
	options.ID = id
	run, err := server.ExecuteWorkflow(c.ctx, options, d.Type, arguments(doc)...)
	var exists *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &exists) {
		return started{}, problemf(exitFailed, "there is a run with workflow id %q already (run %s)", id, exists.RunId).
			hint("--workflow-id-conflict-policy and --workflow-id-reuse-policy say what to do then")
	}
	if err != nil {
		return started{}, err
	}
	return started{id, run.GetRunID(), d.Type, d.TaskQueue}, nil
}

// warnOfNoWorker says when nobody would take the run at this moment.
func (c *call) warnOfNoWorker(server *remote, queue string) {
	d, err := server.DescribeTaskQueue(c.ctx, queue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
	if err == nil && len(d.GetPollers()) == 0 {
		c.note("no worker polls task queue %q: the run waits for one", queue)
	}
}

// A duration is a flag that is written as in a definition: 30s, 5m, 7d.
type duration time.Duration

// Set, String and Type make it a flag.
func (d *duration) Set(s string) error {
	parsed, err := value.ParseDuration(s)
	*d = duration(parsed)
	return err
}

func (d *duration) String() string {
	if *d == 0 {
		return ""
	}
	return value.FormatDuration(time.Duration(*d))
}

// Type names the value in the help.
func (d *duration) Type() string { return "DURATION" }

// A choice is a flag with a few values.
type choice struct {
	value string
	of    []string
}

// Set, String and Type make it a flag.
func (c *choice) Set(s string) error {
	for _, one := range c.of {
		if s == one {
			c.value = s
			return nil
		}
	}
	return fmt.Errorf("%q is not known, it can be %s", s, join(c.of))
}

func (c *choice) String() string { return c.value }

// Type names the value in the help.
func (c *choice) Type() string { return "WHAT" }
