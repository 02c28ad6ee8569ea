package dsl

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/times"
)

// A Calendar is an entry of `calendars` or `skip`: the times that fit all that
// it says. A part that is nil is not said. In `calendars` second, minute and
// hour are 0 then, in `skip` they may be any; the others may be any in both.
type Calendar struct {
	Span source.Span

	Second, Minute, Hour, Day, Month, Year, Weekday []Range
	Comment                                         string
	Holidays                                        string // in `skip`: the days of a region instead
}

// A Range is every Step-th number from Start to End.
type Range = times.Range

// longestComment is the longest that the server takes.
const longestComment = 200

// A calendarPart is one key of a Calendar: the numbers it may hold, and words
// for them, which may be cut to three letters; the first stands for the lowest.
type calendarPart struct {
	name, doc string
	low, high int
	words     []string
}

var calendarParts = []calendarPart{
	{"second", "seconds, from 0 to 59", 0, 59, nil},
	{"minute", "minutes, from 0 to 59", 0, 59, nil},
	{"hour", "hours, from 0 to 23", 0, 23, nil},
	{"day", "days of the month, from 1 to 31", 1, 31, nil},
	{"month", "months, from 1 to 12 or jan to dec", 1, 12, times.MonthNames},
	{"year", "years", 2000, 2100, nil},
	{"weekday", "days of the week, from 0 or sun to 6 or sat", 0, 6, times.WeekdayNames},
}

// Fields declares the keys of an entry.
func (c *Calendar) Fields(f *fields.Set) {
	c.Span = f.Span()
	for i, p := range []*[]Range{&c.Second, &c.Minute, &c.Hour, &c.Day, &c.Month, &c.Year, &c.Weekday} {
		part := calendarParts[i]
		f.Node(part.name, part.doc+": a number, a range such as "+part.example()+", or a list of them", calendarSchema, func(n *syntax.Node) {
			*p = part.read(n, f.Diags())
		})
	}
	f.String(&c.Comment, "comment", "what the entry is for")
	if f.Diags() != nil && len(c.Comment) > longestComment {
		f.Diags().Error("bad-value", f.ValueSpan("comment"), "the comment has %d bytes, and the server takes %d", len(c.Comment), longestComment).
			WithHint("write a comment in the file instead: # …")
	}
	if f.Diags() != nil && len(f.Entries()) == 0 && f.Span().File != nil {
		f.Diags().Error("missing-key", f.Span(), "the entry says no time").WithHint("write {hour: 9, weekday: mon..fri}, or another time")
	}
	c.possible(f)
}

var calendarSchema = map[string]any{"anyOf": []any{
	map[string]any{"type": []string{"integer", "string"}},
	map[string]any{"type": "array", "items": map[string]any{"type": []string{"integer", "string"}}},
}}

var foreignCalendar = map[string]word{
	"day_of_month": same("day"), "dom": same("day"), "date": same("day"), "day_of_week": same("weekday"), "dow": same("weekday"), "weekdays": same("weekday"),
}

// ExplainKey reports what other tools call the keys of an entry.
func (c *Calendar) ExplainKey(e syntax.Entry, _ []string, diags *diag.List) (meant string, done bool) {
	return explainWord("a calendar entry", foreignCalendar, e, diags)
}

// possible reports a day that no month of the entry has.
func (c *Calendar) possible(f *fields.Set) {
	if len(c.Day) == 0 || len(c.Month) == 0 || !f.Sound("day") || !f.Sound("month") {
		return
	}
	longest := 0
	for _, r := range c.Month {
		for m := r.Start; m <= r.End; m += r.Step {
			longest = max(longest, [...]int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[m-1])
		}
	}
	first := slices.MinFunc(c.Day, func(a, b Range) int { return a.Start - b.Start }).Start
	if first > longest {
		f.Diags().Error("bad-value", f.KeySpan("day"), "the month has no day %d", first).WithHint("it has %d", longest)
	}
}

