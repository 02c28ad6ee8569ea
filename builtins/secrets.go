package builtins

import (
	"github.com/partitur/partitur/builtins/call"

	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Secrets is where a worker gets secrets from.
type Secrets interface {
	// Secret returns the text of a secret, ErrNoSecret when there is none.
	Secret(ctx context.Context, name string) (string, error)
}

// ErrNoSecret is the error for a secret that does not exist.
var ErrNoSecret = errors.New("no such secret")

// EnvSecrets finds the secret NAME in the variable PARTITUR_SECRET_NAME. Its
// argument is os.LookupEnv or the like of it.
type EnvSecrets func(variable string) (string, bool)

// Secret implements Secrets.
func (lookup EnvSecrets) Secret(_ context.Context, name string) (string, error) {
	text, ok := lookup("PARTITUR_SECRET_" + name)
	if !ok {
		return "", ErrNoSecret
	}
	return text, nil
}

// DirSecrets finds the secret NAME in the file of that name in a directory, as
// Kubernetes and Docker mount them. One line break at the end does not count.
type DirSecrets struct{ FS fs.FS }

// SecretsIn reads secrets from a directory.
func SecretsIn(dir string) DirSecrets { return DirSecrets{os.DirFS(dir)} }

// Secret implements Secrets.
func (d DirSecrets) Secret(_ context.Context, name string) (string, error) {
	if !secretName.MatchString(name) {
		return "", ErrNoSecret
	}
	text, err := fs.ReadFile(d.FS, name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", ErrNoSecret
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r"), err
}

var secretName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// MissingSecrets tells which of the named secrets cannot be had or used, for a
// worker to say when it starts.
func MissingSecrets(ctx context.Context, from Secrets, names []string) (missing []string) {
	for _, name := range names {
		if _, err := secretText(ctx, from, name); err != nil {
			missing = append(missing, name)
		}
	}
	return missing
}

// resolved is what became of the references of one input.
type resolved struct {
	hide   *Redactor
	places map[string]bool // fields that hold a secret, such as "body" and "headers.Authorization"
}

// in tells whether a field, or a key of it, holds a secret.
func (r resolved) in(path ...string) bool { return r.places[strings.Join(path, ".")] }

// resolve replaces the references to secrets in the input of a call.
func resolve(ctx context.Context, from Secrets, c call.Call) (map[string]any, resolved, error) {
	if len(c.Secrets) == 0 {
		return c.Input, resolved{}, nil
	}
	r := resolver{ctx: ctx, from: from, allowed: c.Secrets, known: map[string]string{}, places: map[string]bool{}}
	input, err := r.value(c.Input, "", 0)
	texts := make([]string, 0, len(r.known))
	for _, text := range r.known {
		texts = append(texts, text)
	}
	done := resolved{NewRedactor(texts...), r.places}
	if err != nil {
		return nil, done, err
	}
	m, ok := input.(map[string]any)
	if !ok {
		return nil, done, invalidInput("the fields must be a mapping, not a secret")
	}
	return m, done, nil
}

type resolver struct {
	ctx     context.Context
	from    Secrets
	allowed []string
	known   map[string]string
	places  map[string]bool
}

// value resolves what stands at a path, which names a field and a key of it.
func (r *resolver) value(v any, path string, depth int) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v[call.SecretKey]; ok && len(v) == 1 {
			return r.secret(ref, path)
		}
		if parts, ok := v[call.TextKey]; ok && len(v) == 1 {
			return r.text(parts, path)
		}
		return r.object(v, path, depth)
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			var err error
			if list[i], err = r.value(e, path, depth+2); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	return v, nil
}

func (r *resolver) object(m map[string]any, path string, depth int) (any, error) {
	out := make(map[string]any, len(m))
	for k, e := range m {
		if strings.HasPrefix(k, "$$") {
			k = k[1:]
		}
		sub := path
		switch depth {
		case 0:
			sub = k
		case 1:
			sub = path + "." + k
		}
		v, err := r.value(e, sub, depth+1)
		if err != nil {
			return nil, err
		}
		out[k] = v
	}
	return out, nil
}

func (r *resolver) text(v any, path string) (any, error) {
	parts, ok := v.([]any)
	if !ok {
		return nil, invalidInput("%s: %s must be a list", path, call.TextKey)
	}
	var b strings.Builder
	for _, p := range parts {
		if ref, ok := p.(map[string]any); ok {
			v, err := r.secret(ref[call.SecretKey], path)
			if err != nil {
				return nil, err
			}
			p = v
		}
		text, ok := p.(string)
		if !ok {
			return nil, invalidInput("%s: %s holds texts and references only", path, call.TextKey)
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

func (r *resolver) secret(ref any, path string) (string, error) {
	name, ok := ref.(string)
	if !ok || !slices.Contains(r.allowed, name) {
		return "", invalidInput("%s: the workflow does not list the secret %q", path, ref)
	}
	field, _, _ := strings.Cut(path, ".")
	r.places[field], r.places[path] = true, true
	if text, ok := r.known[name]; ok {
		return text, nil
	}
	text, err := secretText(r.ctx, r.from, name)
	if err == nil {
		r.known[name] = text
	}
	return text, err
}

// minSecret is how many characters a secret must have. A shorter one would be
// found by chance wherever secrets are hidden, and take words of results apart.
const minSecret = 4

// secretText is the text of a secret, which must not be too short to be hidden.
func secretText(ctx context.Context, from Secrets, name string) (string, error) {
	text, err := from.Secret(ctx, name)
	switch {
	case errors.Is(err, ErrNoSecret):
		return "", missingSecret("this worker has no secret %s", name)
	case err != nil:
		return "", missingSecret("the secret %s cannot be read: %v", name, err)
	case text == "":
		return "", missingSecret("the secret %s is empty on this worker", name)
	case utf8.RuneCountInString(text) < minSecret:
		return "", missingSecret("the secret %s is too short to be hidden on this worker: it must have %d characters at least", name, minSecret)
	}
	return text, nil
}

func missingSecret(format string, args ...any) *Failure {
	return &Failure{Type: SecretMissing, Message: fmt.Sprintf(format, args...), Retryable: true}
}
