package casetest

import (
	"fmt"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/interpreter"
)

// mocks are the answers of a case, in source order.
type mocks []*mock

// A mock counts how often it has been asked.
type mock struct {
	*dsl.Mock
	shared bool  // by the cases of a document: this one need not use it
	given  []int // by answer
	calls  int
}

func newMocks(c *dsl.TestCase) mocks {
	var list mocks
	for i, written := range [][]*dsl.Mock{c.Mocks, c.Shared} {
		for _, m := range written {
			list = append(list, &mock{Mock: m, shared: i > 0, given: make([]int, len(m.Answers))})
		}
	}
	return list
}

// find is the mock with the first of the names that has one, or nil. Those of
// the case itself come before those of its document.
func (m mocks) find(names []string) *mock {
	for _, shared := range []bool{false, true} {
		for _, name := range names {
			for _, one := range m {
				if one.Name == name && one.shared == shared {
					return one
				}
			}
		}
	}
	return nil
}

// maxGiven is how often a mock answers before something is wrong.
const maxGiven = 10_000

// take is the next answer to a request with these variables, or why there is
// none.
func (m *mock) take(vars map[string]any) (*dsl.MockAnswer, error) {
	m.calls++
	if m.calls > maxGiven {
		return nil, fmt.Errorf("the mock of %s has been asked %d times: the run does not come to an end", m.Name, maxGiven)
	}
	for i, a := range m.Answers {
		if a.Times > 0 && m.given[i] >= a.Times {
			continue
		}
		if a.When != nil {
			holds, err := a.When.EvalBool(vars)
			if err != nil {
				return nil, fmt.Errorf("the mock of %s: when: %w", m.Name, err)
			}
			if !holds {
				continue
			}
		}
		m.given[i]++
		return a, nil
	}
	return nil, fmt.Errorf("the mock of %s has no answer to call %d: add one to its list, or write a single answer without a list to give it every time", m.Name, m.calls)
}

// unused tells which mocks nothing has asked for, and which lists have not been
// used up.
func (m mocks) unused() (list []Problem) {
	for _, one := range m {
		if one.shared {
			continue
		}
		if one.calls == 0 {
			list = append(list, Problem{At: one.Span, Text: fmt.Sprintf("the mock of %s is never asked", one.Name)})
			continue
		}
		given, total := 0, 0
		for i, a := range one.Answers {
			given, total = given+one.given[i], total+a.Times
			if a.When != nil && one.given[i] == 0 {
				list = append(list, Problem{At: a.Span, Text: fmt.Sprintf("answer %d of the mock of %s is never given", i+1, one.Name)})
				given += a.Times
			}
		}
		if given < total {
			list = append(list, Problem{At: one.Span, Text: fmt.Sprintf("the mock of %s gives %d of its %d answers", one.Name, given, total)})
		}
	}
	return list
}

// noMock says what to write for a request that no mock answers.
func noMock(r *request) string {
	return fmt.Sprintf("no mock answers %s; write one under mocks:, such as %s: {return: …}", strings.Join(r.names(), " or "), r.names()[0])
}

var timeouts = map[string]enumspb.TimeoutType{
	"":                  enumspb.TIMEOUT_TYPE_START_TO_CLOSE,
	"start_to_close":    enumspb.TIMEOUT_TYPE_START_TO_CLOSE,
	"schedule_to_start": enumspb.TIMEOUT_TYPE_SCHEDULE_TO_START,
	"schedule_to_close": enumspb.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE,
	"heartbeat":         enumspb.TIMEOUT_TYPE_HEARTBEAT,
}

// failure is the error an activity would return. It is written as `error` shows
// it: the type Timeout is a timeout of the kind in details.timeout.
func failure(e *dsl.MockError) error {
	if e.Type == interpreter.Timeout {
		details, _ := e.Details.(map[string]any)
		kind, _ := details["timeout"].(string)
		return temporal.NewTimeoutError(timeouts[kind], nil)
	}
	o := temporal.ApplicationErrorOptions{NonRetryable: !e.Retryable}
	if e.Details != nil {
		o.Details = []any{e.Details}
	}
	return temporal.NewApplicationErrorWithOptions(e.Message, e.Type, o)
}
