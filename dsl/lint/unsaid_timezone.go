package lint

import "github.com/partitur/partitur/dsl/times"

// unsaidTimezone finds schedules that say an hour of the day, and not whose.
func unsaidTimezone(t *timetable) {
	if t.Timezone != "" {
		return
	}
	written, _, err := t.Times()
	if err != nil {
		return
	}
	key := "calendars"
	if len(t.Cron) > 0 {
		key = "cron"
	}
	for _, c := range written.Calendars {
		if len(times.Numbers(c.Hour)) == 24 {
			continue
		}
		t.diags.Warn(t.rule, t.At(key), "these are hours of UTC, because the schedule names no time zone").
			WithHint("write timezone: Europe/Berlin, or timezone: UTC if that is meant")
		return
	}
}
