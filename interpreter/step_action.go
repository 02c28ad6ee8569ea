package interpreter

import (
	"slices"

	"github.com/partitur/partitur/builtins/call"
	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
)

// actionCall is what a builtin action is sent. `expect` and `output` travel
// with the call, so that only what the author wants of the result enters the
// history.
func (r *run) actionCall(s *dsl.Step, b *dsl.Action, sc *scope) ([]any, error) {
	c, err := r.actionInput(s, b, sc)
	if err != nil {
		return nil, err
	}
	raw, err := r.encode(c.Object())
	return []any{raw}, err
}

func (r *run) actionInput(s *dsl.Step, b *dsl.Action, sc *scope) (c call.Call, err error) {
	if len(b.Secrets) > 0 {
		c.Secrets = b.Secrets
		r.at(s, sc)
		c.Input, err = sealed(b.Input, sc)
	} else {
		var v any
		v, err = r.eval(s, b.Input, sc)
		c.Input, _ = v.(map[string]any)
	}
	if err != nil {
		return c, err
	}
	if c.Key, err = r.sentKey(s, sc); err != nil {
		return c, err
	}
	if s.Expect != nil {
		c.Expect = s.Expect.Text
	}
	c.Output, c.HasOutput = s.OutputSource, s.Output != nil
	if b := s.Breaker; b != nil && b.Scope == dsl.ScopeWorker {
		c.Breaker = &call.Breaker{Name: b.Name, Counts: b.Counts, BreakerSettings: b.BreakerSettings}
		if c.Breaker.Key, err = r.limitKey(s, s.CircuitBreaker, sc); err != nil {
			return c, err
		}
	}
	r.at(s, sc)
	c.Vars = pick(sc.vars, s.Projected)
	return c, nil
}

// sealed evaluates the fields of an action in which secrets are named: these
// stay references, and no data can pose as one.
func sealed(v *expr.Value, sc *scope) (map[string]any, error) {
	m := make(map[string]any, len(v.Entries))
	for _, e := range v.Entries {
		x, err := sealedValue(e.Value, sc)
		if err != nil {
			return nil, err
		}
		m[call.SealKey(e.Key)] = x
	}
	return m, nil
}

func sealedValue(v *expr.Value, sc *scope) (any, error) {
	switch {
	case v.Entries != nil:
		return sealed(v, sc)
	case v.List != nil:
		list := make([]any, len(v.List))
		for i, e := range v.List {
			x, err := sealedValue(e, sc)
			if err != nil {
				return nil, err
			}
			list[i] = x
		}
		return list, nil
	}
	if v.Expr != nil {
		if name := secretName(v.Expr); name != "" {
			return call.Secret(name), nil
		}
	}
	if !slices.ContainsFunc(v.Exprs(), func(e *expr.Expr) bool { return secretName(e) != "" }) {
		x, err := v.Eval(sc.vars)
		return call.Seal(x), err
	}
	return sealedText(v, sc)
}

// sealedText evaluates a text with secrets in it, part by part.
func sealedText(v *expr.Value, sc *scope) (any, error) {
	parts := make([]any, 0, len(v.Parts))
	for _, p := range v.Parts {
		if p.Expr == nil {
			parts = append(parts, p.Text)
			continue
		}
		if name := secretName(p.Expr); name != "" {
			parts = append(parts, call.Secret(name))
			continue
		}
		text, err := p.Eval(sc.vars)
		if err != nil {
			return nil, err
		}
		parts = append(parts, text)
	}
	return call.Text(parts...), nil
}

// secretName is the name of the secret an expression consists of, or "".
func secretName(e *expr.Expr) string {
	refs := e.Refs()
	if len(refs) == 1 && len(refs[0].Path) == 2 && refs[0].Path[0] == "secrets" {
		return refs[0].Path[1]
	}
	return ""
}

// pick copies the values at some paths into objects of their own.
func pick(vars map[string]any, paths [][]string) map[string]any {
	if len(paths) == 0 {
		return nil
	}
	out := map[string]any{}
	for _, path := range paths {
		var v any = vars
		for _, name := range path {
			m, _ := v.(map[string]any)
			v = m[name]
		}
		at := out
		for _, name := range path[:len(path)-1] {
			next, ok := at[name].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[name] = next
			}
			at = next
		}
		at[path[len(path)-1]] = v
	}
	return out
}
