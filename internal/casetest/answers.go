package casetest

import "github.com/partitur/partitur/dsl"

// answering is a `decide` or `answer` event as the update that it is. The names
// are those of the engine, which a workflow cannot replace.
func answering(e *happening) *happening {
	message := map[string]any{"by": e.By}
	put := func(key, text string) {
		if text != "" {
			message[key] = text
		}
	}
	put("approval", e.Decide)
	put("task", e.Answer)
	put("decision", e.Decision)
	put("comment", e.Comment)
	put("to", e.To)
	if e.Form != nil {
		message["form"] = e.Form
	}
	return &happening{number: e.number, Event: &dsl.Event{
		Span: e.Span, Kind: e.Kind, At: e.At, Update: "partitur." + e.Kind, With: message, Rejected: e.Rejected, Child: e.Child,
	}}
}
