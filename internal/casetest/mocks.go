package casetest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"

	"github.com/partitur/partitur/interpreter"
)

// mocks are the answers of a case, by what they are an answer to.
type mocks struct{ byName map[string]*mock }

// A mock answers with its list of answers, one after the other. A mock that was
// written without a list gives its one answer for ever.
type mock struct {
	answers []answer
	endless bool
	given   int
}

// An answer is a result, or an error if err is not nil.
type answer struct {
	result any
	err    map[string]any
	times  int
}

func newMocks(written map[string]any) (*mocks, []string) {
	m := &mocks{map[string]*mock{}}
	var problems []string
	for _, name := range slices.Sorted(maps.Keys(written)) {
		list, isList := written[name].([]any)
		if !isList {
			list = []any{written[name]}
		}
		one := &mock{endless: !isList}
		for _, v := range list {
			a, err := newAnswer(v)
			if err != nil {
				problems = append(problems, fmt.Sprintf("mocks.%s: %v", name, err))
			}
			one.answers = append(one.answers, a)
		}
		m.byName[name] = one
	}
	return m, problems
}

func newAnswer(v any) (a answer, err error) {
	m, _ := v.(map[string]any)
	a.times = 1
	for _, key := range slices.Sorted(maps.Keys(m)) {
		ok := true
		switch key {
		case "return":
			a.result = m[key]
		case "error":
			a.err, ok = m[key].(map[string]any)
			ok = ok && validError(a.err)
		case "times":
			a.times, ok = m[key].(int)
			ok = ok && a.times > 0
		default:
			ok = false
		}
		if !ok {
			return a, fmt.Errorf("%q cannot be %s", key, text(m[key]))
		}
	}
	_, returns := m["return"]
	if returns == (a.err != nil) {
		return a, fmt.Errorf("a mock is {return: VALUE} or {error: {type: NAME, message: TEXT}}, and this is %s", text(v))
	}
	return a, nil
}

// validError tells whether an error is written as `error` would show it.
func validError(e map[string]any) bool {
	for _, key := range slices.Sorted(maps.Keys(e)) {
		ok := key == "details"
		switch key {
		case "type", "message":
			_, ok = e[key].(string)
		case "retryable":
			_, ok = e[key].(bool)
		}
		if !ok {
			return false
		}
	}
	kind, named := e["type"].(string)
	_, known := timeouts[timeoutOf(e)]
	return named && (kind != interpreter.Timeout || known)
}

func timeoutOf(e map[string]any) string {
	details, _ := e["details"].(map[string]any)
	name, _ := details["timeout"].(string)
	return name
}

// take returns the next answer to a request, or why there is none.
func (m *mocks) take(names []string) (answer, error) {
	for _, name := range names {
		if one := m.byName[name]; one != nil {
			return one.take(name)
		}
	}
	return answer{}, fmt.Errorf("no mock answers %s; write one under mocks:", strings.Join(names, " or "))
}

// answers tells whether there is a mock of one of the names.
func (m *mocks) answers(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return m.byName[name] != nil })
}

// maxGiven is how often an endless mock answers before something is wrong.
const maxGiven = 10_000

func (m *mock) take(name string) (answer, error) {
	m.given++
	if m.endless && m.given < maxGiven {
		return m.answers[0], nil
	}
	at := m.given
	for _, a := range m.answers {
		if at -= a.times; at <= 0 {
			return a, nil
		}
	}
	return answer{}, fmt.Errorf("the mock of %s has no answer to call %d", name, m.given)
}

// unused tells which mocks nothing has asked for, and which lists have not been
// used up.
func (m *mocks) unused() (problems []string) {
	for _, name := range slices.Sorted(maps.Keys(m.byName)) {
		one := m.byName[name]
		switch total := one.total(); {
		case one.given == 0:
			problems = append(problems, fmt.Sprintf("the mock of %s is never asked", name))
		case !one.endless && one.given < total:
			problems = append(problems, fmt.Sprintf("the mock of %s gives %d of its %d answers", name, one.given, total))
		}
	}
	return problems
}

func (m *mock) total() (n int) {
	for _, a := range m.answers {
		n += a.times
	}
	return n
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
func (a answer) failure() error {
	kind, _ := a.err["type"].(string)
	message, _ := a.err["message"].(string)
	details := a.err["details"]
	if kind == interpreter.Timeout {
		return temporal.NewTimeoutError(timeouts[timeoutOf(a.err)], nil)
	}
	o := temporal.ApplicationErrorOptions{NonRetryable: a.err["retryable"] == false}
	if details != nil {
		o.Details = []any{details}
	}
	return temporal.NewApplicationErrorWithOptions(message, kind, o)
}
