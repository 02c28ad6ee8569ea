package expr

import (
	"strings"
	"time"

	"github.com/partitur/partitur/dsl/value"
)

const zeroDuration = time.Duration(0)

// timeFunctions are about times and durations. Nothing in them depends on the
// machine: a time without a zone is in UTC.
var timeFunctions = []Function{
	{Name: "date", Signature: "date(text text|time, zone text?) time", Doc: "a time from RFC 3339, or from a date such as 2026-01-31 with or without a time of day, which is in UTC or the zone; with a zone, the time as clocks there show it",
		Example: `date("2026-07-01 12:00", "Europe/Berlin") + duration("1d")`, Result: `"2026-07-02T12:00:00+02:00"`, call: toTime},
	{Name: "duration", Signature: "duration(text text) duration", Doc: "a duration such as 500ms, 30s, 5m, 2h, 7d, 2w or 1h30m; it has the fields days, hours, minutes, seconds, milliseconds",
		Example: `duration("2d").hours`, Result: `48`, call: toDuration},
	{Name: "format_time", Signature: "format_time(t time, format text, zone text?) text", Doc: "a time in a format of %Y %m %d %H %M %S %j %a %A %b %B %y %z %Z %%; its parts are also the fields year, month, day, weekday (Monday is 1), hour, minute, second, unix",
		Example: `format_time(date("2026-01-31"), "%d.%m.%Y")`, Result: `"31.01.2026"`, call: formatTime},
}

// timeLayouts are the ways to write a time, the exact one first. The fraction
// of a second needs no place of its own.
var timeLayouts = []string{
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
}

func toTime(_ *run, args []any) (any, error) {
	in, given := time.UTC, false
	if name, ok := optional(args, 1).(string); ok {
		l, err := zone(name)
		if err != nil {
			return nil, err
		}
		in, given = l, true
	}
	if t, ok := args[0].(time.Time); ok {
		if given {
			t = t.In(in)
		}
		return timeResult(t)
	}
	return parseTime(args[0].(string), in, given)
}

func parseTime(text string, in *time.Location, given bool) (any, error) {
	for i, layout := range timeLayouts {
		t, err := time.ParseInLocation(layout, text, in)
		if err != nil {
			continue
		}
		if i == 0 {
			t = fixed(t)
			if given {
				t = t.In(in)
			}
		}
		return timeResult(t)
	}
	return nil, faultf("%s is not a time", shown(text)).withHint("times are written 2026-01-31T12:00:00Z, or 2026-01-31 for a day")
}

// fixed keeps the offset of a time but not the name of a zone: ParseInLocation
// would use the zone that was asked for if its offset happened to fit.
func fixed(t time.Time) time.Time {
	_, offset := t.Zone()
	if offset == 0 {
		return t.UTC()
	}
	return t.In(time.FixedZone("", offset))
}

func toDuration(_ *run, args []any) (any, error) {
	d, err := value.ParseDuration(args[0].(string))
	if err != nil {
		return nil, faultf("%s", err)
	}
	return d, nil
}

// directives are those of strftime, each with Go's layout.
var directives = map[byte]string{
	'Y': "2006", 'y': "06", 'm': "01", 'd': "02", 'H': "15", 'M': "04", 'S': "05", 'j': "002", 'a': "Mon", 'A': "Monday",
	'b': "Jan", 'B': "January", 'z': "-0700", 'Z': "MST",
}

func formatTime(r *run, args []any) (any, error) {
	t, format := args[0].(time.Time), args[1].(string)
	if name, ok := optional(args, 2).(string); ok {
		l, err := zone(name)
		if err != nil {
			return nil, err
		}
		t = t.In(l)
	}
	if err := r.step(len(format)); err != nil {
		return nil, err
	}
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		i++
		if i < len(format) && format[i] == '%' {
			b.WriteByte('%')
			continue
		}
		if i == len(format) || directives[format[i]] == "" {
			return nil, faultf("%s is not a format of a time", shown(format)).withHint("it consists of %%Y %%m %%d %%H %%M %%S and other text, such as %%d.%%m.%%Y")
		}
		b.WriteString(t.Format(directives[format[i]]))
	}
	return b.String(), nil
}
