package dsl

import (
	"slices"
	"strconv"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/syntax"
)

// cronParts are the fields of a cron expression.
var cronParts = []calendarPart{
	{"minute", "", 0, 59, nil},
	{"hour", "", 0, 23, nil},
	{"day of the month", "", 1, 31, nil},
	{"month", "", 1, 12, monthNames},
	{"day of the week", "", 0, 7, append(slices.Clone(weekdayNames), "sunday")},
}

// cronWords stand for whole expressions.
var cronWords = []string{"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}

// reportCron reports what is not a cron expression of five fields, or a word
// such as @daily.
func reportCron(n *syntax.Node, diags *diag.List) {
	if n.Kind == syntax.Broken {
		return
	}
	if n.Kind != syntax.Scalar || n.Type != syntax.String {
		diags.Error("wrong-type", n.Span, "%q must be a text such as '0 6 * * 1-5', not %s", "cron", shown(n)).
			WithHint("write cron: ['0 6 * * 1-5']")
		return
	}
	parts := strings.Fields(n.Value)
	switch {
	case len(parts) > 0 && strings.HasPrefix(parts[0], "@"):
		reportCronWord(n, parts[0], diags)
	case len(parts) > 0 && (strings.HasPrefix(parts[0], "CRON_TZ=") || strings.HasPrefix(parts[0], "TZ=")):
		_, zone, _ := strings.Cut(parts[0], "=")
		diags.Error("bad-cron", n.Span, "the time zone does not belong into the expression").WithHint("write timezone: %s", zone)
	case len(parts) < 5 || len(parts) > 7:
		diags.Error("bad-cron", n.Span, "a cron expression has five fields, and this has %d", len(parts)).
			WithHint("they are %s, such as '0 6 * * 1-5'", strings.Join(cronNames(), ", "))
	case len(parts) == 6 && strings.Trim(parts[5], "0123456789-,/") != "" || len(parts) == 6 && len(parts[5]) < 4:
		diags.Error("bad-cron", n.Span, "the sixth field of a cron expression is the year, and this has %q", parts[5]).
			WithHint("there are no seconds: write '%s'", strings.Join(parts[1:], " ")).WithFix(n.Span, "'"+strings.Join(parts[1:], " ")+"'")
	case len(parts) == 5:
		for i, part := range parts {
			if reportCronPart(n, cronParts[i], part, diags) {
				return
			}
		}
	}
}

func reportCronWord(n *syntax.Node, word string, diags *diag.List) {
	if word != "@every" && !slices.Contains(cronWords, word) {
		diags.Error("bad-cron", n.Span, "there is no time called %q", word).Suggest(word, cronWords)
	}
}

// reportCronPart reports a field that is no number, range, list or step of what
// it may be.
func reportCronPart(n *syntax.Node, p calendarPart, part string, diags *diag.List) bool {
	for _, item := range strings.Split(part, ",") {
		bounds, step, stepped := strings.Cut(item, "/")
		if i, err := strconv.Atoi(step); stepped && (err != nil || i < 1) {
			return reportNoCron(n, part, diags)
		}
		if bounds == "*" || bounds == "?" {
			continue
		}
		for _, bound := range strings.SplitN(bounds, "-", 2) {
			if _, ok := p.number(bound); ok || strings.Trim(bound, "0123456789") == "L" {
				continue
			}
			if bound == "" || strings.Trim(bound, "0123456789") != "" {
				return reportNoCron(n, part, diags)
			}
			diags.Error("bad-cron", n.Span, "the %s is from %d to %d, and this has %q", p.name, p.low, p.high, bound).
				WithHint("the fields are %s", strings.Join(cronNames(), ", "))
			return true
		}
	}
	return false
}

func reportNoCron(n *syntax.Node, part string, diags *diag.List) bool {
	d := diags.Error("bad-cron", n.Span, "%q cannot stand in a cron expression", part).
		WithHint("fields are numbers, *, ranges such as 1-5, lists such as 1,3 and steps such as */5")
	if strings.Contains(part, "..") {
		d.WithHint("a range is written %s", strings.ReplaceAll(part, "..", "-"))
	}
	return true
}

func cronNames() (names []string) {
	for _, p := range cronParts {
		names = append(names, p.name)
	}
	return names
}
