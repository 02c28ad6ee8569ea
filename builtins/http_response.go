package builtins

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"github.com/partitur/partitur/dsl/value"
)

// The types of errors about a response that came; not retryable, since the
// request has had its effect.
const (
	ResponseTooLarge = "ResponseTooLarge" // larger than max_response
	InvalidResponse  = "InvalidResponse"  // says it is JSON and is not
)

// answered makes a result or a failure of a response.
func (h *HTTP) answered(resp *http.Response, hide *Redactor) (any, error) {
	if rule, failed := h.fails(resp.StatusCode); failed {
		return nil, h.failure(resp, rule, hide)
	}
	data, err := h.read(resp)
	if err != nil {
		return nil, err
	}
	body, encoding, err := decodeBody(resp.Header.Get("Content-Type"), data)
	if err != nil {
		return nil, &Failure{Type: InvalidResponse, Message: fmt.Sprintf("%s %s: the body is not what its Content-Type says: %v",
			h.Method, place(resp.Request.URL), err)}
	}
	result := map[string]any{"status": resp.StatusCode, "headers": headersOf(resp.Header), "body": body}
	if encoding != "" {
		result["encoding"] = encoding
	}
	return result, nil
}

// read reads the body, unpacked, up to max_response.
func (h *HTTP) read(resp *http.Response) ([]byte, error) {
	tooLarge := &Failure{Type: ResponseTooLarge, Message: fmt.Sprintf("%s %s: the body is larger than max_response, %s",
		h.Method, place(resp.Request.URL), value.FormatSize(h.MaxResponse))}
	if resp.ContentLength > h.MaxResponse && h.Method != http.MethodHead {
		return nil, tooLarge
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, h.MaxResponse+1))
	switch {
	case int64(len(data)) > h.MaxResponse:
		return nil, tooLarge
	case err != nil:
		return nil, h.unanswered(fmt.Errorf("the answer broke off: %w", err))
	}
	return data, nil
}

// headersOf is the headers of a response, with names in lower case and one text
// each: several values are joined by a comma, cookies by a line break, since
// they may hold commas.
func headersOf(header http.Header) map[string]any {
	m := make(map[string]any, len(header))
	for name, list := range header {
		separator := ", "
		if name == "Set-Cookie" {
			separator = "\n"
		}
		m[strings.ToLower(name)] = strings.ToValidUTF8(strings.Join(list, separator), "\uFFFD")
	}
	return m
}

// decodeBody makes a value of a body: of JSON what it says, of text a string,
// of anything else base64, with that as the encoding. Nothing is nil.
func decodeBody(contentType string, data []byte) (body any, encoding string, err error) {
	if len(data) == 0 {
		return nil, "", nil
	}
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		media = ""
	}
	isJSON := media == "application/json" || strings.HasSuffix(media, "+json")
	if !binary(media) {
		data = toUTF8(data, params["charset"])
	}
	switch {
	case isJSON:
		body, err = value.Decode(data)
		return body, "", err
	case binary(media) || !utf8.Valid(data):
		return base64.StdEncoding.EncodeToString(data), "base64", nil
	}
	return string(data), "", nil
}

// binary tells whether a body of this type is bytes, even if they happen to
// look like text.
func binary(media string) bool {
	major, _, _ := strings.Cut(media, "/")
	return slices.Contains([]string{"audio", "font", "image", "video"}, major) && media != "image/svg+xml" ||
		slices.Contains([]string{"application/octet-stream", "application/pdf", "application/zip", "application/gzip"}, media)
}

// toUTF8 turns text in a named charset into UTF-8.
func toUTF8(data []byte, name string) []byte {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	enc, canonical := charset.Lookup(name)
	if enc == nil || canonical == "utf-8" {
		return data
	}
	if text, err := enc.NewDecoder().Bytes(data); err == nil {
		return text
	}
	return data
}
