package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path"
	"strings"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
)

// A world is what the activities act on.
type world struct {
	pace time.Duration // of long activities, for each thousandth of their work

	mu       sync.Mutex
	accounts map[string]int
	booked   map[string]object // by reference
	asked    map[string]int    // by export: how often its state was read
}

type object = map[string]any

func newWorld() *world {
	return &world{
		pace:     time.Millisecond,
		accounts: map[string]int{"account-a": 1_000_000, "account-b": 0},
		booked:   map[string]object{},
		asked:    map[string]int{},
	}
}

// activities lists what partitur.yaml catalogues.
func (w *world) activities() map[string]any {
	return map[string]any{
		"process_data":       func(_ context.Context, text string) (string, error) { return strings.ToUpper(text), nil },
		"process_items":      cleanItems,
		"process_item":       processItem,
		"process_large_file": w.processFile,
		"call_partner":       busyAtFirst("PartnerBusy", object{"quote_cents": 512000, "valid_until": "2030-01-01"}),
		"quick_calculation":  instalments,
		"scrape_page":        scrape,
		"sum_chunk":          sumChunk,
		"average_of_chunks":  average,
		"count_records":      returns(object{"records": 2500}),
		"process_page":       processPage,
		"save_checkpoint":    done,
		"store_dead_letter":  done,
		"start_export":       made("job", "export"),
		"read_export":        w.readExport,
		"cancel_export":      done,

		"search_database": returns(object{"rows": []object{{"week": 48, "revenue": 91}, {"week": 49, "revenue": 60}}}),
		"read_file":       returns(object{"text": "week,revenue\n48,91\n49,60\n"}),

		"send_email":        made("message_id", "mail"),
		"send_notification": notify,

		"charge_credit_card": w.once(made("transaction_id", "tx")),
		"refund_charge":      done,
		"check_fraud":        returns(object{"safe": true}),
		"risk_score":         returns(object{"score": 0.2}),
		"check_source":       returns(object{"suspicious": false}),
		"update_inventory":   pick,
		"schedule_shipping":  ship,
		"authorize_payment":  declinable(made("authorization_id", "auth")),
		"void_authorization": done,
		"capture_payment":    made("capture_id", "capture"),
		"refund_capture":     done,
		"issue_receipt":      made("receipt_no", "receipt"),
		"withdraw":           w.once(w.book(-1)),
		"deposit":            w.once(w.book(1)),
		"generate_report":    made("file", "report"),

		"fetch_new_records": returns(object{"file": "records.csv", "cursor": "2026-01-05T09:00:00Z"}),
		"sync_to_database":  returns(object{"count": 20}),
		"list_expired":      returns(object{"items": []string{"a", "b"}, "next": ""}),
		"delete_entry":      done,

		"book_car":       made("booking", "car"),
		"book_hotel":     made("booking", "hotel"),
		"book_flight":    made("booking", "flight"),
		"cancel_booking": done,

		"scan_for_viruses": scan,
		"extract_text":     returns(object{"text": "we agree on all of it", "pages": 1}),
		"render_thumbnail": made("file", "thumbnail"),
		"publish":          publish,
		"unpublish":        done,
		"list_followers":   returns(object{"followers": []string{"grace", "alan", "edsger"}}),
		"push_to_device":   done,

		"recommend_by_model": busyAtFirst("ModelBusy", object{"items": []string{"a book", "a lamp"}}),
		"recommend_by_rules": returns(object{"items": []string{"a lamp"}}),
		"popular_items":      returns(object{"items": []string{"a mug"}}),

		"select_segment":     returns(object{"emails": []string{"ada@example.com", "alan@example.com"}}),
		"check_subscription": returns(object{"subscribed": true}),

		"price_items":   returns(object{"total_cents": 3000}),
		"reserve_items": made("reservation", "reservation"),
		"release_items": done,

		"build_image":     made("image", "image"),
		"run_tests":       returns(object{"passed": 42}),
		"deploy":          made("release", "release"),
		"roll_back":       done,
		"read_error_rate": returns(object{"percent": 0.2}),
		"stop_host":       done,
		"upgrade_host":    upgrade,
		"start_host":      done,
		"extract_audio":   returns(object{"file": "audio.wav", "seconds": 600}),
		"acquire_gpu":     busyAtFirst("NoGpuFree", object{"lease": "lease-1", "device": "gpu-3"}),
		"transcribe":      returns(object{"file": "transcript.txt", "words": 1500}),
		"release_gpu":     done,
	}
}

// A handler is an activity with one object as its argument.
type handler = func(context.Context, object) (object, error)

// made returns a handler that makes a thing, whose name is the same for all
// attempts of a step.
func made(field, kind string) handler {
	return func(ctx context.Context, in object) (object, error) {
		info := activity.GetInfo(ctx)
		sum := sha256.Sum256([]byte(info.WorkflowExecution.ID + "\n" + info.ActivityID))
		name := fmt.Sprintf("%s-%x", kind, sum[:4])
		activity.GetLogger(ctx).Info("made", field, name, "of", in)
		return object{field: name}, nil
	}
}

// returns returns a handler whose result is always the same.
func returns(result object) handler {
	return func(context.Context, object) (object, error) { return result, nil }
}

