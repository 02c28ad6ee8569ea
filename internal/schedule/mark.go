package schedule

import (
	"encoding/json"

	commonpb "go.temporal.io/api/common/v1"
	schedulepb "go.temporal.io/api/schedule/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
)

const (
	// ownerKey names the project that made a schedule, in the schedule's memo,
	// which lists of schedules show. Servers cannot change it later.
	ownerKey = "partitur.project"
	// markKey holds the mark, in the memo of the schedule's action: it changes with
	// the schedule, at once. The runs have it as well.
	markKey = "partitur.schedule"
)

// A mark says who applied a schedule last, and what.
type mark struct {
	Project string  `json:"project"`
	Hash    string  `json:"hash"` // of the form
	Initial state   `json:"state"`
	Moving  *moving `json:"moving,omitempty"`
}

// A state is what the files say about what changes while the schedule works.
type state struct {
	Paused    bool   `json:"paused,omitempty"`
	Note      string `json:"note,omitempty"`
	Remaining int64  `json:"remaining,omitempty"`
}

// A moving schedule takes the place of another; until that is gone it is paused.
type moving struct {
	From  string `json:"from"`
	State state  `json:"state"`
}

func stateOf(s *schedulepb.ScheduleState) state {
	out := state{Paused: s.GetPaused(), Note: s.GetNotes()}
	if s.GetLimitedActions() {
		out.Remaining = s.GetRemainingActions()
	}
	return out
}

func (s state) proto(limited bool) *schedulepb.ScheduleState {
	return &schedulepb.ScheduleState{Paused: s.Paused, Notes: s.Note, LimitedActions: limited || s.Remaining > 0, RemainingActions: s.Remaining}
}

// merge gives the state of a schedule that is there: what the files say counts
// only where it is something else than when they were applied last, so that what
// an operator did stays.
func merge(there *schedulepb.ScheduleState, before, now state) *schedulepb.ScheduleState {
	out := proto.CloneOf(there)
	if out == nil {
		out = &schedulepb.ScheduleState{}
	}
	if now.Paused != before.Paused {
		out.Paused = now.Paused
	}
	if now.Note != before.Note {
		out.Notes = now.Note
	}
	if now.Remaining != before.Remaining {
		out.LimitedActions, out.RemainingActions = now.Remaining > 0, now.Remaining
	}
	return out
}

// marked is a schedule with a mark and a state.
func (w *Wanted) marked(m mark, s *schedulepb.ScheduleState) (*schedulepb.Schedule, error) {
	p, err := converter.GetDefaultDataConverter().ToPayload(m)
	if err != nil {
		return nil, err
	}
	out := proto.CloneOf(w.schedule)
	start := out.GetAction().GetStartWorkflow()
	if start.Memo == nil {
		start.Memo = &commonpb.Memo{}
	}
	if start.Memo.Fields == nil {
		start.Memo.Fields = map[string]*commonpb.Payload{}
	}
	start.Memo.Fields[markKey] = p
	out.State = s
	return out, nil
}

// markOf reads the mark of a schedule; nil if it has none.
func markOf(s *schedulepb.Schedule) *mark {
	p := s.GetAction().GetStartWorkflow().GetMemo().GetFields()[markKey]
	m := new(mark)
	if p == nil || json.Unmarshal(p.GetData(), m) != nil {
		return nil
	}
	return m
}

// ownerIn reads who made a schedule from its own memo.
func ownerIn(m *commonpb.Memo) (owner string) {
	_ = json.Unmarshal(m.GetFields()[ownerKey].GetData(), &owner)
	return owner
}

// A found schedule is one that the server has.
type found struct {
	schedule *schedulepb.Schedule
	info     *schedulepb.ScheduleInfo
	token    []byte
	mark     *mark
	owner    string // "" if it was made by hand
	form     form
}
