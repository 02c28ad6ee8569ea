// Go serves the activity types reserve_items and release_items on the task queue
// stock.
//
//	go run ./examples/composition/polyglot/go
package main

import (
	"context"
	"encoding/json"
	"log"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
)

func main() {
	c, err := client.Dial(client.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	if err := newWorker(c, "stock").Run(worker.InterruptCh()); err != nil {
		log.Fatal(err)
	}
}

func newWorker(c client.Client, queue string) worker.Worker {
	w := worker.New(c, queue, worker.Options{
		DisableWorkflowWorker: true,
		Interceptors:          []interceptor.WorkerInterceptor{&keys{}},
	})
	w.RegisterActivityWithOptions(reserve, activity.RegisterOptions{Name: "reserve_items"})
	w.RegisterActivityWithOptions(release, activity.RegisterOptions{Name: "release_items"})
	return w
}

type order struct {
	Items []struct {
		SKU   string `json:"sku"`
		Count int    `json:"count"`
	} `json:"items"`
}

type reservation struct {
	Reservation string `json:"reservation"`
}

// reserve names the reservation after the idempotency key: a second attempt
// reserves nothing twice.
func reserve(ctx context.Context, _ order) (reservation, error) {
	return reservation{"res-" + idempotencyKey(ctx)}, nil
}

func release(context.Context, reservation) error { return nil }

type keyOf struct{}

// idempotencyKey is that of the step, equal for all its attempts.
func idempotencyKey(ctx context.Context) string {
	key, _ := ctx.Value(keyOf{}).(string)
	return key
}

// keys puts the key of each step, which comes as a header, on the context of its
// activity.
type keys struct {
	interceptor.WorkerInterceptorBase
}

// InterceptActivity is called for each activity.
func (*keys) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	i := &inbound{}
	i.Next = next
	return i
}

type inbound struct {
	interceptor.ActivityInboundInterceptorBase
}

// ExecuteActivity reads the header.
func (i *inbound) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	var key string
	if p := interceptor.Header(ctx)["idempotency-key"]; p != nil {
		if err := json.Unmarshal(p.GetData(), &key); err != nil {
			return nil, err
		}
	}
	return i.Next.ExecuteActivity(context.WithValue(ctx, keyOf{}, key), in)
}
