package interpreter

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"
)

// A TrailEntry is one thing that has happened to a question.
type TrailEntry struct {
	Event   string    `json:"event"`
	At      time.Time `json:"at"`
	By      string    `json:"by,omitempty"`
	To      []string  `json:"to,omitempty"`
	Comment string    `json:"comment,omitempty"`
	Stage   string    `json:"stage,omitempty"`
	Groups  []string  `json:"groups,omitempty"` // to which of those asked the person belonged
	Count   int       `json:"count,omitempty"`  // how many times, of reminders that follow each other
}

// note adds to the trail of a question, and to the worker's log.
func (r *run) noteTrail(ctx workflow.Context, q *request, e TrailEntry) {
	e.At, e.Stage = workflow.Now(ctx).UTC(), q.StageName
	workflow.GetLogger(ctx).Info("what people are asked: "+e.Event, q.kind, q.name, "by", e.By, "to", e.To, "stage", e.Stage, "comment", e.Comment)
	if n := len(q.Trail) - 1; e.Event == "reminded" && n >= 0 && q.Trail[n].Event == e.Event && slices.Equal(q.Trail[n].To, e.To) {
		q.Trail[n].Count++
		q.Trail[n].At = e.At
		return
	}
	if e.Event == "reminded" {
		e.Count = 1
	}
	q.Trail = append(q.Trail, e)
}

// trail is what has happened, as expressions see it.
func (q *request) trail() []any {
	list := make([]any, len(q.Trail))
	for i, e := range q.Trail {
		entry := map[string]any{"event": e.Event, "at": stamp(e.At)}
		put := func(key string, v any, is bool) {
			if is {
				entry[key] = v
			}
		}
		put("by", e.By, e.By != "")
		put("to", texts(e.To), e.To != nil)
		put("comment", e.Comment, e.Comment != "")
		put("stage", e.Stage, e.Stage != "")
		put("groups", texts(e.Groups), e.Groups != nil)
		put("count", e.Count, e.Count > 0)
		list[i] = entry
	}
	return list
}

// stamp is a time as text.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// orNil is a text, or nil if it is empty.
func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}
