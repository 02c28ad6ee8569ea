package shop

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"
)

// An Entry of the ledger is one effect. Requests that were refused, and
// requests that were answered from what was stored under their key, have none.
type Entry struct {
	Seq         int64     `json:"seq"`
	Kind        string    `json:"kind"` // reservation, release, charge, refund, shipment, cancellation
	OrderID     string    `json:"order_id"`
	Ref         string    `json:"ref"` // the id of what was made or undone
	AmountCents int64     `json:"amount_cents,omitempty"`
	Key         string    `json:"key,omitempty"` // the Idempotency-Key of the request
	At          time.Time `json:"at"`
}

// Ledger returns the entries of an order, or of all orders when it is empty,
// in the order of the effects.
func (s *Shop) Ledger(ctx context.Context, order string) ([]Entry, error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	return entries(ctx, tx, order, "")
}

func entries(ctx context.Context, tx *sql.Tx, order, kind string) ([]Entry, error) {
	rows, err := tx.QueryContext(ctx, `SELECT seq, kind, order_id, ref, amount_cents, key, at FROM ledger
		WHERE (?1 = '' OR order_id = ?1) AND (?2 = '' OR kind = ?2) ORDER BY seq`, order, kind)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []Entry{}
	for rows.Next() {
		var e Entry
		var at string
		if err := rows.Scan(&e.Seq, &e.Kind, &e.OrderID, &e.Ref, &e.AmountCents, &e.Key, &at); err != nil {
			return nil, err
		}
		if e.At, err = time.Parse(time.RFC3339Nano, at); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, rows.Err()
}

func (c *call) note(kind, order, ref string, cents int64) error {
	return c.exec(`INSERT INTO ledger (kind, order_id, ref, amount_cents, key, at) VALUES (?, ?, ?, ?, ?, ?)`,
		kind, order, ref, cents, c.key, c.now.UTC().Format(time.RFC3339Nano))
}

func ledger(c *call) (answer, error) {
	q := c.http.URL.Query()
	list, err := entries(c.ctx, c.tx, q.Get("order"), q.Get("kind"))
	return ok(list), err
}

// order sums up what the ledger says of one order.
func order(c *call) (answer, error) {
	id := c.http.PathValue("id")
	list, err := entries(c.ctx, c.tx, id, "")
	if err != nil {
		return answer{}, err
	}
	if len(list) == 0 {
		return answer{}, missing(sql.ErrNoRows, "order", id)
	}
	sum := map[string]int64{}
	open := map[string][]string{"reservations": {}, "charges": {}, "shipments": {}}
	for _, e := range list {
		sum[e.Kind] += e.AmountCents
		switch e.Kind {
		case "reservation", "charge", "shipment":
			open[e.Kind+"s"] = append(open[e.Kind+"s"], e.Ref)
		default:
			without(open, e.Ref)
		}
	}
	return ok(map[string]any{
		"order_id": id, "reservations": open["reservations"], "charges": open["charges"], "shipments": open["shipments"],
		"charged_cents": sum["charge"], "refunded_cents": sum["refund"], "balance_cents": sum["charge"] - sum["refund"],
	}), nil
}

// without removes a reference from the list it is in.
func without(open map[string][]string, ref string) {
	for kind, refs := range open {
		for i, r := range refs {
			if r == ref {
				open[kind] = append(refs[:i:i], refs[i+1:]...)
				return
			}
		}
	}
}

// orderInBody finds the order of a request that names it. Whether the rest of
// the body is good is for the operation to say.
func orderInBody(c *call) (string, error) {
	var in struct {
		OrderID string `json:"order_id"`
	}
	if err := json.Unmarshal(c.body, &in); err != nil {
		return "", invalid("the body is not JSON: %v", err)
	}
	return in.OrderID, nil
}
