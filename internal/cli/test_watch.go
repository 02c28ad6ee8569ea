package cli

import (
	"errors"
	"time"

	"github.com/partitur/partitur/internal/project"
)

// watchTests plays the cases again whenever a file changes.
func (c *call) watchTests(o *testFlags) error {
	paths := withTestFiles(c.dir(), c.args)
	stamp := ""
	tick := time.NewTicker(reloadEvery)
	defer tick.Stop()
	for {
		now, err := project.Stamp(c.dir(), paths)
		if err != nil && stamp == "" {
			return usage("%s", err)
		}
		if err == nil && now != stamp {
			stamp = now
			c.testAgain(o)
		}
		select {
		case <-c.Context.Done():
			return nil
		case <-tick.C:
		}
	}
}

// testAgain plays the cases and shows what went wrong, mistakes in the files
// included.
func (c *call) testAgain(o *testFlags) {
	if err := c.test(o); err != nil && !errors.Is(err, errQuiet) {
		c.conclude(err)
	}
	c.note("waiting for changes; Ctrl-C ends")
}
