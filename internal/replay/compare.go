package replay

import (
	"fmt"
	"slices"
	"strings"

	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"

	"github.com/partitur/partitur/dsl"
)

// A comparison holds a history against what the text has done in replay.
type comparison struct {
	history   *historypb.History
	log       *log
	texts     *texts
	converter converter.DataConverter
	options   Options
	gave      map[int64]*dsl.Step // the steps of the recorded text by the events of their commands; nil until they are asked for
}

// missing explains why the SDK has refused the replay: the first place where
// the text does something else than the history.
func (c *comparison) missing(err error) []Finding {
	if err == nil {
		return nil
	}
	f := c.firstDifference()
	if f == nil {
		f = &Finding{Message: c.explain(err)}
		if s := c.log.latest; s != nil {
			f.Step, f.New = nameOf(s), s.At()
		}
	}
	f.Kind, f.Detail = Breaks, err.Error()
	return []Finding{*f}
}

// A pair is a command of the history and the one of the text that answers to
// it; one of the two may be missing.
type pair struct {
	recorded *recorded
	sent     *sent
}

// match finds for each command of a history the one of a log that answers to
// it, or nil: in the same workflow task, of the same kind and key, in order. It
// returns those of the log that are left, too.
func match(recorded []*recorded, log *log) (found, left []*sent) {
	left = slices.Clone(log.sent)
	found = make([]*sent, len(recorded))
	for n, r := range recorded {
		i := slices.IndexFunc(left, func(s *sent) bool {
			return s.task == r.task && s.kind == r.kind && s.key == r.key && fits(s, r)
		})
		if i >= 0 {
			found[n] = left[i]
			left = slices.Delete(left, i, i+1)
		}
	}
	return found, left
}

// pairs matches the commands of both sides. Timers have no key: those that ended
// in the task in which they began are in no history, and so left over.
func (c *comparison) pairs() (list []pair) {
	commands := recordedIn(c.history)
	found, left := match(commands, c.log)
	for i, r := range commands {
		list = append(list, pair{recorded: r, sent: found[i]})
	}
	for _, s := range left {
		if s.kind != localActivity {
			list = append(list, pair{sent: s})
		}
	}
	c.pairTimers(list)
	return list
}

// fits tells whether a timer of the text can be the one of the history.
func fits(s *sent, r *recorded) bool { return s.kind != timer || s.name() == r.name }

// pairTimers matches the timers that are left, whose durations differ.
func (c *comparison) pairTimers(list []pair) {
	for i, p := range list {
		if p.recorded == nil || p.sent != nil || p.recorded.kind != timer {
			continue
		}
		for j, q := range list {
			if q.recorded == nil && q.sent != nil && q.sent.kind == timer && q.sent.task == p.recorded.task {
				list[i].sent, list[j].sent = q.sent, nil
				break
			}
		}
	}
}

// firstDifference is the first workflow task of which a command is missing, or
// which has one too many.
func (c *comparison) firstDifference() *Finding {
	task, done := 0, c.tasks()
	var gone *recorded
	var extra *sent
	pairs := c.pairs()
	for _, p := range pairs {
		at := 0
		switch {
		case p.recorded != nil && p.sent == nil:
			at = p.recorded.task
		case p.recorded == nil && p.sent != nil && done[p.sent.task] && p.sent.kind != timer:
			at = p.sent.task
		}
		if at > 0 && (task == 0 || at < task) {
			task = at
		}
	}
	for _, p := range pairs {
		if p.recorded != nil && p.sent == nil && p.recorded.task == task && gone == nil {
			gone = p.recorded
		}
		if p.recorded == nil && p.sent != nil && p.sent.task == task && extra == nil {
			extra = p.sent
		}
	}
	return c.difference(gone, extra)
}

// tasks are the workflow tasks that have ended, by the events with which they
// started: what the text does in another is not in the history yet.
func (c *comparison) tasks() map[int]bool {
	done := map[int]bool{}
	for _, e := range c.history.GetEvents() {
		if a := e.GetWorkflowTaskCompletedEventAttributes(); a != nil {
			done[int(a.GetStartedEventId())] = true
		}
	}
	return done
}

