package cli

import (
	"testing"
	"time"

	"github.com/partitur/partitur/interpreter"
)

func TestNotesOfSteps(t *testing.T) {
	now := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	soon, later := now.Add(time.Minute), now.Add(48*time.Hour)
	for want, s := range map[string]interpreter.StepStatus{
		"no such card":                       {Error: "no such card", Until: &soon},
		"2 of 5":                             {Done: 2, Total: 5},
		"for state.approved, until 10:01:00": {Waits: "state.approved", Until: &soon},
		"round 3, until 2026-03-03 10:00:00": {Done: 3, Until: &later},
		"for P1/kid~01a20b04":                {Child: "P1/kid~01a20b04"},
		"":                                   {Child: "P1/kid~01a20b04", Ended: &now},

		"2 turns, 90 tokens, 0.02 USD, 1 tool call, paused": {Agent: &interpreter.AgentStatus{Turns: 2, Tokens: 90, USD: "0.02", ToolCalls: 1, Paused: true}},
	} {
		if got := viewOf(s, now).Note; got != want {
			t.Errorf("%+v: %q, want %q", s, got, want)
		}
	}
}

func TestCompensationsAreNamed(t *testing.T) {
	for want, s := range map[string]interpreter.StepStatus{
		"undo charge": {Undoes: "charge"},
		"Refund":      {Undoes: "charge", Title: "Refund"},
		"":            {Undoes: "charge", ID: "refund"},
	} {
		if got := viewOf(s, time.Now()).Title; got != want {
			t.Errorf("%+v: %q, want %q", s, got, want)
		}
	}
}
