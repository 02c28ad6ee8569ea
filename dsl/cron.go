package dsl

import (
	"strings"
	"time"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/times"
	"github.com/partitur/partitur/dsl/value"
)

// reportCron reports what is not a cron expression of five to seven fields, or a
// word such as @daily, and tells whether it did.
func reportCron(n *syntax.Node, diags *diag.List) bool {
	before := diags.Errors()
	if n.Kind == syntax.Scalar && n.Type == syntax.String {
		reportCronText(n, diags)
	} else if n.Kind != syntax.Broken {
		diags.Error("wrong-type", n.Span, "%q must be a text such as '0 6 * * 1-5', not %s", "cron", shown(n)).
			WithHint("write cron: ['0 6 * * 1-5']")
	}
	return diags.Errors() > before || n.Kind != syntax.Scalar
}

func reportCronText(n *syntax.Node, diags *diag.List) {
	text, comment, commented := strings.Cut(n.Value, "#")
	if commented && !strings.HasSuffix(text, " ") {
		diags.Error("bad-cron", n.Span, "# begins a comment in a cron expression, so #%s would count for nothing", comment).
			WithHint("for the second Monday of a month write calendars: [{weekday: mon, day: 8..14, hour: 9}]")
		return
	}
	if len(comment) > longestComment {
		diags.Error("bad-cron", n.Span, "the comment has %d bytes, and the server takes %d", len(comment), longestComment).WithHint("write it as a comment of YAML")
		return
	}
	parts := strings.Fields(text)
	switch {
	case len(parts) == 0:
		diags.Error("bad-cron", n.Span, "there is no cron expression").WithHint("write '0 6 * * 1-5'")
	case strings.HasPrefix(parts[0], "CRON_TZ="), strings.HasPrefix(parts[0], "TZ="):
		_, zone, _ := strings.Cut(parts[0], "=")
		diags.Error("bad-cron", n.Span, "the time zone does not belong into the expression").WithHint("write timezone: %s", zone)
	case strings.HasPrefix(parts[0], "@"):
		reportCronWord(n, parts, diags)
	case reportForeignCron(n, text, diags):
	case len(parts) < 5 || len(parts) > 7:
		diags.Error("bad-cron", n.Span, "a cron expression has five fields, and this has %d", len(parts)).
			WithHint("they are %s, such as '0 6 * * 1-5'", strings.Join(cronNames(), ", "))
	case len(parts) == 6 && !isYear(parts[5]):
		diags.Error("bad-cron", n.Span, "the sixth field of a cron expression is the year, and this has %q", parts[5]).
			WithHint("there are no seconds: write '%s'", strings.Join(parts[1:], " ")).WithFix(n.Span, "'"+strings.Join(parts[1:], " ")+"'")
	default:
		reportCronFields(n, parts, diags)
	}
}

// isYear tells whether a field is meant for years.
func isYear(field string) bool {
	return strings.Trim(field, "0123456789-,/") == "" && len(field) >= 4
}

func reportCronFields(n *syntax.Node, parts []string, diags *diag.List) {
	list := times.CronFields(len(parts))
	for i, part := range parts {
		if reportCronPart(n, list[i], part, diags) {
			return
		}
	}
	days, weekdays := parts[len(parts)-3], parts[len(parts)-1]
	if len(parts) > 5 {
		days, weekdays = parts[len(parts)-4], parts[len(parts)-2]
	}
	if !strings.HasPrefix(days, "*") && !strings.HasPrefix(weekdays, "*") {
		diags.Warn("both-days", n.Span, "a day must be both %q of the month and %q of the week: Temporal takes days that fit both, where cron takes those that fit either", days, weekdays).
			WithHint("write two expressions for days that fit either, or calendars: for days that fit both")
	}
}

// reportForeignCron reports the ways in which others say when something runs.
func reportForeignCron(n *syntax.Node, text string, diags *diag.List) bool {
	small := strings.ToLower(strings.TrimSpace(text))
	inner, isAWS := strings.CutPrefix(small, "cron(")
	rate, isRate := strings.CutPrefix(small, "rate(")
	switch {
	case isAWS:
		diags.Error("bad-cron", n.Span, "cron(…) is written for another scheduler").
			WithHint("write the five fields alone, with * for ? and without the year: '%s'", fiveOf(inner))
	case isRate, strings.HasPrefix(small, "every "):
		d := diags.Error("bad-cron", n.Span, "an interval is no cron expression").WithHint("write every: 5m instead of cron")
		if i, ok := plainInterval(strings.TrimSuffix(strings.TrimPrefix(rate, "every "), ")")); ok {
			d.WithHint("write every: %s instead of cron", i)
		}
	case len(strings.Fields(small)) == 1:
		d := diags.Error("bad-cron", n.Span, "%q is no cron expression", text)
		if near := diag.Nearest("@"+small, times.CronWords); near != "" {
			d.WithHint("write '%s'", near).WithFix(n.Span, "'"+near+"'")
		} else if _, err := value.ParseDuration(small); err == nil {
			d.WithHint("write every: %s instead of cron", small)
		} else {
			d.WithHint("write '0 6 * * 1-5'")
		}
	default:
		return false
	}
	return true
}

