package interpreter

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/value"
)

// keys are what identifies the items, each only once: idempotency keys are made
// of them.
func (r *run) keys(l *loop) ([]any, error) {
	if l.body.Key == nil {
		return nil, nil
	}
	sc := l.scope.child()
	keys := make([]any, len(l.items))
	seen := make(map[string]int, len(l.items))
	for i, item := range l.items {
		sc.vars[l.body.As], sc.vars["index"] = item, i
		r.at(l.step, sc)
		k, err := l.body.Key.Eval(sc.vars)
		if err != nil {
			return nil, err
		}
		text := keyText(k)
		if text == "" {
			return nil, wrongKey(l.body.Key.Span, fmt.Sprintf("the key of an item must be a text or a number, and that of item %d is not", i))
		}
		if first, twice := seen[text]; twice {
			return nil, wrongKey(l.body.Key.Span, fmt.Sprintf("the items %d and %d have the same key %q", first, i, text))
		}
		keys[i], seen[text] = k, i
	}
	return keys, nil
}

func wrongKey(at source.Span, message string) error {
	return &Failure{Type: ExpressionError, Message: message, Span: at}
}

// key identifies an item.
func (l *loop) key(i int) any {
	if l.keys == nil {
		return l.offset + i
	}
	return l.keys[i-l.base]
}

// keyText is a key in paths, or "" if the value is no key.
func keyText(key any) string {
	switch key.(type) {
	case string, int, float64:
		if text, err := value.Text(key); err == nil {
			return text
		}
	}
	return ""
}

// elements lists what a loop goes through. Objects yield their pairs in the
// order of their keys.
func elements(v any) ([]any, bool) {
	switch v := v.(type) {
	case []any:
		return v, true
	case map[string]any:
		pairs := make([]any, 0, len(v))
		for _, k := range workflow.DeterministicKeys(v) {
			pairs = append(pairs, map[string]any{"key": k, "value": v[k]})
		}
		return pairs, true
	}
	return nil, false
}

// batches cuts a list into lists of a size; 0 leaves it as it is.
func batches(items []any, size int) []any {
	if size == 0 {
		return items
	}
	cut := make([]any, 0, len(items)/size+1)
	for size < len(items) {
		cut, items = append(cut, items[:size:size]), items[size:]
	}
	if len(items) > 0 {
		cut = append(cut, items)
	}
	return cut
}
