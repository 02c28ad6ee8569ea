package fakellm

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/partitur/partitur/dsl/value"
)

// A Request is what a client asks, in whichever API.
type Request struct {
	Provider string
	Model    string
	Messages []Message
	Tools    []string
	Stream   bool
	Usage    bool           // the stream tells the usage
	Body     map[string]any // as it came
}

// A Message is a part of a conversation.
type Message struct {
	Role    string
	Text    string
	Calls   []ToolCall
	Results []string // ids of the calls that it has results of
}

// read reads a request.
func read(a *api, body []byte) (Request, error) {
	v, err := value.Decode(body)
	m, ok := v.(map[string]any)
	if err != nil || !ok {
		return Request{}, fmt.Errorf("the body is no JSON object")
	}
	r := Request{Provider: a.provider, Model: text(m["model"]), Body: m}
	r.Stream, _ = m["stream"].(bool)
	if r.Model == "" {
		return r, fmt.Errorf("model is missing")
	}
	for _, t := range list(m["tools"]) {
		tool := object(t)
		if f := object(tool["function"]); f != nil {
			tool = f
		}
		r.Tools = append(r.Tools, text(tool["name"]))
	}
	r.Messages, err = a.messages(m)
	if err == nil && len(r.Messages) == 0 {
		err = fmt.Errorf("messages is missing")
	}
	if err == nil {
		err = r.answered()
	}
	return r, err
}

// answered demands a result for each call of a tool, right behind it, as the
// providers do.
func (r Request) answered() error {
	for i, m := range r.Messages {
		open := map[string]bool{}
		for _, c := range m.Calls {
			open[c.ID] = true
		}
		for _, next := range r.Messages[i+1:] {
			if len(next.Results) == 0 {
				break
			}
			for _, id := range next.Results {
				delete(open, id)
			}
		}
		for _, c := range m.Calls {
			if open[c.ID] {
				return fmt.Errorf("messages[%d]: there is no result of the tool call %s", i, c.ID)
			}
		}
		if len(m.Results) > 0 && !r.called(i, m.Results) {
			return fmt.Errorf("messages[%d]: it is a result of no tool call before it", i)
		}
	}
	return nil
}

// called tells whether the message before the results has their calls.
func (r Request) called(i int, ids []string) bool {
	for i--; i >= 0 && len(r.Messages[i].Results) > 0; i-- {
	}
	if i < 0 {
		return false
	}
	known := map[string]bool{}
	for _, c := range r.Messages[i].Calls {
		known[c.ID] = true
	}
	for _, id := range ids {
		if !known[id] {
			return false
		}
	}
	return true
}

func (r Request) last() string { return r.Messages[len(r.Messages)-1].Text }

func (r Request) system() string {
	var b strings.Builder
	for _, m := range r.Messages {
		if m.Role == "system" {
			b.WriteString(m.Text + "\n")
		}
	}
	return b.String()
}

// turn is which answer of the model this will be.
func (r Request) turn() int {
	n := 1
	for _, m := range r.Messages {
		if m.Role == "assistant" {
			n++
		}
	}
	return n
}

// resultOf is the tool whose result the last message is, or "".
func (r Request) resultOf() string {
	results := r.Messages[len(r.Messages)-1].Results
	if len(results) == 0 {
		return ""
	}
	id := results[len(results)-1]
	for _, m := range r.Messages {
		for _, c := range m.Calls {
			if c.ID == id {
				return c.Name
			}
		}
	}
	return ""
}

// maxShown is how much of the last message is noted.
const maxShown = 80

// call is the note of the request. Without a key of the client, equal requests
// have an equal one.
func (r Request) call(key string) Call {
	last := strings.Join(strings.Fields(r.last()), " ")
	if utf8.RuneCountInString(last) > maxShown {
		last = string([]rune(last)[:maxShown]) + "…"
	}
	if key == "" {
		key = "request " + r.digest()
	}
	return Call{Provider: r.Provider, Model: r.Model, Key: key, Turn: r.turn(), Messages: len(r.Messages), Last: last}
}

// digest tells requests apart by what is asked, not by how.
func (r Request) digest() string {
	sum := sha256.Sum256([]byte(r.Provider + encoded([]any{r.Body["model"], r.Body["system"], r.Body["messages"], r.Body["tools"]})))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// count fills in the tokens that the script leaves open.
func (p *Reply) count(r Request) {
	if p.Failure != nil && !p.BreaksOff || p.Usage.None {
		return
	}
	if p.Usage.Input == 0 {
		p.Usage.Input = len(encoded(r.Body["messages"]))/4 + 1
	}
	if p.Usage.Output == 0 {
		size := len(p.Text) + len(p.Refusal)
		for _, c := range p.Calls {
			size += len(c.Name) + len(c.arguments())
		}
		p.Usage.Output = size/4 + 1
	}
}

func (c *ToolCall) arguments() string { return textOf(c.Arguments) }

func (c *ToolCall) id(i int, r Request) string {
	if c.ID != "" {
		return c.ID
	}
	return fmt.Sprintf("call_%d_%d", r.turn(), i+1)
}

func text(v any) string           { s, _ := v.(string); return s }
func object(v any) map[string]any { m, _ := v.(map[string]any); return m }
func list(v any) []any            { l, _ := v.([]any); return l }
func number(v any) int            { n, _ := v.(int); return n }