// fiveOf takes five fields out of an expression that has others as well.
func fiveOf(inner string) string {
	parts := strings.Fields(strings.ReplaceAll(strings.TrimSuffix(inner, ")"), "?", "*"))
	return strings.Join(parts[:min(len(parts), 5)], " ")
}

// plainInterval reads `5 minutes`.
func plainInterval(text string) (string, bool) {
	number, unit, _ := strings.Cut(strings.TrimSpace(text), " ")
	if unit == "" {
		number, unit = "1", number
	}
	short := number + strings.TrimSpace(unit)[:min(1, len(strings.TrimSpace(unit)))]
	_, err := value.ParseDuration(short)
	return short, err == nil
}

func reportCronWord(n *syntax.Node, parts []string, diags *diag.List) {
	switch {
	case parts[0] == "@every":
		if _, ok := times.CronEvery(n.Value, cronDuration); !ok {
			diags.Error("bad-cron", n.Span, "%q is no interval of at least a second, with an offset that is shorter", n.Value).
				WithHint("write every: 5m, or every: {interval: 6h, offset: 30m}")
		}
	case parts[0] == "@reboot":
		diags.Error("bad-cron", n.Span, "nothing is started when the server starts").WithHint("write on_create: {trigger: true} for a run when the schedule is created")
	case len(parts) > 1:
		diags.Error("bad-cron", n.Span, "nothing can follow %s", parts[0]).WithHint("write '%s'", parts[0])
	default:
		for _, word := range times.CronWords {
			if parts[0] == word {
				return
			}
		}
		diags.Error("bad-cron", n.Span, "there is no time called %q", parts[0]).Suggest(parts[0], times.CronWords)
	}
}

func cronDuration(text string) (time.Duration, bool) {
	d, err := value.ParseDuration(text)
	return d, err == nil
}

// reportCronPart reports a field that is no number, range, list or step of what
// it may be.
func reportCronPart(n *syntax.Node, f times.CronField, part string, diags *diag.List) bool {
	for _, item := range strings.Split(part, ",") {
		if r, ok := f.Item(item); ok {
			if r.Step > r.End-r.Start && r.Step > 1 {
				diags.Warn("large-step", n.Span, "a step of %d is more than the %s has, so %q is %d alone", r.Step, f.Name, item, r.Start).
					WithHint("write every: for an interval that is longer than an hour or a day")
			}
			continue
		}
		reportCronItem(n, f, part, item, diags)
		return true
	}
	return false
}

// reportCronItem says what is wrong with an item of a field.
func reportCronItem(n *syntax.Node, f times.CronField, part, item string, diags *diag.List) {
	bounds, step, stepped := strings.Cut(item, "/")
	from, to, isRange := strings.Cut(bounds, "-")
	first, okFrom := f.Number(from)
	last, okTo := f.Number(to)
	switch {
	case stepped && strings.Trim(step, "123456789") != "" && strings.TrimLeft(step, "0") == "":
		reportNoCron(n, part, diags)
	case isRange && okFrom && okTo && first > last:
		diags.Error("bad-cron", n.Span, "a range goes from the lower to the higher, and this has %q", bounds).
			WithHint("write two: %s-%d,%d-%s", from, f.High, f.Low, to)
	case bounds != "" && strings.Trim(bounds, "0123456789-") == "" && from != "" && (!isRange || to != ""):
		bad := from
		if okFrom {
			bad = to
		}
		diags.Error("bad-cron", n.Span, "the %s is from %d to %d, and this has %q", f.Name, f.Low, f.High, bad).
			WithHint("the fields are %s", strings.Join(cronNames(), ", "))
	default:
		reportNoCron(n, part, diags)
	}
}

func reportNoCron(n *syntax.Node, part string, diags *diag.List) {
	d := diags.Error("bad-cron", n.Span, "%q cannot stand in a cron expression", part).
		WithHint("fields are numbers, *, ranges such as 1-5, lists such as 1,3 and steps such as */5")
	switch {
	case strings.Contains(part, ".."):
		d.WithHint("a range is written %s", strings.ReplaceAll(part, "..", "-"))
	case part == "?":
		d.WithHint("write * for any")
	case strings.ContainsAny(part, "LW") && strings.Trim(part, "0123456789LW-") == "":
		d.WithHint("the last day of a month is not said in cron; write calendars: [{day: 28..31}] and ask for the last day in the workflow")
	}
}

func cronNames() (names []string) {
	for _, f := range times.CronFields(5) {
		names = append(names, f.Name)
	}
	return names
}
