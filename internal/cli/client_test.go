package cli

import (
	"context"
	"errors"
	"testing"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
)

// An unlucky client fails to ask a number of times.
type unlucky struct {
	client.Client
	fails, asked int
	message      string
}

func (u *unlucky) QueryWorkflow(context.Context, string, string, string, ...any) (converter.EncodedValue, error) {
	if u.asked++; u.asked <= u.fails {
		return nil, serviceerror.NewQueryFailed(u.message)
	}
	return nil, nil
}

// TestAskAgain asks a worker again that may have been sent too much, and no other.
func TestAskAgain(t *testing.T) {
	for _, c := range []struct {
		message      string
		fails, asked int
		bad          bool
	}{
		{brokenReplay + " invalid state transition", 1, 2, false},
		{brokenReplay + " invalid state transition", 9, 3, true},
		{"unknown queryType", 1, 1, true},
	} {
		u := &unlucky{fails: c.fails, message: c.message}
		_, err := (&remote{Client: u}).QueryWorkflow(t.Context(), "id", "", "status")
		var failed *serviceerror.QueryFailed
		if u.asked != c.asked || errors.As(err, &failed) != c.bad {
			t.Errorf("%s: asked %d times, %v", c.message, u.asked, err)
		}
	}
}
