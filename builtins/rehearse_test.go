package builtins

import (
	"errors"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/partitur/partitur/builtins/call"
	"github.com/partitur/partitur/dsl/value"
)

func TestRehearse(t *testing.T) {
	arg, err := call.Call{
		Input: map[string]any{
			"url":     "http://shop/charges",
			"method":  "POST",
			"headers": map[string]any{"Authorization": call.Text("Bearer ", call.Secret("TOKEN"))},
			"errors":  []any{map[string]any{"status": 402, "type": "CardDeclined", "retryable": false}},
		},
		Output: "${ result.body.id }", HasOutput: true, Secrets: []string{"TOKEN"},
	}.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Rehearse("http", arg, map[string]any{"status": 201, "body": map[string]any{"id": 7}})
	if err != nil || !value.Equal(got, 7) {
		t.Errorf("output = %v, %v, want 7", got, err)
	}
	var app *temporal.ApplicationError
	if _, err := Rehearse("http", arg, map[string]any{"status": 402}); !errors.As(err, &app) || app.Type() != "CardDeclined" || !app.NonRetryable() {
		t.Errorf("status 402 is %v", err)
	}
	busy := map[string]any{"status": 503, "headers": map[string]any{"Retry-After": 7}}
	if _, err := Rehearse("http", arg, busy); !errors.As(err, &app) || app.NonRetryable() || app.NextRetryDelay() != 7*time.Second {
		t.Errorf("status 503 is %v", err)
	}
	if _, err := Rehearse("http", arg, "text"); !errors.As(err, &app) || app.Type() != InvalidInput {
		t.Errorf("a text is %v", err)
	}
}
