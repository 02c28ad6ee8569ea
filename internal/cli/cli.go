// Package cli is the command line. A command is a value in one list; it is a
// function of its App and touches nothing else of the system.
//
// House style of help texts: the summary is a phrase that begins with a lower
// case verb and has no full stop; the help is whole sentences; each command
// has examples that work as they stand; a flag says what it means, not that it
// is a flag. Ids and names of the user are quoted in messages.
package cli

import (
	"context"
	"io"
	"path/filepath"
	"slices"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/connect"
)

// commands is all that `partitur` can do, in the order of its help.
var commands = []command{
	initCommand,
	checkCommand,
	testCommand,
	diffCommand,
	replayCommand,
	runCommand,
	devCommand,
	workerCommand,
	planCommand,
	applyCommand,
	driftCommand,
	scheduleCommand,
	fakeLLMCommand,
	startCommand,
	resultCommand,
	statusCommand,
	listCommand,
	locksCommand,
	describeCommand,
	signalCommand,
	updateCommand,
	queryCommand,
	historyCommand,
	transcriptCommand,
	approvalsCommand,
	compensationCommand,
	deadLettersCommand,
	cancelCommand,
	terminateCommand,
	unblockCommand,
	retryCommand,
	completionCommand,
	versionCommand,
}

// An App is the world that a command lives in.
type App struct {
	Args           []string // without the name of the program
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Env            connect.Env
	Dir            string           // that relative paths start from; "" is the process's
	Context        context.Context  // ends when the user interrupts
	Now            func() time.Time // where its location is the user's
	Terminal       Terminal
	ReadFile       func(path string) ([]byte, error)
	Dial           func(context.Context, client.Options) (client.Client, error)
	Definitions    func() (Definitions, error) // what the files here define; nil reads the project around Dir
}

// A Terminal says which streams are one, and how large it is.
type Terminal struct {
	Stdin, Stdout, Stderr bool
	Size                  func() (columns, rows int)
}

// Definitions are the workflows that files on this machine define.
type Definitions interface {
	// Names lists the workflow types.
	Names() []string
	// Find returns what a workflow type, or the path of a file, means.
	Find(typeOrFile string) (Definition, error)
}

// A Definition is what a client needs to know of a workflow.
type Definition struct {
	Type, TaskQueue string
	Timeouts        dsl.RunTimeouts         // of the whole run; the server keeps them
	CheckInput      func(json []byte) error // nil takes everything
}

// Main runs one command and returns its exit code.
func Main(app App) int {
	s := &session{App: app, format: text}
	if s.Definitions == nil {
		s.Definitions = s.localDefinitions
	}
	defer s.close()
	err := s.root().ExecuteContext(app.Context)
	return s.conclude(err)
}

// A session is one run of the program.
type session struct {
	App
	format  format
	connect connect.Flags
	project *dsl.Project // of the files that have been read; nil if there is none
	closers []func()
}

func (s *session) close() {
	for _, f := range slices.Backward(s.closers) { // what was opened last needs the rest
		f()
	}
}

func (s *session) readFile(path string) ([]byte, error) {
	if s.Dir != "" && !filepath.IsAbs(path) {
		path = filepath.Join(s.Dir, path)
	}
	return s.ReadFile(path)
}
