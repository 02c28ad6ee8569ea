package builtins

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/partitur/partitur/builtins/call"
	"github.com/partitur/partitur/dsl/limit"
)

func TestBreakers(t *testing.T) {
	var b Breakers
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	c := &call.Breaker{
		Name: "shop", Key: "eu", Counts: []string{"http_5xx", "timeout"},
		BreakerSettings: limit.BreakerSettings{Failures: 2, OpenFor: time.Minute, Probes: 1},
	}
	down := (&Failure{Type: "Http503", Details: map[string]any{"category": "http_5xx"}}).temporal()
	made := 0
	attempt := func(outcome error) error {
		return b.Guard(c, clock, func() error { made++; return outcome })
	}
	for _, outcome := range []error{down, nil, down, (&Failure{Type: ExpressionError}).temporal(), (&Failure{Type: "Other"}).temporal(), context.Canceled, context.DeadlineExceeded} {
		if err := attempt(outcome); err != outcome {
			t.Fatalf("the attempt ends with %v, not with %v", err, outcome)
		}
	}
	var app *temporal.ApplicationError
	if err := attempt(nil); !errors.As(err, &app) || app.Type() != CircuitOpen || !app.NonRetryable() || made != 7 {
		t.Errorf("after two failures the attempt ends with %v", err)
	}
	var details map[string]any
	if err := app.Details(&details); err != nil || details["circuit_breaker"] != "shop" || details["key"] != "eu" || details["until"] != "2026-01-01T00:01:00Z" {
		t.Errorf("the details are %v, %v", details, err)
	}
	now = now.Add(time.Minute)
	if err := attempt(nil); err != nil {
		t.Error("the probe ends with", err)
	}
	if err := attempt(nil); err != nil || made != 9 {
		t.Error("a closed breaker answers", err)
	}
	if err := b.Guard(nil, clock, func() error { return down }); err != down {
		t.Error("without a breaker the attempt ends with", err)
	}
}
