package schedule

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
)

const everything = `schedule: all
workflow: report
with: {period: daily, n: 9007199254740993}
task_queue: reports
workflow_id: report
timeouts: {execution: 6h, run: 2h, task: 10s}
retry: {maximum_attempts: 2, initial_interval: 1m, backoff_coefficient: 3, maximum_interval: 1h, non_retryable: [Broken]}
title: The report
details: for **finance**
priority: {key: 3, fairness_key: finance, fairness_weight: 2}
versioning_override: {deployment: orders, build_id: '42'}
memo: {team: finance}
search_attributes: {Team: finance, Tags: [a, b]}
cron: ['0 6 * * 1-5', '@every 6h/30m', '@monthly']
every: [5m, {interval: 1d, offset: 1h}]
calendars: [{second: 30, minute: 15, hour: 9..17, day: [1, 15], month: mar, year: 2027, weekday: mon..fri, comment: in March}]
skip: [{month: 12, day: 24..26}, {holidays: ECB}]
timezone: Europe/Berlin
jitter: 30s
start_at: '2026-01-01T00:00:00Z'
end_at: '2027-12-31T00:00:00Z'
overlap: buffer_one
catchup_window: 12h
pause_on_failure: true
remaining_actions: 100
paused: true
note: asked for
on_create: {trigger: true, backfill: [{start_at: '2026-01-01T00:00:00Z', end_at: '2026-01-31T23:59:59Z', overlap: allow_all}]}
`

// TestEveryField translates all that a document can say, and reads it again.
func TestEveryField(t *testing.T) {
	w := one(t, everything)
	var rows strings.Builder
	for _, r := range w.form.rows {
		fmt.Fprintln(&rows, r.Key, strings.Join(r.Values, "; "))
	}
	want := `workflow report
workflow_id report
task_queue reports
input {"n":9007199254740993,"period":"daily"}
timeouts.execution 6h
timeouts.run 2h
timeouts.task 10s
retry attempts 2, 1m to 1h, by 3, not Broken
title "The report"
details "for **finance**"
priority 3 finance 2
versioning_override orders 42
memo.team "finance"
search_attributes.Tags ["a","b"]
search_attributes.Team "finance"
timezone Europe/Berlin
cron 0 6 * * 1-5; @monthly
calendars {second: 30, minute: 15, hour: 9..17, day: [1, 15], month: 3, year: 2027, weekday: 1..5} # in March
every 5m; 1d offset 1h; 6h offset 30m
skip {day: 24..26, month: 12}; holidays ECB (N entries)
start_at 2026-01-01T00:00:00Z
end_at 2027-12-31T00:00:00Z
jitter 30s
overlap buffer_one
catchup_window 12h
pause_on_failure true
`
	got := rows.String()
	if i := strings.Index(got, "holidays ECB ("); i > 0 {
		got = got[:i] + "holidays ECB (N" + got[i+strings.Index(got[i:], " entries"):]
	}
	if got != want {
		t.Errorf("got\n%s", got)
	}
	if s := w.schedule.GetState(); !s.GetPaused() || s.GetNotes() != "asked for" || s.GetRemainingActions() != 100 || !s.GetLimitedActions() {
		t.Errorf("the state is %v", s)
	}
	patch := protojson.Format(w.patch)
	for _, part := range []string{"SCHEDULE_OVERLAP_POLICY_BUFFER_ONE", "2026-01-31T23:59:59Z", "SCHEDULE_OVERLAP_POLICY_ALLOW_ALL"} {
		if !strings.Contains(patch, part) {
			t.Errorf("the patch has no %s: %s", part, patch)
		}
	}
}

func one(t *testing.T, text string) *Wanted {
	t.Helper()
	space, diags := dsl.Load([]*source.File{source.NewFile("s.yaml", []byte(text))}, dsl.NoActions{})
	if diags.Errors() > 0 {
		t.Fatal(diags)
	}
	list, err := Want(space, "partitur")
	if err != nil {
		t.Fatal(err)
	}
	return list[0]
}

// TestHash tells meanings apart, and nothing else.
func TestHash(t *testing.T) {
	base := one(t, "schedule: s\nworkflow: w\ncron: '0 6 * * 1-5'\n").form.hash
	for text, same := range map[string]bool{
		"cron: '0 6 * * 1-5'\noverlap: skip\ntimezone: UTC\n":                true,
		"cron: '0 6 * * 1-5'\npaused: true\nnote: x\nremaining_actions: 3\n": true,
		"cron: '0 6 * * 1-4'\n":                               false,
		"cron: '0 6 * * 1-5'\nwith: {}\n":                     false,
		"cron: '0 6 * * 1-5'\ntimezone: Europe/Berlin\n":      false,
		"cron: '0 6 * * 1-5'\nskip: [{month: 12, day: 25}]\n": false,
		"cron: '0 6 * * 1-5'\ntimeouts: {run: 1h}\n":          false,
	} {
		if got := one(t, "schedule: s\nworkflow: w\n"+text).form.hash; (got == base) != same {
			t.Errorf("%q: the same is %t", text, got == base)
		}
	}
	for _, pair := range [][2]string{{"DE-BY", "DE-BE"}, {"US", "ECB"}} {
		if one(t, "schedule: s\nworkflow: w\nevery: 1h\nskip: [{holidays: "+pair[0]+"}]\n").form.hash ==
			one(t, "schedule: s\nworkflow: w\nevery: 1h\nskip: [{holidays: "+pair[1]+"}]\n").form.hash {
			t.Errorf("%v are the same", pair)
		}
	}
}
