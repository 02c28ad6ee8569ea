package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/builtins"
	"github.com/partitur/partitur/builtins/llm"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/fakellm"
)

// modelVariable is where the model of both sides is.
const modelVariable = "PARTITUR_BENCH_MODEL"

// modelScript is what it says: five times it calls for two tools.
const modelScript = `turns:
  - {when: {turn: 6}, times: 0, answer: All of the work is done., usage: {input: 900, output: 9}}
  - times: 0
    answer: There is more to do.
    tool_calls: [{name: work, arguments: {id: order, number: 1}}, {name: work, arguments: {id: order, number: 2}}]
    usage: {input: 500, output: 40}
`

// startModel starts the server that both sides ask, and tells the processes that
// are started after it where it is.
func startModel() (stop func(), err error) {
	script, diags := fakellm.Parse(source.NewFile("script", []byte(modelScript)))
	for _, d := range diags {
		return nil, d
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: &fakellm.Server{Script: script}, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(l) }()
	return func() { _ = server.Close() }, os.Setenv(modelVariable, "http://"+l.Addr().String()+"/v1")
}

// builtinOptions are those of both sides: the hand-written agent asks its model by
// the same activity.
func builtinOptions() builtins.Options {
	profile := llm.Profile{Name: "bench", Provider: llm.OpenAI, BaseURL: os.Getenv(modelVariable), Model: "small"}
	return builtins.Options{Models: []builtins.ModelProfile{{Profile: profile}}}
}

// Answer is the result of an agent.
type Answer struct {
	Text  string `json:"text"`
	Turns int    `json:"turns"`
}

// A said is one message of a conversation.
type said struct {
	Role    string   `json:"role"`
	Content string   `json:"content"`
	Calls   []called `json:"tool_calls,omitempty"`
	Answers string   `json:"tool_call_id,omitempty"`
}

type called struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Arguments Job    `json:"arguments"`
}

var offered = []any{map[string]any{
	"name": "work", "description": "Does a part of the work on an order",
	"input": map[string]any{
		"type": "object", "required": []string{"id", "number"},
		"properties": map[string]any{"id": map[string]any{"type": "string"}, "number": map[string]any{"type": "integer"}},
	},
}}

// agent is what somebody would write by hand.
func agent(ctx workflow.Context, in Order) (Answer, error) {
	asking := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 10 * time.Minute, HeartbeatTimeout: 20 * time.Second,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Second, MaximumInterval: 30 * time.Second, MaximumAttempts: 5},
	})
	messages := []said{
		{Role: "system", Content: "You work on orders, one part after the other."},
		{Role: "user", Content: "Work on " + in.ID + "."},
	}
	for turn := 1; turn <= 20; turn++ {
		var reply struct {
			Text  string   `json:"text"`
			Calls []called `json:"tool_calls"`
		}
		err := workflow.ExecuteActivity(asking, "llm", map[string]any{
			"in":  map[string]any{"model": "bench", "messages": messages, "tools": offered},
			"key": fmt.Sprintf("%s/%d", workflow.GetInfo(ctx).WorkflowExecution.RunID, turn),
		}).Get(ctx, &reply)
		if err != nil {
			return Answer{}, err
		}
		if len(reply.Calls) == 0 {
			return Answer{reply.Text, turn}, nil
		}
		messages = append(messages, said{Role: "assistant", Content: reply.Text, Calls: reply.Calls})
		results, err := useTools(ctx, reply.Calls)
		if err != nil {
			return Answer{}, err
		}
		messages = append(messages, results...)
	}
	return Answer{}, temporal.NewApplicationError("the agent has no answer", "AgentLimit")
}

// useTools makes the calls of a turn at the same time.
func useTools(ctx workflow.Context, calls []called) (results []said, err error) {
	ctx = workflow.WithActivityOptions(ctx, activityOptions())
	futures := make([]workflow.Future, len(calls))
	for i, c := range calls {
		futures[i] = workflow.ExecuteActivity(ctx, c.Name, c.Arguments)
	}
	for i, c := range calls {
		var done Job
		if err := futures[i].Get(ctx, &done); err != nil {
			return nil, err
		}
		text, err := json.Marshal(done)
		if err != nil {
			return nil, err
		}
		results = append(results, said{Role: "tool", Content: string(text), Answers: c.ID})
	}
	return results, nil
}
