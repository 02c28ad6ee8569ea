package builtins

import (
	"github.com/partitur/partitur/builtins/call"

	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"

	"github.com/partitur/partitur/dsl/value"
)

// maxResult keeps a result well below the 2 MB at which the server refuses a
// payload, after the action has had its effect.
const maxResult = 1_000_000

// A host is what the actions of one worker share.
type host struct {
	Options
	dialer     *dialer
	transports cache[*http.Transport] // by TLS settings
	programs   cache[*program]        // by source text
	breakers   Breakers
}

func newHost(o Options) *host {
	if o.Secrets == nil {
		o.Secrets = EnvSecrets(os.LookupEnv)
	}
	if o.MaxResult == 0 {
		o.MaxResult = maxResult
	}
	if o.UserAgent == "" {
		o.UserAgent = "partitur"
	}
	return &host{Options: o, dialer: newDialer(o.Policy)}
}

// A job is one attempt of an action.
type job struct {
	*host
	key     string // the idempotency key, if any
	secrets resolved
	log     log.Logger
	pulse   *pulse
}

// activity is the function that the worker runs for an action.
func (h *host) activity(a Action) func(context.Context, converter.RawValue) (converter.RawValue, error) {
	return func(ctx context.Context, arg converter.RawValue) (converter.RawValue, error) {
		p := heartbeat(ctx)
		defer p.stop()
		data, err := h.perform(ctx, a, arg.Payload(), p)
		if err != nil {
			return converter.RawValue{}, err
		}
		return converter.NewRawValue(&commonpb.Payload{
			Metadata: map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingJSON)},
			Data:     data,
		}), nil
	}
}

// perform runs an action and returns its projected result as JSON. No error
// leaves it that holds a secret.
func (h *host) perform(ctx context.Context, a Action, arg *commonpb.Payload, p *pulse) ([]byte, error) {
	c, err := call.Decode(arg.GetData())
	if err != nil {
		return nil, report(ctx, invalidInput("%s: %v", a.Name, err), nil)
	}
	var data []byte
	err = h.breakers.Guard(c.Breaker, time.Now, func() (err error) {
		data, err = h.attempt(ctx, a, c, p)
		return err
	})
	return data, err
}

// attempt runs an action that is let through.
func (h *host) attempt(ctx context.Context, a Action, c call.Call, p *pulse) ([]byte, error) {
	input, secrets, err := resolve(ctx, h.Secrets, c)
	if err != nil {
		return nil, report(ctx, err, secrets.hide)
	}
	j := &job{host: h, key: c.Key, secrets: secrets, log: activity.GetLogger(ctx), pulse: p}
	result, err := a.run(ctx, j, input)
	if err == nil {
		result, err = h.project(c, j.secrets.hide.Value(result))
	}
	if err != nil {
		return nil, report(ctx, err, j.secrets.hide)
	}
	data, err := h.encode(result, c.HasOutput)
	if err != nil {
		return nil, report(ctx, err, j.secrets.hide)
	}
	return data, nil
}

func (h *host) encode(result any, projected bool) ([]byte, error) {
	data, err := value.Encode(result)
	if err != nil {
		return nil, &Failure{Type: ExpressionError, Message: fmt.Sprintf("output: %v", err)}
	}
	if int64(len(data)) <= h.MaxResult {
		return data, nil
	}
	advice := "write `output:` to keep only what is needed"
	if projected {
		advice = "let `output:` keep less of it"
	}
	return nil, &Failure{
		Type: ResultTooLarge,
		Message: fmt.Sprintf("the result takes %s, more than the %s that may enter the history: %s",
			value.FormatSize(int64(len(data))), value.FormatSize(h.MaxResult), advice),
		Details: map[string]any{"size": len(data), "limit": h.MaxResult},
	}
}
