//go:build !noengine

package cli_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"github.com/partitur/partitur/internal/cli"
	"github.com/partitur/partitur/internal/connect"
	"github.com/partitur/partitur/internal/engine"
	"github.com/partitur/partitur/internal/golden"
)

// TestScripts runs the commands in this process against one server and one
// worker; see testworker_test.go for the workflows there are.
func TestScripts(t *testing.T) {
	server, err := engine.Start(t.Context(), engine.Options{SearchAttributes: attributes})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	w := startWorker(t, server.HostPort())
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("testdata", "script"),
		UpdateScripts: *golden.Update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("TEMPORAL_ADDRESS", server.HostPort())
			e.Setenv("TEMPORAL_CONFIG_FILE", filepath.Join(e.WorkDir, "temporal.toml"))
			e.Setenv("DEAD", "127.0.0.1:1")
			_, port, err := net.SplitHostPort(server.HostPort())
			if err != nil {
				return err
			}
			e.Setenv("TAKEN", port)
			e.Values[feed{}] = new(bytes.Buffer)
			return os.WriteFile(filepath.Join(e.WorkDir, "temporal.toml"), nil, 0o600)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"partitur":    expectOK,
			"exits":       expectCode,
			"until":       until,
			"feed":        feedStdin,
			"interrupted": interrupted,
			"large":       large,
			"started":     func(ts *testscript.TestScript, _ bool, args []string) { showStart(ts, server.HostPort(), args[0]) },
			"reword":      func(ts *testscript.TestScript, _ bool, args []string) { reword(ts, w.programs, args) },
			"mend":        func(*testscript.TestScript, bool, []string) { w.mended.Store(true) },
		},
	})
}

// attributes are the search attributes of the namespace.
var attributes = map[string]enumspb.IndexedValueType{
	"Customer": enumspb.INDEXED_VALUE_TYPE_KEYWORD, "Amount": enumspb.INDEXED_VALUE_TYPE_INT, "Tags": enumspb.INDEXED_VALUE_TYPE_KEYWORD_LIST,
	"PartiturWaitsFor": enumspb.INDEXED_VALUE_TYPE_KEYWORD_LIST,
	"Rate":             enumspb.INDEXED_VALUE_TYPE_DOUBLE, "Paid": enumspb.INDEXED_VALUE_TYPE_BOOL, "Due": enumspb.INDEXED_VALUE_TYPE_DATETIME,
}

// showStart prints what the first event of a run says of how it was started.
func showStart(ts *testscript.TestScript, hostPort, id string) {
	c, err := client.Dial(client.Options{HostPort: hostPort, Logger: discardLog()})
	ts.Check(err)
	defer c.Close()
	event, err := c.GetWorkflowHistory(context.Background(), id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT).Next()
	ts.Check(err)
	a := event.GetWorkflowExecutionStartedEventAttributes()
	text := func(p *commonpb.Payload) string { return string(p.GetData()) }
	fmt.Fprintf(ts.Stdout(), "execution %s run %s task %s\nattempts %d first %s\npriority %d fairness %s\nsummary %s\ndetails %s\ndelay %s\n",
		a.GetWorkflowExecutionTimeout().AsDuration(), a.GetWorkflowRunTimeout().AsDuration(), a.GetWorkflowTaskTimeout().AsDuration(),
		a.GetRetryPolicy().GetMaximumAttempts(), a.GetRetryPolicy().GetInitialInterval().AsDuration(),
		a.GetPriority().GetPriorityKey(), a.GetPriority().GetFairnessKey(),
		text(event.GetUserMetadata().GetSummary()), text(event.GetUserMetadata().GetDetails()), a.GetFirstWorkflowTaskBackoff().AsDuration())
}

// feed is the key of what the next command reads from its standard input.
type feed struct{}

func feedStdin(ts *testscript.TestScript, _ bool, args []string) {
	ts.Value(feed{}).(*bytes.Buffer).WriteString(ts.ReadFile(args[0]))
}

