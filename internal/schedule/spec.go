// Package schedule puts what schedule documents say on a Temporal server: it
// translates them, compares them with what is there, and makes the changes.
package schedule

import (
	"time"

	schedulepb "go.temporal.io/api/schedule/v1"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/partitur/partitur/dsl/times"
)

// specOf is a spec as the server takes it. Cron expressions are calendars by
// now, with the expression as their comment: the server would make calendars of
// them and forget the text.
func specOf(s times.Spec, zone string, jitter time.Duration) *schedulepb.ScheduleSpec {
	out := &schedulepb.ScheduleSpec{TimezoneName: zone}
	for _, c := range s.Calendars {
		out.StructuredCalendar = append(out.StructuredCalendar, calendarOf(c))
	}
	for _, c := range s.Skip {
		out.ExcludeStructuredCalendar = append(out.ExcludeStructuredCalendar, calendarOf(c))
	}
	for _, i := range s.Intervals {
		one := &schedulepb.IntervalSpec{Interval: durationpb.New(i.Every)}
		if i.Offset > 0 {
			one.Phase = durationpb.New(i.Offset)
		}
		out.Interval = append(out.Interval, one)
	}
	if !s.Start.IsZero() {
		out.StartTime = timestamppb.New(s.Start)
	}
	if !s.End.IsZero() {
		out.EndTime = timestamppb.New(s.End)
	}
	if jitter > 0 {
		out.Jitter = durationpb.New(jitter)
	}
	return out
}

func calendarOf(c times.Calendar) *schedulepb.StructuredCalendarSpec {
	return &schedulepb.StructuredCalendarSpec{
		Second: rangesOf(c.Second), Minute: rangesOf(c.Minute), Hour: rangesOf(c.Hour),
		DayOfMonth: rangesOf(c.Day), Month: rangesOf(c.Month), Year: rangesOf(c.Year), DayOfWeek: rangesOf(c.Weekday),
		Comment: c.Comment,
	}
}

func rangesOf(list []times.Range) (out []*schedulepb.Range) {
	for _, r := range list {
		out = append(out, &schedulepb.Range{Start: int32(r.Start), End: int32(r.End), Step: int32(r.Step)})
	}
	return out
}

// timesOf reads a spec that the server has. A zone that this machine does not
// know is UTC.
func timesOf(s *schedulepb.ScheduleSpec) times.Spec {
	out := times.Spec{Zone: time.UTC}
	if zone, err := time.LoadLocation(s.GetTimezoneName()); err == nil {
		out.Zone = zone
	}
	for _, c := range s.GetStructuredCalendar() {
		out.Calendars = append(out.Calendars, calendarFrom(c))
	}
	for _, c := range s.GetExcludeStructuredCalendar() {
		out.Skip = append(out.Skip, calendarFrom(c))
	}
	for _, i := range s.GetInterval() {
		out.Intervals = append(out.Intervals, times.Interval{Every: i.GetInterval().AsDuration(), Offset: i.GetPhase().AsDuration()})
	}
	if s.GetStartTime() != nil {
		out.Start = s.GetStartTime().AsTime()
	}
	if s.GetEndTime() != nil {
		out.End = s.GetEndTime().AsTime()
	}
	return out
}

func calendarFrom(c *schedulepb.StructuredCalendarSpec) times.Calendar {
	return times.Calendar{
		Second: rangesFrom(c.GetSecond()), Minute: rangesFrom(c.GetMinute()), Hour: rangesFrom(c.GetHour()),
		Day: rangesFrom(c.GetDayOfMonth()), Month: rangesFrom(c.GetMonth()), Year: rangesFrom(c.GetYear()), Weekday: rangesFrom(c.GetDayOfWeek()),
		Comment: c.GetComment(),
	}
}

func rangesFrom(list []*schedulepb.Range) (out []times.Range) {
	for _, r := range list {
		out = append(out, times.Range{Start: int(r.GetStart()), End: int(r.GetEnd()), Step: int(r.GetStep())})
	}
	return out
}
