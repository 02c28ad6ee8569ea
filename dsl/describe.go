package dsl

import "github.com/partitur/partitur/dsl/fields"

// A StepKind describes the steps of one verb, for schemas and docs.
type StepKind struct {
	Verb, Doc string
	Modifiers []fields.Spec // keys that the verb shares with others
	Keys      []fields.Spec // its own, the verb among them
	Action    *ActionSpec   // of a builtin action; otherwise nil
}

// Kinds describes the steps of all verbs, those of the builtin actions last.
func Kinds(actions Catalog) (list []StepKind) {
	for _, k := range kinds {
		list = append(list, describeKind(k.verb, k.doc, k.new()))
	}
	for _, name := range actions.Actions() {
		spec := actions.Action(name)
		k := describeKind(name, spec.Doc, &Action{Spec: spec})
		k.Action = spec
		list = append(list, k)
	}
	return list
}

func describeKind(verb, doc string, body Body) StepKind {
	return StepKind{
		Verb: verb, Doc: doc,
		Modifiers: fields.Describe(&Step{Verb: verb, Body: body}),
		Keys:      fields.Describe(body),
	}
}

// A DocumentKind describes one kind of document, for schemas and docs.
type DocumentKind struct {
	Key, What string // the key that tells it apart, and what messages call it
	Keys      []fields.Spec
}

// Documents describes the kinds of documents.
func Documents() (list []DocumentKind) {
	for _, d := range documents {
		list = append(list, DocumentKind{d.Key, d.What, fields.Describe(d.New())})
	}
	return list
}