// large writes JSON that no server takes at once.
func large(ts *testscript.TestScript, _ bool, args []string) {
	text := `{"order_id": "ORD-1", "lines": [{"sku": "` + strings.Repeat("x", 2_200_000) + `"}]}`
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// app is the world of a command in a script. TTY=WIDTH makes it a terminal.
func app(ts *testscript.TestScript, args []string) cli.App {
	columns, _ := strconv.Atoi(ts.Getenv("TTY"))
	a := cli.App{
		Args:     args,
		Stdin:    ts.Value(feed{}).(*bytes.Buffer),
		Stdout:   ts.Stdout(),
		Stderr:   ts.Stderr(),
		Env:      scriptEnv{ts},
		Dir:      ts.MkAbs("."),
		Context:  context.Background(),
		Now:      func() time.Time { return time.Now().UTC() },
		ReadFile: os.ReadFile,
		Dial:     connect.Dial,
		Terminal: cli.Terminal{Stdin: ts.Getenv("TYPING") != "", Stdout: columns > 0, Stderr: columns > 0, Size: func() (int, int) { return columns, 20 }},
	}
	if names := ts.Getenv("DEFINED"); names != "" {
		a.Definitions = func() (cli.Definitions, error) { return defined(strings.Fields(names)), nil }
	}
	return a
}

// defined are definitions of which only the names count; the file NAME.yaml
// defines NAME.
type defined []string

func (d defined) Names() []string { return d }

func (d defined) Find(typeOrFile string) (cli.Definition, error) {
	for _, name := range d {
		if typeOrFile == name || typeOrFile == name+".yaml" {
			return cli.Definition{Type: name, TaskQueue: "partitur", CheckInput: func(doc []byte) error {
				if len(doc) == 0 {
					return errors.New("the input is missing")
				}
				return nil
			}}, nil
		}
	}
	return cli.Definition{}, fmt.Errorf("%s: no such definition", typeOrFile)
}

type scriptEnv struct{ ts *testscript.TestScript }

func (e scriptEnv) Environ() []string { return nil }

func (e scriptEnv) LookupEnv(name string) (string, bool) {
	v := e.ts.Getenv(name)
	return v, v != ""
}

func expectOK(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("write `exits CODE ...` instead of `! partitur ...`")
	}
	expect(ts, 0, app(ts, args))
}

func expectCode(ts *testscript.TestScript, _ bool, args []string) {
	code, err := strconv.Atoi(args[0])
	ts.Check(err)
	expect(ts, code, app(ts, args[1:]))
}

func expect(ts *testscript.TestScript, want int, a cli.App) {
	var stdout, stderr bytes.Buffer
	a.Stdout, a.Stderr = &stdout, &stderr
	got := cli.Main(a)
	_, _ = ts.Stdout().Write(stdout.Bytes())
	_, _ = ts.Stderr().Write(stderr.Bytes())
	if got != want {
		ts.Fatalf("partitur %s: exit code %d, want %d\n%s%s", strings.Join(a.Args, " "), got, want, &stdout, &stderr)
	}
}

// until repeats a command until its output matches: the server answers some
// questions from an index that lags behind.
func until(ts *testscript.TestScript, _ bool, args []string) {
	pattern := regexp.MustCompile(args[0])
	var out bytes.Buffer
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		out.Reset()
		a := app(ts, args[1:])
		a.Stdout, a.Stderr = &out, &out
		cli.Main(a)
		if pattern.Match(out.Bytes()) {
			_, _ = ts.Stdout().Write(out.Bytes())
			return
		}
	}
	ts.Fatalf("partitur %s never printed %s; at last:\n%s", strings.Join(args[1:], " "), args[0], &out)
}

// interrupted runs a command that is interrupted once it has connected.
func interrupted(ts *testscript.TestScript, _ bool, args []string) {
	a := app(ts, args)
	ctx, cancel := context.WithCancel(context.Background())
	a.Context = ctx
	a.Dial = func(ctx context.Context, o client.Options) (client.Client, error) {
		defer cancel()
		return connect.Dial(ctx, o)
	}
	expect(ts, 130, a)
}

func discardLog() sdklog.Logger {
	return sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler))
}
