package interpreter

import (
	"cmp"
	"slices"

	"go.temporal.io/sdk/workflow"
)

// save is the mailbox as a JSON value, for the run that goes on after this one.
// Nothing may be busy: what has arrived must have been delivered.
func (m *mailbox) save() map[string]any {
	seen, numbers := map[string]any{}, map[string]any{}
	for _, name := range workflow.DeterministicKeys(m.seen) {
		seen[name] = texts(m.seen[name].order)
	}
	for _, name := range workflow.DeterministicKeys(m.numbers) {
		numbers[name] = m.numbers[name]
	}
	rejected := make([]any, len(m.rejected))
	for i, x := range m.rejected {
		rejected[i] = map[string]any{"name": x.Name, "reason": x.Reason}
	}
	saved := map[string]any{
		"unread": saveLetters(m.unread), "undeclared": saveLetters(m.undeclared),
		"rejected": rejected, "seen": seen, "numbers": numbers,
		"counts": map[string]any{
			"received": m.counts.Received, "rejected": m.counts.Rejected,
			"duplicate": m.counts.Duplicate, "undeclared": m.counts.Undeclared,
		},
	}
	m.desk.save(saved)
	return saved
}

func saveLetters(letters []letter) []any {
	list := make([]any, len(letters))
	for i, l := range letters {
		list[i] = map[string]any{"name": l.name, "message": l.value, "number": l.number}
	}
	return list
}

// restore is the inverse of save. What nobody has read arrives anew, before all
// that comes later: the definition may have learnt what to do with it.
func (m *mailbox) restore(saved map[string]any) {
	letters := append(restoreLetters(saved["unread"], true), restoreLetters(saved["undeclared"], false)...)
	slices.SortStableFunc(letters, func(a, b *letter) int { return cmp.Compare(a.number, b.number) })
	again := make([]arrival, len(letters))
	for i, l := range letters {
		again[i] = arrival{name: l.name, letter: l}
	}
	m.arrived = append(again, m.arrived...)
	for _, x := range items(saved["rejected"]) {
		m.rejected = append(m.rejected, Rejection{text(x, "name"), text(x, "reason")})
	}
	seen, _ := saved["seen"].(map[string]any)
	for _, name := range workflow.DeterministicKeys(seen) {
		m.seen[name] = &keySet{has: map[string]bool{}}
		for _, key := range items(seen[name]) {
			m.seen[name].add(key.(string))
		}
	}
	numbers, _ := saved["numbers"].(map[string]any)
	for _, name := range workflow.DeterministicKeys(numbers) {
		m.numbers[name] = number(numbers, name)
	}
	m.desk.restore(saved)
	counts := saved["counts"]
	m.counts = MessageCounts{number(counts, "received"), number(counts, "rejected"), number(counts, "duplicate"), number(counts, "undeclared")}
}

func restoreLetters(saved any, checked bool) (letters []*letter) {
	for _, x := range items(saved) {
		l, _ := x.(map[string]any)
		letters = append(letters, &letter{name: text(x, "name"), value: l["message"], number: number(x, "number"), checked: checked})
	}
	return letters
}

func items(v any) []any { list, _ := v.([]any); return list }

func text(v any, name string) string {
	m, _ := v.(map[string]any)
	s, _ := m[name].(string)
	return s
}

func number(v any, name string) int {
	m, _ := v.(map[string]any)
	n, _ := m[name].(int)
	return n
}

func texts(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
