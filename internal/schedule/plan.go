package schedule

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"golang.org/x/sync/errgroup"

	"github.com/partitur/partitur/dsl"
)

// An Action is what is to be done with a schedule.
type Action string

// The actions of a plan.
const (
	Create Action = "create"
	Update Action = "update"
	Move   Action = "move"
	Delete Action = "delete"
)

// The reasons for a change.
const (
	InFiles  = "changed in the files"
	ByHand   = "changed on the server by hand"
	InBoth   = "changed in the files, and on the server by hand"
	NotThere = "not on the server"
	NotHere  = "no longer in the files"
	Adopted  = "taken over"
)

// A Change is what is to be done with one schedule.
type Change struct {
	ID          string       `json:"id"`
	Action      Action       `json:"action"`
	From        string       `json:"from,omitempty"` // of a move
	Reason      string       `json:"reason"`
	Differences []Difference `json:"differences,omitempty"`
	Next        []time.Time  `json:"next,omitempty"`

	wanted *Wanted
	seen   string // the hash of what was there
}

// Zone is the time zone of the schedule.
func (c Change) Zone() *time.Location {
	if c.wanted == nil || c.wanted.Applied.Zone == nil {
		return time.UTC
	}
	return c.wanted.Applied.Zone
}

// An AttributeChange is a search attribute that is to be registered.
type AttributeChange struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// A Paused schedule is one that somebody has paused on the server.
type Paused struct {
	ID   string `json:"id"`
	Note string `json:"note,omitempty"`
}

// A Plan is all that differs between the files and the server.
type Plan struct {
	Project    string            `json:"project"`
	Attributes []AttributeChange `json:"search_attributes"`
	Changes    []Change          `json:"changes"`
	Unchanged  int               `json:"unchanged"`
	Paused     []Paused          `json:"paused"`   // by an operator; they stay so
	Unowned    []string          `json:"unowned"`  // no longer in the files, deleted with --prune only
	Problems   []string          `json:"problems"` // what nothing can be done about
}

// Empty tells whether the server is as the files say.
func (p *Plan) Empty() bool {
	return len(p.Attributes) == 0 && len(p.Changes) == 0 && len(p.Problems) == 0
}

// An Intent is what the user wants to be planned.
type Intent struct {
	Project string
	Wanted  []*Wanted
	Uses    []dsl.Attribute // search attributes of definitions and schedules
	Prune   bool
	Adopt   []string // ids of schedules that may be taken over
	Now     time.Time
}

// atOnce is how many schedules are looked at, or changed, at the same time.
const atOnce = 8

// Plan compares the files with the server.
func (s *Server) Plan(ctx context.Context, in Intent) (*Plan, error) {
	p := &Plan{Project: in.Project, Attributes: []AttributeChange{}, Changes: []Change{}, Paused: []Paused{}, Unowned: []string{}, Problems: []string{}}
	if err := s.planAttributes(ctx, in, p); err != nil {
		return nil, err
	}
	there, err := s.look(ctx, in)
	if err != nil {
		return nil, err
	}
	for _, w := range in.Wanted {
		in.plan(p, w, there[w.ID], there[w.From])
	}
	gone, err := s.gone(ctx, in, p)
	if err != nil {
		return nil, err
	}
	for _, id := range gone {
		if in.Prune {
			p.Changes = append(p.Changes, Change{ID: id, Action: Delete, Reason: NotHere})
		} else {
			p.Unowned = append(p.Unowned, id)
		}
	}
	return p, nil
}

// look reads the schedules that the files speak of.
func (s *Server) look(ctx context.Context, in Intent) (map[string]*found, error) {
	var ids []string
	for _, w := range in.Wanted {
		ids = append(ids, w.ID)
		if w.From != "" {
			ids = append(ids, w.From)
		}
	}
	return s.lookAt(ctx, ids)
}

