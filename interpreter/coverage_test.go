package interpreter_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"gopkg.in/yaml.v3"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/workers"
)

// TestConformanceCoverage demands of the cases of testdata that each key of the
// language, and each word that a key can have as its value, is used in a step
// (or, at the top of a workflow, in a run) that ends well, and in one that
// fails. The keys are those of the published schema, so that a new one is
// demanded from the day it is there.
func TestConformanceCoverage(t *testing.T) {
	lang := readLanguage(t)
	seen := map[string]*sides{}
	for _, file := range casesOfLanguage(t) {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range lang.usesOf(t, archive) {
			if seen[u.key] == nil {
				seen[u.key] = new(sides)
			}
			seen[u.key].add(u.outcome)
		}
	}
	for _, key := range lang.keys() {
		got, only := seen[key], onesided[key]
		if got == nil {
			got = new(sides)
		}
		if !got.good && !strings.HasPrefix(only, "fails: ") {
			t.Errorf("no case of testdata has %s in what ends well; write one", key)
		}
		if !got.bad && !strings.HasPrefix(only, "succeeds: ") {
			t.Errorf("no case of testdata has %s in what fails; write one", key)
		}
		if only != "" && got.good && got.bad {
			t.Errorf("%s has cases of both kinds, and is listed as if it could not", key)
		}
	}
	for key := range onesided {
		if !slices.Contains(lang.keys(), key) {
			t.Errorf("there is no key %s", key)
		}
	}
}

// onesided are the keys that can be seen on one side only, and why.
var onesided = map[string]string{
	"break":      "succeeds: that there is such a loop is checked before",
	"next":       "succeeds: that there is such a loop is checked before",
	"checkpoint": "succeeds: it does nothing that could fail",
}

func casesOfLanguage(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	return files
}

// sides are the ways in which what a key belongs to has ended.
type sides struct{ good, bad bool }

func (s *sides) add(outcome string) {
	switch outcome {
	case "succeeded":
		s.good = true
	case "failed", "timed_out", "cancelled":
		s.bad = true
	}
}

// A use is a key in a case, and how the step or run ended that it belongs to.
type use struct{ key, outcome string }

// A language is the published schema of workflows.
type language struct{ root, defs map[string]any }

func readLanguage(t *testing.T) *language {
	t.Helper()
	data, err := os.ReadFile("../schemas/workflow.json")
	if err != nil {
		t.Fatal(err)
	}
	l := &language{root: map[string]any{}}
	if err := json.Unmarshal(data, &l.root); err != nil {
		t.Fatal(err)
	}
	l.defs = l.root["$defs"].(map[string]any)
	return l
}

