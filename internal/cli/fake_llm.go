package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/fakellm"
)

var fakeLLMCommand = command{
	use:     "fake-llm",
	group:   filesGroup,
	summary: "answer as a language model would, from a script",
	help: `
Start a server that speaks the APIs of OpenAI (chat completions) and Anthropic
(messages), streamed or not, and answers what a script says, until Ctrl-C. Give
its address to a profile of models in partitur.yaml as base_url. Without a script
it repeats what it is told.

With --record it asks a provider instead, with the key of each request, and
writes what that answers as a script, without the key.

Each request is printed when it has ended. GET /calls tells them as JSON, and
which were answered twice. At the end, the exit code is 1 if any was, if none of
the turns fitted a request, or if a turn was not played.`,
	examples: `
  partitur fake-llm --script tickets.fake.yaml
  partitur fake-llm --record tickets.fake.yaml
  partitur fake-llm --record local.fake.yaml --upstream http://localhost:11434/v1`,
	setup: func(f *pflag.FlagSet) run {
		var o fakeLLM
		f.StringVar(&o.script, "script", "", "`FILE` that says what is answered")
		f.StringVar(&o.record, "record", "", "`FILE` to write what a provider answers to, as a script")
		f.StringVar(&o.upstream, "upstream", "", "`URL` of the provider to record, if not its usual one")
		f.StringVar(&o.address, "address", "127.0.0.1:8089", "`HOST:PORT` to listen on; port 0 takes a free one")
		return func(c *call) error { return c.fakeLLM(o) }
	},
}

// A fakeLLM is what a fake server is told to do.
type fakeLLM struct{ script, record, upstream, address string }

func (c *call) fakeLLM(o fakeLLM) error {
	server, err := c.fakeServer(o)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", o.address)
	if err != nil {
		return problemf(exitServer, "%s", err)
	}
	c.note("OpenAI: http://%[1]s/v1, Anthropic: http://%[1]s; Ctrl-C ends", listener.Addr())
	h := &http.Server{Handler: server, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(listener) }()
	select {
	case err := <-failed:
		return problemf(exitServer, "%s", err)
	case <-c.Context.Done():
	}
	_ = h.Close()
	return c.concludeFake(server)
}

func (c *call) fakeServer(o fakeLLM) (*fakellm.Server, error) {
	server := &fakellm.Server{Told: c.told}
	switch {
	case o.script != "" && o.record != "":
		return nil, usage("--script answers by itself, --record asks a provider: use one of them")
	case o.upstream != "" && o.record == "":
		return nil, usage("--upstream says what to record: it needs --record FILE")
	case o.record != "":
		path := absolute(c.dir(), o.record)
		rec := &fakellm.Recorder{
			Client: http.DefaultClient, Base: strings.TrimSuffix(o.upstream, "/"),
			Save: func(script []byte) error { return os.WriteFile(path, script, 0o600) },
		}
		server.Upstream = rec.Ask
	case o.script != "":
		text, err := c.ReadFile(absolute(c.dir(), o.script))
		if err != nil {
			return nil, usage("%s", err)
		}
		script, diags := fakellm.Parse(source.NewFile(o.script, text))
		if diags.Errors() > 0 {
			return nil, &problem{code: exitUsage, message: "the script has mistakes", diags: diags}
		}
		server.Script = script
	}
	return server, nil
}

// told prints one call.
func (c *call) told(one fakellm.Call) {
	if c.format == asJSON {
		_ = json.NewEncoder(c.Stdout).Encode(one)
		return
	}
	tokens := ""
	if one.Input > 0 {
		tokens = fmt.Sprintf(", %d + %d tokens", one.Input, one.Output)
	}
	fmt.Fprintf(c.Stdout, "%s %s turn %d, %d messages, the last %q: %s%s\n",
		one.Provider, one.Model, one.Turn, one.Messages, one.Last, strings.ReplaceAll(one.Outcome, "_", " "), tokens)
}

// concludeFake says what was not as the script has it.
func (c *call) concludeFake(s *fakellm.Server) error {
	var wrong []error
	for _, key := range s.PaidTwice() {
		wrong = append(wrong, fmt.Errorf("the request %s was answered more than once", key))
	}
	for _, one := range s.Calls() {
		if one.Outcome == fakellm.Unmatched {
			wrong = append(wrong, fmt.Errorf("no turn fits turn %d, %q", one.Turn, one.Last))
		}
	}
	for _, turn := range s.Unplayed() {
		wrong = append(wrong, fmt.Errorf("turn %d of the script was not played", turn))
	}
	if len(wrong) == 0 {
		return nil
	}
	c.note("%s", errors.Join(wrong...))
	return errQuiet
}
