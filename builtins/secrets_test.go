package builtins

import (
	"github.com/partitur/partitur/builtins/call"

	"context"
	"slices"
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
	from := DirSecrets{fstest.MapFS{"A": {Data: []byte("text\n")}, "PEM": {Data: []byte("a\nb\n\n")}, "E": {}}}
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
	if got := MissingSecrets(context.Background(), from, []string{"A", "B", "E"}); !slices.Equal(got, []string{"B", "E"}) {
		t.Errorf("missing %v", got)
	}
}
