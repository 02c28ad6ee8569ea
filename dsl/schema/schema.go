// Package schema makes JSON Schemas of the documents from the declarations of
// their keys, for editors. A schema accepts whatever the checker accepts; the
// checker, which also knows names and types, is the stricter of the two.
package schema

import (
	"bytes"
	"encoding/json"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/fields"
)

// Base is the address below which the schemas are published.
const Base = "https://partitur.dev/schemas/"

const draft = "https://json-schema.org/draft/2020-12/schema"

// Generate returns the schema of each kind of document by its file name, such
// as workflow.json.
func Generate(actions dsl.Catalog) map[string][]byte {
	files := map[string][]byte{}
	for _, d := range dsl.Documents() {
		schema := plain(fields.SchemaOf(d.Keys))
		name := d.Key + ".json"
		schema["$schema"], schema["$id"] = draft, Base+name
		schema["title"] = "Partitur: " + d.What
		schema["description"] = summary(d)
		if d.Key == "workflow" {
			schema["$defs"] = definitions(dsl.Kinds(actions))
		}
		values(schema)
		files[name] = encode(schema)
	}
	return files
}

// summary says what makes a document one of its kind.
func summary(d dsl.DocumentKind) string {
	return "A document with the key `" + d.Key + "` is " + d.What + "."
}

// plain is a schema in plain JSON values, a copy of its own, with what editors
// need besides.
func plain(schema map[string]any) map[string]any {
	c := clone(schema)
	refine(c)
	return c
}

func clone(schema map[string]any) (c map[string]any) {
	if err := json.Unmarshal(encode(schema), &c); err != nil {
		panic(err) // it has just been written
	}
	return c
}

// refine changes a schema as declared to what editors need: examples are values
// rather than YAML text, and an entry of invented names may be empty.
func refine(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			refine(e)
		}
	case map[string]any:
		if named, ok := v["additionalProperties"].(map[string]any); ok && named["type"] == "object" {
			named["type"] = []any{"object", "null"}
		}
		if list, ok := v["examples"].([]any); ok {
			v["examples"] = examples(list)
		}
		for _, e := range v {
			refine(e)
		}
	}
}

// encode writes a schema with sorted keys.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		panic(err) // declarations hold nothing that JSON cannot
	}
	return b.Bytes()
}
