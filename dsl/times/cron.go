package times

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// CronWords stand for whole expressions.
var CronWords = []string{"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}

var cronMeanings = []string{"0 0 1 1 *", "0 0 1 1 *", "0 0 1 * *", "0 0 * * 0", "0 0 * * *", "0 0 * * *", "0 * * * *"}

// MonthNames and WeekdayNames are the words for numbers. A beginning of three
// letters does as well, for days of the week one of two.
var (
	MonthNames   = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}
	WeekdayNames = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
)

// A CronField is one field of a cron expression.
type CronField struct {
	Name      string
	Low, High int
	words     []string
	shortest  int // letters of a word
	part      func(*Calendar) *[]Range
}

// CronFields lists the fields of an expression that has as many: minute, hour,
// day of the month, month, day of the week; after these the year; before all the
// second.
func CronFields(n int) []CronField {
	p := Parts()
	all := []CronField{
		{"second", 0, 59, nil, 0, p[0].Of}, {"minute", 0, 59, nil, 0, p[1].Of}, {"hour", 0, 23, nil, 0, p[2].Of},
		{"day of the month", 1, 31, nil, 0, p[3].Of}, {"month", 1, 12, MonthNames, 3, p[4].Of},
		{"day of the week", 0, 7, WeekdayNames, 2, p[6].Of}, {"year", FirstYear, LastYear, nil, 0, p[5].Of},
	}
	switch n {
	case 5:
		return all[1:6]
	case 6:
		return all[1:]
	}
	return all
}

// Number reads a number or a word of a field.
func (f CronField) Number(text string) (n int, ok bool) {
	if len(text) >= f.shortest {
		small := strings.ToLower(text)
		if i := slices.IndexFunc(f.words, func(w string) bool { return strings.HasPrefix(w, small) }); i >= 0 && text != "" {
			if f.Low == 1 {
				i++
			}
			return i, true
		}
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= f.Low && n <= f.High
}

// Item reads one item of the list in a field: *, 5, 1-5, each perhaps with /STEP.
func (f CronField) Item(text string) (Range, bool) {
	bounds, step, stepped := strings.Cut(text, "/")
	r := Range{f.Low, f.High, 1}
	var err error
	if stepped {
		if r.Step, err = strconv.Atoi(step); err != nil || r.Step < 1 {
			return r, false
		}
	}
	if bounds == "*" {
		return r, true
	}
	from, to, isRange := strings.Cut(bounds, "-")
	first, ok := f.Number(from)
	r.Start = first
	switch {
	case isRange:
		last, okLast := f.Number(to)
		r.End, ok = last, ok && okLast && first <= last
	case !stepped:
		r.End = first
	}
	return r, ok
}

// Cron reads an expression that Temporal takes: five to seven fields, or a word
// such as @daily; a comment may follow behind #.
func Cron(text string) (Calendar, error) {
	text, _, _ = strings.Cut(text, "#")
	text = strings.TrimSpace(text)
	if i := slices.Index(CronWords, text); i >= 0 {
		text = cronMeanings[i]
	}
	var c Calendar
	words := strings.Fields(text)
	if len(words) < 5 || len(words) > 7 {
		return c, fmt.Errorf("%q has %d fields", text, len(words))
	}
	for i, f := range CronFields(len(words)) {
		if f.Name == "year" && words[i] == "*" {
			continue
		}
		var numbers []int
		for _, item := range strings.Split(words[i], ",") {
			r, ok := f.Item(item)
			if !ok {
				return c, fmt.Errorf("%q is no %s", words[i], f.Name)
			}
			numbers = append(numbers, Numbers([]Range{r})...)
		}
		if f.words != nil && f.Low == 0 { // Sunday is 0 and 7
			for j, n := range numbers {
				numbers[j] = n % 7
			}
		}
		slices.Sort(numbers)
		*f.part(&c) = Ranges(slices.Compact(numbers))
	}
	return c.Filled(true), nil
}

// CronEvery reads `@every INTERVAL/OFFSET`.
func CronEvery(text string, duration func(string) (time.Duration, bool)) (Interval, bool) {
	text, _, _ = strings.Cut(text, "#")
	word, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	every, offset, hasOffset := strings.Cut(strings.TrimSpace(rest), "/")
	var i Interval
	var ok bool
	if i.Every, ok = duration(every); !ok || word != "@every" || i.Every < time.Second {
		return i, false
	}
	if hasOffset {
		if i.Offset, ok = duration(offset); !ok || i.Offset >= i.Every {
			return i, false
		}
	}
	return i, true
}
