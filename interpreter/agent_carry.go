package interpreter

import (
	"time"

	"github.com/partitur/partitur/dsl"
)

// A talkFrame is a conversation as a run leaves it to the next: what the model
// is still sent of it, and what it has used.
type talkFrame struct {
	Messages *kept       `json:"messages,omitempty"`
	Fixed    int         `json:"fixed,omitempty"`
	Inbox    []said      `json:"inbox,omitempty"`
	Said     int         `json:"said,omitempty"`
	Turns    int         `json:"turns,omitempty"`
	Since    int         `json:"since,omitempty"`
	Calls    int         `json:"calls,omitempty"`
	Reasks   int         `json:"reasks,omitempty"`
	Tools    []toolCount `json:"tools,omitempty"`
	Served   []served    `json:"served,omitempty"`
	Result   *kept       `json:"result,omitempty"`
	Answered bool        `json:"answered,omitempty"`
	Paused   bool        `json:"paused,omitempty"`
	Until    *time.Time  `json:"until,omitempty"`
	Spent    *kept       `json:"spent,omitempty"`
	Tokens   *int        `json:"tokens,omitempty"` // of the budget, as it was when the conversation began
	USD      string      `json:"usd,omitempty"`
	Allowed  *int        `json:"allowed,omitempty"` // calls of tools
}

func (t *talk) save() *talkFrame {
	f := &talkFrame{
		Messages: keep(t.window()), Fixed: t.fixed, Inbox: t.inbox, Said: t.said, Turns: t.turns, Since: t.since,
		Calls: t.calls, Reasks: t.reasks, Tools: t.tools, Served: t.served, Result: keep(t.result), Answered: t.answered, Paused: t.paused,
		Spent:  keep(t.purse.spent.value()),
		Tokens: t.purse.tokens, Allowed: t.purse.toolCalls,
	}
	if t.purse.usd != nil {
		f.USD = t.purse.usd.String()
	}
	if !t.until.IsZero() {
		f.Until = &t.until
	}
	return f
}

// restore is the inverse of save.
func (t *talk) restore(f *talkFrame) {
	t.talkState = talkState{
		messages: f.Messages.list(), fixed: f.Fixed, inbox: f.Inbox, said: f.Said, turns: f.Turns, since: f.Since,
		calls: f.Calls, reasks: f.Reasks, tools: f.Tools, served: f.Served, answered: f.Answered, paused: f.Paused,
	}
	t.heard = t.said - len(t.inbox)
	if f.Result != nil {
		t.result = f.Result.v
	}
	if f.Until != nil {
		t.until = *f.Until
	}
	t.purse.spent = usageOf(f.Spent.object())
	t.purse.tokens, t.purse.toolCalls = f.Tokens, f.Allowed
	if usd, err := dsl.ParseUSD(f.USD); err == nil && f.USD != "" {
		t.purse.usd = &usd
	}
}