// keys are all there are: those of the document, of each verb as VERB.KEY, and
// of each modifier, which stands alone, as all kinds of steps share it.
func (l *language) keys() []string {
	found := map[string]bool{}
	l.collect(l.root, "top", found)
	for name, def := range l.defs {
		if verb, ok := strings.CutPrefix(name, "step."); ok {
			l.collect(def.(map[string]any), verb, found)
		}
		if key, ok := strings.CutPrefix(name, "key."); ok {
			key = strings.TrimSuffix(key, ".2") // of the steps that run no activity
			found[key] = true
			l.collect(def.(map[string]any), key, found)
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func (l *language) collect(schema map[string]any, at string, found map[string]bool) {
	for _, s := range variants(schema) {
		for _, word := range words(s) {
			found[at+"="+word] = true
		}
		for name, p := range object(s["properties"]) {
			if key := keyIn(at, name); !isShared(p) && !isBuiltin(key) {
				found[key] = true
				l.collect(p.(map[string]any), key, found)
			}
		}
		for _, inner := range []string{"items", "additionalProperties"} {
			if s[inner] != nil {
				l.collect(object(s[inner]), at, found)
			}
		}
	}
}

// keyIn is the name of a key inside another. The verb itself stands alone, and
// so do the mappings that are the same wherever they stand.
func keyIn(at, name string) string {
	switch {
	case at == name:
		return name
	case name == "compensation" || name == "retry" || name == "timeout":
		return name
	case name == "retry_policies":
		return "retry"
	}
	return at + "." + name
}

// isBuiltin tells whether a key is a field of a builtin action, whose own tests
// show what it does.
func isBuiltin(key string) bool { return strings.HasPrefix(key, "http.") }

func isShared(schema any) bool {
	ref, _ := object(schema)["$ref"].(string)
	return strings.HasPrefix(ref, "#/$defs/key.")
}

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// variants are the schemas that one offers.
func variants(schema map[string]any) (list []map[string]any) {
	if schema == nil {
		return nil
	}
	options, _ := schema["anyOf"].([]any)
	list = append(list, schema)
	for _, o := range options {
		list = append(list, variants(o.(map[string]any))...)
	}
	return list
}

// words are the fixed texts that a schema admits.
func words(schema map[string]any) (list []string) {
	options, _ := schema["enum"].([]any)
	if c, ok := schema["const"]; ok {
		options = append(options, c)
	}
	for _, o := range options {
		list = append(list, fmt.Sprint(o))
	}
	return list
}

// usesOf lists the keys of the first workflow of a case.
func (l *language) usesOf(t *testing.T, a *txtar.Archive) []use {
	t.Helper()
	w := &usage{language: l, trace: section(a, "trace"), steps: map[string]string{}, run: "succeeded"}
	if section(a, "error") != "" {
		w.run = "failed"
	}
	i := slices.IndexFunc(a.Files, func(f txtar.File) bool {
		return f.Name != "stubs.yaml" && f.Name != "events.yaml" && strings.HasSuffix(f.Name, ".yaml")
	})
	w.outcomes(t, a, source.NewFile(a.Files[i].Name, a.Files[i].Data))
	var document yaml.Node
	if err := yaml.Unmarshal(a.Files[i].Data, &document); err != nil {
		t.Fatal(err)
	}
	w.walk(document.Content[0], l.root, "top", w.run)
	return w.uses
}

func section(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// A usage goes through one workflow, side by side with the schema.
type usage struct {
	*language
	run, trace string
	steps      map[string]string // how they ended, by line:column
	undone     []string          // how the compensations ended
	uses       []use
}

// outcomes finds where the steps stand whose status the case shows.
func (w *usage) outcomes(t *testing.T, a *txtar.Archive, f *source.File) {
	loaded, diags := dsl.Load([]*source.File{f}, workers.Catalog{})
	if len(loaded.Programs) == 0 {
		t.Fatal(diags)
	}
	for line := range strings.Lines(section(a, "status")) {
		words := strings.Fields(line)
		if words[0] == "undo" {
			w.undone = append(w.undone, strings.Replace(words[2], "skipped", "failed", 1)) // by an operator, or after one that failed
		}
		if s := loaded.Programs[0].StepAt(words[0]); s != nil {
			line, column := f.Pos(s.Span.Start)
			w.steps[fmt.Sprint(line, ":", column)] = words[1]
		}
	}
}

// note takes a key. Those of a compensation have two sides if one has failed.
func (w *usage) note(key, outcome string) {
	if !strings.HasPrefix(key, "compensation") {
		w.uses = append(w.uses, use{key, outcome})
		return
	}
	for _, end := range w.undone {
		w.uses = append(w.uses, use{key, end})
	}
}

// walk notes the keys of a node that the schema describes.
func (w *usage) walk(n *yaml.Node, schema map[string]any, at, outcome string) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	for _, s := range variants(schema) {
		switch ref, _ := s["$ref"].(string); {
		case strings.HasPrefix(ref, "#/$defs/key."):
			def := strings.TrimPrefix(ref, "#/$defs/")
			key := strings.TrimSuffix(strings.TrimPrefix(def, "key."), ".2")
			w.note(key, outcome)
			w.walk(n, object(w.defs[def]), key, outcome)
		case ref == "#/$defs/steps" && n.Kind == yaml.SequenceNode:
			for _, step := range n.Content {
				w.step(step)
			}
		case (ref == "#/$defs/compensate" || ref == "#/$defs/step") && n.Kind == yaml.MappingNode:
			w.step(n)
		}
		if slices.Contains(words(s), n.Value) {
			w.note(at+"="+n.Value, outcome)
		}
		w.inside(n, s, at, outcome)
	}
}

func (w *usage) inside(n *yaml.Node, s map[string]any, at, outcome string) {
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			w.walk(item, object(s["items"]), at, outcome)
		}
	}
	for i := 1; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		name := n.Content[i-1].Value
		p, known := object(s["properties"])[name]
		switch key := keyIn(at, name); {
		case known && isShared(p):
			w.walk(n.Content[i], object(p), at, outcome)
		case known && !isBuiltin(key):
			w.note(key, outcome)
			w.walk(n.Content[i], object(p), key, outcome)
		case !known:
			for _, outcome := range w.ofMessages(at, name, outcome) {
				w.walk(n.Content[i], object(s["additionalProperties"]), at, outcome)
			}
		}
	}
}

// ofMessages is how the updates or queries of a name have ended, which is not
// the run's end: the trace has what their senders were told.
func (w *usage) ofMessages(at, name, outcome string) (outcomes []string) {
	if at != "top.updates" && at != "top.queries" {
		return []string{outcome}
	}
	good := map[string]string{"top.updates": "update " + name + " answered ", "top.queries": "query " + name + " "}[at]
	for line := range strings.Lines(w.trace) {
		_, line, _ = strings.Cut(line, " ")
		switch {
		case strings.HasPrefix(line, "update "+name+" failed"), strings.HasPrefix(line, "update "+name+" rejected"), strings.HasPrefix(line, "query "+name+"  error "):
			outcomes = append(outcomes, "failed")
		case strings.HasPrefix(line, good):
			outcomes = append(outcomes, "succeeded")
		}
	}
	return outcomes
}

// step notes the keys of one step.
func (w *usage) step(n *yaml.Node) {
	outcome := w.steps[fmt.Sprint(n.Line, ":", n.Column)]
	for name, def := range w.defs {
		verb, ok := strings.CutPrefix(name, "step.")
		if !ok || !isStep(n, object(def)) {
			continue
		}
		w.walk(n, object(w.defs[name]), verb, outcome)
	}
}

// isStep tells whether the node has all keys that a verb needs, and no others.
func isStep(n *yaml.Node, def map[string]any) bool {
	missing := len(def["required"].([]any))
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i].Value
		if slices.Contains(def["required"].([]any), any(key)) {
			missing--
		}
		if _, known := object(def["properties"])[key]; !known && key != "register" {
			return false
		}
	}
	return missing == 0
}
