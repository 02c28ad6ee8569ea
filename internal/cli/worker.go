package cli

import (
	"strings"

	"github.com/spf13/pflag"
)

var workerCommand = command{
	use:     "worker [PATH...]",
	group:   filesGroup,
	summary: "work on the runs of definitions, on any Temporal server",
	help: `
Load the definitions in files and folders (the current one if none is named) and
work on their runs until interrupted. Any number of workers can share the work.

Runs keep the text they were started with, so a worker with new definitions goes
on with old runs. A worker takes every workflow of its task queues: queues must
not be shared with workers of other programs. Settings and secrets that a
definition needs must be there when the worker starts.

A worker can be one build of a worker deployment: the server then decides which
build takes new runs (temporal worker deployment set-current-version). Runs move
on to newer builds, with the text they have, unless they are pinned.`,
	examples: `
  partitur worker
  partitur worker workflows/ --address temporal.example.com:7233
  partitur worker --profile production
  partitur worker --deployment-name orders --build-id 42 --versioning pinned`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		var build deployment
		build.flags(f)
		return func(c *call) error {
			deployed, err := build.options(c.Env.LookupEnv)
			if err != nil {
				return err
			}
			l, err := c.prepareAll()
			if err != nil {
				return err
			}
			l.deployed = deployed
			to, err := c.dialAsWorker()
			if err != nil {
				return err
			}
			died := make(chan error, 1)
			if err := l.work(c.session, to, func(err error) { died <- err }); err != nil {
				return err
			}
			defer l.group.Stop()
			c.note("working on %s (task queue %s) at %s", count(len(l.space.Programs), "workflow"), strings.Join(l.queues, ", "), to.address)
			select {
			case <-c.Context.Done():
				c.note("stopping …")
				return nil
			case err := <-died:
				return problemf(exitServer, "the worker gave up: %s", err)
			}
		}
	},
}

// prepareAll loads what the arguments name, or the current folder.
func (c *call) prepareAll() (*local, error) {
	paths := c.args
	if len(paths) == 0 {
		paths = []string{"."}
	}
	space, err := c.load(paths)
	if err != nil {
		return nil, err
	}
	return c.prepare(space)
}
