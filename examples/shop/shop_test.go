package shop_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/partitur/partitur/examples/shop"
)

// asServer makes the test binary serve a shop, to be killed.
const asServer = "SHOP_TEST_SERVE"

func TestMain(m *testing.M) {
	if path := os.Getenv(asServer); path != "" {
		serve(path)
	}
	os.Exit(m.Run())
}

func serve(path string) {
	s, err := shop.Open(shop.Options{Path: path})
	if err != nil {
		panic(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("http://" + l.Addr().String())
	panic(s.Serve(context.Background(), l))
}

// A client talks to a shop as any program would.
type client struct {
	t   *testing.T
	url string
}

type reply struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

func open(t *testing.T, o shop.Options) client {
	s, err := shop.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(func() { server.Close(); s.Close() })
	return client{t, server.URL}
}

// try sends a request. The header is pairs of name and value.
func (c client) try(method, path, body string, header ...string) (reply, error) {
	req, err := http.NewRequest(method, c.url+path, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	// A transport of its own does not send a request again by itself.
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	r := reply{status: resp.StatusCode, header: resp.Header, text: string(text)}
	json.Unmarshal(text, &r.body)
	return r, err
}

func (c client) do(method, path, body string, header ...string) reply {
	c.t.Helper()
	r, err := c.try(method, path, body, header...)
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

// want sends a request and insists on the status and, unless it is empty, on
// the code.
func (c client) want(status int, code, method, path, body string, header ...string) reply {
	c.t.Helper()
	r := c.do(method, path, body, header...)
	if r.status != status || code != "" && r.body["code"] != code {
		c.t.Fatalf("%s %s %s = %d %s, want %d %s", method, path, body, r.status, r.text, status, code)
	}
	return r
}

func (c client) kinds(order string) string {
	c.t.Helper()
	var entries []shop.Entry
	if err := json.Unmarshal([]byte(c.want(200, "", "GET", "/ledger?order="+order, "").text), &entries); err != nil {
		c.t.Fatal(err)
	}
	var kinds []string
	for _, e := range entries {
		kinds = append(kinds, e.Kind)
	}
	return strings.Join(kinds, " ")
}

func (c client) wantKinds(order, want string) {
	c.t.Helper()
	if got := c.kinds(order); got != want {
		c.t.Errorf("ledger of %s = %q, want %q", order, got, want)
	}
}

func TestOrderAndItsUndoing(t *testing.T) {
	c := open(t, shop.Options{})
	res := c.want(201, "", "POST", "/inventory/reservations", `{"order_id": "O-1", "sku": "bolt", "quantity": 3}`)
	pay := c.want(201, "", "POST", "/payments/charges", `{"order_id": "O-1", "amount_cents": 1200, "card": "tok_visa"}`)
	ship := c.want(201, "", "POST", "/shipping/shipments", `{"order_id": "O-1", "address": "1 Main St"}`)
	if ship.body["tracking"] == "" || pay.body["currency"] != "EUR" {
		t.Errorf("shipment %s, charge %s", ship.text, pay.text)
	}
	if n := c.do("GET", "/inventory/stock/bolt", "").body["quantity"]; n != 997.0 {
		t.Errorf("stock after a reservation = %v, want 997", n)
	}
	sum := c.want(200, "", "GET", "/orders/O-1", "")
	if sum.body["balance_cents"] != 1200.0 || fmt.Sprint(sum.body["shipments"]) != "[sh_1]" {
		t.Errorf("order = %s", sum.text)
	}
	for range 2 { // undoing twice is undoing once
		c.want(200, "", "DELETE", "/shipping/shipments/"+ship.body["id"].(string), "")
		c.want(200, "", "DELETE", "/inventory/reservations/"+res.body["id"].(string), "")
	}
	c.want(201, "", "POST", "/payments/refunds", `{"charge_id": "ch_1"}`)
	c.want(409, "already_refunded", "POST", "/payments/refunds", `{"charge_id": "ch_1"}`)
	c.wantKinds("O-1", "reservation charge shipment cancellation release refund")
	sum = c.want(200, "", "GET", "/orders/O-1", "")
	if sum.body["balance_cents"] != 0.0 || fmt.Sprint(sum.body["reservations"], sum.body["charges"], sum.body["shipments"]) != "[] [] []" {
		t.Errorf("order undone = %s", sum.text)
	}
	if n := c.do("GET", "/inventory/stock/bolt", "").body["quantity"]; n != 1000.0 {
		t.Errorf("stock after the release = %v, want 1000", n)
	}
}

func TestRefusals(t *testing.T) {
	c := open(t, shop.Options{})
	c.want(200, "", "PUT", "/inventory/stock/nut", `{"quantity": 2}`)
	c.want(409, "out_of_stock", "POST", "/inventory/reservations", `{"order_id": "O-1", "sku": "nut", "quantity": 3}`)
	c.want(409, "out_of_stock", "POST", "/inventory/reservations", `{"order_id": "O-1", "sku": "sold-out", "quantity": 1}`)
	c.want(402, "card_declined", "POST", "/payments/charges", `{"order_id": "O-1", "amount_cents": 1, "card": "tok_declined"}`)
	c.want(400, "bad_request", "POST", "/payments/charges", `{"order_id": "O-1"}`)
	c.want(400, "bad_request", "POST", "/payments/charges", `{"order_id": "O-1", "amount": 3}`)
	c.want(400, "bad_request", "POST", "/shipping/shipments", `not JSON`)
	c.want(404, "not_found", "DELETE", "/inventory/reservations/res_1", "")
	c.want(404, "not_found", "DELETE", "/shipping/shipments/res_1", "")
	c.want(404, "not_found", "POST", "/payments/refunds", `{"charge_id": "ch_9"}`)
	c.want(200, "", "POST", "/payments/refunds", `{"order_id": "O-9"}`)
	c.want(404, "not_found", "GET", "/orders/O-1", "")
	c.want(404, "no_such_endpoint", "GET", "/nowhere", "")
	c.want(400, "bad_request", "PUT", "/failures/mine", `{}`)
	c.want(400, "bad_request", "PUT", "/failures/mine", `{"status": 200}`)
	c.want(200, "", "GET", "/health", "")
	c.wantKinds("O-1", "")
}

func TestPaymentsToken(t *testing.T) {
	c := open(t, shop.Options{PaymentsToken: "s3cret"})
	const body = `{"order_id": "O-1", "amount_cents": 1, "card": "tok_visa"}`
	c.want(401, "unauthorized", "POST", "/payments/charges", body)
	c.want(401, "unauthorized", "POST", "/payments/charges", body, "Authorization", "Bearer other")
	c.want(201, "", "POST", "/payments/charges", body, "Authorization", "Bearer s3cret")
	c.want(201, "", "POST", "/shipping/shipments", `{"order_id": "O-1"}`)
}

func TestKeyRepeatsTheAnswer(t *testing.T) {
	c := open(t, shop.Options{})
	const body = `{"order_id": "O-1", "amount_cents": 500, "card": "tok_visa"}`
	first := c.want(201, "", "POST", "/payments/charges", body, "Idempotency-Key", "k1")
	again := c.want(201, "", "POST", "/payments/charges", `{"card":"tok_visa",  "amount_cents":500, "order_id":"O-1"}`, "Idempotency-Key", "k1")
	if first.text != again.text || first.header.Get("Idempotent-Replayed") != "" || again.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("first %s %v, again %s %v", first.text, first.header, again.text, again.header)
	}
	c.want(422, "key_reused", "POST", "/payments/charges", `{"order_id": "O-1", "amount_cents": 501}`, "Idempotency-Key", "k1")
	c.want(422, "key_reused", "POST", "/shipping/shipments", body, "Idempotency-Key", "k1")
	c.wantKinds("O-1", "charge")
	c.want(201, "", "POST", "/payments/charges", body) // without a key it is another charge
	c.wantKinds("O-1", "charge charge")
}

func TestKeyRepeatsRefusalsOfTheShopOnly(t *testing.T) {
	c := open(t, shop.Options{})
	const body = `{"order_id": "O-1", "sku": "sold-out", "quantity": 1}`
	c.want(409, "out_of_stock", "POST", "/inventory/reservations", body, "Idempotency-Key", "k1")
	c.want(200, "", "PUT", "/inventory/stock/sold-out", `{"quantity": 5}`)
	c.want(409, "out_of_stock", "POST", "/inventory/reservations", body, "Idempotency-Key", "k1")
	c.want(400, "", "POST", "/inventory/reservations", `{"order_id": "O-1"}`, "Idempotency-Key", "k2")
	c.want(201, "", "POST", "/inventory/reservations", body, "Idempotency-Key", "k2")
}

func TestConcurrentDuplicatesHaveOneEffect(t *testing.T) {
	c := open(t, shop.Options{Path: filepath.Join(t.TempDir(), "a shop.db")})
	var wg sync.WaitGroup
	texts := make([]string, 20)
	for i := range texts {
		wg.Go(func() {
			r, err := c.try("POST", "/payments/charges", `{"order_id": "O-1", "amount_cents": 7}`, "Idempotency-Key", "same")
			texts[i] = fmt.Sprint(r.status, r.text, err)
		})
	}
	wg.Wait()
	for _, text := range texts {
		if text != texts[0] || !strings.HasPrefix(text, "201") {
			t.Errorf("answers differ: %s and %s", texts[0], text)
		}
	}
	c.wantKinds("O-1", "charge")
}

func TestFailures(t *testing.T) {
	const body = `{"order_id": "O-1"}`
	send := func(c client) reply { return c.do("POST", "/shipping/shipments", body) }
	t.Run("carrier down until it is removed", func(t *testing.T) {
		c := open(t, shop.Options{})
		c.want(200, "", "PUT", "/failures/carrier_down", `{"retry_after": 7}`)
		r := c.want(503, "carrier_down", "POST", "/shipping/shipments", body)
		if r.header.Get("Retry-After") != "7" {
			t.Errorf("Retry-After = %q, want 7", r.header.Get("Retry-After"))
		}
		c.want(201, "", "POST", "/payments/charges", `{"order_id": "O-1", "amount_cents": 7}`)
		c.want(200, "", "DELETE", "/failures/carrier_down", "")
		c.want(201, "", "POST", "/shipping/shipments", body)
	})
	t.Run("for one order", func(t *testing.T) {
		c := open(t, shop.Options{})
		c.want(200, "", "PUT", "/failures/carrier_down", `{"order": "O-2"}`)
		c.want(201, "", "POST", "/shipping/shipments", body)
		c.want(503, "", "POST", "/shipping/shipments", `{"order_id": "O-2"}`)
	})
	t.Run("for an order known by its charge only", func(t *testing.T) {
		c := open(t, shop.Options{})
		c.want(200, "", "PUT", "/failures/bank", `{"on": "POST /payments/refunds", "order": "O-1", "status": 500}`)
		c.want(201, "", "POST", "/payments/charges", `{"order_id": "O-1", "amount_cents": 7}`)
		c.want(500, "bank", "POST", "/payments/refunds", `{"charge_id": "ch_1"}`)
	})
	t.Run("for the next calls", func(t *testing.T) {
		c := open(t, shop.Options{})
		c.want(200, "", "PUT", "/failures/carrier_down", `{"times": 2}`)
		got := fmt.Sprint(send(c).status, send(c).status, send(c).status, send(c).status)
		if got != "503 503 201 201" {
			t.Errorf("statuses = %s", got)
		}
		if list := c.do("GET", "/failures", "").text; !strings.Contains(list, `"hits":2`) {
			t.Errorf("failures = %s", list)
		}
		c.want(200, "", "DELETE", "/failures", "")
		if list := c.do("GET", "/failures", "").text; list != "[]\n" {
			t.Errorf("failures = %s", list)
		}
	})
	t.Run("at random, the same for the same seed", func(t *testing.T) {
		draw := func(seed int) (text string) {
			c := open(t, shop.Options{})
			c.want(200, "", "PUT", "/failures/flaky", fmt.Sprintf(`{"rate": 0.5, "seed": %d}`, seed))
			for range 20 {
				text += fmt.Sprint(send(c).status, " ")
			}
			return text
		}
		a := draw(1)
		if a != draw(1) || a == draw(2) || !strings.Contains(a, "500") || !strings.Contains(a, "201") {
			t.Errorf("drawn: %s", a)
		}
	})
	t.Run("late", func(t *testing.T) {
		c := open(t, shop.Options{})
		c.want(200, "", "PUT", "/failures/slow", `{"delay_ms": 50}`)
		start := time.Now()
		send(c)
		if took := time.Since(start); took < 50*time.Millisecond {
			t.Errorf("the answer came after %s", took)
		}
	})
}

func TestLostAnswer(t *testing.T) {
	c := open(t, shop.Options{})
	const body = `{"order_id": "O-1", "amount_cents": 7}`
	c.want(200, "", "PUT", "/failures/lost_charge", `{"times": 1}`)
	if r, err := c.try("POST", "/payments/charges", body, "Idempotency-Key", "k1"); err == nil {
		t.Fatalf("answer %s, want a cut connection", r.text)
	}
	c.wantKinds("O-1", "charge") // the effect is there
	r := c.want(201, "", "POST", "/payments/charges", body, "Idempotency-Key", "k1")
	if r.body["id"] != "ch_1" || r.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("repeated request got %s", r.text)
	}
	c.wantKinds("O-1", "charge")
}

func TestKilledShopForgetsNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.db")
	c, kill := start(t, path)
	c.want(200, "", "PUT", "/failures/carrier_down", `{"times": 2}`)
	c.want(503, "", "POST", "/shipping/shipments", `{"order_id": "O-1"}`)
	first := c.want(201, "", "POST", "/payments/charges", `{"order_id": "O-1", "amount_cents": 7}`, "Idempotency-Key", "k1")
	c.want(201, "", "POST", "/inventory/reservations", `{"order_id": "O-1", "sku": "bolt", "quantity": 1}`)
	kill()

	c, kill = start(t, path)
	defer kill()
	c.wantKinds("O-1", "charge reservation")
	again := c.want(201, "", "POST", "/payments/charges", `{"order_id": "O-1", "amount_cents": 7}`, "Idempotency-Key", "k1")
	if again.text != first.text {
		t.Errorf("after the restart %s, want %s", again.text, first.text)
	}
	c.want(503, "", "POST", "/shipping/shipments", `{"order_id": "O-1"}`)
	c.want(201, "", "POST", "/shipping/shipments", `{"order_id": "O-1"}`)
}

// start runs a shop as a process of its own, which kill ends at once.
func start(t *testing.T, path string) (c client, kill func()) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asServer+"="+path)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%v: %s", err, &stderr)
	}
	return client{t, strings.TrimSpace(line)}, func() { cmd.Process.Kill(); cmd.Wait() }
}

func TestServeEndsWithItsContext(t *testing.T) {
	s, err := shop.Open(shop.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.Serve(ctx, l) }()
	client{t, "http://" + l.Addr().String()}.want(200, "", "GET", "/health", "")
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestLedgerEntries(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	s, err := shop.Open(shop.Options{Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	req := httptest.NewRequest("POST", "/payments/charges", strings.NewReader(`{"order_id": "O-1", "amount_cents": 7}`))
	req.Header.Set("Idempotency-Key", "k1")
	s.ServeHTTP(httptest.NewRecorder(), req)
	got, err := s.Ledger(t.Context(), "")
	want := shop.Entry{Seq: 1, Kind: "charge", OrderID: "O-1", Ref: "ch_1", AmountCents: 7, Key: "k1", At: at}
	if err != nil || len(got) != 1 || got[0] != want {
		t.Errorf("ledger = %v %v, want %v", got, err, want)
	}
}
