package fakellm

import (
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/fields"
)

// A Condition says which requests a turn is for. All that is set must hold.
type Condition struct {
	Contains []string // all in the last message
	System   string   // in the instructions
	Model    string
	Turn     int    // 1 before the model has said anything
	ResultOf string // the last message is the result of this tool
	Tool     string // is among those offered
	Provider string
	Request  string // the digest of a recorded request
}

// Fields declares the keys of a condition.
func (c *Condition) Fields(f *fields.Set) {
	f.Strings(&c.Contains, "contains", "texts that are all in the last message")
	f.String(&c.System, "system", "a text that is in the instructions")
	f.String(&c.Model, "model", "the model that is asked")
	f.Int(&c.Turn, "turn", "which answer of the conversation it is, 1 for the first", fields.AtLeast(1))
	f.String(&c.ResultOf, "result_of", "the tool whose result is the last message")
	f.String(&c.Tool, "tool", "a tool that is offered")
	f.String(&c.Request, "request", "the very request, as a recording has it")
	f.Enum(&c.Provider, "provider", "whose API is used", []string{openAI.provider, anthropic.provider})
}

func (c Condition) fits(r Request) bool {
	last := r.last()
	return !slices.ContainsFunc(c.Contains, func(text string) bool { return !strings.Contains(last, text) }) &&
		strings.Contains(r.system(), c.System) &&
		(c.Model == "" || c.Model == r.Model) &&
		(c.Turn == 0 || c.Turn == r.turn()) &&
		(c.ResultOf == "" || c.ResultOf == r.resultOf()) &&
		(c.Tool == "" || slices.Contains(r.Tools, c.Tool)) &&
		(c.Provider == "" || c.Provider == r.Provider) &&
		(c.Request == "" || c.Request == r.digest())
}
