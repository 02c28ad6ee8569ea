package fakellm

import (
	"slices"
	"time"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/value"
)

// A Script says what the server answers.
type Script struct {
	Key   string // that requests must have; any when empty
	Turns []*Turn
}

// A Turn is an answer, and the requests that it is for. Of those that fit, the
// first that is not used up is played.
type Turn struct {
	When  Condition
	Times int // how often it is played; 0 for as often as wanted
	Reply
}

// A Reply is what the server answers.
type Reply struct {
	Text      string
	Calls     []*ToolCall
	Refusal   string
	Stop      string // length, or "" for what follows from the rest
	Usage     Usage
	Failure   *Failure
	BreaksOff bool          // in the middle
	Pause     time.Duration // before the answer
	Slow      time.Duration // between its parts
}

// A ToolCall is what the model wants to be done. Arguments is text where it
// writes no JSON.
type ToolCall struct {
	ID, Name  string
	Arguments any
}

// Usage is the tokens that the server counts.
type Usage struct {
	Input, Output, Cached int
	None                  bool // it counts nothing
}

// A Failure is an error of the provider.
type Failure struct {
	Kind       string
	Message    string
	RetryAfter time.Duration
	Status     int // instead of that of the kind
}

// Parse reads a script.
func Parse(f *source.File) (Script, diag.List) {
	var diags diag.List
	var s Script
	docs := syntax.Parse(f, &diags)
	if len(docs) != 1 {
		if len(diags) == 0 {
			diags.Error("not-a-document", source.Span{File: f}, "a script is one document with `turns:`")
		}
		return s, diags
	}
	fields.Bind(&s, "the script", docs[0], fields.Env{Diags: &diags})
	return s, diags
}

// Fields declares the keys of a script.
func (s *Script) Fields(f *fields.Set) {
	f.String(&s.Key, "key", "the key that requests must have; any if not set")
	f.Objects(func() fields.Declarer {
		t := &Turn{Times: 1}
		s.Turns = append(s.Turns, t)
		return t
	}, "turns", "the answers; of those that fit a request, the first that is not used up is played", fields.Required)
}

// Fields declares the keys of a turn.
func (t *Turn) Fields(f *fields.Set) {
	f.Object(&t.When, "when", "which requests it is for; all if not set")
	f.Int(&t.Times, "times", "how often it is played, once if not set; 0 is as often as wanted", fields.AtLeast(0))
	var answer any
	f.Any(&answer, "answer", "the text of the answer; what is no text is written as JSON")
	t.Text = textOf(answer)
	f.Objects(func() fields.Declarer {
		c := &ToolCall{Arguments: map[string]any{}}
		t.Calls = append(t.Calls, c)
		return c
	}, "tool_calls", "the tools that the model wants to call")
	f.String(&t.Refusal, "refusal", "what the model says instead of answering")
	f.Enum(&t.Stop, "stop", "`length` for an answer that is cut off at max_tokens", []string{"length"})
	f.Object(&t.Usage, "usage", "the tokens that are counted; a quarter of the bytes if not set")
	failure := new(Failure)
	f.Enum(&failure.Kind, "error", "an error of the provider", kinds)
	f.String(&failure.Message, "message", "the message of the error")
	f.Duration(&failure.RetryAfter, "retry_after", "how long the error asks to wait")
	f.Int(&failure.Status, "status", "the status of the error, if not the usual one", fields.AtLeast(400), fields.AtMost(599))
	if failure.Kind != "" {
		t.Failure = failure
	}
	f.Bool(&t.BreaksOff, "breaks_off", "the connection ends in the middle of the answer; with an error, that is sent there")
	f.Duration(&t.Pause, "pause", "how long it waits before the answer")
	f.Duration(&t.Slow, "slow", "how long it waits between the parts of the answer")
	t.check(f)
}

// silent are the keys of a turn that says nothing.
var silent = []string{"when", "times", "stop", "usage", "message", "retry_after", "status", "breaks_off", "pause", "slow"}

// check reports turns that say nothing.
func (t *Turn) check(f *fields.Set) {
	says := slices.ContainsFunc(f.Entries(), func(e syntax.Entry) bool { return !slices.Contains(silent, e.Key.Value) })
	if f.Diags() != nil && !says {
		f.Diags().Error("missing-key", f.Span(), "the turn says nothing").WithHint("write answer, tool_calls, refusal or error")
	}
}

// Fields declares the keys of a call of a tool.
func (c *ToolCall) Fields(f *fields.Set) {
	f.String(&c.ID, "id", "the id of the call; made up if not set")
	f.String(&c.Name, "name", "the tool", fields.Required)
	f.Any(&c.Arguments, "arguments", "a mapping; text is sent as it is, such as JSON that is broken")
}

// Fields declares the keys of a usage.
func (u *Usage) Fields(f *fields.Set) {
	f.Int(&u.Input, "input", "tokens of the request")
	f.Int(&u.Output, "output", "tokens of the answer")
	f.Int(&u.Cached, "cached", "tokens of the request that were cached")
	f.Bool(&u.None, "none", "the server does not count")
}

func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	data, err := value.Encode(v)
	if err != nil {
		return ""
	}
	return string(data)
}
