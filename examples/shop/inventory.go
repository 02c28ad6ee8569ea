package shop

import (
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// initialStock is what there is of an article nobody set the stock of.
const initialStock = 1000

type reservation struct {
	ID       string `json:"id"`
	OrderID  string `json:"order_id"`
	SKU      string `json:"sku"`
	Quantity int64  `json:"quantity"`
	Status   string `json:"status"` // reserved, released
}

func reserve(c *call) (answer, error) {
	var in struct {
		OrderID  string `json:"order_id"`
		SKU      string `json:"sku"`
		Quantity int64  `json:"quantity"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if in.OrderID == "" || in.SKU == "" || in.Quantity < 1 {
		return answer{}, invalid("a reservation needs order_id, sku and a quantity of at least 1")
	}
	available, err := c.available(in.SKU)
	if err != nil {
		return answer{}, err
	}
	if available < in.Quantity {
		a := refuse(http.StatusConflict, "out_of_stock", "%d of %s are left, %d were asked for", available, in.SKU, in.Quantity)
		a.Body.(map[string]any)["available"] = available
		return a, nil
	}
	n, err := c.insert(`INSERT INTO reservations (order_id, sku, quantity, status) VALUES (?, ?, ?, 'reserved')`,
		in.OrderID, in.SKU, in.Quantity)
	if err != nil {
		return answer{}, err
	}
	r := reservation{name("res", n), in.OrderID, in.SKU, in.Quantity, "reserved"}
	return created(r), errors.Join(c.restock(in.SKU, -in.Quantity), c.note("reservation", in.OrderID, r.ID, 0))
}

func release(c *call) (answer, error) {
	r, err := c.reservation(c.http.PathValue("id"))
	if err != nil || r.Status == "released" {
		return ok(r), err
	}
	r.Status = "released"
	return ok(r), errors.Join(
		c.exec(`UPDATE reservations SET status = 'released' WHERE id = ?`, number("res", r.ID)),
		c.restock(r.SKU, r.Quantity),
		c.note("release", r.OrderID, r.ID, 0))
}

func orderOfReservation(c *call) (string, error) {
	r, err := c.reservation(c.http.PathValue("id"))
	return r.OrderID, err
}

func (c *call) reservation(id string) (reservation, error) {
	r := reservation{ID: id}
	err := c.row(`SELECT order_id, sku, quantity, status FROM reservations WHERE id = ?`, number("res", id)).
		Scan(&r.OrderID, &r.SKU, &r.Quantity, &r.Status)
	return r, missing(err, "reservation", id)
}

func (c *call) available(sku string) (n int64, err error) {
	err = c.row(`SELECT quantity FROM stock WHERE sku = ?`, sku).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return initialStock, nil
	}
	return n, err
}

func (c *call) restock(sku string, change int64) error {
	return c.exec(`INSERT INTO stock VALUES (?, ?) ON CONFLICT (sku) DO UPDATE SET quantity = quantity + ?`,
		sku, initialStock+change, change)
}

func stock(c *call) (answer, error) {
	sku := c.http.PathValue("sku")
	n, err := c.available(sku)
	return ok(map[string]any{"sku": sku, "quantity": n}), err
}

func setStock(c *call) (answer, error) {
	var in struct {
		Quantity *int64 `json:"quantity"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if in.Quantity == nil || *in.Quantity < 0 {
		return answer{}, invalid("the stock needs a quantity of at least 0")
	}
	sku := c.http.PathValue("sku")
	return ok(map[string]any{"sku": sku, "quantity": *in.Quantity}),
		c.exec(`INSERT OR REPLACE INTO stock VALUES (?, ?)`, sku, *in.Quantity)
}

// name is the public id of a row, such as res_12.
func name(kind string, n int64) string { return fmt.Sprintf("%s_%d", kind, n) }

// number is the row of a public id, 0 when it is not one.
func number(kind, id string) int64 {
	n, _ := strconv.ParseInt(strings.TrimPrefix(id, kind+"_"), 10, 64)
	if name(kind, n) != id {
		return 0
	}
	return n
}

func missing(err error, what, id string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return refusal(refuse(http.StatusNotFound, "not_found", "there is no %s %q", what, id))
	}
	return err
}