// read reads a number, a range, or a list of them.
func (p calendarPart) read(n *syntax.Node, diags *diag.List) (ranges []Range) {
	items := n.Items
	if n.Kind != syntax.List {
		items = []*syntax.Node{n}
	}
	for _, item := range items {
		if item.Kind == syntax.Broken {
			continue
		}
		r, ok := p.rangeOf(item)
		if !ok {
			p.report(item, diags)
			continue
		}
		ranges = append(ranges, r)
	}
	return ranges
}

// rangeOf reads 5, mon, 1..5, mon..fri, 0..59/15 or *.
func (p calendarPart) rangeOf(n *syntax.Node) (Range, bool) {
	if n.Kind != syntax.Scalar || n.Type == syntax.Null {
		return Range{}, false
	}
	text, stepText, stepped := strings.Cut(n.Value, "/")
	r := Range{Step: 1}
	from, to, isRange := strings.Cut(text, "..")
	ok := true
	switch {
	case text == "*":
		r.Start, r.End = p.low, p.high
	case isRange:
		var okTo bool
		r.Start, ok = p.number(from)
		r.End, okTo = p.number(to)
		ok = ok && okTo && r.Start <= r.End
	default:
		r.Start, ok = p.number(text)
		if r.End = r.Start; stepped {
			r.End = p.high
		}
	}
	if stepped {
		step, err := strconv.Atoi(stepText)
		r.Step = step
		ok = ok && err == nil && step > 0
	}
	return r, ok
}

// number reads a number, or a word for one.
func (p calendarPart) number(text string) (int, bool) {
	small := strings.ToLower(text)
	if i := slices.IndexFunc(p.words, func(w string) bool { return small == w || small == w[:3] }); i >= 0 {
		return p.low + i, true
	}
	i, err := strconv.Atoi(text)
	return i, err == nil && i >= p.low && i <= p.high
}

func (p calendarPart) report(n *syntax.Node, diags *diag.List) {
	d := diags.Error("bad-value", n.Span, "%q must be %s, or a range such as %s, not %s", p.name, p.numbers(), p.example(), shown(n))
	from, to, isDash := strings.Cut(n.Value, "-")
	first, okFirst := p.number(from)
	last, okLast := p.number(to)
	switch {
	case n.Kind == syntax.Map:
		d.WithHint("write %s", p.example())
	case isDash && okFirst && okLast && first <= last:
		d.WithHint("write %s..%s", from, to).WithFix(n.Span, from+".."+to)
	case strings.Contains(n.Value, ","):
		d.WithHint("write a list: [%s]", n.Value)
	case strings.Contains(n.Value, ".."):
		d.WithHint("a range goes from the lower to the higher; for others write two: [%s]", p.around())
	case p.name == "weekday" && n.Value == "7":
		d.WithHint("Sunday is 0").WithFix(n.Span, "0")
	}
}

// numbers says what may stand there.
func (p calendarPart) numbers() string {
	if p.words == nil {
		return fmt.Sprintf("a number from %d to %d", p.low, p.high)
	}
	return fmt.Sprintf("a number from %d to %d, a name such as %s", p.low, p.high, p.words[1][:3])
}

func (p calendarPart) example() string {
	switch {
	case p.name == "year":
		return "2026..2030"
	case p.name == "weekday":
		return "mon..fri"
	case p.words != nil:
		return p.words[0][:3] + ".." + p.words[2][:3]
	}
	return fmt.Sprintf("%d..%d", p.low, p.high)
}

// around shows a range that goes over the end, as two.
func (p calendarPart) around() string {
	if p.words != nil {
		return fmt.Sprintf("%s..%s, %s", p.words[len(p.words)-2][:3], p.words[len(p.words)-1][:3], p.words[0][:3])
	}
	return fmt.Sprintf("%d..%d, %d..%d", p.high-1, p.high, p.low, p.low+1)
}
