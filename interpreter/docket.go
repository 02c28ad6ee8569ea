package interpreter

import (
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// A docket is what a run asks of people, and what it has asked.
type docket struct {
	open      []*request
	early     []letter   // answers that came before their question, oldest first
	closed    *keySet    // names of the questions that have been answered
	past      []Request  // the newest of them, for the status
	taken     []*request // those that go on in the next run
	suspended bool       // the run is being continued: what comes now is for the next one
	changed   bool       // since the search attribute was set
}

func newDocket() *docket { return &docket{closed: &keySet{has: map[string]bool{}}} }

// forget forgets the questions of a run that begins again.
func (d *docket) forget() { d.closed = newDocket().closed }

// asked tells whether the run has asked something.
func (d *docket) asked() bool { return len(d.open) > 0 || len(d.closed.order) > 0 }

// put lays a question on the desk.
func (d *docket) put(q *request) {
	d.open = append(d.open, q)
	d.changed = true
}

// take takes a question from the desk that goes on in the next run.
func (d *docket) take(q *request) {
	d.open, d.taken = without(d.open, q), append(d.taken, q)
	d.suspended, d.changed = true, true
}

// stay ends the questions of a run that was to be continued and now ends itself.
// What comes from now on is about those of its cleanup.
func (r *run) stay(ctx workflow.Context) {
	d := r.mail.desk
	d.suspended = false
	for _, q := range d.taken {
		r.conclude(ctx, q, verdict{event: "cancelled"})
	}
	d.taken = nil
}

// close takes a question from the desk that has ended. In a loop its bare id
// counts as answered, too.
func (d *docket) close(q *request) {
	d.open = without(d.open, q)
	d.changed = true
	d.closed.add(q.name)
	d.closed.add(bare(q.name))
	d.past = append(d.past, q.shown())
	d.past = d.past[max(0, len(d.past)-maxShown):]
}

// bare is a name without the keys of items.
func bare(name string) string {
	id, _, _ := strings.Cut(name, "[")
	return id
}

// find finds the question that an answer is about. It is nil if the question has
// not been put yet.
func (d *docket) find(m *move, p *dsl.Program) (*request, error) {
	if d.suspended {
		return nil, nil
	}
	if m.name == "" {
		return d.only(m)
	}
	var found []*request
	for _, q := range d.open {
		if q.name == m.name {
			return q, q.takes(m)
		}
		if bare(q.name) == m.name {
			found = append(found, q)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], found[0].takes(m)
	case len(found) > 1:
		return nil, refuse("%d of %q are open; name one: %s", len(found), m.name, names(found))
	case d.closed.has[m.name]:
		return nil, refuse("%q is not open any more: it has been decided, withdrawn, or its time is up", m.name)
	case !asksAs(p, bare(m.name)):
		return nil, refuse("the workflow has no approval or task %q", m.name)
	}
	return nil, nil
}

// only finds the one question that an answer without a name can be about.
func (d *docket) only(m *move) (*request, error) {
	found := slices.DeleteFunc(slices.Clone(d.open), func(q *request) bool { return q.takes(m) != nil })
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, refuse("%d %ss are open; name one: %s", len(found), m.about(), names(found))
	case d.asked():
		return nil, refuse("no %s is open", m.about())
	}
	return nil, nil
}

func names(list []*request) string {
	var texts []string
	for _, q := range list {
		texts = append(texts, q.name)
	}
	return strings.Join(texts, ", ")
}

// asksAs tells whether a step, or a tool of an agent, asks something under a name.
func asksAs(p *dsl.Program, id string) (found bool) {
	p.WalkAll(func(s *dsl.Step) { found = found || s.Asked() != nil && name(s) == id })
	return found
}

// addresses tells whether an answer that came early is about a question.
func (m *move) addresses(q *request) bool {
	return q.takes(m) == nil && (m.name == "" || m.name == q.name || m.name == bare(q.name))
}

// waitsText says for whom the questions of a step wait.
func (d *docket) waitsText(s *dsl.Step) string {
	var people []string
	for _, q := range d.open {
		if q.step == s {
			people = append(people, q.waitsFor()...)
		}
	}
	if len(people) > 5 {
		people = append(people[:5:5], "others")
	}
	return strings.Join(people, ", ")
}

// save adds the desk to what a mailbox carries over. The open questions stand in
// the frames of their steps.
func (d *docket) save(saved map[string]any) {
	saved["early"], saved["closed"] = saveLetters(d.early), texts(d.closed.order)
}

// restore is the inverse of save.
func (d *docket) restore(saved map[string]any) {
	for _, l := range restoreLetters(saved["early"], true) {
		d.early = append(d.early, *l)
	}
	for _, name := range items(saved["closed"]) {
		d.closed.add(name.(string))
	}
}

// takeEarly gives a question the answers that came before it.
func (r *run) takeEarly(ctx workflow.Context, q *request) {
	early := r.mail.desk.early
	r.mail.desk.early = nil
	for _, l := range early {
		m, err := readMove(r.answerSignal(l.name), l.value)
		if err == nil && q.verdict == nil && m.addresses(q) {
			if err := r.move(ctx, q, m); err != nil {
				r.dropAnswer(ctx, l, err)
			}
			continue
		}
		r.mail.desk.early = append(r.mail.desk.early, l)
	}
}
