//go:build !noengine

package chaos

import (
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"github.com/partitur/partitur/examples/shop"
	"github.com/partitur/partitur/internal/engine"
)

const (
	howMany   = 50 // orders
	atOnce    = 20 // of them
	token     = "let-me-pay"
	tolerance = 3 * time.Minute // after which a run counts as lost
)

// Orders survive a worker that is killed again and again.
func TestWorkerDies(t *testing.T) {
	s, err := engine.Start(t.Context(), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop() })
	_, port, err := net.SplitHostPort(s.HostPort())
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	rehearse(t, &victim{role: "worker", deaths: 12, life: 2 * time.Second}, number)
}

// Orders survive a server and worker in one process that is killed again and
// again; they are in its database.
func TestEngineDies(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	v := &victim{role: "engine", deaths: 8, life: 3 * time.Second}
	v.env = []string{databaseVariable + "=" + filepath.Join(t.TempDir(), "engine.db")}
	rehearse(t, v, port)
}

// rehearse runs all orders while the victim dies, and audits the shop.
func rehearse(t *testing.T, v *victim, port int) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("the seed is %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	dir := t.TempDir()
	s, err := shop.Open(shop.Options{Path: filepath.Join(dir, "shop.db"), PaymentsToken: token})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	var repeated atomic.Int64
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.ServeHTTP(w, r)
		if w.Header().Get("Idempotent-Replayed") != "" {
			repeated.Add(1)
		}
	}))
	t.Cleanup(web.Close)
	v.env = append(v.env, portVariable+"="+strconv.Itoa(port), definitionVariable+"="+definition(t, dir),
		"SHOP_URL="+web.URL, "PARTITUR_SECRET_PAYMENTS_TOKEN="+token)
	c, err := client.NewLazyClient(client.Options{HostPort: hostPort(port), Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	all := orders(t, web.URL, howMany)
	set(t, web.URL+"/failures/slow", shop.Failure{DelayMS: 150}) // the effect is there, the answer is not: time to die

	ctx, cancel := context.WithTimeout(t.Context(), tolerance)
	defer cancel()
	var group errgroup.Group
	group.SetLimit(atOnce + 1)
	var calm time.Time
	group.Go(func() error {
		defer func() { calm = time.Now() }()
		return v.torment(t, random)
	})
	for _, o := range all {
		group.Go(func() error {
			if err := o.run(ctx, c); err != nil {
				t.Error(err)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d requests came again for an effect that was there", repeated.Load())
	t.Logf("the last order ended %s after the last death", time.Since(calm).Round(100*time.Millisecond))
	audit(t, s, all)
}
