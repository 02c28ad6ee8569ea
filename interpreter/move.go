package interpreter

import (
	"fmt"

	"github.com/partitur/partitur/dsl/value"
)

// What can be done about a question.
const (
	moveApprove  = "approve"
	moveReject   = "reject"
	moveDelegate = "delegate"
	moveAnswer   = "answer"
	moveReassign = "reassign"
	moveWithdraw = "withdraw"
)

// A move is what somebody does about a question.
type move struct {
	kind    string
	name    string   // of the question; may be empty while only one is open
	by      string   // who
	comment string   //
	to      []string // to whom it is delegated or reassigned
	from    string   // of which entry it is taken
	form    any
}

// about is what a move is about, in words.
func (m *move) about() string {
	switch m.kind {
	case moveAnswer:
		return "task"
	case moveReassign, moveWithdraw:
		return "approval or task"
	}
	return "approval"
}

// readMove reads the argument of an update or a signal. Fields it does not know
// are no concern of it. Without a kind the argument says it, as that of `decide`
// does.
func readMove(kind string, message any) (*move, error) {
	fields, ok := message.(map[string]any)
	if !ok && message != nil {
		return nil, refuse("the message must be an object such as {\"by\": \"alice\"}, not %s", shownValue(message))
	}
	m := &move{kind: kind, form: fields["form"]}
	for _, key := range []string{"approval", "task"} {
		if err := textField(fields, key, &m.name); err != nil {
			return nil, err
		}
	}
	targets := map[string]*string{"by": &m.by, "comment": &m.comment, "from": &m.from}
	if kind == "" {
		targets["decision"] = &m.kind
	}
	for _, key := range []string{"decision", "by", "comment", "from"} {
		if targets[key] == nil {
			continue
		}
		if err := textField(fields, key, targets[key]); err != nil {
			return nil, err
		}
	}
	switch {
	case kind == "" && m.kind != moveApprove && m.kind != moveReject && m.kind != moveDelegate:
		return nil, refuse("`decision` must be approve, reject or delegate, not %q", m.kind)
	case m.by == "":
		return nil, refuse("`by` must say who it is from")
	}
	return m, m.readTo(fields["to"])
}

// readTo reads one user or group, or several.
func (m *move) readTo(to any) error {
	if m.kind != moveDelegate && m.kind != moveReassign {
		return nil
	}
	m.to = listed(to)
	switch {
	case len(m.to) == 0:
		return refuse("`to` must name a user")
	case m.kind == moveDelegate && (len(m.to) > 1 || isGroup(m.to[0])):
		return refuse("a decision is delegated to one user, not to a group or to several")
	}
	return nil
}

func textField(fields map[string]any, key string, p *string) error {
	v, given := fields[key]
	if !given || v == nil {
		return nil
	}
	text, ok := v.(string)
	if !ok {
		return refuse("`%s` must be text, not %s", key, shownValue(v))
	}
	*p = text
	return nil
}

func shownValue(v any) string {
	text, err := value.Encode(v)
	if err != nil {
		return fmt.Sprintf("%T", v)
	}
	return shorten(string(text), 60)
}
