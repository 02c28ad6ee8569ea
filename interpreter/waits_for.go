package interpreter

import (
	"slices"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// maxWaitsFor bounds the search attribute, of which a server takes 2KB.
const maxWaitsFor = 1500

// WaitsForOthers stands in the search attribute for what it has no room for.
const WaitsForOthers = "partitur:others"

// announceWaits keeps the search attribute by which those who are asked find the
// run. All that changes at a time makes one event. Without the attribute in the
// namespace there is nothing to do.
func (r *run) announceWaits(ctx workflow.Context) {
	if r.pin.Attributes[dsl.WaitsFor] != "KeywordList" {
		return
	}
	d := r.mail.desk
	d.changed = true // the run before may have left something
	key := temporal.NewSearchAttributeKeyKeywordList(dsl.WaitsFor)
	detached, _ := workflow.NewDisconnectedContext(ctx)
	workflow.GoNamed(detached, "search attribute of approvals", func(ctx workflow.Context) {
		for {
			if err := workflow.Await(ctx, func() bool { return d.changed }); err != nil {
				return
			}
			d.changed = false
			set, _ := workflow.GetTypedSearchAttributes(ctx).GetKeywordList(key)
			now := d.keywords()
			if slices.Equal(set, now) || d.suspended {
				continue
			}
			update := key.ValueSet(now)
			if len(now) == 0 {
				update = key.ValueUnset()
			}
			if err := workflow.UpsertTypedSearchAttributes(ctx, update); err != nil {
				workflow.GetLogger(ctx).Error("the search attribute of approvals cannot be set", "error", err.Error())
			}
		}
	})
}

// keywords are the names of the open questions, and of those who are asked.
func (d *docket) keywords() (list []string) {
	size := 0
	for _, q := range d.open {
		for _, word := range append([]string{q.kind + ":" + q.name}, q.waitsFor()...) {
			if slices.Contains(list, word) {
				continue
			}
			if size += len(word) + 3; size > maxWaitsFor || len(word) > 255 {
				return append(list, WaitsForOthers)
			}
			list = append(list, word)
		}
	}
	return list
}
