package llm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/openai/openai-go/v3"
	openaistream "github.com/openai/openai-go/v3/packages/ssestream"
)

// The types of errors.
const (
	RateLimited    = "LLMRateLimited"    // too much at once; retryable, when the server says
	Unavailable    = "LLMUnavailable"    // overloaded, broken, or the answer broke off; retryable
	Authentication = "LLMAuthentication" // the key is wrong or may not do that
	QuotaExceeded  = "LLMQuotaExceeded"  // the account has no money left
	ContextLength  = "LLMContextLength"  // the conversation is too long for the model
	Refused        = "LLMRefused"        // the model or a filter will not answer
	InvalidRequest = "LLMInvalidRequest" // the provider does not understand the request
	InvalidOutput  = "LLMInvalidOutput"  // the answer breaks output_schema, also when asked again
	BudgetExceeded = "LLMBudgetExceeded" // there is no room for an answer; nothing was sent
)

// An Error is how a question ends without an answer.
type Error struct {
	Type, Message string
	Retryable     bool
	RetryAfter    time.Duration
	Details       map[string]any
	cause         error // of one that no provider sent
}

func (e *Error) Error() string { return e.Message }

// Unwrap shows what kept the request from being sent, if anything did.
func (e *Error) Unwrap() error { return e.cause }

func invalidRequest(format string, args ...any) *Error {
	return &Error{Type: InvalidRequest, Message: fmt.Sprintf(format, args...)}
}

var (
	errIdle     = errors.New("the answer stood still")
	errBrokeOff = errors.New("the answer broke off")
)

// A reply is what a provider says instead of an answer, in whichever shape.
type reply struct {
	status  int
	header  http.Header
	code    string // such as context_length_exceeded or overloaded_error
	kind    string // such as invalid_request_error
	message string
}

// explain gives an error of an SDK its type. An error that has one keeps it.
func (c *Client) explain(ctx context.Context, err error) error {
	if ours := new(Error); errors.As(err, &ours) {
		return ours
	}
	if said, ok := replyOf(err); ok {
		return said.failure(c.Profile.Name)
	}
	if errors.Is(context.Cause(ctx), errIdle) {
		err = fmt.Errorf("%w for %s", errIdle, c.Profile.idle())
	}
	return &Error{
		Type: Unavailable, Retryable: true, Message: c.Profile.Name + ": " + plain(err),
		Details: map[string]any{"profile": c.Profile.Name}, cause: err,
	}
}

func (p Profile) idle() time.Duration {
	if p.IdleTimeout > 0 {
		return p.IdleTimeout
	}
	return defaultIdle
}

// plain is an error without the url, which errors of net/http begin with.
func plain(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err.Error()
}

func replyOf(err error) (r reply, ok bool) {
	var fromOpenAI *openai.Error
	var fromAnthropic *anthropic.Error
	var inStream *openaistream.StreamError
	switch {
	case errors.As(err, &fromOpenAI):
		r = reply{status: fromOpenAI.StatusCode, code: fromOpenAI.Code, kind: fromOpenAI.Type, message: fromOpenAI.Message}
		r.header = headerOf(fromOpenAI.Response)
		if r.message == "" {
			r.read([]byte(fromOpenAI.RawJSON()))
		}
	case errors.As(err, &fromAnthropic):
		r = reply{status: fromAnthropic.StatusCode, header: headerOf(fromAnthropic.Response)}
		r.read([]byte(fromAnthropic.RawJSON()))
	case errors.As(err, &inStream):
		r.read(inStream.Event.Data)
	default:
		return r, false
	}
	return r, true
}

func headerOf(r *http.Response) http.Header {
	if r == nil {
		return nil
	}
	return r.Header
}

// read takes what an error says from its JSON, {error: {type, code, message}}
// or what stands under error alone.
func (r *reply) read(data []byte) {
	type body struct {
		Type    string `json:"type"`
		Code    any    `json:"code"`
		Message string `json:"message"`
	}
	var outer struct {
		body
		Error *body `json:"error"`
	}
	if json.Unmarshal(data, &outer) != nil {
		return
	}
	b := outer.body
	if outer.Error != nil {
		b = *outer.Error
	}
	r.kind, r.message = b.Type, b.Message
	if code, ok := b.Code.(string); ok {
		r.code = code
	}
}

