package interpreter

import (
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
)

const groupPrefix = "group:"

func isGroup(name string) bool { return strings.HasPrefix(name, groupPrefix) }

// people evaluates a list of users and groups, each of them once. A single text
// is a list of one, and no value is nobody.
func (r *run) people(s *dsl.Step, v *expr.Value, sc *scope) ([]string, error) {
	x, err := r.eval(s, v, sc)
	if err != nil || v == nil {
		return nil, err
	}
	list := listed(x)
	if list == nil && x != nil {
		if l, ok := x.([]any); !ok || len(l) > 0 {
			return nil, wrongType(v, "a list of users and groups", x)
		}
	}
	return list, nil
}

// listed is a text, or a list of texts, as a list without repetitions; nil if it
// is something else, or if a text is empty.
func listed(v any) (list []string) {
	if text, ok := v.(string); ok {
		v = []any{text}
	}
	all, _ := v.([]any)
	for _, x := range all {
		text, ok := x.(string)
		if !ok || strings.TrimSpace(text) == "" {
			return nil
		}
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	return list
}

// A membership is what is known of groups when somebody answers. A run records
// it, so that replay does not depend on what a worker knows later.
type membership struct {
	Of      map[string][]string `json:"of,omitempty"`      // by user: to which of the groups in question they belong
	Members map[string][]string `json:"members,omitempty"` // by group, where all of them have to approve
}

func (m membership) in(user, entry string) bool { return slices.Contains(m.Of[user], entry) }

// groups are the groups of which it matters for a move who belongs to them. Where
// one approval counts as much as another, whoever is named is known to be asked.
func (q *request) groups(m *move) (list []string) {
	lists := [][]string{q.Exclude, q.People, q.Added}
	if m.kind == moveWithdraw || m.kind == moveReassign {
		return nil
	}
	if q.Word == "" && (contains(q.People, m.by) || contains(q.Added, m.by)) {
		lists = lists[:1]
	}
	for _, entries := range lists {
		for _, e := range entries {
			if isGroup(e) && !slices.Contains(list, e) {
				list = append(list, e)
			}
		}
	}
	return list
}

// lookUp asks the worker who belongs to the groups of a question.
func (r *run) lookUp(q *request, m *move) (known membership) {
	known.Of = map[string][]string{}
	for _, g := range q.groups(m) {
		members := r.programs.Members(r.info.WorkflowType.Name, strings.TrimPrefix(g, groupPrefix))
		for _, user := range append([]string{m.by}, m.to...) {
			if slices.Contains(members, user) && !slices.Contains(known.Of[user], g) {
				known.Of[user] = append(known.Of[user], g)
			}
		}
		if q.Word == "all" {
			if known.Members == nil {
				known.Members = map[string][]string{}
			}
			known.Members[g] = members
		}
	}
	return known
}

// membership records who belongs to the groups of a question. Without groups
// there is nothing to record.
func (r *run) membership(ctx workflow.Context, q *request, m *move) (known membership, err error) {
	if len(q.groups(m)) == 0 {
		return known, nil
	}
	marker := workflow.SideEffectWithOptions(ctx, workflow.SideEffectOptions{Summary: recorded(ctx, shorten("groups of "+m.by, maxSummary))}, func(workflow.Context) any {
		return r.lookUp(q, m)
	})
	err = marker.Get(&known)
	return known, err
}

// excluded tells whether a user may not answer.
func (q *request) excluded(user string, known membership) bool {
	return slices.ContainsFunc(q.Exclude, func(e string) bool { return e == user || known.in(user, e) })
}

// covers are the entries for which a user may answer: those that name the user
// or a group of theirs, unless they have passed them on, and those passed to
// them.
func (q *request) covers(user string, known membership) (entries []string) {
	add := func(list ...string) {
		for _, e := range list {
			if !slices.Contains(entries, e) {
				entries = append(entries, e)
			}
		}
	}
	for _, e := range slices.Concat(q.People, q.Added) {
		if e == user || known.in(user, e) {
			add(e)
		}
	}
	for _, s := range q.Passed {
		if s.By == user {
			entries = nil
		}
		if s.To == user {
			add(s.Entries...)
		}
	}
	return entries
}

// substitute is who answers for a user: the user, or who they have passed the
// decision to.
func (q *request) substitute(user string) string {
	for _, s := range q.Passed {
		if s.By == user {
			user = s.To
		}
	}
	return user
}

// waitsFor are the users and groups whose answers are missing.
func (q *request) waitsFor() (list []string) {
	add := func(e string) {
		if !slices.Contains(list, e) && !slices.Contains(q.Exclude, e) && !q.voted(e) {
			list = append(list, e)
		}
	}
	for _, e := range slices.Concat(q.People, q.Added) {
		if q.Word == "each" && q.covered(e) {
			continue
		}
		if isGroup(e) {
			add(e)
		} else {
			add(q.substitute(e))
		}
	}
	for _, s := range q.Passed {
		add(q.substitute(s.To))
	}
	return list
}

func (q *request) voted(user string) bool {
	return slices.ContainsFunc(q.Votes, func(v vote) bool { return v.By == user })
}

// covered tells whether somebody has approved for an entry.
func (q *request) covered(entry string) bool {
	return slices.ContainsFunc(q.Votes, func(v vote) bool { return slices.Contains(v.Entries, entry) })
}

// complete tells whether enough have approved. Where all are asked, who was added
// by an escalation stands in for one who has not answered.
func (q *request) complete(known membership) bool {
	if q.Word == "" {
		return len(q.Votes) >= q.Quorum
	}
	spare, missing := 0, 0
	for _, v := range q.Votes {
		if !slices.ContainsFunc(v.Entries, func(e string) bool { return slices.Contains(q.People, e) }) {
			spare++
		}
	}
	if q.Word == "each" {
		for _, e := range q.People {
			if !q.covered(e) {
				missing++
			}
		}
		return missing <= spare
	}
	for _, user := range q.everybody(known) {
		if !q.voted(user) {
			missing++
		}
	}
	return missing <= spare
}

// everybody are the users of whom all have to approve.
func (q *request) everybody(known membership) (list []string) {
	for _, e := range q.People {
		users := []string{e}
		if isGroup(e) {
			users = known.Members[e]
		}
		for _, user := range users {
			out := slices.ContainsFunc(q.Exclude, func(x string) bool { return x == user || slices.Contains(known.Members[x], user) })
			if user = q.substitute(user); !out && !slices.Contains(list, user) {
				list = append(list, user)
			}
		}
	}
	return list
}
