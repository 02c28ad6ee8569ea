package schedule

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"slices"
	"strings"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	schedulepb "go.temporal.io/api/schedule/v1"

	"github.com/partitur/partitur/dsl/times"
	"github.com/partitur/partitur/dsl/value"
)

// A Row is one property of a schedule: its key in a document and its values,
// as people read them.
type Row struct {
	Key    string   `json:"key"`
	Values []string `json:"values"`
}

// A form is what a schedule means, without what changes while it works. The
// server rewrites what it is told, so that only forms can be compared.
type form struct {
	rows []Row
	hash string
}

// formOf reads a schedule, be it wanted or the server's.
func formOf(s *schedulepb.Schedule) form {
	b := &formBuilder{exact: sha256.New()}
	start := s.GetAction().GetStartWorkflow()
	b.text("workflow", start.GetWorkflowType().GetName())
	b.text("workflow_id", start.GetWorkflowId())
	b.text("task_queue", start.GetTaskQueue().GetName())
	for _, p := range start.GetInput().GetPayloads() {
		b.add("input", plain(p))
	}
	b.duration("timeouts.execution", start.GetWorkflowExecutionTimeout().AsDuration())
	b.duration("timeouts.run", start.GetWorkflowRunTimeout().AsDuration())
	b.duration("timeouts.task", start.GetWorkflowTaskTimeout().AsDuration())
	b.retry(start.GetRetryPolicy())
	if m := start.GetUserMetadata(); m != nil {
		b.payload("title", m.GetSummary())
		b.payload("details", m.GetDetails())
	}
	if p := start.GetPriority(); p.GetPriorityKey() != 0 || p.GetFairnessKey() != "" || p.GetFairnessWeight() != 0 {
		b.add("priority", fmt.Sprintf("%d %s %g", p.GetPriorityKey(), p.GetFairnessKey(), p.GetFairnessWeight()))
	}
	if v := start.GetVersioningOverride(); v.GetPinned() != nil {
		b.add("versioning_override", v.GetPinned().GetVersion().GetDeploymentName()+" "+v.GetPinned().GetVersion().GetBuildId())
	} else if v.GetAutoUpgrade() {
		b.add("versioning_override", "auto_upgrade")
	}
	b.named("memo", start.GetMemo().GetFields())
	b.named("search_attributes", start.GetSearchAttributes().GetIndexedFields())
	b.spec(s.GetSpec())
	b.policies(s.GetPolicies())
	return form{b.rows, hex.EncodeToString(b.exact.Sum(nil))[:16]}
}

// A formBuilder collects rows, and a hash of all that they stand for.
type formBuilder struct {
	rows  []Row
	exact hash.Hash
}

func (b *formBuilder) hash(parts ...string) { fmt.Fprintf(b.exact, "%q\n", parts) }

// add adds a value to the row of a key.
func (b *formBuilder) add(key, text string) {
	b.hash(key, text)
	if i := slices.IndexFunc(b.rows, func(r Row) bool { return r.Key == key }); i >= 0 {
		b.rows[i].Values = append(b.rows[i].Values, text)
		return
	}
	b.rows = append(b.rows, Row{key, []string{text}})
}

func (b *formBuilder) text(key, text string) {
	if text != "" {
		b.add(key, text)
	}
}

func (b *formBuilder) duration(key string, d time.Duration) {
	if d != 0 {
		b.add(key, value.FormatDuration(d))
	}
}

func (b *formBuilder) payload(key string, p *commonpb.Payload) {
	if p != nil {
		b.add(key, plain(p))
	}
}

// plain is a payload as compact JSON.
func plain(p *commonpb.Payload) string {
	var out bytes.Buffer
	var v any
	d := json.NewDecoder(bytes.NewReader(p.GetData()))
	d.UseNumber()
	if len(p.GetData()) == 0 {
		return "null"
	}
	if err := d.Decode(&v); err != nil || string(p.GetMetadata()["encoding"]) != "json/plain" {
		sum := sha256.Sum256(p.GetData())
		return fmt.Sprintf("%d bytes %x", len(p.GetData()), sum[:4])
	}
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)
	return strings.TrimSpace(out.String())
}

func (b *formBuilder) named(key string, fields map[string]*commonpb.Payload) {
	for _, name := range sorted(fields) {
		if name != markKey {
			b.add(key+"."+name, plain(fields[name]))
		}
	}
}

