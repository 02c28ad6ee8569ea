package call

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/partitur/partitur/dsl/limit"
	"github.com/partitur/partitur/dsl/value"
)

func TestCallSurvivesJSON(t *testing.T) {
	for _, c := range []Call{
		{Input: map[string]any{"n": 9007199254740993, "f": 1.5}},
		{Input: map[string]any{}, HasOutput: true},
		{Input: map[string]any{}, Expect: "true", Output: []any{"${ x }"}, HasOutput: true, Vars: map[string]any{"x": 1}, Key: "k", Secrets: []string{"A"}},
	} {
		c.Breaker = &Breaker{Name: "shop", Key: "eu", Counts: []string{"timeout"}, BreakerSettings: limit.BreakerSettings{Failures: 5, OpenFor: 90 * time.Second, Probes: 2}}
		data, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(data)
		if err != nil || got.Expect != c.Expect || got.HasOutput != c.HasOutput || got.Key != c.Key ||
			!value.Equal(got.Input, c.Input) || !value.Equal(got.Output, c.Output) || !value.Equal(got.Vars, c.Vars) || !slices.Equal(got.Secrets, c.Secrets) || !reflect.DeepEqual(got.Breaker, c.Breaker) {
			t.Errorf("%s became %v, %v", data, got, err)
		}
	}
	if data, _ := json.Marshal(Call{}); string(data) != `{"in":{}}` {
		t.Errorf("the empty call is %s", data)
	}
	for _, text := range []string{`[]`, `{"in": []}`, `{"in": {}, "secrets": [1]}`, `{"in": {}} x`, `{"in": {}, "breaker": {"name": 1}}`} {
		if c, err := Decode([]byte(text)); err == nil {
			t.Errorf("%s became %v", text, c)
		}
	}
}
