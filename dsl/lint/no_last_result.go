package lint

import (
	"strings"

	"github.com/partitur/partitur/dsl/expr"
)

// noLastResult finds schedules that start runs beside each other, although these
// ask what the last one returned.
func noLastResult(t *timetable) {
	if t.Overlap != "allow_all" || t.runs == nil {
		return
	}
	asked := ""
	t.runs.Exprs(func(e *expr.Expr) {
		for _, ref := range e.Refs() {
			if asked == "" && len(ref.Path) > 1 && ref.Path[0] == "schedule" && strings.HasPrefix(ref.Path[1], "last_") {
				asked = "schedule." + ref.Path[1]
			}
		}
	})
	if asked != "" {
		t.diags.Warn(t.rule, t.At("overlap"), "runs beside each other have no last one, so %s in %q is always nil", asked, t.Workflow).
			WithHint("write overlap: skip, or buffer_one")
	}
}
