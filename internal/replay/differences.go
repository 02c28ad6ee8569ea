package replay

import (
	"fmt"
	"slices"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/partitur/partitur/dsl/value"
	"github.com/partitur/partitur/interpreter"
)

// differences collects what is not the same of a command in both texts.
type differences struct {
	converter converter.DataConverter
	list      []string
}

func (d *differences) add(what string, was, is any) {
	d.list = append(d.list, fmt.Sprintf("%s was %s, and is %s", what, short(was), short(is)))
}

// maxShown is the longest value that a message shows, in runes.
const maxShown = 60

func short(v any) string {
	text := []rune(fmt.Sprint(v))
	if len(text) > maxShown {
		return string(text[:maxShown-1]) + "…"
	}
	return string(text)
}

// text compares two texts; one that is not set follows from something else.
func (d *differences) text(what, was, is string) {
	if is != "" && was != is {
		d.add(what, was, is)
	}
}

// limit compares two timeouts. Of one that is not set the server records what it
// follows from, and it cuts one that is longer.
func (d *differences) limit(what string, was, is, follows time.Duration) {
	switch {
	case was == is, is == 0 && (was == follows || follows == 0), follows > 0 && is > follows && was == follows:
	default:
		d.add(what, length(was), length(is))
	}
}

func length(d time.Duration) string {
	if d == 0 {
		return "not set"
	}
	return value.FormatDuration(d)
}

// retry compares two retry policies, with what the server adds to them.
func (d *differences) retry(was *commonpb.RetryPolicy, is *temporal.RetryPolicy) {
	if was == nil && is == nil {
		return
	}
	old := temporal.RetryPolicy{
		InitialInterval: was.GetInitialInterval().AsDuration(), BackoffCoefficient: was.GetBackoffCoefficient(),
		MaximumInterval: was.GetMaximumInterval().AsDuration(), MaximumAttempts: was.GetMaximumAttempts(),
		NonRetryableErrorTypes: was.GetNonRetryableErrorTypes(),
	}
	var now temporal.RetryPolicy
	if is != nil {
		now = *is
	}
	complete(&old)
	complete(&now)
	d.limit("retry.initial_interval", old.InitialInterval, now.InitialInterval, 0)
	d.limit("retry.maximum_interval", old.MaximumInterval, now.MaximumInterval, 0)
	if old.BackoffCoefficient != now.BackoffCoefficient {
		d.add("retry.backoff_coefficient", old.BackoffCoefficient, now.BackoffCoefficient)
	}
	if old.MaximumAttempts != now.MaximumAttempts {
		d.add("retry.maximum_attempts", old.MaximumAttempts, now.MaximumAttempts)
	}
	if !slices.Equal(old.NonRetryableErrorTypes, now.NonRetryableErrorTypes) {
		d.add("retry.non_retryable", old.NonRetryableErrorTypes, now.NonRetryableErrorTypes)
	}
}

// complete fills in what the server does.
func complete(p *temporal.RetryPolicy) {
	if p.InitialInterval == 0 {
		p.InitialInterval = time.Second
	}
	if p.BackoffCoefficient == 0 {
		p.BackoffCoefficient = 2
	}
	if p.MaximumInterval == 0 {
		p.MaximumInterval = 100 * p.InitialInterval
	}
}

func (d *differences) priority(was *commonpb.Priority, is temporal.Priority) {
	if int(was.GetPriorityKey()) != is.PriorityKey || was.GetFairnessKey() != is.FairnessKey || was.GetFairnessWeight() != is.FairnessWeight {
		d.add("the priority", fmt.Sprint(was.GetPriorityKey(), " ", was.GetFairnessKey()), fmt.Sprint(is.PriorityKey, " ", is.FairnessKey))
	}
}

