package cli_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/partitur/partitur/internal/cli"
)

// A notepad is written by the command and read by the test.
type notepad struct {
	mu   sync.Mutex
	text bytes.Buffer
	told chan struct{} // has something in it after each write
}

func newNotepad() *notepad { return &notepad{told: make(chan struct{}, 1)} }

func (n *notepad) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	select {
	case n.told <- struct{}{}:
	default:
	}
	return n.text.Write(p)
}

func (n *notepad) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.String()
}

// wait returns what a pattern finds as soon as it stands there.
func (n *notepad) wait(t *testing.T, pattern string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for {
		if m := re.FindStringSubmatch(n.String()); m != nil {
			return m[1]
		}
		select {
		case <-n.told:
		case <-t.Context().Done():
			t.Fatal(n)
		}
	}
}

// A fake is a running `partitur fake-llm`.
type fake struct {
	url      string
	out, err *notepad
	stop     func() int
}

func startFake(t *testing.T, args ...string) fake {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	f := fake{out: newNotepad(), err: newNotepad()}
	done := make(chan int, 1)
	go func() {
		done <- cli.Main(cli.App{
			Args: append([]string{"fake-llm", "--address", "127.0.0.1:0"}, args...), Context: ctx,
			Stdout: f.out, Stderr: f.err, ReadFile: os.ReadFile, Env: emptyEnv{},
		})
	}()
	f.stop = sync.OnceValue(func() int { cancel(); return <-done })
	t.Cleanup(func() { f.stop() })
	f.url = f.err.wait(t, `OpenAI: (\S+)/v1,`)
	return f
}

type emptyEnv struct{}

func (emptyEnv) Environ() []string               { return nil }
func (emptyEnv) LookupEnv(string) (string, bool) { return "", false }

func (f fake) ask(t *testing.T, prompt string) string {
	t.Helper()
	resp, err := http.Post(f.url+"/v1/chat/completions", "application/json",
		strings.NewReader(`{"model":"m","messages":[{"role":"user","content":"`+prompt+`"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestFakeLLM(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script.yaml")
	if err := os.WriteFile(script, []byte("turns: [{answer: one}, {answer: two}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := startFake(t, "--script", script)
	if got := f.ask(t, "Hello"); !strings.Contains(got, `"one"`) {
		t.Error(got)
	}
	if code := f.stop(); code != 1 || !strings.Contains(f.err.String(), "turn 2 of the script was not played") {
		t.Errorf("exit code %d: %s", code, f.err)
	}
	if want := "openai m turn 1, 1 messages, the last \"Hello\": answered, 9 + 1 tokens\n"; f.out.String() != want {
		t.Errorf("printed %q, want %q", f.out, want)
	}
}

func TestFakeLLMRecords(t *testing.T) {
	provider := startFake(t)
	file := filepath.Join(t.TempDir(), "recorded.yaml")
	recording := startFake(t, "--record", file, "--upstream", provider.url+"/v1")
	said := recording.ask(t, "Hello")
	if code := recording.stop(); code != 0 || !strings.Contains(said, "You said: Hello") {
		t.Errorf("exit code %d: %s%s", code, said, recording.err)
	}
	again := startFake(t, "--script", file, "-o", "json")
	if got := again.ask(t, "Hello"); got != said {
		t.Errorf("recorded %s, answered %s", said, got)
	}
	if code := again.stop(); code != 0 || !strings.Contains(again.out.String(), `"outcome":"answered"`) {
		t.Errorf("exit code %d: %s%s", code, again.out, again.err)
	}
}

func TestFakeLLMRefuses(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script.yaml")
	if err := os.WriteFile(script, []byte("turns: [{answr: one}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"did you mean answer?":   {"--script", script},
		"no such file":           {"--script", script + "x"},
		"use one of them":        {"--script", script, "--record", script},
		"it needs --record FILE": {"--upstream", "http://x"},
		"missing port":           {"--address", "127.0.0.1"},
	} {
		var out bytes.Buffer
		code := cli.Main(cli.App{Args: append([]string{"fake-llm"}, args...), Context: t.Context(), Stdout: &out, Stderr: &out, ReadFile: os.ReadFile, Env: emptyEnv{}})
		if code < 2 || !strings.Contains(out.String(), want) {
			t.Errorf("%v: exit code %d: %s", args, code, &out)
		}
	}
}
