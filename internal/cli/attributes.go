package cli

import (
	"maps"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/sdk/temporal"

	"github.com/partitur/partitur/dsl/diag"
)

// searchAttributes reads --search-attribute with the types that the namespace
// gives them: one of another type would block the run.
func (o *starting) searchAttributes(c *call, server *remote) (temporal.SearchAttributes, error) {
	none := temporal.NewSearchAttributes()
	if len(o.attributes) == 0 {
		return none, nil
	}
	known, err := server.OperatorService().ListSearchAttributes(c.ctx, &operatorservice.ListSearchAttributesRequest{Namespace: server.namespace})
	if err != nil {
		return none, err
	}
	var updates []temporal.SearchAttributeUpdate
	for _, one := range o.attributes {
		name, v, err := assignment("search-attribute", one)
		if err != nil {
			return none, err
		}
		kind, ok := known.GetCustomAttributes()[name]
		if !ok {
			return none, noAttribute(name, slices.Sorted(maps.Keys(known.GetCustomAttributes())), server.namespace)
		}
		_, written, _ := strings.Cut(one, "=")
		update := attribute(name, kind, v, written)
		if update == nil {
			return none, usage("--search-attribute %s: %q is no %s, which %s is", name, written, kind, name)
		}
		updates = append(updates, update)
	}
	return temporal.NewSearchAttributes(updates...), nil
}

func noAttribute(name string, names []string, namespace string) error {
	p := usage("the namespace %q has no search attribute %q", namespace, name)
	if near := diag.Nearest(name, names); near != "" {
		return p.hint("did you mean %s?", near)
	}
	return p.hint("`temporal operator search-attribute create` adds one; --memo notes what need not be searched for")
}

// attribute is a search attribute with its value, or nil if the value is of
// another type. Text is taken as it was written.
func attribute(name string, kind enumspb.IndexedValueType, v any, written string) temporal.SearchAttributeUpdate {
	switch kind {
	case enumspb.INDEXED_VALUE_TYPE_KEYWORD:
		return temporal.NewSearchAttributeKeyKeyword(name).ValueSet(written)
	case enumspb.INDEXED_VALUE_TYPE_TEXT:
		return temporal.NewSearchAttributeKeyString(name).ValueSet(written)
	case enumspb.INDEXED_VALUE_TYPE_INT:
		if n, ok := v.(int); ok {
			return temporal.NewSearchAttributeKeyInt64(name).ValueSet(int64(n))
		}
	case enumspb.INDEXED_VALUE_TYPE_DOUBLE:
		if n, ok := v.(int); ok {
			v = float64(n)
		}
		if x, ok := v.(float64); ok {
			return temporal.NewSearchAttributeKeyFloat64(name).ValueSet(x)
		}
	case enumspb.INDEXED_VALUE_TYPE_BOOL:
		if b, ok := v.(bool); ok {
			return temporal.NewSearchAttributeKeyBool(name).ValueSet(b)
		}
	case enumspb.INDEXED_VALUE_TYPE_DATETIME:
		if t, err := time.Parse(time.RFC3339Nano, written); err == nil {
			return temporal.NewSearchAttributeKeyTime(name).ValueSet(t)
		}
	case enumspb.INDEXED_VALUE_TYPE_KEYWORD_LIST:
		return temporal.NewSearchAttributeKeyKeywordList(name).ValueSet(keywords(v, written))
	}
	return nil
}

// keywords is a JSON list of texts, or the one text that was written.
func keywords(v any, written string) (texts []string) {
	list, _ := v.([]any)
	for _, x := range list {
		text, ok := x.(string)
		if !ok {
			return []string{written}
		}
		texts = append(texts, text)
	}
	if texts == nil {
		return []string{written}
	}
	return texts
}
