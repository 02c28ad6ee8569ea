package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/value"
)

// A standIn answers HTTP requests with what the mocks of a test case say, one
// after the other for each path.
type standIn struct {
	mu      sync.Mutex
	answers map[string][]object // by path
}

// address is where a step calls, behind the setting.
var address = regexp.MustCompile(`url: "?\$\{ env\.\w+ \}([^\s",}$]*)`)

// newStandIn starts one for the examples with HTTP calls.
func newStandIn(t *testing.T, space *dsl.Workspace) (url string) {
	s := &standIn{answers: map[string][]object{}}
	for _, p := range space.Programs {
		if calls(p) {
			s.learn(p, firstCase(t, space, p))
		}
	}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	return web.URL
}

// settings are what the examples find in the environment: each has a path of its
// own on the stand-in.
func settings(url string, p *dsl.Program) func(name string) (string, bool) {
	return func(name string) (string, bool) {
		switch {
		case strings.HasSuffix(name, "_URL"):
			return url + "/" + p.Name, true
		case strings.HasPrefix(name, "PARTITUR_SECRET_"):
			return "secret", true
		}
		return "", false
	}
}

// host is where an input says to call.
var host = regexp.MustCompile(`http://(\w+)(/[^"\s]*)`)

// onStandIn is an input whose addresses are paths on the stand-in.
func onStandIn(t *testing.T, url string, p *dsl.Program, args []any) (moved []any) {
	t.Helper()
	if !calls(p) {
		return args
	}
	for _, arg := range args {
		text, err := value.Encode(arg)
		if err != nil {
			t.Fatal(err)
		}
		v, err := value.Decode(host.ReplaceAll(text, []byte(url+"/"+p.Name+"/$1$2")))
		if err != nil {
			t.Fatal(err)
		}
		moved = append(moved, v)
	}
	return moved
}

// firstCase is the first test case of an example, in which all goes well.
func firstCase(t *testing.T, space *dsl.Workspace, p *dsl.Program) *dsl.TestCase {
	t.Helper()
	for _, doc := range space.Tests {
		if doc.Workflow == p.Name && len(doc.Cases) > 0 {
			return doc.Cases[0]
		}
	}
	t.Fatalf("%s has no test case", p.Name)
	return nil
}

// learn takes up the mocks of an example.
func (s *standIn) learn(p *dsl.Program, one *dsl.TestCase) {
	p.WalkAll(func(step *dsl.Step) {
		if _, action := step.Body.(*dsl.Action); !action || one.Mocks.Find(step.ID) == nil {
			return
		}
		text := string(step.Span.File.Text[step.Span.Start:step.Span.End])
		if m := address.FindStringSubmatch(text); m != nil {
			s.add("/"+p.Name+m[1], one.Mocks.Find(step.ID))
		}
	})
	for _, mock := range one.Mocks {
		if m := host.FindStringSubmatch(mock.Name); m != nil {
			s.add("/"+p.Name+"/"+m[1]+m[2], mock)
		}
		for _, base := range one.Env {
			if _, path, ok := strings.Cut(mock.Name, " "+fmt.Sprint(base)); ok {
				s.add("/"+p.Name+path, mock)
			}
		}
	}
}

func (s *standIn) add(path string, mock *dsl.Mock) {
	for _, one := range mock.Answers {
		var answer object
		if one.Return != nil {
			answer, _ = one.Return.Const.(object)
		}
		for range max(one.Times, 1) {
			s.answers[path] = append(s.answers[path], answer)
		}
	}
}

// ServeHTTP implements http.Handler.
func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := strings.TrimSuffix(r.URL.Path, "/")
	list := s.answers[path]
	if len(list) == 0 {
		http.Error(w, "no mock answers "+r.URL.Path, http.StatusNotImplemented)
		return
	}
	answer := list[0]
	s.answers[path] = list[1:]
	w.Header().Set("Content-Type", "application/json")
	if status, ok := answer["status"].(int); ok {
		w.WriteHeader(status)
	}
	if body, ok := answer["body"]; ok {
		_ = json.NewEncoder(w).Encode(body)
	}
}
