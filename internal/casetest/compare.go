package casetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/value"
)

// compare tells what is not as expected.
func compare(want dsl.Expectation, got *outcome) (problems []string) {
	add := func(what string, want, got any) {
		problems = append(problems, fmt.Sprintf("%s\n\texpected: %s\n\tactual:   %s", what, text(want), text(got)))
	}
	if status := wantedStatus(want); status != got.status {
		add("the run ends in another way", status, got.status+reason(got))
		return problems
	}
	if want.Output != nil && !value.Equal(want.Output, got.output) {
		add("the output is another", want.Output, got.output)
	}
	for _, key := range slices.Sorted(maps.Keys(want.Error)) {
		if !value.Equal(want.Error[key], got.failure[key]) {
			add("error."+key+" is another", want.Error[key], got.failure[key])
		}
	}
	if want.Calls != nil && !slices.Equal(want.Calls, got.calls) {
		add("the calls are others", strings.Join(want.Calls, ", "), strings.Join(got.calls, ", "))
	}
	if want.Check != nil {
		ok, err := want.Check.EvalBool(map[string]any{"output": got.output, "error": any(got.failure)})
		if err != nil {
			problems = append(problems, fmt.Sprintf("check: %v", err))
		} else if !ok {
			problems = append(problems, fmt.Sprintf("the check does not hold: %s\n\toutput: %s\n\terror:  %s", want.Check.Text, text(got.output), text(got.failure)))
		}
	}
	return problems
}

// wantedStatus is how the run must end; who expects an error expects a failure.
func wantedStatus(want dsl.Expectation) string {
	switch {
	case want.Status != "":
		return want.Status
	case want.Error != nil:
		return "failed"
	}
	return "completed"
}

func reason(o *outcome) string {
	if o.failure == nil {
		return ""
	}
	return fmt.Sprintf(": %s: %s", o.failure["type"], o.failure["message"])
}
