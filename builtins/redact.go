package builtins

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/partitur/partitur/dsl/value"
)

// hidden stands where a secret stood.
const hidden = "***"

// minForm is the length from which an encoded part of a secret is looked for.
// Shorter ones would be found by chance.
const minForm = 6

// A Redactor replaces secrets in texts, also where they are encoded. A nil one
// changes nothing.
type Redactor struct {
	secrets  []string
	longest  int // length of the longest form
	replacer *strings.Replacer
}

// NewRedactor hides the given secrets.
func NewRedactor(secrets ...string) *Redactor {
	var forms []string
	for _, s := range secrets {
		if s != "" {
			forms = append(forms, formsOf(s)...)
		}
	}
	if len(forms) == 0 {
		return nil
	}
	// At one place the longest form goes first, lest the rest of it stays.
	slices.SortFunc(forms, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	pairs := make([]string, 0, 2*len(forms))
	for _, f := range slices.Compact(forms) {
		pairs = append(pairs, f, hidden)
	}
	return &Redactor{secrets, len(forms[0]), strings.NewReplacer(pairs...)}
}

// maxTwice is the length up to which a secret is looked for encoded twice.
const maxTwice = 256

// formsOf lists how a secret may show: as it is, in part if it has parts, and
// in the encodings that programs use, one inside another as well.
func formsOf(s string) []string {
	forms := []string{s}
	for _, part := range append(partsOf(s), s) {
		forms = appendLong(forms, part)
		once := encoded(part)
		forms = append(forms, once...)
		for _, e := range once {
			if len(s) <= maxTwice {
				forms = append(forms, encoded(e)...)
			}
		}
	}
	return forms
}

// partsOf are the parts of a secret that may show alone: the lines of a key,
// and what follows the host in a url.
func partsOf(s string) (parts []string) {
	lines := strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' })
	if len(lines) > 1 || len(lines) == 1 && lines[0] != s {
		parts = append(parts, lines...)
	}
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Host == "" {
		return parts
	}
	parts = append(parts, u.Path, u.EscapedPath(), u.RawQuery)
	if password, ok := u.User.Password(); ok {
		parts = append(parts, password)
	}
	for _, values := range u.Query() {
		parts = append(parts, values...)
	}
	return parts
}

// encoded is a text in each of the encodings.
func encoded(s string) (forms []string) {
	for _, escaped := range []string{
		url.QueryEscape(s), url.PathEscape(s), strings.ReplaceAll(url.QueryEscape(s), "+", "%20"), (&url.URL{Path: s}).EscapedPath(),
	} {
		forms = appendLong(forms, escaped, lowerEscapes(escaped))
	}
	quoted := strconv.Quote(s)
	forms = appendLong(forms, quoted[1:len(quoted)-1])
	if b, err := json.Marshal(s); err == nil {
		forms = appendLong(forms, string(b[1:len(b)-1]))
	}
	if b, err := value.Encode(s); err == nil {
		forms = appendLong(forms, string(b[1:len(b)-1]))
	}
	lower := hex.EncodeToString([]byte(s))
	forms = appendLong(forms, lower, strings.ToUpper(lower))
	forms = append(forms, base64Forms(s)...)
	slices.Sort(forms)
	return slices.Compact(forms)
}

func appendLong(forms []string, more ...string) []string {
	for _, f := range more {
		if len(f) >= minForm {
			forms = append(forms, f)
		}
	}
	return forms
}

// base64Forms are the digits that a secret has in base64, wherever it begins
// within three bytes: what stands beside it changes the outermost digits only.
func base64Forms(s string) (forms []string) {
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		forms = appendLong(forms, enc.EncodeToString([]byte(s)))
		for before := range 3 {
			digits := enc.EncodeToString(append(make([]byte, before), s...))
			first := (before*8 + 5) / 6
			whole := (before + len(s)) * 8 / 6
			if first < whole {
				forms = appendLong(forms, digits[first:whole])
			}
		}
	}
	return forms
}

// lowerEscapes writes %2F as %2f.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:], strings.ToLower(s[i+1:i+3]))
		}
	}
	return string(b)
}

// Text hides the secrets in a text.
func (r *Redactor) Text(s string) string {
	if r == nil {
		return s
	}
	return r.replacer.Replace(s)
}

// Value hides the secrets in a JSON value, in its texts, keys and numbers.
func (r *Redactor) Value(v any) any {
	if r == nil {
		return v
	}
	switch v := v.(type) {
	case string:
		return r.Text(v)
	case int, float64:
		if slices.Contains(r.secrets, fmt.Sprint(v)) {
			return hidden
		}
		return v
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = r.Value(e)
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for k, e := range v {
			m[r.Text(k)] = r.Value(e)
		}
		return m
	}
	return v
}

// cut drops the end of a text that was cut off, which may hold the beginning of
// a secret.
func (r *Redactor) cut(data []byte) []byte {
	if r == nil {
		return data
	}
	return data[:max(0, len(data)-r.longest+1)]
}
