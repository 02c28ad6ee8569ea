package cli

import (
	"encoding/json"

	"github.com/spf13/pflag"
	enumspb "go.temporal.io/api/enums/v1"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/engine"
)

var runCommand = command{
	use:     "run FILE|TYPE",
	group:   filesGroup,
	summary: "run a workflow here and follow it to its end",
	help: `
Start a run of the workflow that a file defines, or of a type that the files here
define, show its steps while they run, and print its result as JSON. Temporal
runs inside the command, so nothing needs to be installed; with --address or
--profile the run goes to that server, and this command works on it unless
another worker does.

The first Ctrl-C cancels the run, so that compensations and cleanup still
happen; the second ends the command at once.

When the run fails, the reason is shown at the line of the file, and the exit
code is 1.`,
	examples: `
  partitur run hello.yaml
  partitur run order.yaml --set order_id=ORD-1 --set amount_cents=1200
  partitur run order.yaml --input @order.json -o json
  partitur run order.yaml --address temporal.example.com:7233`,
	remote: true,
	setup:  setupRun,
}

type runFlags struct {
	start  startFlags
	embed  *embedding
	keepUI bool
}

func setupRun(f *pflag.FlagSet) run {
	o := &runFlags{}
	o.start.input = inputFlags(f, "input of the run")
	f.StringVarP(&o.start.workflowID, "workflow-id", "w", "", "`ID` of the run; one is made up if there is none")
	f.BoolVar(&o.keepUI, "keep", false, "keep engine and Web UI open after the end, until Ctrl-C")
	o.embed = embeddingFlags(f, 0)
	o.start.how = startingFlags(f)
	return o.run
}

func (o *runFlags) run(c *call) error {
	doc, err := o.start.input.read(c.session)
	if err != nil {
		return err
	}
	if _, err := o.start.how.options(Definition{}); err != nil {
		return err
	}
	space, p, err := c.program(c.args[0])
	if err != nil {
		return err
	}
	if err := checkInput(p, doc); err != nil {
		return err
	}
	l, err := c.prepare(alone(space, p))
	if err != nil {
		return err
	}
	if c.connect.Address == "" && c.connect.Profile == "" {
		return o.here(c, l, p, doc)
	}
	return o.there(c, l, p, doc)
}

// alone is the workspace with one program and its children: a run needs no
// other, and their settings may be missing here.
func alone(space *dsl.Workspace, p *dsl.Program) *dsl.Workspace {
	one := *space
	one.Programs = space.Family(p)
	return &one
}

// here runs the workflow on the embedded engine.
func (o *runFlags) here(c *call, l *local, p *dsl.Program, doc json.RawMessage) error {
	server, to, err := o.embed.start(c)
	if err != nil {
		return err
	}
	c.announce(server)
	if err := l.work(c.session, to, nil); err != nil {
		return err
	}
	c.closers = append(c.closers, l.group.Stop)
	err = o.follow(c, to, l, p, doc, server)
	if o.keepUI && c.Context.Err() == nil {
		c.note("the engine stays open: Ctrl-C ends it")
		<-c.Context.Done()
	}
	return err
}

// there runs the workflow on another server, with a worker of this process
// only where there is no other: a worker takes every workflow of its queue.
func (o *runFlags) there(c *call, l *local, p *dsl.Program, doc json.RawMessage) error {
	to, err := c.dial()
	if err != nil {
		return err
	}
	queue := definitionOf(l.space, p).TaskQueue
	d, err := to.DescribeTaskQueue(c.ctx, queue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
	if err != nil {
		return err
	}
	if len(d.GetPollers()) == 0 {
		c.note("no worker polls task queue %q: this command works on it", queue)
		if err := l.work(c.session, to, nil); err != nil {
			return err
		}
		c.closers = append(c.closers, l.group.Stop)
	}
	return o.follow(c, to, l, p, doc, nil)
}

func (o *runFlags) follow(c *call, to *remote, l *local, p *dsl.Program, doc json.RawMessage, server *engine.Server) error {
	s, err := o.start.start(c, to, definitionOf(l.space, p), doc)
	if err != nil {
		return err
	}
	if server != nil && server.UIURL() != "" {
		c.note("run: %s", server.RunURL(to.namespace, s.WorkflowID, s.RunID))
	} else {
		c.note("run: %s", s.WorkflowID)
	}
	return c.follow(to, runRef{s.WorkflowID, s.RunID})
}
