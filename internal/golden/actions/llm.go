package actions

import (
	"time"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/jsonschema"
	"github.com/partitur/partitur/dsl/types"
)

func questionSpec() *dsl.ActionSpec {
	return &dsl.ActionSpec{
		Name: "llm", Doc: "asks a language model",
		Input:   func() fields.Declarer { return new(question) },
		Timeout: &dsl.Timeout{StartToClose: time.Minute},
	}
}

type question struct {
	model, prompt string
	schema        *jsonschema.Schema
	raw           any
}

// Fields declares the keys of the question.
func (q *question) Fields(f *fields.Set) {
	f.String(&q.model, "model", "whom to ask", fields.Required)
	f.String(&q.prompt, "prompt", "what to ask")
	f.SchemaValue(&q.schema, &q.raw, "output_schema", "what the answer is")
}

// ResultType tells the type of the answer by its schema.
func (q *question) ResultType() *types.Type {
	output := types.AnyType
	if q.schema != nil {
		output = q.schema.Type()
	}
	return types.ObjectOf(types.Field{Name: "text", Type: types.StringType}, types.Field{Name: "output", Type: output})
}
