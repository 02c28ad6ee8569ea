package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/cli"
)

// crowded is a namespace in which many runs wait for somebody. It counts what it
// is asked.
type crowded struct {
	client.Client
	runs int

	mu             sync.Mutex
	lists, queries int
}

func (c *crowded) Close() {}

func (c *crowded) ListWorkflow(_ context.Context, r *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	if !strings.Contains(r.GetQuery(), dsl.WaitsFor) {
		return nil, errors.New("not this query: " + r.GetQuery())
	}
	c.lists++
	from, _ := strconv.Atoi(string(r.GetNextPageToken()))
	to := min(from+int(r.GetPageSize()), c.runs)
	answer := new(workflowservice.ListWorkflowExecutionsResponse)
	words, err := converter.GetDefaultDataConverter().ToPayload([]string{"approval:release", "group:finance"})
	if err != nil {
		return nil, err
	}
	for i := from; i < to; i++ {
		answer.Executions = append(answer.Executions, &workflow.WorkflowExecutionInfo{
			Execution:        &commonpb.WorkflowExecution{WorkflowId: fmt.Sprint("run-", i), RunId: "r"},
			Type:             &commonpb.WorkflowType{Name: "order"},
			SearchAttributes: &commonpb.SearchAttributes{IndexedFields: map[string]*commonpb.Payload{dsl.WaitsFor: words}},
		})
	}
	if to < c.runs {
		answer.NextPageToken = []byte(strconv.Itoa(to))
	}
	return answer, nil
}

func (c *crowded) QueryWorkflow(context.Context, string, string, string, ...any) (converter.EncodedValue, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.queries++
	return nil, errors.New("no worker answers")
}

// TestManyApprovals lists 10,000 approvals with a bounded number of calls: what is
// waited for is read page by page, and only the first runs are asked for more.
func TestManyApprovals(t *testing.T) {
	server := &crowded{runs: 10_000}
	var out, errs bytes.Buffer
	code := cli.Main(cli.App{
		Args:   []string{"approvals", "list", "--for", "group:finance", "--limit", "20000", "-o", "json"},
		Stdout: &out, Stderr: &errs, Env: bareEnv{}, Dir: t.TempDir(), Context: t.Context(), Now: time.Now, ReadFile: os.ReadFile,
		Terminal: cli.Terminal{Size: func() (int, int) { return 80, 20 }},
		Dial:     func(context.Context, client.Options) (client.Client, error) { return server, nil },
	})
	var answer struct {
		Approvals []struct {
			Name     string   `json:"name"`
			WaitsFor []string `json:"waits_for"`
		} `json:"approvals"`
	}
	if err := json.Unmarshal(out.Bytes(), &answer); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v: %s", code, err, errs.String())
	}
	if n := len(answer.Approvals); n != server.runs || answer.Approvals[n-1].Name != "release" || answer.Approvals[n-1].WaitsFor[0] != "group:finance" {
		t.Errorf("%d approvals are listed", n)
	}
	if server.lists > 10 || server.queries > 50 {
		t.Errorf("that took %d lists and %d questions", server.lists, server.queries)
	}
}

// bareEnv is an environment without variables.
type bareEnv struct{}

func (bareEnv) Environ() []string               { return nil }
func (bareEnv) LookupEnv(string) (string, bool) { return "", false }