// failure is what a reply means.
func (r reply) failure(profile string) *Error {
	e := &Error{Type: r.errorType(), RetryAfter: r.retryAfter()}
	e.Retryable = e.Type == RateLimited || e.Type == Unavailable
	e.Message = profile + ": " + said[e.Type]
	if text := excerpt(r.message); text != "" && e.Type != Authentication { // which may show part of the key
		e.Message += ": " + text
	}
	e.Details = map[string]any{"profile": profile}
	if r.status != 0 {
		e.Details["status"] = r.status
		e.Details["category"] = fmt.Sprintf("http_%dxx", r.status/100)
	}
	for key, text := range map[string]string{"code": r.code, "request_id": r.requestID()} {
		if text != "" {
			e.Details[key] = text
		}
	}
	return e
}

// said is what each type of error says, before the provider's own words.
var said = map[string]string{
	RateLimited:    "too many requests or tokens at once",
	Unavailable:    "the model cannot answer now",
	Authentication: "the key is wrong, or may not use this model",
	QuotaExceeded:  "the account has no credit left",
	ContextLength:  "the conversation is too long for the model",
	Refused:        "the provider refuses to answer",
	InvalidRequest: "the provider does not accept the request",
}

func (r reply) errorType() string {
	switch {
	case r.is("insufficient_quota", "billing_error", "billing_hard_limit_reached") || r.status == http.StatusPaymentRequired || r.says("credit balance"):
		return QuotaExceeded
	case r.is("context_length_exceeded", "request_too_large") || r.status == http.StatusRequestEntityTooLarge || r.status == http.StatusBadRequest && r.says(tooLong...):
		return ContextLength
	case r.is("content_filter", "content_policy_violation"):
		return Refused
	case r.status == http.StatusTooManyRequests || r.is("rate_limit_error", "rate_limit_exceeded"):
		return RateLimited
	case r.status == http.StatusUnauthorized || r.status == http.StatusForbidden || r.is("authentication_error", "permission_error", "invalid_api_key"):
		return Authentication
	case r.status >= 500 || r.status == http.StatusRequestTimeout || r.status == http.StatusConflict || r.is("overloaded_error", "api_error", "server_error", "timeout_error"):
		return Unavailable
	case r.status == 0 && !r.is("invalid_request_error"): // in the middle of an answer
		return Unavailable
	}
	return InvalidRequest
}

// tooLong is how servers say that a conversation is, each in its own words.
var tooLong = []string{
	"context length", "context window", "context size", "prompt is too long", "maximum context", "too many tokens", "reduce the length",
}

func (r reply) is(words ...string) bool {
	return slices.Contains(words, r.code) || slices.Contains(words, r.kind)
}

func (r reply) says(words ...string) bool {
	text := strings.ToLower(r.message)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}

func (r reply) requestID() string {
	for _, name := range []string{"X-Request-Id", "Request-Id"} {
		if id := r.header.Get(name); id != "" {
			return id
		}
	}
	return ""
}

// maxRetryAfter is as long as a server may put us off.
const maxRetryAfter = 24 * time.Hour

// retryAfter is how long the server asks to wait; 0 if it says nothing.
func (r reply) retryAfter() time.Duration {
	if ms, err := strconv.ParseFloat(r.header.Get("Retry-After-Ms"), 64); err == nil {
		return bounded(ms, time.Millisecond)
	}
	text := r.header.Get("Retry-After")
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		return bounded(seconds, time.Second)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	now := time.Now()
	if sent, err := http.ParseTime(r.header.Get("Date")); err == nil {
		now = sent
	}
	return min(max(0, at.Sub(now)), maxRetryAfter)
}

func bounded(n float64, unit time.Duration) time.Duration {
	if !(n > 0) {
		return 0
	}
	return time.Duration(min(n, float64(maxRetryAfter/unit)) * float64(unit))
}

func refused(a Answer) *Error {
	e := &Error{Type: Refused, Message: "the model refuses to answer", Details: map[string]any{"usage": a.Usage.Object(), "model": a.Model}}
	if text := excerpt(a.Text); text != "" {
		e.Message += ": " + text
	}
	return e
}

const maxExcerpt = 300

// excerpt is one line of a text.
func excerpt(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= maxExcerpt {
		return text
	}
	return strings.ToValidUTF8(text[:maxExcerpt], "") + "…"
}
