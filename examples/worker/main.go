// Worker serves the activity types of the examples with harmless effects: it
// computes, logs, and keeps accounts in memory.
//
//	go run ./examples/worker [--task-queue examples] [--workflows FILE]
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"github.com/partitur/partitur/internal/project"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/internal/workers"
	"github.com/partitur/partitur/interpreter"
)

func main() {
	queue := flag.String("task-queue", "examples", "the task queue to serve")
	address := flag.String("address", client.DefaultHostPort, "the Temporal server")
	namespace := flag.String("namespace", client.DefaultNamespace, "the namespace")
	workflows := flag.String("workflows", "", "a file with workflows to serve as well, as local activities need it")
	flag.Parse()
	if err := run(client.Options{HostPort: *address, Namespace: *namespace}, *queue, *workflows); err != nil {
		log.Fatal(err)
	}
}

func run(o client.Options, queue, workflows string) error {
	c := dial(o)
	defer c.Close()
	var i interpreter.Interpreter
	w := worker.New(c, queue, i.Options(worker.Options{DisableWorkflowWorker: workflows == ""}))
	register(w, newWorld())
	if workflows != "" {
		programs, err := programsOf(workflows)
		if err != nil {
			return err
		}
		i.Programs = programs
		i.Register(w)
		fmt.Println("serving", programs.Types())
	}
	return w.Run(worker.InterruptCh())
}

// dial connects to a server, which may be started later than the worker.
func dial(o client.Options) client.Client {
	for {
		c, err := client.Dial(o)
		if err == nil {
			return c
		}
		log.Printf("waiting for a Temporal server at %s", o.HostPort)
		time.Sleep(2 * time.Second)
	}
}

// register adds every activity type of the catalogue in partitur.yaml.
func register(w worker.ActivityRegistry, in *world) {
	for name, f := range in.activities() {
		w.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name})
	}
}

// programsOf reads the workflows of a file, which the worker runs beside its
// activities.
func programsOf(file string) (*registry.Registry, error) {
	space, diags, err := project.Load(".", []string{file}, workers.Catalog{})
	if err != nil {
		return nil, err
	}
	if diags.Errors() > 0 {
		return nil, diags[0]
	}
	programs := &registry.Registry{Actions: workers.Catalog{}, Lookup: os.LookupEnv}
	complaints, err := programs.Set(space.Programs)
	if err != nil {
		return nil, err
	}
	if len(complaints) > 0 {
		return nil, errors.New(complaints[0])
	}
	return programs, nil
}
