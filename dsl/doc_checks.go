package dsl

import (
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/syntax"
)

// knownZone asks the time zones of the expression language, which are the same
// on every machine.
func knownZone(name string) bool {
	_, err := zoneProbe().Eval(map[string]any{"zone": name})
	return err == nil
}

func zoneProbe() *expr.Expr {
	var diags diag.List
	f := syntax.Node{Kind: syntax.Scalar, Value: `date("2026-01-01T00:00:00", zone)`}
	return expr.ParseNode(&f, &diags)
}

// checkProject checks what the keys of the project document say together.
func (w *Workspace) checkProject(diags *diag.List) {
	p := w.Project
	if p == nil {
		return
	}
	w.checkPolicies(p.RetryPolicies, nil, diags)
	w.mention(p.Defaults.Retry, nil, diags)
	c := &checker{diags: diags}
	if p.Defaults.Timeout != nil {
		c.contradiction(p.Defaults.Timeout)
	}
}

// checkCatalogues reports activity types that are declared twice or that
// contradict themselves.
func (w *Workspace) checkCatalogues(diags *diag.List) {
	seen := map[string]*ActivityType{}
	c := &checker{diags: diags}
	for _, catalogue := range w.Catalogues {
		for _, t := range catalogue.Types {
			if first := seen[t.Name]; first != nil {
				diags.Error("duplicate-activity", t.Span, "the activity type %q is declared twice", t.Name).
					WithNote(first.Span, "it is declared here, too").WithHint("remove one of them")
			}
			seen[t.Name] = t
			w.mention(t.Retry, nil, diags)
			if t.Timeout != nil {
				c.contradiction(t.Timeout)
			}
		}
	}
}