// payloads compares the values of two lists of arguments.
func (d *differences) payloads(what string, was *commonpb.Payloads, is []any) {
	old := was.GetPayloads()
	var now []*commonpb.Payload
	for _, arg := range is {
		p, err := payloadOf(arg)
		if err != nil {
			d.add(what, "a value", err)
			return
		}
		if p != nil {
			now = append(now, p)
		}
	}
	if len(old) != len(now) && len(old)+len(now) > 1 {
		d.add("the number of values of "+what, len(old), len(now))
		return
	}
	for i := range max(len(old), len(now)) {
		d.payload(what, at(old, i), at(now, i))
	}
}

func at(list []*commonpb.Payload, i int) *commonpb.Payload {
	if i < len(list) {
		return list[i]
	}
	return nil
}

// payload compares two values, and says where in them the first difference is.
func (d *differences) payload(what string, was, is *commonpb.Payload) {
	if interpreter.IsCarried(is) {
		return // what the interpreter leaves to itself is its own
	}
	old, err := d.value(was)
	if err != nil {
		d.add(what, err, "readable")
		return
	}
	now, err := d.value(is)
	if err != nil {
		d.add(what, "readable", err)
		return
	}
	if path, was, is, differ := firstDifference(old, now, ""); differ {
		if path != "" {
			what += " at " + path
		}
		d.add(what, inJSON(was), inJSON(is))
	}
}

func inJSON(v any) string {
	if v == absent {
		return "not there"
	}
	data, err := value.Encode(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}

// value is what a payload holds; bytes that are no JSON stand for themselves.
func (d *differences) value(p *commonpb.Payload) (any, error) {
	if p == nil {
		return nil, nil
	}
	var raw converter.RawValue
	if err := d.converter.FromPayload(p, &raw); err != nil {
		return nil, err
	}
	data := raw.Payload().GetData()
	if len(data) == 0 {
		return nil, nil
	}
	if v, err := value.Decode(data); err == nil {
		return v, nil
	}
	return string(data), nil
}

func payloadOf(arg any) (*commonpb.Payload, error) {
	switch arg := arg.(type) {
	case nil:
		return nil, nil
	case converter.RawValue:
		return arg.Payload(), nil
	}
	return converter.GetDefaultDataConverter().ToPayload(arg)
}

func (d *differences) memo(was *commonpb.Memo, is map[string]any) {
	for _, name := range union(was.GetFields(), is) {
		p, err := payloadOf(is[name])
		if err != nil {
			d.add("memo."+name, "a value", err)
			continue
		}
		d.payload("memo."+name, was.GetFields()[name], p)
	}
}

func (d *differences) attributes(was *commonpb.SearchAttributes, is []temporal.SearchAttributeUpdate) {
	now := map[string]any{}
	for k, v := range temporal.NewSearchAttributes(is...).GetUntypedValues() {
		now[k.GetName()] = v
	}
	for _, name := range union(was.GetIndexedFields(), now) {
		p, err := payloadOf(now[name])
		if err != nil {
			d.add(name, "a value", err)
			continue
		}
		d.payload("the search attribute "+name, was.GetIndexedFields()[name], p)
	}
}

// union is the keys of two maps, sorted.
func union[V any](a map[string]V, b map[string]any) (names []string) {
	for name := range a {
		names = append(names, name)
	}
	for name := range b {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// absent stands for a field that one of two objects does not have.
var absent = new(struct{ byte })

// firstDifference finds the first place at which two values differ, in the order
// of keys.
func firstDifference(a, b any, path string) (at string, was, is any, differ bool) {
	if value.Equal(a, b) {
		return "", nil, nil, false
	}
	left, ok := a.(map[string]any)
	right, also := b.(map[string]any)
	if ok && also {
		for _, name := range union(left, right) {
			if at, was, is, differ := firstDifference(field(left, name), field(right, name), value.JoinField(path, name)); differ {
				return at, was, is, true
			}
		}
	}
	list, ok := a.([]any)
	other, also := b.([]any)
	if ok && also && len(list) == len(other) {
		for i := range list {
			if at, was, is, differ := firstDifference(list[i], other[i], value.JoinIndex(path, i)); differ {
				return at, was, is, true
			}
		}
	}
	return path, a, b, true
}

func field(m map[string]any, name string) any {
	if v, ok := m[name]; ok {
		return v
	}
	return absent
}
