package builtins

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxErrorBody    = 64 << 10       // of an error's body is read
	maxExcerpt      = 4 << 10        // of an error's body is kept in the details
	maxMessage      = 200            // of an error's body is kept in the message
	maxRetryAfter   = 24 * time.Hour // is as long as a server may put us off
	retryAfterField = "Retry-After"
)

// fails tells whether a status is an error, and of which kind.
func (h *HTTP) fails(status int) (*StatusError, bool) {
	for _, e := range h.Errors {
		if list, _ := statuses(e.Status); slices.Contains(list, status) {
			return e, true
		}
	}
	fine, _ := statuses(h.OK)
	if status >= 200 && status <= 299 || slices.Contains(fine, status) {
		return nil, false
	}
	return new(StatusError), true
}

// failure is the error that a status stands for.
func (h *HTTP) failure(resp *http.Response, e *StatusError, hide *Redactor) *Failure {
	f := &Failure{Type: e.Type, Message: e.Message, Retryable: transient(resp.StatusCode)}
	if retryable, ok := e.Retryable.(bool); ok {
		f.Retryable = retryable
	}
	if f.Type == "" {
		f.Type = fmt.Sprintf("http_%d", resp.StatusCode)
	}
	f.RetryAfter = retryAfter(resp.Header, time.Now())
	body, text := excerpt(resp, hide)
	if f.Message == "" {
		f.Message = fmt.Sprintf("%s %s answered %s", h.Method, place(resp.Request.URL), strings.TrimSpace(fmt.Sprint(resp.StatusCode, " ", http.StatusText(resp.StatusCode))))
		if text != "" {
			f.Message += ": " + text
		}
	}
	f.Details = map[string]any{
		"category": fmt.Sprintf("http_%dxx", resp.StatusCode/100),
		"status":   resp.StatusCode,
		"method":   h.Method,
		"url":      place(resp.Request.URL),
		"headers":  errorHeaders(resp.Header),
		"body":     body,
	}
	return f
}

// transient tells whether a status may be another one soon.
func transient(status int) bool {
	return status == 408 || status == 425 || status == 429 || status >= 500
}

// excerpt is the body of an error, for the details, and one line of it, for the
// message. Secrets are hidden before anything is cut.
func excerpt(resp *http.Response, hide *Redactor) (body any, line string) {
	data, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody+1))
	if len(data) > maxErrorBody {
		data = hide.cut(data[:maxErrorBody])
	}
	body, encoding, err := decodeBody(resp.Header.Get("Content-Type"), data)
	if err != nil { // JSON that is none, or that was cut off
		body, encoding, _ = decodeBody("text/plain", data)
	}
	if encoding != "" {
		return fmt.Sprintf("%d bytes", len(data)), ""
	}
	text, isText := body.(string)
	if !isText {
		text = string(data)
	}
	text = hide.Text(text)
	if isText || len(text) > maxExcerpt {
		body = shorten(text, maxExcerpt)
	}
	return body, shorten(strings.Join(strings.Fields(text), " "), maxMessage)
}

func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// errorHeaders are the headers that help to understand an error.
func errorHeaders(header http.Header) map[string]any {
	m := map[string]any{}
	for name, text := range headersOf(header) {
		if slices.Contains(telling, name) {
			m[name] = text
		}
	}
	return m
}

var telling = []string{
	"allow", "content-type", "location", "request-id", "retry-after", "www-authenticate", "x-correlation-id", "x-request-id",
}

// retryAfter is how long the server asks to wait, in seconds or until a date.
// A date is compared with the server's own clock if it shows it. Zero is to
// wait as the retry policy says.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := header.Get(retryAfterField)
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return min(max(0, time.Duration(min(seconds, int64(maxRetryAfter/time.Second)))*time.Second), maxRetryAfter)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	if sent, err := http.ParseTime(header.Get("Date")); err == nil {
		now = sent
	}
	return min(max(0, at.Sub(now)), maxRetryAfter)
}
