package lint

import (
	"regexp"
	"slices"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/source"
)

// statuses are those a step can have.
var statuses = []string{"pending", "running", "waiting", "succeeded", "failed", "skipped", "timed_out", "cancelled"}

// elsewhere is what other tools call them.
var elsewhere = map[string]string{
	"success": "succeeded", "successful": "succeeded", "completed": "succeeded", "complete": "succeeded", "done": "succeeded", "ok": "succeeded", "passed": "succeeded",
	"failure": "failed", "error": "failed", "errored": "failed", "canceled": "cancelled", "timeout": "timed_out", "timedout": "timed_out", "skip": "skipped", "scheduled": "pending",
}

var comparison = regexp.MustCompile(`^\s*(?:==|!=)\s*(['"])([^'"]*)['"]`)

func unknownStatus(p *pass) {
	p.Exprs(func(e *expr.Expr) {
		for _, ref := range e.Refs() {
			if len(ref.Path) == 3 && ref.Path[0] == "steps" && ref.Path[2] == "status" {
				p.compared(ref)
			}
		}
	})
}

// compared looks at what the source compares a status with.
func (p *pass) compared(ref expr.Ref) {
	path := ref.Span()
	if path.File == nil {
		return
	}
	rest := path.File.Text[path.End:]
	m := comparison.FindSubmatchIndex(rest)
	if m == nil {
		return
	}
	word := string(rest[m[4]:m[5]])
	if slices.Contains(statuses, word) {
		return
	}
	at := source.Span{File: path.File, Start: path.End + m[4], End: path.End + m[5]}
	d := p.diags.Warn(p.rule, at, "no step ever has the status %q", word)
	better := elsewhere[word]
	if better == "" {
		better = diag.Nearest(word, statuses)
	}
	if better != "" {
		d.WithHint("did you mean %s?", better).WithFix(at, better)
		return
	}
	d.Suggest(word, statuses)
}
