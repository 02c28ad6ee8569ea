package casetest

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/partitur/partitur/dsl"
)

// A Choice says which cases are played. The zero value chooses all.
type Choice struct {
	Name *regexp.Regexp // that "workflow/name of the case" must match
	Tags []string       // one of which a case must have; with ! before it, one that it must not have
}

// Chooses tells whether a case is played.
func (c Choice) Chooses(doc *dsl.Cases, k *dsl.TestCase) bool {
	if c.Name != nil && !c.Name.MatchString(doc.Workflow+"/"+k.Name) {
		return false
	}
	wanted, has := false, false
	for _, tag := range c.Tags {
		if without, not := strings.CutPrefix(tag, "!"); not {
			if slices.Contains(k.Tags, without) {
				return false
			}
			continue
		}
		wanted, has = true, has || slices.Contains(k.Tags, tag)
	}
	return has || !wanted
}

// A Suite plays the cases of documents, several at a time.
type Suite struct {
	*Player
	Choice
	Parallel int // how many cases are played at the same time, at least one
}

// Run plays the chosen cases. The results are in the order of the cases. A
// document whose workflow is not there is passed over.
func (s *Suite) Run(docs []*dsl.Cases) []*Result {
	type job struct {
		program *dsl.Program
		one     *dsl.TestCase
		at      int
	}
	var jobs []job
	for _, doc := range docs {
		p := s.program(doc.Workflow)
		for _, k := range doc.Cases {
			if p != nil && s.Chooses(doc, k) {
				jobs = append(jobs, job{p, k, len(jobs)})
			}
		}
	}
	results, queue := make([]*Result, len(jobs)), make(chan job)
	var group sync.WaitGroup
	for range max(s.Parallel, 1) {
		group.Go(func() {
			for j := range queue {
				results[j.at] = s.Play(j.program, j.one)
			}
		})
	}
	for _, j := range jobs {
		queue <- j
	}
	close(queue)
	group.Wait()
	return results
}

func (s *Suite) program(workflow string) *dsl.Program {
	i := slices.IndexFunc(s.Programs, func(p *dsl.Program) bool { return p.Name == workflow })
	if i < 0 {
		return nil
	}
	return s.Programs[i]
}
