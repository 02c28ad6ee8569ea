package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/partitur/partitur/internal/cli/ansi"
	"github.com/partitur/partitur/interpreter"
)

// show prints what a run asks, with its history.
func (o *approvalsFlags) show(c *call) error {
	server, err := c.dial()
	if err != nil {
		return err
	}
	ref, name := o.ref(c)
	answer, err := c.askStatus(server, ref)
	if err != nil {
		return err
	}
	var s struct {
		Approvals []interpreter.Request `json:"approvals"`
	}
	if err := json.Unmarshal(answer, &s); err != nil {
		return err
	}
	q, err := requestNamed(ref, s.Approvals, name)
	if err != nil {
		return err
	}
	return c.show(q, func(w io.Writer) { c.writeRequest(w, q) })
}

// requestNamed finds what is meant. Without a name it is what is open, or else
// what has ended last.
func requestNamed(ref runRef, list []interpreter.Request, name string) (*interpreter.Request, error) {
	var found []*interpreter.Request
	for i, q := range list {
		switch id, _, _ := strings.Cut(q.Name, "["); {
		case q.Name == name:
			return &list[i], nil
		case name == "" && q.Status == "waiting", name == id:
			found = append(found, &list[i])
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, problemf(exitFailed, "run %q has %d of them: name one", ref.workflowID, len(found)).hint("it can be %s", join(requestNames(found)))
	case name == "" && len(list) > 0:
		return &list[len(list)-1], nil
	case name == "":
		return nil, problemf(exitFailed, "run %q asks nothing", ref.workflowID)
	}
	return nil, problemf(exitFailed, "run %q has no approval or task %q", ref.workflowID, name).hint("`partitur approvals show %s` shows what it asks", ref.workflowID)
}

func requestNames(list []*interpreter.Request) (names []string) {
	for _, q := range list {
		names = append(names, q.Name)
	}
	return names
}

func (c *call) writeRequest(w io.Writer, q *interpreter.Request) {
	deadline := ""
	if q.Deadline != nil {
		deadline = c.clock(*q.Deadline)
	}
	form := ""
	if q.Form != nil {
		text, _ := json.Marshal(q.Form)
		form = string(text)
	}
	quorum := ""
	if q.Quorum != nil {
		quorum = fmt.Sprint(q.Quorum)
	}
	writeFields(w, []field{
		{"Name", ansi.Clean(q.Name)}, {"Kind", q.Kind}, {"Title", ansi.Clean(q.Title)}, {"Message", ansi.Clean(q.Message)}, {"Status", q.Status},
		{"Stage", ansi.Clean(q.Stage)}, {"Waits for", ansi.Clean(strings.Join(q.WaitsFor, ", "))}, {"Approved by", ansi.Clean(strings.Join(q.ApprovedBy, ", "))},
		{"Excluded", ansi.Clean(strings.Join(q.Exclude, ", "))}, {"Quorum", quorum}, {"Opened", c.clock(q.Opened)}, {"Until", deadline}, {"Form", ansi.Clean(form)},
	})
	fmt.Fprintln(w)
	rows := make([][]cell, len(q.Trail))
	for i, e := range q.Trail {
		note := e.Comment
		if len(e.To) > 0 {
			note = strings.TrimSpace("to " + strings.Join(e.To, ", ") + " " + note)
		}
		rows[i] = []cell{{c.clock(e.At), ansi.Dim}, {e.Event, ansi.Bold}, {e.By, ansi.Plain}, {note, ansi.Plain}}
	}
	c.writeTable(w, []string{"AT", "EVENT", "BY", "NOTE"}, rows)
}
