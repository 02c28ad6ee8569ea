package interpreter

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// announce gives a run that begins the search attributes and the memo of its
// definition.
func (r *run) announce(ctx workflow.Context, sc *scope) error {
	at := func(key string) evaluator {
		return func(a dsl.Attribute) (any, error) { return r.evalAt(key+"."+a.Name, a.Value, sc) }
	}
	if err := r.upsert(ctx, r.program.SearchAttributes, at("search_attributes")); err != nil {
		return err
	}
	return r.note(ctx, r.program.Memo, at("memo"))
}

// An evaluator computes the value of an attribute.
type evaluator func(dsl.Attribute) (any, error)

// of evaluates the attributes of a step.
func (r *run) of(s *dsl.Step, sc *scope) evaluator {
	return func(a dsl.Attribute) (any, error) { return r.eval(s, a.Value, sc) }
}

// upsert sets search attributes. What the server would refuse, and the run with
// it, is an error before anything is sent.
func (r *run) upsert(ctx workflow.Context, list []dsl.Attribute, eval evaluator) error {
	updates, err := r.attributeUpdates(list, eval)
	if err != nil || len(updates) == 0 {
		return err
	}
	return workflow.UpsertTypedSearchAttributes(ctx, updates...)
}

func (r *run) attributeUpdates(list []dsl.Attribute, eval evaluator) (updates []temporal.SearchAttributeUpdate, err error) {
	for _, a := range list {
		v, err := eval(a)
		if err != nil {
			return nil, err
		}
		kind, err := r.attributeType(a, v)
		if err != nil {
			return nil, err
		}
		update, ok := attributeUpdate(a.Name, kind, v)
		if !ok {
			return nil, wrongType(a.Value, fmt.Sprintf("%s, because the search attribute %s is of type %s", attributeWords[kind], a.Name, kind), v)
		}
		updates = append(updates, update)
	}
	return updates, nil
}

// attributeType is the type of a search attribute: as the namespace has it, if
// that was known when the run began, or else as the value says.
func (r *run) attributeType(a dsl.Attribute, v any) (string, error) {
	if kind, known := r.pin.Attributes[a.Name]; known {
		if kind == "" {
			return "", &Failure{
				Type: UnknownSearchAttribute, Span: a.Span,
				Message: fmt.Sprintf("the namespace had no search attribute %q when the run began", a.Name),
			}
		}
		return kind, nil
	}
	if a.Type != "" {
		return a.Type, nil
	}
	switch v.(type) {
	case bool:
		return "Bool", nil
	case int:
		return "Int", nil
	case float64:
		return "Double", nil
	case []any:
		return "KeywordList", nil
	}
	return "Keyword", nil
}

// attributeWords say what a type of search attribute takes.
var attributeWords = map[string]string{
	"Keyword": "text", "Text": "text", "Int": "an integer", "Double": "a number", "Bool": "a boolean",
	"Datetime": "a time", "KeywordList": "a list of texts",
}

// attributeUpdate is the change of a search attribute; it is not ok if the type
// does not take the value.
func attributeUpdate(name, kind string, v any) (temporal.SearchAttributeUpdate, bool) {
	switch kind {
	case "Keyword":
		key := temporal.NewSearchAttributeKeyKeyword(name)
		return typed(v, key.ValueSet, key.ValueUnset, asText)
	case "Text":
		key := temporal.NewSearchAttributeKeyString(name)
		return typed(v, key.ValueSet, key.ValueUnset, asText)
	case "Int":
		key := temporal.NewSearchAttributeKeyInt64(name)
		return typed(v, key.ValueSet, key.ValueUnset, func(v any) (int64, bool) { i, ok := v.(int); return int64(i), ok })
	case "Double":
		key := temporal.NewSearchAttributeKeyFloat64(name)
		return typed(v, key.ValueSet, key.ValueUnset, asNumber)
	case "Bool":
		key := temporal.NewSearchAttributeKeyBool(name)
		return typed(v, key.ValueSet, key.ValueUnset, func(v any) (bool, bool) { b, ok := v.(bool); return b, ok })
	case "Datetime":
		key := temporal.NewSearchAttributeKeyTime(name)
		return typed(v, key.ValueSet, key.ValueUnset, asTime)
	case "KeywordList":
		key := temporal.NewSearchAttributeKeyKeywordList(name)
		return typed(v, key.ValueSet, key.ValueUnset, asTexts)
	}
	return nil, false
}

// typed is the change to a value, or away from one if it is nil.
func typed[T any](v any, set func(T) temporal.SearchAttributeUpdate, unset func() temporal.SearchAttributeUpdate, as func(any) (T, bool)) (temporal.SearchAttributeUpdate, bool) {
	if v == nil {
		return unset(), true
	}
	t, ok := as(v)
	if !ok {
		return nil, false
	}
	return set(t), true
}

func asText(v any) (string, bool) { s, ok := v.(string); return s, ok }

func asNumber(v any) (float64, bool) {
	if i, ok := v.(int); ok {
		return float64(i), true
	}
	f, ok := v.(float64)
	return f, ok
}

func asTime(v any) (t time.Time, ok bool) {
	text, ok := v.(string)
	if !ok {
		return t, false
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	return t, err == nil
}

func asTexts(v any) (texts []string, ok bool) {
	list, ok := v.([]any)
	for _, x := range list {
		text, isText := x.(string)
		ok = ok && isText
		texts = append(texts, text)
	}
	return texts, ok
}

// note adds values to the run's memo, or removes those that are nil.
func (r *run) note(ctx workflow.Context, list []dsl.Attribute, eval evaluator) error {
	memo, err := memoOf(list, eval)
	if err != nil || len(memo) == 0 {
		return err
	}
	return workflow.UpsertMemo(ctx, memo)
}

func memoOf(list []dsl.Attribute, eval evaluator) (map[string]any, error) {
	memo, total := map[string]any{}, 0
	for _, a := range list {
		v, err := eval(a)
		if err != nil {
			return nil, err
		}
		if v == nil {
			memo[a.Name] = nil
			continue
		}
		raw, err := encodeUpTo(v, maxPayload) // a memo is never stored elsewhere
		if err != nil {
			return nil, err
		}
		memo[a.Name] = raw
		if total += len(raw.Payload().GetData()); total > maxPayload {
			return nil, tooLarge(total, maxPayload)
		}
	}
	return memo, nil
}
