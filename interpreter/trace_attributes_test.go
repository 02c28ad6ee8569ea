package interpreter_test

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

//workflowcheck:ignore what it adds to the trace is sorted
func (o *tracingOut) UpsertTypedSearchAttributes(ctx workflow.Context, updates ...temporal.SearchAttributeUpdate) error {
	set := temporal.NewSearchAttributes(updates...).GetUntypedValues()
	names := map[string]any{}
	for key, v := range set {
		names[fmt.Sprintf("%s %s", key.GetName(), strings.ToLower(key.GetValueType().String()))] = v
	}
	line := "search attributes " + sortedPairs(names)
	if unset := len(updates) - len(set); unset > 0 {
		line += fmt.Sprintf(" (%d unset)", unset)
	}
	o.trace.add(workflow.Now(ctx), line)
	return o.Next.UpsertTypedSearchAttributes(ctx, updates...)
}

//workflowcheck:ignore what it adds to the trace is sorted
func (o *tracingOut) UpsertMemo(ctx workflow.Context, memo map[string]any) error {
	texts := map[string]any{}
	for name, v := range memo {
		texts[name] = "removed"
		if raw, ok := v.(converter.RawValue); ok {
			texts[name] = string(raw.Payload().GetData())
		}
	}
	o.trace.add(workflow.Now(ctx), "memo "+sortedPairs(texts))
	return o.Next.UpsertMemo(ctx, memo)
}

func sortedPairs(m map[string]any) string {
	var pairs []string
	for _, name := range workflow.DeterministicKeys(m) {
		pairs = append(pairs, fmt.Sprintf("%s=%v", name, m[name]))
	}
	return strings.Join(pairs, " ")
}
