package value

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"
)

// Normalize turns what an expression yields into a JSON value: integers of all
// sizes become int, times and durations and decimals their text, typed lists and
// maps plain ones. What has no JSON form is an error that says where it stands.
// A value that is one already is returned as it is, without a copy.
func Normalize(v any) (any, error) {
	if isJSON(v, 0) {
		return v, nil
	}
	return normalize(v, 0)
}

// isJSON tells whether there is nothing to normalize, as is the rule.
func isJSON(v any, depth int) bool {
	switch v := v.(type) {
	case nil, bool, int, string:
		return true
	case float64:
		return v-v == 0 // neither NaN nor an infinity
	case []any:
		if v == nil || depth >= MaxDepth {
			return false
		}
		for _, item := range v {
			if !isJSON(item, depth+1) {
				return false
			}
		}
		return true
	case map[string]any:
		if v == nil || depth >= MaxDepth {
			return false
		}
		for _, item := range v { //workflowcheck:ignore the answer does not depend on the order
			if !isJSON(item, depth+1) {
				return false
			}
		}
		return true
	}
	return false
}

func normalize(v any, depth int) (any, error) {
	switch v := v.(type) {
	case nil, bool, int, string:
		return v, nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, errNotFinite(v)
		}
		return v, nil
	case []any:
		return normalizeList(v, depth+1)
	case map[string]any:
		return normalizeObject(v, depth+1)
	case time.Time, time.Duration, Decimal:
		return Text(v)
	case json.Number:
		return parseNumber(v.String(), !strings.ContainsAny(v.String(), ".eE"))
	case json.RawMessage:
		return Decode(v)
	case []byte:
		return base64.StdEncoding.EncodeToString(v), nil
	}
	return normalizeReflect(reflect.ValueOf(v), depth)
}

// normalizeList copies the list only from the first item that changes.
func normalizeList(list []any, depth int) (any, error) {
	if list == nil {
		return nil, nil
	}
	if depth > MaxDepth {
		return nil, errDepth()
	}
	var changed []any
	for i, v := range list {
		n, err := normalize(v, depth)
		if err != nil {
			return nil, inIndex(i, err)
		}
		if changed == nil && !same(n, v) {
			changed = append(make([]any, 0, len(list)), list[:i]...)
		}
		if changed != nil {
			changed = append(changed, n)
		}
	}
	if changed != nil {
		return changed, nil
	}
	return list, nil
}

func normalizeObject(m map[string]any, depth int) (any, error) {
	if m == nil {
		return nil, nil
	}
	if depth > MaxDepth {
		return nil, errDepth()
	}
	var changed map[string]any
	for _, k := range sortedKeys(m) {
		n, err := normalize(m[k], depth)
		if err != nil {
			return nil, inField(k, err)
		}
		if same(n, m[k]) {
			continue
		}
		if changed == nil {
			changed = make(map[string]any, len(m))
			for k, v := range m { //workflowcheck:ignore a copy does not depend on the order
				changed[k] = v
			}
		}
		changed[k] = n
	}
	if changed != nil {
		return changed, nil
	}
	return m, nil
}

// same tells whether normalizing returned the very value it was given.
func same(a, b any) bool {
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		return ok && len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer()
	case nil:
		return b == nil
	case float64:
		_, ok := b.(float64)
		return ok
	case int:
		_, ok := b.(int)
		return ok
	case string:
		_, ok := b.(string)
		return ok
	}
	_, ok := b.(bool)
	return ok
}

func normalizeReflect(r reflect.Value, depth int) (any, error) {
	switch r.Kind() {
	case reflect.Bool:
		return r.Bool(), nil
	case reflect.String:
		return r.String(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return int(r.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if u := r.Uint(); u > math.MaxInt64 {
			return nil, fmt.Errorf("the integer %d does not fit 64 bits: send it as text", u)
		}
		return int(r.Uint()), nil
	case reflect.Float32, reflect.Float64:
		return normalize(r.Float(), depth)
	case reflect.Pointer, reflect.Interface:
		if r.IsNil() {
			return nil, nil
		}
		if depth > MaxDepth {
			return nil, errDepth()
		}
		return normalize(r.Elem().Interface(), depth+1)
	case reflect.Slice, reflect.Array:
		return reflectList(r, depth)
	case reflect.Map:
		return reflectObject(r, depth)
	case reflect.Func:
		return nil, fmt.Errorf("a function is not a value: call it, with ( ) after its name")
	}
	return nil, fmt.Errorf("a Go value of type %s has no JSON form", r.Type())
}

func reflectList(r reflect.Value, depth int) (any, error) {
	if r.Kind() == reflect.Slice && r.IsNil() {
		return nil, nil
	}
	list := make([]any, r.Len())
	for i := range list {
		list[i] = r.Index(i).Interface()
	}
	return normalizeList(list, depth+1)
}

func reflectObject(r reflect.Value, depth int) (any, error) {
	if r.IsNil() {
		return nil, nil
	}
	m := make(map[string]any, r.Len())
	for it := r.MapRange(); it.Next(); {
		k, err := keyText(it.Key().Interface())
		if err != nil {
			return nil, err
		}
		if _, taken := m[k]; taken {
			return nil, fmt.Errorf("an object has two fields that are both written %q in JSON", k)
		}
		m[k] = it.Value().Interface()
	}
	return normalizeObject(m, depth+1)
}

// keyText is the name of the field that a map key becomes.
func keyText(k any) (string, error) {
	n, err := Normalize(k)
	if err != nil {
		return "", err
	}
	switch n.(type) {
	case string, bool, int, float64:
		return Text(n)
	}
	return "", fmt.Errorf("the keys of an object must be text, not %s", kindName(n))
}

func kindName(v any) string {
	switch v.(type) {
	case nil:
		return "nil"
	case []any:
		return "a list"
	}
	return "an object"
}
