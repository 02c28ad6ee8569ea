// Package fakellm is a server that answers like language models do, with what a
// script says: for tests without keys, costs and chance. It speaks the chat
// completions API of OpenAI and the messages API of Anthropic, streamed or not,
// with their errors. It notes every request, so that a test can tell whether an
// answer was paid for twice.
package fakellm

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/partitur/partitur/dsl/value"
)

// maxRequest bounds what is read of a request.
const maxRequest = 16 << 20

// A Server answers requests. Its zero value repeats what it is told.
type Server struct {
	Script Script
	// Upstream, when there is one, answers instead of the script.
	Upstream func(*http.Request, Request) (Reply, error)
	// Told is called with each call when it has ended, one at a time; nil for
	// nobody.
	Told func(Call)

	telling sync.Mutex

	mu    sync.Mutex
	used  []int          // how often each turn was played
	given map[string]int // the turn that a key was answered with
	calls []Call
}

// A Call is one request, and what came of it.
type Call struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`
	Key      string `json:"key"` // of idempotency, or made of the request
	Turn     int    `json:"turn"`
	Messages int    `json:"messages"`
	Last     string `json:"last"` // the beginning of the last message
	Outcome  string `json:"outcome"`
	Input    int    `json:"input_tokens"`
	Output   int    `json:"output_tokens"`
}

// The outcomes of calls; others are the names of errors.
const (
	Answered  = "answered"
	Broken    = "broken_off"    // as the script says
	Abandoned = "abandoned"     // by the client
	Unmatched = "no_turn_fits"  // nothing in the script answers it
	Unread    = "not_a_request" // it cannot be read
)

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	api := apiOf(r.URL.Path)
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/calls":
		s.report(w)
	case api == nil:
		http.Error(w, "there are /v1/chat/completions, /v1/messages and /calls", http.StatusNotFound)
	case r.Method != http.MethodPost:
		http.Error(w, "send a POST", http.StatusMethodNotAllowed)
	default:
		s.serve(w, r, api)
	}
}

// report tells what was called, as JSON.
func (s *Server) report(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"calls": s.Calls(), "paid_twice": s.PaidTwice()})
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, api *api) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	var req Request
	if err == nil {
		req, err = read(api, body)
	}
	if err != nil {
		s.note(Call{Provider: api.provider, Outcome: Unread, Last: err.Error()})
		api.fail(w, Failure{Kind: "invalid_request", Message: err.Error()})
		return
	}
	call := req.call(r.Header.Get("Idempotency-Key"))
	if !s.admits(r) {
		call.Outcome = "authentication"
		s.note(call)
		api.fail(w, Failure{Kind: "authentication", Message: "the key is not the one of the script"})
		return
	}
	reply, ok := s.reply(r, req, call.Key)
	if !ok {
		call.Outcome = Unmatched
		s.note(call)
		api.fail(w, Failure{Kind: "invalid_request", Message: "no turn of the script fits: " + call.Last})
		return
	}
	reply.count(req)
	call.Input, call.Output = reply.Usage.Input, reply.Usage.Output
	s.play(&sender{w: w, r: r, reply: reply, note: func(outcome string) {
		call.Outcome = outcome
		s.note(call)
	}}, api, req)
}

// play sends a reply. The outcome is noted before the last of it goes out, so
// that who has the answer finds it noted.
func (s *Server) play(out *sender, api *api, req Request) {
	reply := out.reply
	switch {
	case !wait(out.r, reply.Pause):
		out.fail()
	case reply.Failure != nil && !reply.BreaksOff:
		out.end(reply.Failure.Kind)
		api.fail(out.w, *reply.Failure)
	case req.Stream:
		api.stream(out, req, reply)
	default:
		api.whole(out, req, reply)
	}
}

// wait pauses, unless the client goes away.
func wait(r *http.Request, pause time.Duration) bool {
	if pause <= 0 {
		return true
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// admits tells whether the request has the key of the script, if that has one.
func (s *Server) admits(r *http.Request) bool {
	if s.Script.Key == "" {
		return true
	}
	bearer := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	return bearer == s.Script.Key || r.Header.Get("X-Api-Key") == s.Script.Key
}

// reply finds the answer to a request. One with the key of a request that was
// answered before is answered alike, which PaidTwice tells.
func (s *Server) reply(r *http.Request, req Request, key string) (Reply, bool) {
	if s.Upstream != nil {
		reply, err := s.Upstream(r, req)
		if err != nil {
			return Reply{Failure: &Failure{Kind: "server_error", Message: err.Error()}}, true
		}
		return reply, true
	}
	if len(s.Script.Turns) == 0 {
		return Reply{Text: "You said: " + req.last()}, true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.given == nil {
		s.given, s.used = map[string]int{}, make([]int, len(s.Script.Turns))
	}
	if i, ok := s.given[key]; ok {
		return s.Script.Turns[i].Reply, true
	}
	for i, t := range s.Script.Turns {
		if t.Times > 0 && s.used[i] >= t.Times || !t.When.fits(req) {
			continue
		}
		s.used[i]++
		if t.Failure == nil && !t.BreaksOff {
			s.given[key] = i
		}
		return t.Reply, true
	}
	return Reply{}, false
}

func (s *Server) note(c Call) {
	s.mu.Lock()
	s.calls = append(s.calls, c)
	s.mu.Unlock()
	s.telling.Lock()
	defer s.telling.Unlock()
	if s.Told != nil {
		s.Told(c)
	}
}

// Calls are the requests that have ended, in that order.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// PaidTwice lists the keys of requests that were answered more than once.
func (s *Server) PaidTwice() []string {
	answered := map[string]int{}
	for _, c := range s.Calls() {
		if c.Outcome == Answered {
			answered[c.Key]++
		}
	}
	twice := []string{}
	for key, n := range answered {
		if n > 1 {
			twice = append(twice, key)
		}
	}
	slices.Sort(twice)
	return twice
}

// Unplayed are the turns that a test still waits for: those with a number of
// times, not all of which have come.
func (s *Server) Unplayed() (turns []int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, t := range s.Script.Turns {
		if t.Times > 0 && (s.used == nil || s.used[i] < t.Times) {
			turns = append(turns, i+1)
		}
	}
	return turns
}

// encoded is a value as JSON.
func encoded(v any) string {
	data, err := value.Encode(v)
	if err != nil {
		return "null"
	}
	return string(data)
}
