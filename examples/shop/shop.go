// Package shop is a small web shop's inventory, payments and shipping in one
// HTTP service, for the examples and tests to call. It behaves as a good
// service does: an effect and the answer to it are committed together, so that
// a request repeated under the same Idempotency-Key has one effect. It can be
// told to fail, and its ledger has a row for each effect.
package shop

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Options says how a shop runs. The zero value keeps everything in memory.
type Options struct {
	// Path is the SQLite file. Without one nothing outlives the process.
	Path string
	// PaymentsToken, when set, is the bearer token that payments ask for.
	PaymentsToken string
	// Now is the clock of the ledger, time.Now when nil.
	Now func() time.Time
}

// A Shop is the service. It is an http.Handler.
type Shop struct {
	options Options
	db      *sql.DB
	mux     *http.ServeMux
}

// Open opens the shop, which must be closed.
func Open(o Options) (*Shop, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	db, err := openStore(o.Path)
	if err != nil {
		return nil, err
	}
	s := &Shop{options: o, db: db, mux: http.NewServeMux()}
	s.routes()
	return s, nil
}

// Close closes the store.
func (s *Shop) Close() error { return s.db.Close() }

func (s *Shop) routes() {
	for _, o := range operations {
		s.mux.HandleFunc(o.route, s.mutate(o))
	}
	s.mux.HandleFunc("GET /health", s.read(health))
	s.mux.HandleFunc("GET /ledger", s.read(ledger))
	s.mux.HandleFunc("GET /orders/{id}", s.read(order))
	s.mux.HandleFunc("GET /inventory/stock/{sku}", s.read(stock))
	s.mux.HandleFunc("PUT /inventory/stock/{sku}", s.control(setStock))
	s.mux.HandleFunc("GET /failures", s.read(failures))
	s.mux.HandleFunc("PUT /failures/{name}", s.control(setFailure))
	s.mux.HandleFunc("DELETE /failures/{name}", s.control(removeFailure))
	s.mux.HandleFunc("DELETE /failures", s.control(removeFailures))
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(http.StatusNotFound, "no_such_endpoint", "there is no %s %s", r.Method, r.URL.Path).write(w)
	})
}

// ServeHTTP answers one request.
func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Serve answers requests on l until ctx is done, then finishes those it has.
func (s *Shop) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		stopped <- server.Shutdown(grace)
	})
	err := server.Serve(l)
	if stop() || !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

// An answer is what a request gets.
type answer struct {
	Status int               `json:"status"`
	Header map[string]string `json:"header,omitempty"`
	Body   any               `json:"body"`
}

func created(body any) answer { return answer{Status: http.StatusCreated, Body: body} }

func ok(body any) answer { return answer{Status: http.StatusOK, Body: body} }

// refuse answers with an error, whose code programs read and whose message
// people read.
func refuse(status int, code, format string, args ...any) answer {
	return answer{Status: status, Body: map[string]any{"code": code, "message": fmt.Sprintf(format, args...)}}
}

func (a answer) write(w http.ResponseWriter) {
	for k, v := range a.Header {
		w.Header().Set(k, v)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.Status)
	json.NewEncoder(w).Encode(a.Body)
}

func health(*call) (answer, error) { return ok(map[string]string{"status": "ok"}), nil }
