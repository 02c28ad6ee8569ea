package schedule

import (
	"context"
	"strings"
	"time"

	schedulepb "go.temporal.io/api/schedule/v1"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/partitur/partitur/dsl/times"
)

// An Entry is a schedule in a list.
type Entry struct {
	ID       string     `json:"id"`
	Workflow string     `json:"workflow"`
	Project  string     `json:"project,omitempty"` // "" if it was made by hand
	When     []string   `json:"when"`
	Timezone string     `json:"timezone,omitempty"`
	Paused   bool       `json:"paused"`
	Note     string     `json:"note,omitempty"`
	Last     *time.Time `json:"last,omitempty"`
	Next     *time.Time `json:"next,omitempty"`
}

// List lists the schedules that match a query, sorted as the server has them.
func (s *Server) List(ctx context.Context, query string) ([]Entry, error) {
	entries, err := s.list(ctx, query)
	list := make([]Entry, len(entries))
	for i, e := range entries {
		info := e.GetInfo()
		list[i] = Entry{
			ID: e.GetScheduleId(), Workflow: info.GetWorkflowType().GetName(), Project: ownerIn(e.GetMemo()), When: when(info.GetSpec()),
			Timezone: info.GetSpec().GetTimezoneName(), Paused: info.GetPaused(), Note: info.GetNotes(),
		}
		if n := len(info.GetRecentActions()); n > 0 {
			list[i].Last = at(info.GetRecentActions()[n-1].GetActualTime())
		}
		if len(info.GetFutureActionTimes()) > 0 && !info.GetPaused() {
			list[i].Next = at(info.GetFutureActionTimes()[0])
		}
	}
	return list, err
}

func at(t *timestamppb.Timestamp) *time.Time {
	if t == nil {
		return nil
	}
	out := t.AsTime()
	return &out
}

// when says at what times a schedule starts runs, as in a document.
func when(spec *schedulepb.ScheduleSpec) (list []string) {
	for _, r := range formOf(&schedulepb.Schedule{Spec: spec}).rows {
		switch r.Key {
		case "cron", "calendars":
			list = append(list, r.Values...)
		case "every":
			for _, v := range r.Values {
				list = append(list, "every "+v)
			}
		}
	}
	return list
}

// A Run is one that a schedule has started.
type Run struct {
	WorkflowID string     `json:"workflow_id"`
	RunID      string     `json:"run_id"`
	Scheduled  *time.Time `json:"scheduled,omitempty"`
	Started    *time.Time `json:"started,omitempty"`
	Status     string     `json:"status,omitempty"`
}

// A Description is all that the server knows of a schedule.
type Description struct {
	ID               string      `json:"id"`
	Project          string      `json:"project,omitempty"`
	Settings         []Row       `json:"settings"`
	Paused           bool        `json:"paused"`
	Note             string      `json:"note,omitempty"`
	RemainingActions *int64      `json:"remaining_actions,omitempty"`
	Actions          int64       `json:"actions"`
	Missed           int64       `json:"missed_catchup_window"`
	Skipped          int64       `json:"skipped_overlap"`
	Dropped          int64       `json:"dropped_buffer"`
	Buffered         int64       `json:"buffered"`
	Running          []Run       `json:"running"`
	Recent           []Run       `json:"recent"` // the newest last
	Next             []time.Time `json:"next"`
	Created          *time.Time  `json:"created,omitempty"`
	Updated          *time.Time  `json:"updated,omitempty"`

	Overlap string     `json:"overlap"`
	Times   times.Spec `json:"-"`
}

// Describe reads a schedule; nil if there is none.
func (s *Server) Describe(ctx context.Context, id string) (*Description, error) {
	f, err := s.describe(ctx, id)
	if f == nil {
		return nil, err
	}
	info, state := f.info, f.schedule.GetState()
	d := &Description{
		ID: id, Project: f.owner, Settings: f.form.rows, Paused: state.GetPaused(), Note: state.GetNotes(),
		Actions: info.GetActionCount(), Missed: info.GetMissedCatchupWindow(), Skipped: info.GetOverlapSkipped(),
		Dropped: info.GetBufferDropped(), Buffered: info.GetBufferSize(), Running: []Run{}, Recent: []Run{}, Next: []time.Time{},
		Created: at(info.GetCreateTime()), Updated: at(info.GetUpdateTime()), Times: timesOf(f.schedule.GetSpec()),
		Overlap: OverlapWord(f.schedule.GetPolicies().GetOverlapPolicy().String()),
	}
	if state.GetLimitedActions() {
		left := state.GetRemainingActions()
		d.RemainingActions = &left
	}
	for _, r := range info.GetRunningWorkflows() {
		d.Running = append(d.Running, Run{WorkflowID: r.GetWorkflowId(), RunID: r.GetRunId(), Status: "running"})
	}
	for _, a := range info.GetRecentActions() {
		r := a.GetStartWorkflowResult()
		d.Recent = append(d.Recent, Run{r.GetWorkflowId(), r.GetRunId(), at(a.GetScheduleTime()), at(a.GetActualTime()), status(a.GetStartWorkflowStatus().String())})
	}
	for _, t := range info.GetFutureActionTimes() {
		d.Next = append(d.Next, t.AsTime())
	}
	return d, nil
}

// status is our word for the server's name of a run's status.
func status(name string) string {
	switch name {
	case "Unspecified":
		return ""
	case "Canceled":
		return "cancelled"
	case "TimedOut":
		return "timed_out"
	case "ContinuedAsNew":
		return "continued_as_new"
	}
	return strings.ToLower(name)
}
