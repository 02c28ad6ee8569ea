package fakellm

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// An api is one of the two ways to ask.
type api struct {
	provider string
	path     string
	messages func(map[string]any) ([]Message, error)
	whole    func(*sender, Request, Reply)
	stream   func(*sender, Request, Reply)
	failure  func(Failure) (status int, body map[string]any)
	reply    func(answer map[string]any) Reply // reads an answer of the provider

	base, behind string // where the provider is
}

func apiOf(path string) *api {
	for _, a := range []*api{&openAI, &anthropic} {
		if strings.HasSuffix(path, a.path) {
			return a
		}
	}
	return nil
}

// fail answers with an error.
func (a *api) fail(w http.ResponseWriter, f Failure) {
	status, body := a.failure(f)
	if f.Status != 0 {
		status = f.Status
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.FormatFloat(math.Ceil(f.RetryAfter.Seconds()), 'f', -1, 64))
		w.Header().Set("Retry-After-Ms", strconv.FormatInt(f.RetryAfter.Milliseconds(), 10))
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Request-Id", "fake")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// kinds are the errors that a script can name.
var kinds = []string{
	"rate_limit", "overloaded", "server_error", "context_length", "authentication", "quota", "invalid_request",
}

// usual is what an error says where the script does not.
func (f Failure) usual() string {
	if f.Message != "" {
		return f.Message
	}
	return map[string]string{
		"rate_limit":      "Rate limit reached, please try again later",
		"overloaded":      "The model is overloaded",
		"server_error":    "The server had an error",
		"context_length":  "prompt is too long: this model's maximum context length is exceeded",
		"authentication":  "The key is not valid",
		"quota":           "Your credit balance is too low",
		"invalid_request": "The request is not valid",
	}[f.Kind]
}

// A sender writes an answer in parts.
type sender struct {
	w     http.ResponseWriter
	r     *http.Request
	reply Reply
	note  func(outcome string)
	parts int
	ended bool
}

// end notes what came of the request, once.
func (s *sender) end(outcome string) {
	if !s.ended {
		s.ended = true
		s.note(outcome)
	}
}

// fail notes that the client has gone away.
func (s *sender) fail() { s.end(Abandoned) }

// begin announces a stream.
func (s *sender) begin() {
	s.w.Header().Set("Content-Type", "text/event-stream")
	s.w.WriteHeader(http.StatusOK)
}

// event sends one part of a stream at once.
func (s *sender) event(name string, data any) {
	if s.ended {
		return
	}
	if s.parts++; s.parts > 1 && !wait(s.r, s.reply.Slow) {
		s.fail()
		return
	}
	s.send(name, data)
}

// last sends the last part of a stream.
func (s *sender) last(name string, data any) {
	if s.ended {
		return
	}
	s.end(Answered)
	s.send(name, data)
}

func (s *sender) send(name string, data any) {
	body, isText := data.(string)
	if !isText {
		body = encoded(data)
	}
	body = fmt.Sprintf("data: %s\n\n", body)
	if name != "" {
		body = "event: " + name + "\n" + body
	}
	if _, err := s.w.Write([]byte(body)); err != nil || s.r.Context().Err() != nil {
		s.fail()
		return
	}
	if flusher, ok := s.w.(http.Flusher); ok {
		flusher.Flush()
	}
}

// json sends a whole answer.
func (s *sender) json(v any) {
	if !wait(s.r, s.reply.Slow) {
		s.fail()
		return
	}
	body := encoded(v)
	s.w.Header().Set("Content-Type", "application/json")
	if s.reply.BreaksOff {
		s.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = s.w.Write([]byte(body[:len(body)/2]))
		s.breakOff()
		return
	}
	s.end(Answered)
	_, _ = s.w.Write([]byte(body))
}

// breakOff ends the connection as a crash would.
func (s *sender) breakOff() {
	s.end(Broken)
	if flusher, ok := s.w.(http.Flusher); ok {
		flusher.Flush()
	}
	if hijacker, ok := s.w.(http.Hijacker); ok {
		if conn, _, err := hijacker.Hijack(); err == nil {
			_ = conn.Close()
		}
	}
}

// chunk is how many characters a part of a stream has.
const chunk = 12

// pieces cuts a text into parts. Of one that breaks off, only the first half
// is there.
func pieces(text string, half bool) (list []string) {
	if half {
		text = strings.ToValidUTF8(text[:len(text)/2], "")
	}
	for len(text) > 0 {
		n := min(chunk, len(text))
		for n < len(text) && !utf8.RuneStart(text[n]) {
			n++
		}
		list, text = append(list, text[:n]), text[n:]
	}
	return list
}

// created is the time that answers claim to be of: always the same, so that
// equal requests have equal answers.
var created = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
