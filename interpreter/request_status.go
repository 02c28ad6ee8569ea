package interpreter

import "time"

// A Request is something that a run asks of people, in a Status.
type Request struct {
	Name       string       `json:"name"`   // by which it is answered
	Kind       string       `json:"kind"`   // approval or task
	Status     string       `json:"status"` // waiting, or how it has ended
	Step       string       `json:"step"`   // the path of the step
	Title      string       `json:"title"`
	Message    string       `json:"message,omitempty"`
	Stage      string       `json:"stage,omitempty"`
	People     []string     `json:"people"`              // who is asked: users, and groups as group:NAME
	WaitsFor   []string     `json:"waits_for,omitempty"` // those of them who have not answered
	ApprovedBy []string     `json:"approved_by,omitempty"`
	Exclude    []string     `json:"exclude,omitempty"`
	Quorum     any          `json:"quorum,omitempty"` // a number, all or each
	Delegate   bool         `json:"delegate,omitempty"`
	Form       any          `json:"form,omitempty"` // its JSON Schema
	Opened     time.Time    `json:"opened"`
	Deadline   *time.Time   `json:"deadline,omitempty"`
	Trail      []TrailEntry `json:"trail,omitempty"`
}

// shown is the question as a status shows it.
func (q *request) shown() Request {
	x := Request{
		Name: q.name, Kind: q.kind, Step: q.scope.instance(q.step.Path), Title: q.Title, Message: q.Message, Stage: q.StageName,
		People: append(q.People[:len(q.People):len(q.People)], q.Added...), WaitsFor: q.waitsFor(), ApprovedBy: q.ApprovedBy,
		Exclude: q.Exclude, Delegate: q.ask.Delegate, Opened: q.Opened, Trail: q.Trail,
	}
	x.Status = "waiting"
	if q.verdict != nil {
		x.Status, x.WaitsFor = q.verdict.event, nil
	}
	if q.kind == "approval" {
		x.Quorum = any(q.Quorum)
		if q.Word != "" {
			x.Quorum = q.Word
		}
	}
	if q.ask.Form != nil {
		x.Form = q.ask.Form.Raw()
	}
	if at := q.deadline(); !at.IsZero() {
		x.Deadline = &at
	}
	return x
}
