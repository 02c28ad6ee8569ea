package dsl

import (
	"slices"
	"strings"
)

// Splits tells whether some loop of the program can be worked on by runs of its
// own.
func (p *Program) Splits() (splits bool) {
	p.WalkAll(func(s *Step) {
		b, ok := s.Body.(*ForEach)
		splits = splits || ok && b.Apart
	})
	return splits
}

// apart tells whether the items of a loop can be worked on by other runs than
// that of the workflow: they change nothing of it, and what they read does not
// change meanwhile. A kind of step that is not named here cannot.
func (p *Program) apart(loop *Step, b *ForEach) bool {
	apart := !p.Upgrades(UpgradeAlways)
	inside := map[string]bool{loop.ID: true} // loops that may be left
	Walk(b.Do, func(s *Step) { inside[s.ID] = inside[s.ID] || s.ID != "" })
	Walk(b.Do, func(s *Step) {
		apart = apart && !s.Pivot && !sharesWithRun(s) && p.works(s, inside)
	})
	for _, path := range p.PartReads(b) {
		switch {
		case path[0] == "steps" && (len(path) == 1 || path[1] == loop.ID),
			path[0] == "state" && len(p.Signals)+len(p.Updates) > 0,
			path[0] == "approval", path[0] == "task", path[0] == "args":
			apart = false
		}
	}
	return apart
}

// sharesWithRun tells whether a step counts with the others of its run.
func sharesWithRun(s *Step) bool {
	return s.Breaker != nil && s.Breaker.Scope == ScopeRun || s.Rate != nil && s.Rate.Scope == ScopeRun
}

// works tells whether a step does the same in another run.
func (p *Program) works(s *Step, loops map[string]bool) bool {
	switch b := s.Body.(type) {
	case *Activity, *Action, *Compute, *If, *Switch, *ForEach, *While, *Repeat, *Parallel, *Sleep, *SleepUntil,
		*SendSignal, *CancelWorkflow, *Try, *Saga, *Fallback, *Log, *Fail:
		return true
	case *Child:
		return b.Wait == "completed" || b.ParentClosePolicy == "abandon"
	case *Lock:
		return b.Scope == ScopeNamespace
	case *Break:
		return loops[b.Loop]
	case *Next:
		return loops[b.Loop]
	}
	return false
}

// PartReads is what the items of a loop read of what is around it: the shortest
// of the paths, since a longer one is a part of what it yields.
func (p *Program) PartReads(b *ForEach) (reads Reads) {
	var all Reads
	all.steps(b.Do)
	if b.Collect != nil {
		for _, e := range b.Collect.Exprs() {
			all.note(e)
		}
	}
	Walk(b.Do, func(s *Step) {
		if s.Compensate != nil && !s.Compensate.None {
			all = append(all, p.UndoReads(s)...)
		}
	})
	own := map[string]bool{b.As: true, "index": true, "result": true, "step": true, "secrets": true, "env": true, "workflow": true, "schedule": true}
	return shortest(slices.DeleteFunc(all, func(path []string) bool { return own[path[0]] }))
}

// shortest leaves out paths that begin with another, and sorts the others.
func shortest(paths Reads) (kept Reads) {
	seen := map[string][]string{}
	for _, path := range paths {
		seen[strings.Join(path, "\x00")] = path
	}
	for _, key := range sortedNames(seen) {
		within := slices.ContainsFunc(kept, func(p []string) bool { return strings.HasPrefix(key, strings.Join(p, "\x00")+"\x00") })
		if !within {
			kept = append(kept, seen[key])
		}
	}
	return kept
}
