package interpreter_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"github.com/partitur/partitur/interpreter"
)

type parcel struct {
	ID      int64    `json:"id"`
	Weights []int    `json:"weights"`
	To      *address `json:"to"`
}

type address struct {
	City string `json:"city"`
}

// typed are local activities whose functions take all kinds of arguments.
var typed = map[string]any{
	"struct":  func(_ context.Context, p parcel) (int64, error) { return p.ID, nil },
	"pointer": func(p *parcel) (string, error) { return fmt.Sprint(p.To == nil, len(p.Weights)), nil },
	"several": func(_ context.Context, a int64, b string, c []string) (string, error) {
		return fmt.Sprintf("%d/%s/%v", a, b, c), nil
	},
	"anything": func(_ context.Context, v any) (any, error) { return v, nil },
	"object":   func(_ context.Context, v map[string]any) (int, error) { return len(v), nil },
	"encoded":  func(_ context.Context, v converter.RawValue) (converter.RawValue, error) { return v, nil },
	"nothing":  func() (string, error) { return "done", nil },
	"panics":   func(context.Context, int) error { panic("out of paper") },
}

// locals are steps with these, and what must come of them.
var locals = []struct{ step, want string }{
	{"{activity: struct, with: {id: 9007199254740993, weights: [1]}", "9007199254740993"},
	{"{activity: pointer, with: {weights: [1, 2]}", `"true 2"`},
	{"{activity: pointer, with: {to: {city: Bern}}", `"false 0"`},
	{"{activity: several, args: [9007199254740993, b, [c, d]]", `"9007199254740993/b/[c d]"`},
	{"{activity: several, args: [1]", `"1//[]"`},
	{"{activity: anything, with: {a: [1, null]}", `{"a":[1,null]}`},
	{"{activity: object, with: {a: 1, b: 2}", "2"},
	{"{activity: object", "0"},
	{"{activity: encoded, with: 9007199254740993", "9007199254740993"},
	{"{activity: nothing, with: 1", `"done"`},
	{"{activity: struct, with: text", "InvalidArguments: the arguments do not fit the local activity"},
	{"{activity: panics, with: 1", "out of paper"},
}

func localWorkflows() string {
	var b strings.Builder
	for i, c := range locals {
		fmt.Fprintf(&b, "---\nworkflow: local-%d\nsteps:\n  - %s, id: s, local: true, timeout: 5s, retry: {maximum_attempts: 1}}\noutput: ${ steps.s.output }\n", i, c.step)
	}
	return strings.TrimPrefix(b.String(), "---\n")
}

// TestLocalArguments passes arguments to functions of local activities.
func TestLocalArguments(t *testing.T) {
	programs, _ := loadText(t, localWorkflows())
	c := dial(t)
	i := &interpreter.Interpreter{Programs: programs}
	w := worker.New(c, t.Name(), i.Options(worker.Options{}))
	i.Register(w)
	for name, f := range typed {
		w.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name})
	}
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
	for i, one := range locals {
		kind := fmt.Sprintf("local-%d", i)
		run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{TaskQueue: t.Name()}, kind)
		if err != nil {
			t.Fatal(err)
		}
		var raw converter.RawValue
		err = run.Get(t.Context(), &raw)
		compareLocal(t, one.step, one.want, raw, err)
	}
}

func compareLocal(t *testing.T, what, want string, raw converter.RawValue, err error) {
	t.Helper()
	got := ""
	var app *temporal.ApplicationError
	switch {
	case errors.As(err, &app):
		got = app.Type() + ": " + app.Message()
	case err != nil:
		got = err.Error()
	case raw.Payload() != nil:
		got = string(raw.Payload().GetData())
	}
	if got != want && (err == nil || !strings.Contains(got, want)) {
		t.Errorf("%s: got %s, want %s", what, got, want)
	}
}
