package builtins

import (
	"github.com/partitur/partitur/builtins/call"

	"log/slog"
	"strings"
	"testing"

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"github.com/partitur/partitur/dsl/fields"
)

func TestEveryActionIsRegistered(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.NewTextHandler(t.Output(), nil))))
	env := suite.NewTestActivityEnvironment()
	Register(env, Options{Secrets: secretsOf(nil)})
	for _, a := range Actions() {
		if _, err := env.ExecuteActivity(a.Name, call.Call{}); err == nil || strings.Contains(err.Error(), "not registered") {
			t.Errorf("%s: %v", a.Name, err)
		}
		if a.Doc == "" || a.Page == "" || a.Timeout == 0 || a.Heartbeat == 0 || a.Result == nil {
			t.Errorf("%s is not described", a.Name)
		}
		for _, spec := range fields.Describe(a.Input()) {
			if spec.Doc == "" || !strings.Contains(a.Page, "`"+spec.Name) {
				t.Errorf("%s: %s is not described", a.Name, spec.Name)
			}
		}
	}
}
