package dsl

import (
	"time"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
)

func (s *Schedule) bindCron(f *fields.Set, n *syntax.Node) {
	for _, item := range elements(n) {
		if !reportCron(item, f.Diags()) {
			s.Cron = append(s.Cron, item.Value)
		}
	}
}

// elements are the nodes of a list, or the one node that stands for it.
func elements(n *syntax.Node) []*syntax.Node {
	if n.Kind == syntax.List {
		return n.Items
	}
	return []*syntax.Node{n}
}

func (s *Schedule) bindEvery(f *fields.Set, n *syntax.Node) {
	for _, item := range elements(n) {
		s.Every = append(s.Every, bindInterval(f, item))
	}
}

func bindInterval(f *fields.Set, n *syntax.Node) Interval {
	if n.Kind == syntax.Map {
		i := new(interval)
		fields.Bind(i, "every", n, f.Env())
		return Interval{Every: i.interval, Offset: i.offset}
	}
	one := syntax.Node{Kind: syntax.Map, Span: n.Span, Entries: []syntax.Entry{
		{Key: &syntax.Node{Value: "every", Span: n.Span}, Value: n}}}
	short := new(every)
	fields.Bind(short, "a schedule", &one, f.Env())
	return Interval{Every: short.every}
}

// every is the short form of an interval.
type every struct{ every time.Duration }

// Fields declares the one key.
func (e *every) Fields(f *fields.Set) {
	f.Duration(&e.every, "every", "")
	wholeSeconds(f, "every", e.every)
}

// wholeSeconds reports a duration that the server would round.
func wholeSeconds(f *fields.Set, key string, d time.Duration) {
	if f.Diags() != nil && f.Sound(key) && f.Has(key) && (d < time.Second && key != "offset" || d%time.Second != 0) {
		f.Diags().Error("bad-value", f.ValueSpan(key), "%q is in whole seconds, at least one", key).WithHint("write 1s or more")
	}
}

// An interval is the mapping form of `every`.
type interval struct{ interval, offset time.Duration }

// Fields declares the keys of the mapping form.
func (i *interval) Fields(f *fields.Set) {
	f.Duration(&i.interval, "interval", "how much time lies between two starts", fields.Required)
	f.Duration(&i.offset, "offset", "how much later than the full interval")
	wholeSeconds(f, "interval", i.interval)
	wholeSeconds(f, "offset", i.offset)
	if f.Diags() != nil && i.interval > 0 && i.offset >= i.interval {
		f.Diags().Error("bad-value", f.KeySpan("offset"), "the offset is not shorter than the interval").
			WithHint("make it shorter than the interval")
	}
}
