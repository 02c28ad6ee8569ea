package builtins

import (
	"github.com/partitur/partitur/builtins/call"

	"context"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/partitur/partitur/dsl/value"
)

func TestDataCannotPoseAsSecret(t *testing.T) {
	data := map[string]any{"$secret": "TOKEN", "list": []any{map[string]any{"$text": []any{"x"}}}, "$$a": 1}
	c := call.Call{Secrets: []string{"TOKEN"}, Input: map[string]any{"body": call.Seal(data), "text": call.Secret("TOKEN")}}
	got, _, err := resolve(context.Background(), secretsOf(testSecrets), c)
	if err != nil || !value.Equal(got["body"], data) || got["text"] != testSecrets["TOKEN"] {
		t.Errorf("resolved to %v, %v", got, err)
	}
}

func TestSecretsInFiles(t *testing.T) {
	from := DirSecrets{fstest.MapFS{"A": {Data: []byte("text\n")}, "PEM": {Data: []byte("a\nb\n\n")}, "E": {}, "S": {Data: []byte("äöü\n")}}}
	for name, want := range map[string]string{"A": "text", "PEM": "a\nb\n"} {
		if got, err := from.Secret(context.Background(), name); got != want || err != nil {
			t.Errorf("secret %s = %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"B", "../A", "", "."} {
		if got, err := from.Secret(context.Background(), name); err != ErrNoSecret {
			t.Errorf("secret %q = %q, %v", name, got, err)
		}
	}
	if got := MissingSecrets(context.Background(), from, []string{"A", "B", "E", "S"}); !slices.Equal(got, []string{"B", "E", "S"}) {
		t.Errorf("missing %v", got)
	}
}

// A short secret would be hidden in every word that it is part of.
func TestSecretsThatAreTooShort(t *testing.T) {
	url := answer(t, 200, `{"tokens":7}`)
	in := with(url, map[string]any{"headers": map[string]any{"A": call.Secret("S")}})
	c := call.Call{Secrets: []string{"S"}, Input: in}
	for _, short := range []string{"§", "§§", "§§§"} {
		f := fails(t, newHost(Options{Secrets: secretsOf(map[string]string{"S": short})}), c, SecretMissing)
		if !strings.Contains(f.Error(), "the secret S is too short") || strings.Contains(f.Error(), "§") || f.NonRetryable() {
			t.Errorf("a secret %q: %v", short, f)
		}
	}
	got, err := run(t, newHost(Options{Secrets: secretsOf(map[string]string{"S": "toke"})}), c)
	if err != nil {
		t.Fatal(err)
	}
	if m := got.(map[string]any); m["body"] != `{"***ns":7}` {
		t.Errorf("the shortest secret is not hidden: %v", m["body"])
	}
}
