package fakellm_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/fakellm"
)

// A recording of a provider, which is a fake here, answers alike without it.
func TestRecordingsAreScripts(t *testing.T) {
	for name, ask := range clients {
		t.Run(name, func(t *testing.T) {
			_, provider := play(t, `{key: k3y, turns: [
				{answer: Let me see., tool_calls: [{id: c1, name: look, arguments: {id: 9007199254740993}}], usage: {input: 50, output: 7, cached: 20}},
				{answer: "two: lines\n- and a dash", stop: length}, {refusal: no}]}`)
			if !strings.HasPrefix(name, "anthropic") {
				provider += "/v1"
			}
			var script []byte
			rec := &fakellm.Recorder{Client: http.DefaultClient, Base: provider, Save: func(s []byte) error { script = s; return nil }}
			recording := httptest.NewServer(&fakellm.Server{Upstream: rec.Ask})
			defer recording.Close()
			var said []answer
			for _, prompt := range []string{"one", "two", "three"} {
				a, err := ask(t, recording.URL, prompt)
				if err != nil {
					t.Fatal(err)
				}
				said = append(said, a)
			}
			if strings.Contains(string(script), "k3y") || len(said[0].calls) != 1 {
				t.Errorf("%+v recorded as\n%s", said, script)
			}
			s, url := play(t, string(script))
			for i, prompt := range []string{"one", "two", "three"} {
				a, err := ask(t, url, prompt)
				if err != nil || a.text != said[i].text || a.refusal != said[i].refusal || a.stop != said[i].stop || !slices.Equal(a.calls, said[i].calls) || a.input != said[i].input {
					t.Errorf("%+v, %v, want %+v", a, err, said[i])
				}
			}
			if _, err := ask(t, url, "four"); err == nil || len(s.Unplayed()) > 0 {
				t.Errorf("another request is answered: %v, unplayed %v", err, s.Unplayed())
			}
		})
	}
}

func TestErrorsOfProvidersPassThrough(t *testing.T) {
	_, provider := play(t, `turns: [{error: rate_limit, message: slow down}]`)
	rec := &fakellm.Recorder{Client: http.DefaultClient, Base: provider + "/v1", Save: func([]byte) error { t.Error("an error is recorded"); return nil }}
	s := &fakellm.Server{Upstream: rec.Ask}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v1/chat/completions", strings.NewReader(`{"model":"m","messages":[{"role":"user","content":"x"}]}`)))
	if w.Code != http.StatusTooManyRequests || !strings.Contains(w.Body.String(), "slow down") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func FuzzScript(f *testing.F) {
	f.Add("turns: [{answer: x, when: {contains: y}, tool_calls: [{name: z}]}]")
	f.Fuzz(func(t *testing.T, text string) {
		fakellm.Parse(source.NewFile("script.yaml", []byte(text)))
	})
}
