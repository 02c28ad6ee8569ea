package shop

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// A call is one request inside its transaction.
type call struct {
	ctx  context.Context
	tx   *sql.Tx
	http *http.Request
	body []byte
	key  string // the Idempotency-Key, if any
	now  time.Time
}

// An operation has effects. Its request belongs to an order, which failures
// may be limited to.
type operation struct {
	route string
	order func(*call) (string, error)
	run   func(*call) (answer, error)
}

var operations = []operation{
	{"POST /inventory/reservations", orderInBody, reserve},
	{"DELETE /inventory/reservations/{id}", orderOfReservation, release},
	{"POST /payments/charges", orderInBody, charge},
	{"POST /payments/refunds", orderOfCharge, refund},
	{"POST /shipping/shipments", orderInBody, ship},
	{"DELETE /shipping/shipments/{id}", orderOfShipment, cancelShipment},
}

// mutate serves an operation: failures first, then what the same key was
// answered before, then the effect. The effect, its ledger rows and the stored
// answer are one transaction.
func (s *Shop) mutate(o operation) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if a, bad := s.unauthorized(r); bad {
			a.write(w)
			return
		}
		var trouble trouble
		a := s.transact(r, func(c *call) (answer, error) {
			var err error
			if trouble, err = c.trouble(o); err != nil || trouble.Status != 0 {
				return trouble.answer(), err
			}
			return c.once(o)
		})
		trouble.deliver(r.Context(), w, a)
	}
}

// read serves a request without effects.
func (s *Shop) read(run func(*call) (answer, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { s.transact(r, run).write(w) }
}

// control serves a request that sets the scene, such as stock and failures.
func (s *Shop) control(run func(*call) (answer, error)) http.HandlerFunc { return s.read(run) }

func (s *Shop) transact(r *http.Request, run func(*call) (answer, error)) answer {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, 1<<20))
	if err != nil {
		return refuse(http.StatusBadRequest, "bad_request", "the body cannot be read: %v", err)
	}
	// A transaction that has begun is not left half way because its caller went.
	ctx := context.WithoutCancel(r.Context())
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return broken(err)
	}
	defer tx.Rollback()
	c := &call{ctx: ctx, tx: tx, http: r, body: body, key: r.Header.Get("Idempotency-Key"), now: s.options.Now()}
	a, err := run(c)
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return broken(err)
	}
	return a
}

// broken answers for an error: an answer made into one, or our own trouble.
func broken(err error) answer {
	var r refusal
	if errors.As(err, &r) {
		return answer(r)
	}
	return refuse(http.StatusInternalServerError, "internal", "%v", err)
}

// A refusal is an answer that undoes the transaction.
type refusal answer

func (r refusal) Error() string { return http.StatusText(r.Status) }

func (s *Shop) unauthorized(r *http.Request) (answer, bool) {
	want := s.options.PaymentsToken
	if want == "" || !strings.HasPrefix(r.URL.Path, "/payments/") {
		return answer{}, false
	}
	got := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1 {
		return answer{}, false
	}
	a := refuse(http.StatusUnauthorized, "unauthorized", "payments need a bearer token")
	a.Header = map[string]string{"WWW-Authenticate": "Bearer"}
	return a, true
}

// once runs the operation, unless its key has an answer already. Refusals that
// follow from the state of the shop are kept like successes; malformed
// requests are not.
func (c *call) once(o operation) (answer, error) {
	if c.key == "" {
		return o.run(c)
	}
	var request, stored string
	err := c.row(`SELECT request, answer FROM answers WHERE key = ?`, c.key).Scan(&request, &stored)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return c.first(o)
	case err != nil:
		return answer{}, err
	case request != c.fingerprint():
		return answer{}, refusal(refuse(http.StatusUnprocessableEntity, "key_reused",
			"the idempotency key %q was used for another request", c.key))
	}
	// The body stays as it was encoded, so both answers are the same bytes.
	var body json.RawMessage
	a := answer{Body: &body}
	err = json.Unmarshal([]byte(stored), &a)
	if a.Header == nil {
		a.Header = map[string]string{}
	}
	a.Header["Idempotent-Replayed"] = "true"
	return a, err
}

func (c *call) first(o operation) (answer, error) {
	a, err := o.run(c)
	if err != nil {
		return a, err
	}
	text, err := json.Marshal(a)
	if err != nil {
		return a, err
	}
	return a, c.exec(`INSERT INTO answers VALUES (?, ?, ?)`, c.key, c.fingerprint(), string(text))
}

// fingerprint tells requests apart. Bodies that differ in spacing and in the
// order of keys are the same.
func (c *call) fingerprint() string {
	body := c.body
	var v any
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if dec.Decode(&v) == nil {
		body, _ = json.Marshal(v)
	}
	sum := sha256.Sum256(append([]byte(c.http.Method+" "+c.http.URL.RequestURI()+"\n"), body...))
	return hex.EncodeToString(sum[:])
}

// decode reads the body into v.
func (c *call) decode(v any) error {
	dec := json.NewDecoder(bytes.NewReader(c.body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return invalid("the body is not what this endpoint takes: %v", err)
	}
	return nil
}

func invalid(format string, args ...any) error {
	return refusal(refuse(http.StatusBadRequest, "bad_request", format, args...))
}

func (c *call) row(query string, args ...any) *sql.Row {
	return c.tx.QueryRowContext(c.ctx, query, args...)
}

func (c *call) exec(query string, args ...any) error {
	_, err := c.tx.ExecContext(c.ctx, query, args...)
	return err
}

// insert adds a row and returns its number.
func (c *call) insert(query string, args ...any) (int64, error) {
	r, err := c.tx.ExecContext(c.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}
