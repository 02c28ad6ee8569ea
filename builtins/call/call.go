// Package call is the contract between the interpreter and the builtin actions:
// what an action is sent.
package call

import (
	"fmt"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/limit"
	"github.com/partitur/partitur/dsl/value"
)

// A Call is the one argument of every builtin activity, as a JSON object with
// the keys in, expect, out, vars, key, secrets and breaker, of which only in is needed.
// It is written into the history, hence the short keys.
//
// Input holds the fields of the action, evaluated. A secret stands in it as a
// reference, {"$secret": NAME}, or as a text with references,
// {"$text": ["Bearer ", {"$secret": NAME}]}. References count only when Secrets
// lists their names; then keys of data that begin with a dollar have one dollar
// more (see Seal), so that no data can pose as a reference.
type Call struct {
	Input     map[string]any // in
	Expect    string         // expect: source of an expression on `result` that must be true
	Output    any            // out: source of the projection, a literal with ${ } in it
	HasOutput bool           // whether there is an out, which may be null
	Vars      map[string]any // vars: what Expect and Output use besides `result`, such as {"input": {"id": 7}}
	Key       string         // key: the idempotency key of the step
	Secrets   []string       // secrets: the names that Input refers to
	Breaker   *Breaker       // breaker: the circuit breaker of the worker that lets attempts through
}

// A Breaker is a circuit breaker of a worker, and how a step wants it.
type Breaker struct {
	Name, Key string
	Counts    []string // types and categories of the errors that count; all if there are none
	limit.BreakerSettings
}

func (b *Breaker) object() map[string]any {
	m := map[string]any{"name": b.Name, "failures": b.Failures, "open_for": value.FormatDuration(b.OpenFor), "probes": b.Probes}
	if b.Key != "" {
		m["key"] = b.Key
	}
	if len(b.Counts) > 0 {
		m["counts"] = list(b.Counts)
	}
	return m
}

// breaker is the inverse of object.
func breaker(v any) (b *Breaker, ok bool) {
	m, isObject := v.(map[string]any)
	b = new(Breaker)
	b.Name, ok = m["name"].(string)
	b.Key, _ = m["key"].(string)
	b.Counts, _ = texts(m["counts"])
	b.Failures, _ = m["failures"].(int)
	b.Probes, _ = m["probes"].(int)
	text, _ := m["open_for"].(string)
	d, err := value.ParseDuration(text)
	b.OpenFor = d
	return b, ok && isObject && err == nil
}

// MarshalJSON writes the call as short as it can be.
func (c Call) MarshalJSON() ([]byte, error) { return value.Encode(c.Object()) }

// Object is the call as a JSON object.
func (c Call) Object() map[string]any {
	m := map[string]any{"in": c.Input}
	if c.Input == nil {
		m["in"] = map[string]any{}
	}
	if c.Expect != "" {
		m["expect"] = c.Expect
	}
	if c.HasOutput {
		m["out"] = c.Output
	}
	if len(c.Vars) > 0 {
		m["vars"] = c.Vars
	}
	if c.Key != "" {
		m["key"] = c.Key
	}
	if len(c.Secrets) > 0 {
		m["secrets"] = list(c.Secrets)
	}
	if c.Breaker != nil {
		m["breaker"] = c.Breaker.object()
	}
	return m
}

func list(texts []string) []any {
	out := make([]any, len(texts))
	for i, text := range texts {
		out[i] = text
	}
	return out
}

// Decode reads a call with its integers exact.
func Decode(data []byte) (c Call, err error) {
	v, err := value.Decode(data)
	if err != nil {
		return c, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return c, fmt.Errorf("the call is not an object")
	}
	for k, v := range m {
		if !c.set(k, v) {
			return c, fmt.Errorf("the call has a %q of the wrong type", k)
		}
	}
	return c, nil
}

func (c *Call) set(k string, v any) (ok bool) {
	switch k {
	case "in":
		c.Input, ok = v.(map[string]any)
	case "expect":
		c.Expect, ok = v.(string)
	case "out":
		c.Output, c.HasOutput, ok = v, true, true
	case "vars":
		c.Vars, ok = v.(map[string]any)
	case "key":
		c.Key, ok = v.(string)
	case "secrets":
		c.Secrets, ok = texts(v)
	case "breaker":
		c.Breaker, ok = breaker(v)
	default:
		ok = true // a newer interpreter may say more
	}
	return ok
}

func texts(v any) (list []string, ok bool) {
	items, ok := v.([]any)
	for _, item := range items {
		text, isText := item.(string)
		list, ok = append(list, text), ok && isText
	}
	return list, ok
}

// The two forms of a reference to a secret.
const (
	SecretKey = "$secret"
	TextKey   = "$text"
)

// Secret is a reference to a secret, to stand in the input of a call.
func Secret(name string) map[string]any { return map[string]any{SecretKey: name} }

// Text is a text made of strings and references, to stand in the input of a call.
func Text(parts ...any) map[string]any { return map[string]any{TextKey: slices.Clone(parts)} }

// Seal prepares data for an input beside references: each key that begins with
// a dollar gets one more.
func Seal(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, e := range v {
			m[SealKey(k)] = Seal(e)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = Seal(e)
		}
		return list
	}
	return v
}

// SealKey is the key of data under which Seal puts a value.
func SealKey(key string) string {
	if strings.HasPrefix(key, "$") {
		return "$" + key
	}
	return key
}
