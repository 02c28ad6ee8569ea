package fields

// ObjectSchema is the JSON Schema of the mapping that d declares.
func ObjectSchema(d Declarer) map[string]any {
	return SchemaOf(Describe(d))
}

// SchemaOf is the JSON Schema of a mapping with the given fields.
func SchemaOf(specs []Spec) map[string]any {
	props := map[string]any{}
	var required []string
	for _, spec := range specs {
		p := map[string]any{}
		for k, v := range spec.Schema {
			p[k] = v
		}
		p["description"] = spec.Doc
		if spec.Example != "" {
			p["examples"] = []any{spec.Example}
		}
		props[spec.Name] = p
		if spec.Required {
			required = append(required, spec.Name)
		}
	}
	schema := map[string]any{"type": "object", "properties": props, "additionalProperties": false}
	if required != nil {
		schema["required"] = required
	}
	return schema
}

// AnyOf is the schema of a field that may have several forms, the last of them
// the mapping that d declares. Unless the set is being described it is nil.
func (s *Set) AnyOf(d Declarer, others ...any) map[string]any {
	if !s.Describing() {
		return nil
	}
	return map[string]any{"anyOf": append(others, ObjectSchema(d))}
}

// ObjectOf is the schema of the mapping that d declares. Unless the set is being
// described it is nil.
func (s *Set) ObjectOf(d Declarer) map[string]any {
	if !s.Describing() {
		return nil
	}
	return ObjectSchema(d)
}
