//go:build !noengine

package engine_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/internal/engine"
)

// childDatabase makes the test binary the server that TestKilledServer kills.
const childDatabase = "ENGINE_TEST_DATABASE"

func TestMain(m *testing.M) {
	if path := os.Getenv(childDatabase); path != "" {
		serve(path)
	}
	os.Exit(m.Run())
}

var region = temporal.NewSearchAttributeKeyKeyword("Region")

// naps sleeps often and shortly, and makes itself findable.
func naps(ctx workflow.Context) (string, error) {
	if err := workflow.UpsertTypedSearchAttributes(ctx, region.ValueSet("north")); err != nil {
		return "", err
	}
	for range 5 {
		if err := workflow.Sleep(ctx, 20*time.Millisecond); err != nil {
			return "", err
		}
	}
	return "rested", nil
}

func start(t *testing.T, o engine.Options) *engine.Server {
	t.Helper()
	var log bytes.Buffer
	o.Log = &log
	s, err := engine.Start(t.Context(), o)
	if err != nil {
		t.Fatalf("start: %v\n%s", err, log.String())
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func dial(t *testing.T, hostPort string) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: hostPort, Logger: quiet{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}

func runWorker(t *testing.T, c client.Client) {
	t.Helper()
	w := worker.New(c, "naps", worker.Options{})
	w.RegisterWorkflow(naps)
	w.RegisterWorkflow(months)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
}

func TestServerRunsWorkflows(t *testing.T) {
	s := start(t, engine.Options{UIPort: engine.AnyPort, SearchAttributes: map[string]enumspb.IndexedValueType{
		"Region": enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		"Total":  enumspb.INDEXED_VALUE_TYPE_INT,
	}})
	c := dial(t, s.HostPort())
	runWorker(t, c)
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "a/b c", TaskQueue: "naps"}, naps)
	if err != nil {
		t.Fatal(err)
	}
	var got string
	if err := run.Get(t.Context(), &got); err != nil || got != "rested" {
		t.Fatalf("got %q, %v", got, err)
	}
	eventually(t, "the run is found by its search attribute", func() bool {
		r, err := c.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: "Region = 'north'"})
		return err == nil && len(r.GetExecutions()) == 1
	})

	t.Run("skipped time", func(t *testing.T) { skipTime(t, c) })
	t.Run("web ui", func(t *testing.T) {
		page := s.RunURL("default", "a/b c", run.GetRunID())
		if want := s.UIURL() + "/namespaces/default/workflows/a%2Fb%20c/" + run.GetRunID() + "/history"; page != want {
			t.Errorf("run page %s, want %s", page, want)
		}
		body := get(t, page)
		if !strings.Contains(body, "<html") {
			t.Errorf("no page at %s: %.100s", page, body)
		}
		if body := get(t, s.UIURL()+"/api/v1/namespaces"); !strings.Contains(body, `"default"`) {
			t.Errorf("the API behind the Web UI does not know the namespace: %.200s", body)
		}
	})
	t.Run("port in use", func(t *testing.T) {
		_, port, _ := net.SplitHostPort(s.HostPort())
		var n int
		fmt.Sscan(port, &n)
		_, err := engine.Start(t.Context(), engine.Options{Port: n})
		var busy *engine.PortError
		if !errors.As(err, &busy) || busy.Port != n || !strings.Contains(err.Error(), "port "+port+" is already in use") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("stopped", func(t *testing.T) {
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", s.HostPort())
		if err != nil {
			t.Fatalf("the port is still taken: %v", err)
		}
		l.Close()
	})
}

// months sleeps for a quarter of a year.
func months(ctx workflow.Context) error {
	for range 3 {
		if err := workflow.Sleep(ctx, 30*24*time.Hour); err != nil {
			return err
		}
	}
	return nil
}

// skipTime starts a run whose clock moves on when nothing happens.
func skipTime(t *testing.T, c client.Client) {
	_, err := c.WorkflowService().StartWorkflowExecution(t.Context(), &workflowservice.StartWorkflowExecutionRequest{
		Namespace: "default", WorkflowId: "months", RequestId: "months",
		WorkflowType:       &commonpb.WorkflowType{Name: "months"},
		TaskQueue:          &taskqueuepb.TaskQueue{Name: "naps"},
		TimeSkippingConfig: &commonpb.TimeSkippingConfig{Enabled: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.GetWorkflow(t.Context(), "months", "").Get(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	var body []byte
	eventually(t, "GET "+url, func() bool {
		r, err := http.Get(url)
		if err != nil {
			return false
		}
		defer r.Body.Close()
		body, err = io.ReadAll(r.Body)
		return err == nil && r.StatusCode == http.StatusOK
	})
	return string(body)
}

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !f(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// serve is the life of the child of TestKilledServer: it starts a run that
// nobody works on, says where it listens, and waits for its end.
func serve(path string) {
	s, err := engine.Start(context.Background(), engine.Options{Database: path})
	if err == nil {
		var c client.Client
		if c, err = client.Dial(client.Options{HostPort: s.HostPort(), Logger: quiet{}}); err == nil {
			_, err = c.ExecuteWorkflow(context.Background(), client.StartWorkflowOptions{ID: "kept", TaskQueue: "naps"}, naps)
		}
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("serving", s.HostPort())
	select {}
}

func TestKilledServer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new dir", "odd #1?%20name.db")
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childDatabase+"="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = child.Process.Kill() }()
	if line, _ := bufio.NewReader(out).ReadString('\n'); !strings.HasPrefix(line, "serving ") {
		t.Fatalf("child: %s", line)
	}

	_, err = engine.Start(t.Context(), engine.Options{Database: path})
	var refused *engine.DatabaseError
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "in use by another server") {
		t.Fatalf("a second server got %v", err)
	}

	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	s := start(t, engine.Options{Database: path, SearchAttributes: map[string]enumspb.IndexedValueType{
		"Region": enumspb.INDEXED_VALUE_TYPE_KEYWORD,
	}})
	c := dial(t, s.HostPort())
	runWorker(t, c)
	var got string
	if err := c.GetWorkflow(t.Context(), "kept", "").Get(t.Context(), &got); err != nil || got != "rested" {
		t.Fatalf("the run that the killed server held: %q, %v", got, err)
	}
}

func TestRefusedDatabases(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, bytes.Repeat([]byte("not a database\n"), 200), 0o600); err != nil {
		t.Fatal(err)
	}
	foreign, newer := filepath.Join(dir, "foreign.db"), filepath.Join(dir, "newer.db")
	execute(t, foreign, "CREATE TABLE accounts (id TEXT)")
	execute(t, newer, "CREATE TABLE history_node (id TEXT)", "PRAGMA user_version = 9999")
	for path, want := range map[string]string{
		text:                                 "file is not a database",
		filepath.Join(text, "below", "a.db"): "its directory cannot be made",
		foreign:                              "holds something else",
		newer:                                "was made for schema 9999",
	} {
		_, err := engine.Start(t.Context(), engine.Options{Database: path})
		var refused *engine.DatabaseError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", path, err, want)
		}
	}
}

func execute(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
}

func TestInterruptedStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := engine.Start(ctx, engine.Options{}); s != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", s, err)
	}
}

func TestRunURL(t *testing.T) {
	for _, c := range []struct{ base, run, want string }{
		{"", "r", ""},
		{"http://ui/", "", "http://ui/namespaces/n%2F1/workflows/w"},
		{"http://ui", "r", "http://ui/namespaces/n%2F1/workflows/w/r/history"},
	} {
		if got := engine.RunURL(c.base, "n/1", "w", c.run); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}
