package shop

import (
	"errors"
	"fmt"
)

type shipment struct {
	ID       string `json:"id"`
	OrderID  string `json:"order_id"`
	Address  string `json:"address,omitempty"`
	Tracking string `json:"tracking"`
	Status   string `json:"status"` // shipped, cancelled
}

func ship(c *call) (answer, error) {
	var in struct {
		OrderID string `json:"order_id"`
		Address string `json:"address"`
	}
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if in.OrderID == "" {
		return answer{}, invalid("a shipment needs order_id")
	}
	n, err := c.insert(`INSERT INTO shipments (order_id, address, tracking, status) VALUES (?, ?, '', 'shipped')`, in.OrderID, in.Address)
	if err != nil {
		return answer{}, err
	}
	s := shipment{name("sh", n), in.OrderID, in.Address, fmt.Sprintf("TRACK-%06d", n), "shipped"}
	return created(s), errors.Join(
		c.exec(`UPDATE shipments SET tracking = ? WHERE id = ?`, s.Tracking, n),
		c.note("shipment", in.OrderID, s.ID, 0))
}

func cancelShipment(c *call) (answer, error) {
	s, err := c.shipment(c.http.PathValue("id"))
	if err != nil || s.Status == "cancelled" {
		return ok(s), err
	}
	s.Status = "cancelled"
	return ok(s), errors.Join(
		c.exec(`UPDATE shipments SET status = 'cancelled' WHERE id = ?`, number("sh", s.ID)),
		c.note("cancellation", s.OrderID, s.ID, 0))
}

func orderOfShipment(c *call) (string, error) {
	s, err := c.shipment(c.http.PathValue("id"))
	return s.OrderID, err
}

func (c *call) shipment(id string) (shipment, error) {
	s := shipment{ID: id}
	err := c.row(`SELECT order_id, address, tracking, status FROM shipments WHERE id = ?`, number("sh", id)).
		Scan(&s.OrderID, &s.Address, &s.Tracking, &s.Status)
	return s, missing(err, "shipment", id)
}
