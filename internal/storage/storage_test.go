package storage_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/storage"
)

// shop is a service that speaks as much of S3 as the driver needs.
type shop struct {
	mu      sync.Mutex
	objects map[string][]byte
	signed  bool
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signed = strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=me/")
	switch data, found := s.objects[r.URL.EscapedPath()]; {
	case r.Method == http.MethodPut:
		data, _ := io.ReadAll(r.Body)
		s.objects[r.URL.EscapedPath()] = data
	case r.Method == http.MethodGet && found:
		_, _ = w.Write(data)
	case r.Method == http.MethodGet:
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>`)
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// A place is a driver, and how a test damages and loses what it has stored.
type place struct {
	driver       converter.StorageDriver
	damage, lose func()
}

func places(t *testing.T) map[string]place {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "me")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	s := &shop{objects: map[string][]byte{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	t.Cleanup(func() {
		if !s.signed {
			t.Error("the requests are not signed")
		}
	})
	each := func(do func(path string)) {
		files, err := filepath.Glob(filepath.Join(dir, "values", "*", "*"))
		if err != nil || len(files) == 0 {
			t.Error("there are no files", err)
		}
		for _, f := range files {
			do(f)
		}
	}
	return map[string]place{
		"file": {
			driver: open(t, &dsl.Storage{Driver: "file", Path: "values"}, dir),
			damage: func() { each(func(path string) { _ = os.WriteFile(path, []byte("other"), 0o600) }) },
			lose:   func() { each(func(path string) { _ = os.Remove(path) }) },
		},
		"s3": {
			driver: open(t, &dsl.Storage{Driver: "s3", Bucket: "values", Prefix: "a/b", Endpoint: server.URL}, dir),
			damage: func() {
				for key := range s.objects {
					s.objects[key] = []byte("other")
				}
			},
			lose: func() { clear(s.objects) },
		},
	}
}

func open(t *testing.T, s *dsl.Storage, root string) converter.StorageDriver {
	t.Helper()
	external, err := storage.Open(t.Context(), s, root)
	if err != nil {
		t.Fatal(err)
	}
	return external.Drivers[0]
}

// TestDrivers stores values and reads them back; what is damaged or lost is an
// error that says so.
func TestDrivers(t *testing.T) {
	for name, p := range places(t) {
		t.Run(name, func(t *testing.T) {
			values := []*commonpb.Payload{payload("one"), payload(strings.Repeat("two", 100_000)), payload("one")}
			claims := store(t, p.driver, values)
			got, err := retrieve(p.driver, claims)
			if err != nil {
				t.Fatal(err)
			}
			for i := range values {
				if !proto.Equal(values[i], got[i]) {
					t.Errorf("value %d has become %v", i, got[i].GetMetadata())
				}
			}
			store(t, p.driver, values) // a second time is no mistake
			p.damage()
			if _, err := retrieve(p.driver, claims[:1]); err == nil || !strings.Contains(err.Error(), "is not what was stored") {
				t.Error("a damaged value gives", err)
			}
			p.lose()
			if _, err := retrieve(p.driver, claims[:1]); err == nil || !strings.Contains(err.Error(), "stored value") {
				t.Error("a lost value gives", err)
			}
		})
	}
}

// TestFileClaims reads claims that nobody has given out.
func TestFileClaims(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, hash := range []string{"", "a", "../secret", strings.Repeat("../", 20) + "etc/passwd"} {
		claim := converter.StorageDriverClaim{ClaimData: map[string]string{"hash_algorithm": "sha256", "hash_value": hash}}
		if _, err := retrieve(storage.Files(filepath.Join(dir, "values")), []converter.StorageDriverClaim{claim}); err == nil {
			t.Errorf("the hash %q is read", hash)
		}
	}
}

func payload(text string) *commonpb.Payload {
	return &commonpb.Payload{Metadata: map[string][]byte{"encoding": []byte("json/plain")}, Data: bytes.Clone([]byte(text))}
}

func store(t *testing.T, d converter.StorageDriver, values []*commonpb.Payload) []converter.StorageDriverClaim {
	t.Helper()
	claims, err := d.Store(converter.StorageDriverStoreContext{
		Context: t.Context(), Target: converter.StorageDriverWorkflowInfo{Namespace: "default", WorkflowID: "a/b c", RunID: "1"},
	}, values)
	if err != nil {
		t.Fatal(err)
	}
	return claims
}

func retrieve(d converter.StorageDriver, claims []converter.StorageDriverClaim) ([]*commonpb.Payload, error) {
	return d.Retrieve(converter.StorageDriverRetrieveContext{Context: context.Background()}, claims)
}
