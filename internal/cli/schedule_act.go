package cli

import (
	"bufio"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/partitur/partitur/dsl/times"
	"github.com/partitur/partitur/internal/schedule"
)

// operate does to each schedule what the action says.
func (c *call) operate(server *remote, o *scheduling, ids []string) error {
	done := map[string]string{"pause": "paused", "unpause": "unpaused", "trigger": "triggered", "delete": "deleted"}[o.action]
	if o.action == "delete" {
		if err := c.confirm(o.yes, "delete %s? Their runs go on", count(len(ids), "schedule")); err != nil {
			return err
		}
	}
	for _, id := range ids {
		err := c.operateOne(server.ScheduleClient().GetHandle(c.ctx, id), o)
		var missing *serviceerror.NotFound
		if errors.As(err, &missing) {
			return noSchedule(id, server)
		}
		if err != nil {
			return err
		}
		if c.format == text {
			c.note("schedule %q was %s", id, done)
		}
	}
	if c.format == text {
		return nil
	}
	return writeJSON(c.Stdout, map[string]any{done: ids})
}

func (c *call) operateOne(h client.ScheduleHandle, o *scheduling) error {
	if _, err := h.Describe(c.ctx); err != nil { // a signal to what has ended would be lost
		return err
	}
	note := o.note
	switch o.action {
	case "pause":
		if note == "" {
			note = "paused by partitur"
		}
		return h.Pause(c.ctx, client.SchedulePauseOptions{Note: note})
	case "unpause":
		if note == "" {
			note = "unpaused by partitur"
		}
		return h.Unpause(c.ctx, client.ScheduleUnpauseOptions{Note: note})
	case "trigger":
		options := client.ScheduleTriggerOptions{}
		if o.overlap != "" {
			options.Overlap = schedule.Overlap(o.overlap)
		}
		return h.Trigger(c.ctx, options)
	}
	return h.Delete(c.ctx)
}

// confirm asks on a terminal; elsewhere --yes has to say it.
func (c *call) confirm(yes bool, question string, args ...any) error {
	if yes {
		return nil
	}
	text := fmt.Sprintf(question, args...)
	if !c.Terminal.Stdin {
		return usage("%s", text).hint("--yes says that it is meant")
	}
	fmt.Fprintf(c.Stderr, "%s [y/N] ", text)
	answer, _ := bufio.NewReader(c.Stdin).ReadString('\n')
	if a := strings.ToLower(strings.TrimSpace(answer)); a != "y" && a != "yes" {
		return problemf(exitFailed, "nothing was done")
	}
	return nil
}

// mostBackfilled bounds what is counted before a backfill.
const mostBackfilled = 100_000

// backfill starts the runs of a time that has passed.
func (c *call) backfill(server *remote, o *scheduling, ids []string) error {
	if len(ids) > 1 {
		return usage("backfill takes one schedule")
	}
	if o.from == "" || o.to == "" {
		return usage("backfill needs --from and --to").hint("write --from 2026-01-01 --to 2026-01-31")
	}
	d, err := server.schedules().Describe(c.ctx, ids[0])
	if err != nil {
		return err
	}
	if d == nil {
		return noSchedule(ids[0], server)
	}
	from, err := parseTime(o.from, d.Times.Zone, false)
	if err != nil {
		return usage("--from: %s", err)
	}
	to, err := parseTime(o.to, d.Times.Zone, true)
	if err != nil {
		return usage("--to: %s", err)
	}
	if to.Before(from) {
		return usage("--to is before --from")
	}
	list, more := times.NewClock(d.Times).Between(from, to, mostBackfilled)
	if len(list) == 0 {
		return usage("the schedule has no time between %s and %s", stamp(from, d), stamp(to, d)).hint("`partitur schedule describe %s` shows its times", d.ID)
	}
	overlap := o.overlap
	if overlap == "" {
		overlap = "buffer_all"
	}
	n := count(len(list), "run")
	if more {
		n = "more than " + n
	}
	if err := c.confirm(o.yes, "start %s, for %s to %s, with overlap %s?", n, stamp(list[0], d), stamp(list[len(list)-1], d), overlap); err != nil {
		return err
	}
	if err := server.ScheduleClient().GetHandle(c.ctx, d.ID).Backfill(c.ctx, client.ScheduleBackfillOptions{
		Backfill: []client.ScheduleBackfill{{Start: from, End: to, Overlap: schedule.Overlap(overlap)}},
	}); err != nil {
		return err
	}
	if c.format == text {
		c.note("%s will be started, for %s to %s, with overlap %s", n, stamp(list[0], d), stamp(list[len(list)-1], d), overlap)
		return nil
	}
	return writeJSON(c.Stdout, map[string]any{"id": d.ID, "runs": len(list), "from": from, "to": to, "overlap": overlap})
}

func stamp(t time.Time, d *schedule.Description) string {
	return t.In(d.Times.Zone).Format("2006-01-02 15:04:05 MST")
}
