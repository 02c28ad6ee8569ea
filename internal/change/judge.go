package change

import (
	"fmt"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/syntax"
)

// What changing the value of a key does. What no table knows decides what the
// run does next.
type effect int

const (
	decides  effect = iota // which commands the run gives, and in which order
	shown                  // nothing but what people read
	sends                  // what goes out with a command that is given anyway
	times                  // how long a timer runs
	checks                 // nothing in the run: another process looks at it
	projects               // what the worker of an activity makes of its result
)

// stepKeys are the keys of steps that do not decide.
var stepKeys = map[string]effect{
	"title": shown, "log": shown, "details": shown, "message": shown, "level": checks, "fields": shown,
	"with": sends, "args": sends, "task_queue": sends, "priority": sends, "retry": sends, "idempotency_key": sends,
	"continue_as_new": sends, "return": sends,
	"timeouts": sends, "parent_close_policy": sends, "workflow_id_reuse_policy": sends, "versioning_override": sends,
	"sleep": times,
}

// documentEffects are the keys of documents that do not decide.
var documentEffects = map[string]effect{
	"title": checks, "description": checks, "owner": checks, "labels": checks, "queries": checks, "secrets": checks,
	"task_queue": sends, "timeouts": sends, "retry_policies": sends, "defaults": sends, "output": sends, "activities": sends,
	"files": checks, "profile": checks, "worker": checks, "storage": sends, "project": checks, "http": checks,
}

// judge says what the change of a value does.
func (d *differ) judge(key string, path []string, was, is *syntax.Node) Change {
	c := Change{What: describe(path, was, is)}
	if id, ok := d.guardedValue(was, is); ok {
		c.Verdict, c.Why = Safe, fmt.Sprintf("runs without the patch %q keep the value they had", id)
		return c
	}
	switch d.effect(key, path) {
	case checks:
		c.Verdict, c.Why = Safe, "no event tells of it"
	case shown:
		c.Verdict, c.Why = Safe, "no event tells of it"
		if !d.total(is, was) {
			c.Verdict, c.Why = Patch, "it computes something new: if that fails, a run that went by would be blocked"
		}
	case sends:
		c.Verdict, c.Why = NewRuns, "what has been sent stays as it is recorded; what is sent later is new"
		if !d.total(is, was) {
			c.Verdict, c.Why = Patch, "it computes something new: if that fails, a run that went by would be blocked"
		}
	case projects:
		c.Verdict, c.Why = NewRuns, "results that are recorded stay as they are; later ones are new"
	case times:
		c.Verdict, c.Why = NewRuns, "timers that run keep their end; later ones are new"
		if !literal(was) || !literal(is) {
			c.Verdict, c.Why = Patch, "a run that has recorded the timer, or none, would be blocked"
		}
	default:
		c.Verdict, c.Why = Patch, "it decides what a run does; one that went by would be blocked"
	}
	if c.Verdict == Patch {
		c.Snippet = d.instead(path, was, is)
	}
	return c
}

// effect is what the value at a path does.
func (d *differ) effect(key string, path []string) effect {
	if len(d.at) == 0 {
		if d.metered() && slices.Contains([]string{"retry_policies", "defaults", "activities"}, key) {
			return decides // the run itself repeats attempts
		}
		return documentEffects[key]
	}
	s := d.at[len(d.at)-1].now
	switch {
	case key == "timeout" && s.Timeout != nil && s.Timeout.Whole != nil:
		return times
	case s.Metered() && (key == "retry" || key == "timeout"):
		return decides
	case key == "timeout" && s.IsActivity():
		return sends
	case isAction(s) && (key == "output" || key == "expect"):
		return projects
	case isAction(s) && key == s.Verb:
		return sends
	case isChild(s) && slices.Contains([]string{"memo", "search_attributes", "details"}, key):
		return sends
	case s.Verb == "signal" && len(path) == 2 && path[1] == "with":
		return sends
	case s.Verb == "log" || s.Verb == "details" && key == "details":
		return stepKeys[key]
	case key == "message" || key == "level" || key == "fields" || key == "details":
		return decides
	}
	return stepKeys[key]
}

func isAction(s *dsl.Step) bool { _, ok := s.Body.(*dsl.Action); return ok }

func isChild(s *dsl.Step) bool { _, ok := s.Body.(*dsl.Child); return ok }

// metered tells whether the run itself repeats the attempts of some step.
func (d *differ) metered() (found bool) {
	for _, t := range []*text{d.old, d.now} {
		t.program.WalkAll(func(s *dsl.Step) { found = found || s.Metered() })
	}
	return found
}

// describe says what has become of a value.
func describe(path []string, was, is *syntax.Node) string {
	name := strings.Join(path, ".")
	switch {
	case was == nil:
		return fmt.Sprintf("%s is new: %s", name, short(is))
	case is == nil:
		return fmt.Sprintf("%s is gone: %s", name, short(was))
	case short(was) == short(is):
		return fmt.Sprintf("%s has changed", name)
	}
	return fmt.Sprintf("%s was %s, and is %s", name, short(was), short(is))
}
