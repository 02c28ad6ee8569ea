package lint

import (
	"regexp"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
)

var drawing = regexp.MustCompile(`\b(?:now|uuid|random|random_int)\(`)

// unstableKey finds keys that are another at the next attempt to run the
// workflow, so that the receiver does not recognise the repetition.
func unstableKey(p *pass) {
	p.WalkAll(func(s *dsl.Step) {
		if s.IdempotencyKey == nil {
			return
		}
		for _, e := range s.IdempotencyKey.Exprs() {
			p.unstable(e)
		}
	})
}

func (p *pass) unstable(e *expr.Expr) {
	const hint = "build the key from what identifies the business case, such as input.order_id"
	for _, ref := range e.Refs() {
		if len(ref.Path) > 1 && ref.Path[0] == "workflow" && (ref.Path[1] == "run_id" || ref.Path[1] == "attempt") {
			p.diags.Warn(p.rule, ref.Span(), "workflow.%s is another one when the workflow is run again, so the receiver would not recognise the repetition", ref.Path[1]).WithHint(hint)
			return
		}
	}
	if drawing.MatchString(e.Text) {
		p.diags.Warn(p.rule, e.Span, "this key is another one when the workflow is run again, so the receiver would not recognise the repetition").WithHint(hint)
	}
}