func done(ctx context.Context, in object) (object, error) {
	activity.GetLogger(ctx).Info("done", "with", in)
	return nil, nil
}

// busyAtFirst returns a handler whose first two attempts fail.
func busyAtFirst(kind string, result object) handler {
	return func(ctx context.Context, _ object) (object, error) {
		if attempt := activity.GetInfo(ctx).Attempt; attempt <= 2 {
			return nil, temporal.NewApplicationError(fmt.Sprintf("busy at attempt %d", attempt), kind)
		}
		return result, nil
	}
}

// declinable returns a handler that refuses the card tok_declined.
func declinable(next handler) handler {
	return func(ctx context.Context, in object) (object, error) {
		if in["card"] == "tok_declined" {
			return nil, temporal.NewNonRetryableApplicationError("the card is declined", "CardDeclined", nil)
		}
		return next(ctx, in)
	}
}

// once returns a handler that has its effect once for each reference, and
// answers the same ever after.
func (w *world) once(next handler) handler {
	return func(ctx context.Context, in object) (object, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		reference := fmt.Sprint(in["reference"])
		if before, ok := w.booked[reference]; ok {
			return before, nil
		}
		result, err := next(ctx, in)
		if err == nil {
			w.booked[reference] = result
		}
		return result, err
	}
}

// book returns a handler that moves money in or out of an account. The caller
// holds the lock.
func (w *world) book(sign int) handler {
	return func(_ context.Context, in object) (object, error) {
		account, _ := in["account"].(string)
		amount, _ := in["amount_cents"].(float64)
		balance, known := w.accounts[account]
		after := balance + sign*int(amount)
		switch {
		case !known:
			return nil, temporal.NewApplicationError("there is no account "+account, "UnknownAccount")
		case after < 0:
			return nil, temporal.NewApplicationError(fmt.Sprintf("%s has %d cents", account, balance), "InsufficientFunds")
		}
		w.accounts[account] = after
		return object{"booking": fmt.Sprint(in["reference"]), "balance_cents": after}, nil
	}
}

// processFile goes through a file and tells how far it is, so that the next
// attempt begins there.
func (w *world) processFile(ctx context.Context, file string, items int) (object, error) {
	start := 0
	if activity.HasHeartbeatDetails(ctx) {
		if err := activity.GetHeartbeatDetails(ctx, &start); err != nil {
			return nil, err
		}
	}
	step := max(items/1000, 1)
	for at := start; at < items; at += step {
		activity.RecordHeartbeat(ctx, at)
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(w.pace):
		}
	}
	activity.GetLogger(ctx).Info("processed", "file", file, "items", items, "from", start)
	return object{"processed": items, "resumed_at": start}, nil
}

func cleanItems(_ context.Context, in struct {
	Items []string `json:"items"`
}) (object, error) {
	clean := make([]string, len(in.Items))
	for i, item := range in.Items {
		clean[i] = strings.ReplaceAll(strings.ToUpper(strings.TrimSpace(item)), "-", "_")
	}
	return object{"items": clean}, nil
}

func processItem(_ context.Context, in object) (object, error) {
	id, _ := in["id"].(string)
	if id == "" {
		return nil, temporal.NewApplicationError("an item has an id", "InvalidInput")
	}
	return object{"id": id, "score": len(id)}, nil
}

func instalments(_ context.Context, in struct {
	Amount int `json:"amount_cents"`
	Months int `json:"months"`
}) (object, error) {
	rate := (in.Amount + in.Months - 1) / in.Months
	return object{"instalment_cents": rate, "last_cents": in.Amount - rate*(in.Months-1)}, nil
}

func scrape(_ context.Context, in object) (object, error) {
	url, _ := in["url"].(string)
	return object{"url": url, "title": path.Base(url), "words": 10 * len(url)}, nil
}

// readExport says that an export is done when it is asked for the third time.
func (w *world) readExport(_ context.Context, in object) (object, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	job := fmt.Sprint(in["job"])
	if w.asked[job]++; w.asked[job] < 3 {
		return object{"state": "running"}, nil
	}
	return object{"state": "done", "file": job + ".csv"}, nil
}

func notify(ctx context.Context, text string) error {
	activity.GetLogger(ctx).Info("notification", "text", text)
	return nil
}

func pick(_ context.Context, in object) (object, error) {
	items, _ := in["items"].([]any)
	return object{"picked": len(items)}, nil
}

func ship(ctx context.Context, in object) (object, error) {
	result, err := made("shipment_id", "shipment")(ctx, in)
	if err == nil {
		result["tracking"] = fmt.Sprint("https://example.com/track/", result["shipment_id"])
	}
	return result, err
}

func publish(_ context.Context, in object) (object, error) {
	return object{"url": fmt.Sprint("https://example.com/", in["id"])}, nil
}

func scan(_ context.Context, in object) (object, error) {
	if strings.Contains(fmt.Sprint(in["file"]), "virus") {
		return object{"clean": false, "finding": "EICAR"}, nil
	}
	return object{"clean": true}, nil
}

func upgrade(_ context.Context, in object) (object, error) {
	return object{"version": in["version"]}, nil
}
