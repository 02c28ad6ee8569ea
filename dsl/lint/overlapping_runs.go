package lint

import "github.com/partitur/partitur/dsl/value"

// overlappingRuns finds schedules whose runs may take longer than the time to the
// next one, where nothing says what becomes of that, or where they pile up.
func overlappingRuns(t *timetable) {
	bound, gap := t.bound(), t.gap()
	switch {
	case gap == 0 || bound > 0 && bound <= gap:
	case t.Overlap == "" && bound > 0:
		t.diags.Warn(t.rule, t.At("schedule"), "a run may take %s, and the next is due after %s: it is left out then", value.FormatDuration(bound), value.FormatDuration(gap)).
			WithHint("write overlap: skip if that is meant, buffer_one to start it afterwards, or a shorter timeouts: {execution: %s}", value.FormatDuration(gap))
	case t.Overlap == "buffer_all" && bound > 0:
		t.diags.Warn(t.rule, t.At("overlap"), "a run may take %s, and the next is due after %s, so runs pile up", value.FormatDuration(bound), value.FormatDuration(gap)).
			WithHint("write timeouts: {execution: %s}, or overlap: buffer_one", value.FormatDuration(gap))
	case t.Overlap == "buffer_all":
		t.diags.Warn(t.rule, t.At("overlap"), "nothing bounds a run, and while one hangs all others pile up behind it").
			WithHint("write timeouts: {execution: %s}, or overlap: buffer_one", value.FormatDuration(gap))
	}
}
