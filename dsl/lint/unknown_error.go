package lint

import (
	"slices"

	"github.com/partitur/partitur/dsl"
)

// engineErrors are the types of errors that the engine itself raises.
var engineErrors = []string{
	"ApprovalRejected", "ApprovalWithdrawn", "Cancelled", "CircuitOpen", "ExpectationFailed", "ExpressionError", "InvalidInput", "InvalidOutput",
	"InvalidResult", "NoApprovers", "ResultTooLarge", "Terminated", "Timeout", "TaskWithdrawn", "TooManyFailures", "TooManyIterations", "UnknownActivity",
	"UnknownSearchAttribute", "UnknownWorkflow", "WorkflowAlreadyStarted", "WorkflowNotFound",
}

// unknownError finds types of errors in `catch` and `non_retryable` that are
// spelled almost like one that somebody raises: the catalogue, a `fail` step, or
// a rule of an http step. Others may come from activities nobody has catalogued.
func unknownError(p *pass) {
	known := slices.Clone(engineErrors)
	for _, c := range p.space.Catalogues {
		for _, t := range c.Types {
			known = append(known, t.Errors...)
		}
	}
	for _, d := range p.space.Definitions() {
		d.WalkAll(func(s *dsl.Step) { known = append(known, raises(s)...) })
	}
	check := func(types []string, report func(t, near string)) {
		for _, t := range types {
			if slices.Contains(known, t) || slices.Contains(categories, t) {
				continue
			}
			if i := slices.IndexFunc(known, func(k string) bool { return slip(t, k) }); i >= 0 {
				report(t, known[i])
			}
		}
	}
	p.WalkAll(func(s *dsl.Step) {
		for _, k := range s.Catch {
			check(k.Types, func(t, near string) {
				p.diags.Warn(p.rule, k.Span.Sub(0, 1), "nothing here fails with the type %q", t).WithHint("did you mean %s?", near)
			})
		}
	})
	for _, r := range p.Mentions() {
		check(r.NonRetryable, func(t, near string) {
			p.diags.Warn(p.rule, r.Span.Sub(0, 1), "nothing here fails with the type %q", t).WithHint("did you mean %s?", near)
		})
	}
}

// raises are the types of errors that a step is written to fail with.
func raises(s *dsl.Step) (list []string) {
	switch b := s.Body.(type) {
	case *dsl.Fail:
		if b.Type != nil {
			if t, ok := b.Type.Const.(string); ok {
				list = append(list, t)
			}
		}
	case *dsl.Action:
		if b.Input == nil || b.Input.Get("errors") == nil {
			return nil
		}
		rules, _ := b.Input.Get("errors").Const.([]any)
		for _, rule := range rules {
			keys, _ := rule.(map[string]any)
			if t, ok := keys["type"].(string); ok {
				list = append(list, t)
			}
		}
	}
	return list
}