func sorted[V any](m map[string]V) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// retry writes a policy with the server's defaults, which it fills in.
func (b *formBuilder) retry(r *commonpb.RetryPolicy) {
	if r == nil {
		return
	}
	initial := r.GetInitialInterval().AsDuration()
	if initial == 0 {
		initial = time.Second
	}
	longest := r.GetMaximumInterval().AsDuration()
	if longest == 0 {
		longest = 100 * initial
	}
	b.add("retry", fmt.Sprintf("attempts %d, %s to %s, by %g%s", r.GetMaximumAttempts(), value.FormatDuration(initial), value.FormatDuration(longest),
		cmp.Or(r.GetBackoffCoefficient(), 2), prefixed(", not ", strings.Join(r.GetNonRetryableErrorTypes(), ", "))))
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

func (b *formBuilder) policies(p *schedulepb.SchedulePolicies) {
	overlap := strings.ToLower(strings.TrimPrefix(p.GetOverlapPolicy().String(), "SCHEDULE_OVERLAP_POLICY_"))
	b.add("overlap", OverlapWord(overlap))
	if d := p.GetCatchupWindow().AsDuration(); d != 0 && d != 365*24*time.Hour {
		b.duration("catchup_window", d)
	}
	if p.GetPauseOnFailure() {
		b.add("pause_on_failure", "true")
	}
}

// OverlapWord is our word for the server's name of an overlap policy.
func OverlapWord(name string) string {
	switch word := strings.ToLower(name); word {
	case "bufferone":
		return "buffer_one"
	case "bufferall":
		return "buffer_all"
	case "cancelother":
		return "cancel_other"
	case "terminateother":
		return "terminate_other"
	case "allowall":
		return "allow_all"
	case "unspecified":
		return "skip"
	default:
		return word
	}
}

func (b *formBuilder) spec(pb *schedulepb.ScheduleSpec) {
	if zone := pb.GetTimezoneName(); zone != "UTC" {
		b.text("timezone", zone)
	}
	s := timesOf(pb)
	b.calendars("calendars", s.Calendars, true)
	var single []string
	for _, i := range s.Intervals {
		text := value.FormatDuration(i.Every)
		if i.Offset > 0 {
			text += " offset " + value.FormatDuration(i.Offset)
		}
		if t, once := i.IsOnce(); once {
			b.hash("every", text)
			single = append(single, t.Format(time.RFC3339))
			continue
		}
		b.add("every", text)
	}
	if len(single) > 0 {
		b.add("clock_change", fmt.Sprintf("%d single times from %s", len(single), single[0]))
	}
	b.calendars("skip", s.Skip, false)
	if !s.Start.IsZero() {
		b.add("start_at", s.Start.Format(time.RFC3339))
	}
	if !s.End.IsZero() {
		b.add("end_at", s.End.Format(time.RFC3339))
	}
	b.duration("jitter", pb.GetJitter().AsDuration())
}

// calendars writes calendars, those that follow each other under one comment as
// one.
func (b *formBuilder) calendars(key string, list []times.Calendar, exact bool) {
	for len(list) > 0 {
		n := 1
		for n < len(list) && list[0].Comment != "" && list[n].Comment == list[0].Comment {
			n++
		}
		for _, c := range list[:n] {
			b.hash(key, calendarText(c, exact), c.Comment)
		}
		first := list[0]
		switch cron, err := times.Cron(first.Comment); {
		case err == nil && exact && n == 1 && calendarText(cron, true) == calendarText(first, true):
			b.add("cron", first.Comment)
		case err == nil && exact && n > 1:
			b.add("cron", fmt.Sprintf("%s (in %d parts, for changes of the clocks)", first.Comment, n))
		case n > 1:
			b.add(key, fmt.Sprintf("%s (%d entries)", first.Comment, n))
		default:
			b.add(key, calendarText(first, exact)+prefixed(" # ", first.Comment))
		}
		list = list[n:]
	}
}

// calendarText writes a calendar as in a document, without what is understood.
func calendarText(c times.Calendar, exact bool) string {
	plain := times.Calendar{}.Filled(exact)
	var parts []string
	for _, p := range times.Parts() {
		mine := rangesText(*p.Of(&c))
		if mine != rangesText(*p.Of(&plain)) {
			parts = append(parts, p.Name+": "+mine)
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func rangesText(list []times.Range) string {
	var parts []string
	for _, r := range times.Ranges(times.Numbers(list)) {
		if r.Start == r.End {
			parts = append(parts, fmt.Sprint(r.Start))
		} else {
			parts = append(parts, fmt.Sprintf("%d..%d", r.Start, r.End))
		}
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// A Difference is a row that differs.
type Difference struct {
	Key string   `json:"key"`
	Old []string `json:"old,omitempty"`
	New []string `json:"new,omitempty"`
}

// differences compares rows, in the order of the new ones.
func differences(old, now []Row) (list []Difference) {
	find := func(rows []Row, key string) []string {
		for _, r := range rows {
			if r.Key == key {
				return r.Values
			}
		}
		return nil
	}
	for _, r := range now {
		if was := find(old, r.Key); !slices.Equal(was, r.Values) {
			list = append(list, Difference{r.Key, was, r.Values})
		}
	}
	for _, r := range old {
		if find(now, r.Key) == nil {
			list = append(list, Difference{Key: r.Key, Old: r.Values})
		}
	}
	return list
}
