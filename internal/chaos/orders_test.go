//go:build !noengine

package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/partitur/partitur/examples/shop"
	"github.com/partitur/partitur/interpreter"
)

// A fate is what happens to an order, and what must come of it.
type fate struct {
	name     string
	card     string
	failures []shop.Failure
	fails    string   // type of the error that the run must end with
	effects  []string // that the shop's ledger must show, in this order
}

var fates = []fate{
	{name: "fine", card: "tok_visa", effects: []string{"reservation", "charge", "shipment"}},
	{
		name: "declined", card: "tok_declined", fails: "CardDeclined",
		effects: []string{"reservation", "release"},
	},
	{
		name: "carrier-down", card: "tok_visa", fails: "http_503",
		failures: []shop.Failure{{On: "POST /shipping/shipments", Status: http.StatusServiceUnavailable}},
		effects:  []string{"reservation", "charge", "refund", "release"},
	},
	{
		name: "answers-lost", card: "tok_visa",
		failures: []shop.Failure{
			{On: "POST /inventory/reservations", LoseAnswer: true, Times: 1},
			{On: "POST /payments/charges", LoseAnswer: true, Times: 2},
		},
		effects: []string{"reservation", "charge", "shipment"},
	},
	{
		name: "answers-lost-while-undoing", card: "tok_visa", fails: "http_503",
		failures: []shop.Failure{
			{On: "POST /shipping/shipments", Status: http.StatusServiceUnavailable},
			{On: "POST /payments/refunds", LoseAnswer: true, Times: 2},
			{On: "DELETE /inventory/reservations", LoseAnswer: true, Times: 1},
		},
		effects: []string{"reservation", "charge", "refund", "release"},
	},
	{
		name: "answer-never-comes", card: "tok_visa", fails: "ConnectionFailed",
		failures: []shop.Failure{{On: "POST /payments/charges", LoseAnswer: true}},
		effects:  []string{"reservation", "charge", "refund", "release"},
	},
}

// definition writes a copy of the order example whose pauses are short, and
// whose steps are tried so often that deaths do not use up the attempts.
func definition(t *testing.T, dir string) string {
	t.Helper()
	text, err := os.ReadFile("../../examples/orders/order-fulfillment.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const patient = "maximum_attempts: 25, initial_interval: 50ms, maximum_interval: 200ms"
	for old, changed := range map[string]string{
		"  timeout: 10s\n": "  timeout: 2s\n",
		"maximum_attempts: 4, initial_interval: 500ms, maximum_interval: 2s": patient,
	} {
		if bytes.Count(text, []byte(old)) != 1 {
			t.Fatalf("the example no longer has %q", old)
		}
		text = bytes.Replace(text, []byte(old), []byte(changed), 1)
	}
	text = append(text, "\ncompensation: {timeout: 2s, retry: {"+patient+"}}\n"...)
	path := filepath.Join(dir, "order-fulfillment.yaml")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// An order is one run.
type order struct {
	id string
	fate
}

// orders returns n orders with all fates in turn, and tells the shop of them.
func orders(t *testing.T, shopURL string, n int) []order {
	t.Helper()
	list := make([]order, n)
	for i := range list {
		f := fates[i%len(fates)]
		list[i] = order{id: fmt.Sprintf("ORD-%02d-%s", i, f.name), fate: f}
		for k, failure := range f.failures {
			failure.Order = list[i].id
			set(t, fmt.Sprintf("%s/failures/%s-%d", shopURL, list[i].id, k), failure)
		}
	}
	return list
}

func set(t *testing.T, url string, f shop.Failure) {
	t.Helper()
	body, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("the shop answers %s to PUT %s", answer.Status, url)
	}
}

// run starts an order and waits for its end. A server that is away is asked
// again.
func (o order) run(ctx context.Context, c client.Client) error {
	input := map[string]any{"order_id": o.id, "amount_cents": 1200, "card": o.card}
	options := client.StartWorkflowOptions{
		ID: o.id, TaskQueue: "orders", WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
	}
	for {
		attempt, cancel := context.WithTimeout(ctx, 20*time.Second)
		run, err := c.ExecuteWorkflow(attempt, options, "order-fulfillment", input)
		if err == nil {
			err = run.Get(attempt, nil)
		}
		cancel()
		var ended *temporal.WorkflowExecutionError
		if err == nil || errors.As(err, &ended) {
			return o.judge(ctx, c, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s has not ended: %w", o.id, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// judge says what is wrong with how the run has ended.
func (o order) judge(ctx context.Context, c client.Client, err error) error {
	var failure *temporal.ApplicationError
	switch {
	case err == nil && o.fails == "":
		return nil
	case err == nil:
		return fmt.Errorf("%s completed, and should have failed with %s", o.id, o.fails)
	case o.fails == "":
		return fmt.Errorf("%s should have completed: %w", o.id, err)
	case !errors.As(err, &failure):
		return fmt.Errorf("%s should have failed with %s: %w", o.id, o.fails, err)
	case failure.Type() == o.fails || failure.Type() == interpreter.Timeout && o.lastAttemptLost(ctx, c):
		return nil
	}
	return fmt.Errorf("%s should have failed with %s: %w", o.id, o.fails, err)
}

// lastAttemptLost tells whether the last attempt that a step may have died with
// its worker: then nobody knows what it has done, and the error is that it timed
// out.
func (o order) lastAttemptLost(ctx context.Context, c client.Client) bool {
	events := c.GetWorkflowHistory(ctx, o.id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		if err != nil {
			return false
		}
		if a := e.GetActivityTaskTimedOutEventAttributes(); a.GetRetryState() == enumspb.RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED {
			return true
		}
	}
	return false
}

// audit compares the shop's ledger with what must have happened.
func audit(t *testing.T, s *shop.Shop, orders []order) {
	t.Helper()
	all, err := s.Ledger(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	effects, keys := map[string][]string{}, map[string]shop.Entry{}
	for _, e := range all {
		effects[e.OrderID] = append(effects[e.OrderID], e.Kind)
		if first, twice := keys[e.Key]; twice || e.Key == "" {
			t.Errorf("the %s of %s came under the key %q, as did the %s of %s", e.Kind, e.OrderID, e.Key, first.Kind, first.OrderID)
		}
		keys[e.Key] = e
	}
	for _, o := range orders {
		if !slices.Equal(effects[o.id], o.effects) {
			t.Errorf("%s: the ledger shows %s, want %s", o.id, strings.Join(effects[o.id], ", "), strings.Join(o.effects, ", "))
		}
		delete(effects, o.id)
	}
	if len(effects) > 0 {
		t.Errorf("the ledger shows orders that nobody has made: %v", effects)
	}
}
