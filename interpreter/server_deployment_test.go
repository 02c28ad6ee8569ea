package interpreter_test

import (
	"testing"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/interpreter"
)

// TestDeployment lets two builds of a worker work on one queue. A run that is
// pinned ends on the build that began it, another moves on to the newer one.
func TestDeployment(t *testing.T) {
	for name, c := range map[string]struct {
		behavior workflow.VersioningBehavior
		ends     string
	}{
		"pinned":       {workflow.VersioningBehaviorPinned, "b1"},
		"auto_upgrade": {workflow.VersioningBehaviorAutoUpgrade, "b2"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &site{t: t, client: dial(t), queue: t.Name(), gates: map[string]chan struct{}{}}
			s.build("b1", c.behavior)
			s.build("b2", c.behavior)
			s.current("b1")
			run := s.start("where")
			eventually(t, "the run begins", func() bool { return len(s.history(run).GetEvents()) > 4 })
			s.current("b2")
			s.signal(run, "go_on")
			var result string
			if err := s.get(run, &result); err != nil || result != c.ends {
				t.Errorf("the run ends on %q, %v, want %q", result, err, c.ends)
			}
			second, err := s.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: t.Name() + "/second", TaskQueue: s.queue}, "where")
			if err != nil {
				t.Fatal(err)
			}
			s.signal(second, "go_on")
			if err := s.get(second, &result); err != nil || result != "b2" {
				t.Errorf("a new run ends on %q, %v", result, err)
			}
		})
	}
}

func (s *site) deployment() string { return "shop-" + s.queue[len("TestDeployment/"):] }

// build starts a worker that is one build of the deployment, which its activity
// tells.
func (s *site) build(id string, behavior workflow.VersioningBehavior) {
	s.t.Helper()
	programs, _ := loadText(s.t, `workflow: where
defaults: {timeout: 1m}
signals: {go_on: {}}
steps: [{receive: go_on}, {id: a, activity: build, local: true}]
output: ${ steps.a.output }
`)
	i := &interpreter.Interpreter{Programs: programs, Behavior: behavior}
	w := worker.New(s.client, s.queue, i.Options(worker.Options{DeploymentOptions: worker.DeploymentOptions{
		UseVersioning: true, DefaultVersioningBehavior: behavior,
		Version: worker.WorkerDeploymentVersion{DeploymentName: s.deployment(), BuildID: id},
	}}))
	i.Register(w)
	w.RegisterActivityWithOptions(func() (string, error) { return id, nil }, activity.RegisterOptions{Name: "build"})
	if err := w.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(w.Stop)
}

// current makes a build take the new runs, as soon as the server knows it.
func (s *site) current(id string) {
	s.t.Helper()
	h := s.client.WorkerDeploymentClient().GetHandle(s.deployment())
	eventually(s.t, "the server knows the build", func() bool {
		_, err := h.SetCurrentVersion(s.t.Context(), client.WorkerDeploymentSetCurrentVersionOptions{BuildID: id})
		return err == nil
	})
}