func (c *comparison) difference(gone *recorded, extra *sent) *Finding {
	f := &Finding{}
	if gone != nil {
		f.Event = gone.event.GetEventId()
		if s := c.stepOf(gone); s != nil {
			f.Step, f.Old = nameOf(s), s.At()
			if now := c.sameStep(s); now != nil {
				f.New = now.At()
			}
		}
	}
	if extra != nil && extra.step != nil {
		f.Step, f.New = nameOf(extra.step), extra.step.At()
	}
	switch {
	case gone != nil && extra != nil:
		f.Message = fmt.Sprintf("the history has %s here%s, and the text has %s%s", gone, c.ofStep(gone), extra, by(extra.step))
	case extra != nil:
		f.Message = fmt.Sprintf("the text has %s here%s, and the history does not", extra, by(extra.step))
	case gone != nil && c.log.ended && c.log.task <= gone.task:
		f.Message = fmt.Sprintf("the history has %s here%s, and with the text the run %s", gone, c.ofStep(gone), c.ending())
	case gone != nil:
		f.Message = fmt.Sprintf("the history has %s here%s, and the text does not", gone, c.ofStep(gone))
	default:
		if f := c.otherOrder(); f != nil {
			return f
		}
		return c.otherEnd()
	}
	return f
}

// otherOrder is the first command that the text gives before another which
// stands before it in the history.
func (c *comparison) otherOrder() *Finding {
	place := map[*sent]int{}
	for i, s := range c.log.sent {
		place[s] = i
	}
	var latest *pair
	for _, p := range c.pairs() {
		if p.recorded == nil || p.sent == nil {
			continue
		}
		if latest != nil && latest.recorded.task == p.recorded.task && place[p.sent] < place[latest.sent] {
			f := &Finding{Event: latest.recorded.event.GetEventId(), Message: fmt.Sprintf("the history has %s%s before %s, and the text has it after", latest.recorded, c.ofStep(latest.recorded), p.recorded)}
			if s := latest.sent.step; s != nil {
				f.Step, f.New = nameOf(s), s.At()
			}
			return f
		}
		latest = &p
	}
	return nil
}

// otherEnd is the difference in how the run ends, if that is one.
func (c *comparison) otherEnd() *Finding {
	end := closing(c.history)
	switch {
	case c.log.ended && (end == nil || c.ending() != endingOf(end)):
		has := "goes on"
		if end != nil {
			has = endingOf(end)
		}
		f := &Finding{Message: fmt.Sprintf("in the history the run %s, and with the text it %s", has, c.ending())}
		if s := c.log.latest; s != nil {
			f.Step, f.New = nameOf(s), s.At()
		}
		return f
	case !c.log.ended && end != nil && c.log.latest != nil:
		s := c.log.latest
		return &Finding{
			Step: nameOf(s), New: s.At(), Event: end.GetEventId(),
			Message: fmt.Sprintf("in the history the run %s, and with the text it waits in the step %q", endingOf(end), nameOf(s)),
		}
	}
	return nil
}

// stepOf is the step of the recorded text that gave a command.
func (c *comparison) stepOf(r *recorded) *dsl.Step {
	if c.gave == nil {
		before := newLog()
		_ = run(c.history, c.texts.asRecorded(), before, c.options)
		c.gave = map[int64]*dsl.Step{}
		commands := recordedIn(c.history)
		found, _ := match(commands, before)
		for i, command := range commands {
			if found[i] != nil {
				c.gave[command.event.GetEventId()] = found[i].step
			}
		}
	}
	return c.gave[r.event.GetEventId()]
}

// sameStep is the step of the same id, or else of the same path, in the text.
func (c *comparison) sameStep(old *dsl.Step) *dsl.Step {
	var found *dsl.Step
	c.texts.new.WalkAll(func(s *dsl.Step) {
		if old.ID != "" && s.ID == old.ID {
			found = s
		}
	})
	if found == nil && old.ID == "" {
		found = c.texts.new.StepAt(old.Path)
	}
	return found
}

func (c *comparison) ofStep(r *recorded) string {
	if s := c.stepOf(r); s != nil {
		return by(s)
	}
	return ""
}

// by names the step of a command.
func by(s *dsl.Step) string {
	if s == nil {
		return ""
	}
	return fmt.Sprintf(" (step %q, %s)", nameOf(s), s.At())
}

func nameOf(s *dsl.Step) string {
	if s.ID != "" {
		return s.ID
	}
	return s.Path
}

// explain puts what the SDK says into words of the author, where it is known.
func (c *comparison) explain(err error) string {
	text := err.Error()
	switch {
	case strings.Contains(text, "removed support of version"):
		return "the run went by a change before it was there, and the text has no steps for such runs any more: the patch is deprecated too early"
	case strings.Contains(text, "Version marker") || strings.Contains(text, "MarkerName:Version"):
		return "the run has recorded a patch, and the text asks for it somewhere else or under another id: " + firstLine(text)
	}
	return firstLine(text)
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