func (s *Server) lookAt(ctx context.Context, ids []string) (map[string]*found, error) {
	all := make([]*found, len(ids))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i, id := range ids {
		group.Go(func() (err error) {
			all[i], err = s.describe(ctx, id)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	there := map[string]*found{}
	for i, f := range all {
		if f != nil {
			there[ids[i]] = f
		}
	}
	return there, nil
}

// plan adds what is to be done with one schedule; old is the one it is moved from.
func (in Intent) plan(p *Plan, w *Wanted, f, old *found) {
	c := Change{ID: w.ID, wanted: w}
	if f == nil && old == nil {
		c.Action, c.Reason = Create, NotThere
		c.Differences = differences(nil, w.form.rows)
		in.add(p, c)
		return
	}
	if f == nil || f.mark != nil && f.mark.Moving != nil {
		in.planMove(p, w, f, old)
		return
	}
	if f.owner != in.Project && !slices.Contains(in.Adopt, w.ID) {
		p.Problems = append(p.Problems, fmt.Sprintf("schedule %q %s: --adopt %s takes it over", w.ID, belongs(f.owner), w.ID))
		return
	}
	c.Action, c.seen = Update, f.form.hash
	c.Differences = differences(f.form.rows, w.form.rows)
	before := state{}
	if f.mark != nil {
		before = f.mark.Initial
		if d := stateDifferences(before, stateOf(w.schedule.GetState())); len(d) > 0 {
			c.Differences = append(c.Differences, d...)
		}
	}
	switch c.Reason = w.reason(f, in.Project); {
	case c.Reason != "":
		in.add(p, c)
	case len(c.Differences) > 0:
		c.Reason = InFiles
		in.add(p, c)
	default:
		p.Unchanged++
	}
	in.notePaused(p, w, f)
}

func belongs(owner string) string {
	if owner == "" {
		return "was made by hand"
	}
	return fmt.Sprintf("belongs to the project %q", owner)
}

// reason says why a schedule that is there is to be changed; "" if it is not.
func (w *Wanted) reason(f *found, project string) string {
	if f.owner != project {
		return Adopted
	}
	files := f.mark == nil || f.mark.Hash != w.form.hash
	hand := f.mark == nil || f.mark.Hash != f.form.hash
	switch {
	case w.form.hash == f.form.hash && !files:
		return ""
	case f.mark == nil && w.form.hash == f.form.hash:
		return ByHand
	case hand && files && f.mark != nil:
		return InBoth
	case hand:
		return ByHand
	}
	return InFiles
}

// stateDifferences compares what the files say now and said before about what
// changes while the schedule works.
func stateDifferences(before, now state) []Difference {
	rows := func(s state) (list []Row) {
		if s.Paused {
			list = append(list, Row{"paused", []string{"true"}})
		}
		if s.Note != "" {
			list = append(list, Row{"note", []string{s.Note}})
		}
		if s.Remaining > 0 {
			list = append(list, Row{"remaining_actions", []string{fmt.Sprint(s.Remaining)}})
		}
		return list
	}
	return differences(rows(before), rows(now))
}

// planMove adds a move, or what is left of one that was broken off.
func (in Intent) planMove(p *Plan, w *Wanted, f, old *found) {
	c := Change{ID: w.ID, Action: Move, From: w.From, Reason: InFiles, wanted: w}
	if f != nil {
		c.From, c.Reason = f.mark.Moving.From, "a move that was broken off"
	}
	if old == nil {
		in.add(p, c)
		return
	}
	if old.owner != in.Project && !slices.Contains(in.Adopt, w.From) {
		p.Problems = append(p.Problems, fmt.Sprintf("schedule %q %s, so %q cannot be moved from it: --adopt %s takes it over", w.From, belongs(old.owner), w.ID, w.From))
		return
	}
	c.Differences = slices.DeleteFunc(differences(old.form.rows, w.form.rows), func(d Difference) bool {
		return d.Key == "workflow_id" && slices.Equal(d.Old, []string{w.From}) && slices.Equal(d.New, []string{w.ID})
	})
	in.add(p, c)
}

// shownNext is how many of the next times a plan shows.
const shownNext = 3

func (in Intent) add(p *Plan, c Change) {
	c.Next = Next(c.wanted.Applied, in.Now, shownNext)
	p.Changes = append(p.Changes, c)
}

func (in Intent) notePaused(p *Plan, w *Wanted, f *found) {
	if f.schedule.GetState().GetPaused() && !w.schedule.GetState().GetPaused() {
		p.Paused = append(p.Paused, Paused{w.ID, f.schedule.GetState().GetNotes()})
	}
}

// gone lists the schedules of the project that no file speaks of.
func (s *Server) gone(ctx context.Context, in Intent, p *Plan) (ids []string, err error) {
	entries, err := s.list(ctx, "")
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, w := range in.Wanted {
		known[w.ID] = true
	}
	for _, c := range p.Changes {
		known[c.From] = true
	}
	var candidates []string
	for _, e := range entries {
		if owner := ownerIn(e.GetMemo()); !known[e.GetScheduleId()] && (owner == in.Project || owner == "") {
			candidates = append(candidates, e.GetScheduleId())
		}
	}
	there, err := s.lookAt(ctx, candidates) // lists are late, and do not know who took a schedule over
	for _, id := range candidates {
		if f := there[id]; f != nil && f.owner == in.Project {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, err
}

// planAttributes compares the search attributes.
func (s *Server) planAttributes(ctx context.Context, in Intent, p *Plan) error {
	if len(in.Uses) == 0 {
		return nil
	}
	known, err := s.attributes(ctx)
	if err != nil {
		return err
	}
	for _, a := range in.Uses {
		kind, there := known[a.Name]
		wanted := a.Type
		if wanted == "" {
			wanted = "Keyword"
		}
		switch {
		case !there:
			p.Attributes = append(p.Attributes, AttributeChange{a.Name, wanted})
		case a.Type != "" && !fits(wanted, kind):
			p.Problems = append(p.Problems, fmt.Sprintf("the search attribute %q is of type %s in the namespace, and the files give it %s", a.Name, kind, wanted))
		}
	}
	return nil
}

// fits tells whether values of one type can be those of an attribute of another.
func fits(used string, kind enumspb.IndexedValueType) bool {
	return used == kind.String() || used == "Keyword" && (kind == enumspb.INDEXED_VALUE_TYPE_TEXT || kind == enumspb.INDEXED_VALUE_TYPE_DATETIME) ||
		used == "Int" && kind == enumspb.INDEXED_VALUE_TYPE_DOUBLE || strings.EqualFold(used, kind.String())
}
