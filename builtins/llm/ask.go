package llm

import (
	"context"
	"fmt"

	"github.com/partitur/partitur/dsl/jsonschema"
)

// A Question is a request and what its answer must be.
type Question struct {
	Request
	Output  *jsonschema.Schema // of the answer; nil for text
	Repairs int                // how often an answer that breaks it is asked again
	Budget  Budget
	Key     string // equal for all attempts

	// Rounds are the answers that an earlier attempt got and could not use. They
	// are paid for, so the conversation goes on behind them. Keep is told of
	// each further one.
	Rounds []Round
	Keep   func([]Round)
}

// A Round is an answer that could not be used.
type Round struct {
	Text  string
	Usage Usage
}

// Ask gets an answer that fits, or says why there is none.
func (c *Client) Ask(ctx context.Context, q Question) (Answer, error) {
	r, used := c.prepare(q.Request, q.Output), Usage{}
	for i, past := range q.Rounds {
		_, wrong := q.read(past.Text)
		r.Messages, used = append(r.Messages, past.again(wrong)...), sum(used, past.Usage, i == 0)
	}
	for {
		fitting, err := q.Budget.fit(r, c.Profile, used)
		if err != nil {
			return Answer{}, err
		}
		a, err := c.ask(ctx, fitting, roundKey(q.Key, len(q.Rounds)))
		if err != nil {
			return a, paid(err, used, len(q.Rounds) > 0)
		}
		a.Usage = c.Profile.priced(r.Model, a.Usage)
		spent := a.Usage
		used = sum(used, spent, len(q.Rounds) == 0)
		a.Usage = used
		if q.Output == nil || a.Stop == Calls {
			return a, nil
		}
		var wrong []string
		if a.Output, wrong = q.read(a.Text); wrong == nil {
			return a, nil
		}
		past := Round{a.Text, spent}
		if q.Rounds = append(q.Rounds, past); len(q.Rounds) > q.Repairs || a.Stop == Length {
			return a, unfit(a, wrong)
		}
		if q.Keep != nil {
			q.Keep(q.Rounds)
		}
		r.Messages = append(r.Messages, past.again(wrong)...)
	}
}

// prepare tells the model the schema, by the API or in words.
func (c *Client) prepare(r Request, output *jsonschema.Schema) Request {
	r.Messages = append([]Message(nil), r.Messages...)
	if output == nil {
		return r
	}
	schema, isObject := output.Raw().(map[string]any)
	if c.Profile.native() && isObject {
		r.Schema = schema
		return r
	}
	words := instruction(output.Raw(), len(r.Tools) > 0)
	for i, m := range r.Messages {
		if m.Role == System {
			r.Messages[i].Content = m.Content + "\n\n" + words
			return r
		}
	}
	r.Messages = append([]Message{{Role: System, Content: words}}, r.Messages...)
	return r
}

// again is the answer that did not fit and what the model is told about it.
func (past Round) again(wrong []string) []Message {
	text := past.Text
	if text == "" {
		text = "(nothing)" // a message must not be empty
	}
	return []Message{{Role: Assistant, Content: text}, {Role: User, Content: complaint(wrong)}}
}

// sum adds to what was used before. The first one counts alone: no usage has a
// price of nothing.
func sum(used, more Usage, first bool) Usage {
	if first {
		return more
	}
	return used.plus(more)
}

// roundKey tells the questions of one attempt apart.
func roundKey(key string, round int) string {
	if round == 0 || key == "" {
		return key
	}
	return fmt.Sprintf("%s/repair-%d", key, round)
}

// paid notes in an error what the answers before it took.
func paid(err error, used Usage, something bool) error {
	e, ok := err.(*Error)
	if !ok || !something {
		return err
	}
	if e.Details == nil {
		e.Details = map[string]any{}
	}
	if e.Details["usage"] == nil {
		e.Details["usage"] = used.Object()
	}
	return e
}
