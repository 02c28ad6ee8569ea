package casetest

import (
	"fmt"
	"slices"
	"strings"
)

// A liveChild is a workflow id under which children of the case really run.
type liveChild struct {
	kind    string
	running int
}

// isLive tells whether a child of that id runs in the case, or has run.
func (s *stage) isLive(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.live[id] != nil
}

// running are the workflow ids of the children that run.
func (s *stage) running() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := []string{}
	for id, c := range s.live {
		if c.running > 0 {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// childOf is the workflow id of the child that an event happens to. A query may
// ask one that has ended.
func (s *stage) childOf(e *happening) (string, error) {
	running := s.running()
	if slices.Contains(running, e.Child) || e.Kind == "query" && s.isLive(e.Child) {
		return e.Child, nil
	}
	found := s.ofType(e.Child, running)
	if len(found) == 0 && e.Kind == "query" {
		found = s.ofType(e.Child, nil)
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fmt.Errorf("no child %q runs at this time", e.Child)
	}
	return "", fmt.Errorf("%d children %q run at this time: name one by its workflow id: %s", len(found), e.Child, strings.Join(found, ", "))
}

// ofType are the children of a workflow type among some, or among all that have
// run if it is nil.
func (s *stage) ofType(kind string, among []string) (ids []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, c := range s.live {
		if c.kind == kind && (among == nil || slices.Contains(among, id)) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
