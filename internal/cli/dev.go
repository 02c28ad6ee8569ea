package cli

import (
	"errors"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/internal/project"
	"github.com/partitur/partitur/internal/workers"
)

var devCommand = command{
	use:     "dev [PATH...]",
	group:   filesGroup,
	summary: "start Temporal, its Web UI and a worker, and reload files that change",
	help: `
Start a Temporal server, its Web UI and a worker in this process, for the
definitions in files and folders (the current one if none is named), until
Ctrl-C. A file that changes is checked and loaded again: new runs use the new
text, running ones keep theirs. A file with mistakes changes nothing; they are
shown instead. Schedules are applied, paused: nothing starts by itself.

Other terminals start and watch runs: partitur start, status, result, list. Any
other Temporal client works as well.`,
	examples: `
  partitur dev
  partitur dev workflows/ --db runs.db
  partitur dev --port 7300 --ui-port 8300`,
	setup: func(f *pflag.FlagSet) run {
		embed := embeddingFlags(f, defaultPort)
		return func(c *call) error { return c.dev(embed) }
	},
}

// reloadEvery is how often files are looked at for changes.
const reloadEvery = 500 * time.Millisecond

func (c *call) dev(embed *embedding) error {
	paths := c.args
	if len(paths) == 0 {
		paths = []string{"."}
	}
	l, err := c.prepareAll()
	if err != nil {
		return err
	}
	stamp, err := project.Stamp(c.dir(), paths)
	if err != nil {
		return usage("%s", err)
	}
	server, to, err := embed.start(c)
	if err != nil {
		return err
	}
	if err := l.work(c.session, to, nil); err != nil {
		return err
	}
	defer func() { l.group.Stop() }()
	c.announce(server)
	c.note("Temporal: %s (namespace %s)", to.address, to.namespace)
	c.note("working on %s; Ctrl-C ends", strings.Join(names(l.space), ", "))
	if len(l.space.Schedules) > 0 {
		c.devSchedules(to, l.space)
	}
	tick := time.NewTicker(reloadEvery)
	defer tick.Stop()
	for {
		select {
		case <-c.Context.Done():
			c.note("stopping …")
			return nil
		case err := <-server.Failed():
			return problemf(exitServer, "the engine has stopped: %s", err)
		case <-tick.C:
			now, err := project.Stamp(c.dir(), paths)
			if err != nil || now == stamp {
				continue
			}
			stamp = now
			c.reload(l, to, paths)
		}
	}
}

// reload takes up what has changed in the files, if it has no mistakes.
func (c *call) reload(l *local, to *remote, paths []string) {
	space, diags, err := project.Load(c.dir(), paths, workers.Catalog{})
	if err != nil {
		c.note("not reloaded: %s", err)
		return
	}
	_ = diag.Text{Color: c.colors(c.Terminal.Stderr).On}.Write(c.Stderr, diags)
	if diags.Errors() > 0 {
		c.note("not reloaded: %s", count(diags.Errors(), "mistake"))
		return
	}
	if err := l.take(c, to, space); err != nil {
		c.note("not reloaded: %s", err)
		return
	}
	c.devSchedules(to, space)
	c.note("reloaded %s: new runs use it, running ones keep their text", strings.Join(names(space), ", "))
}

// take replaces the definitions of the workers, and starts again those whose
// task queues have changed.
func (l *local) take(c *call, to *remote, space *dsl.Workspace) error {
	next, err := c.prepare(space)
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	if err != nil {
		return err
	}
	if _, err := l.registry.Set(space.Programs); err != nil {
		return err
	}
	l.space = next.space
	queues := workers.Queues(space.Programs, l.queue())
	if strings.Join(queues, "\n") == strings.Join(l.queues, "\n") {
		return nil
	}
	l.group.Stop()
	return l.work(c.session, to, nil)
}

func names(space *dsl.Workspace) (list []string) {
	for _, p := range space.Programs {
		list = append(list, p.Name)
	}
	return list
}
