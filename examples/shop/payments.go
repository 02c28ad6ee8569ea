package shop

import (
	"database/sql"
	"errors"
	"net/http"
)

// declinedCard is a card that is always declined.
const declinedCard = "tok_declined"

type payment struct {
	ID          string `json:"id"`
	OrderID     string `json:"order_id"`
	AmountCents int64  `json:"amount_cents"`
	Currency    string `json:"currency"`
	Status      string `json:"status"` // charged, refunded
}

func charge(c *call) (answer, error) {
	var in struct {
		OrderID     string `json:"order_id"`
		AmountCents int64  `json:"amount_cents"`
		Currency    string `json:"currency"`
		Card        string `json:"card"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if in.OrderID == "" || in.AmountCents < 1 {
		return answer{}, invalid("a charge needs order_id and an amount_cents of at least 1")
	}
	if in.Card == declinedCard {
		return refuse(http.StatusPaymentRequired, "card_declined", "the card was declined"), nil
	}
	if in.Currency == "" {
		in.Currency = "EUR"
	}
	n, err := c.insert(`INSERT INTO charges (order_id, amount_cents, currency, status) VALUES (?, ?, ?, 'charged')`,
		in.OrderID, in.AmountCents, in.Currency)
	if err != nil {
		return answer{}, err
	}
	p := payment{name("ch", n), in.OrderID, in.AmountCents, in.Currency, "charged"}
	return created(p), c.note("charge", in.OrderID, p.ID, in.AmountCents)
}

func refund(c *call) (answer, error) {
	p, err := c.charged()
	if err != nil {
		return answer{}, err
	}
	if p.ID == "" {
		return ok(map[string]any{"order_id": p.OrderID, "amount_cents": 0}), nil
	}
	if p.Status == "refunded" {
		return refuse(http.StatusConflict, "already_refunded", "charge %s was refunded before", p.ID), nil
	}
	err = errors.Join(
		c.exec(`UPDATE charges SET status = 'refunded' WHERE id = ?`, number("ch", p.ID)),
		c.note("refund", p.OrderID, p.ID, p.AmountCents))
	return created(map[string]any{
		"id": "re_" + p.ID, "charge_id": p.ID, "order_id": p.OrderID, "amount_cents": p.AmountCents,
	}), err
}

func orderOfCharge(c *call) (string, error) {
	p, err := c.charged()
	return p.OrderID, err
}

// charged is the charge that the body names, or that of the order that it names,
// which may have none: who has lost the answer to a charge knows no more.
func (c *call) charged() (payment, error) {
	var in struct {
		ChargeID string `json:"charge_id"`
		OrderID  string `json:"order_id"`
	}
	if err := c.decode(&in); err != nil {
		return payment{}, err
	}
	p := payment{ID: in.ChargeID}
	if p.ID == "" && in.OrderID != "" {
		var n int64
		err := c.row(`SELECT id FROM charges WHERE order_id = ? AND status = 'charged' ORDER BY id DESC`, in.OrderID).Scan(&n)
		if errors.Is(err, sql.ErrNoRows) {
			return payment{OrderID: in.OrderID}, nil
		}
		if err != nil {
			return p, err
		}
		p.ID = name("ch", n)
	}
	err := c.row(`SELECT order_id, amount_cents, currency, status FROM charges WHERE id = ?`, number("ch", p.ID)).
		Scan(&p.OrderID, &p.AmountCents, &p.Currency, &p.Status)
	return p, missing(err, "charge", in.ChargeID)
}
