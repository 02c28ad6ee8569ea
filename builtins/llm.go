package builtins

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/partitur/partitur/builtins/llm"
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/fields"
)

//go:embed llm.md
var llmPage string

var llmAction = declare(Action{
	Name:      "llm",
	Doc:       "asks a language model",
	Page:      llmPage,
	Timeout:   10 * time.Minute, // a model that says nothing for longer than its profile's idle_timeout fails sooner
	Heartbeat: 20 * time.Second,
	rehearse:  rehearseLLM,
	Retry:     Retry{Attempts: 5, Initial: time.Second, Maximum: 30 * time.Second},
	Result:    llm.Result(),
}, llm.NewInput, runLLM)

// A ModelProfile is one of the models of a project, with its key.
type ModelProfile struct {
	llm.Profile
	Key     Setting
	Headers map[string]Setting
}

// UnknownModel is the type of the error for a profile that the worker does not
// have; not retryable.
const UnknownModel = "UnknownModel"

func runLLM(ctx context.Context, j *job, in *llm.Input) (any, error) {
	profile, model, err := j.model(in.Model)
	if err != nil {
		return nil, err
	}
	q, err := in.Question()
	if err != nil {
		return nil, invalidInput("llm: %v", err)
	}
	q.Model, q.Key = model, j.key
	if q.Key == "" {
		q.Key = attemptKey(ctx)
	}
	if activity.HasHeartbeatDetails(ctx) {
		_ = activity.GetHeartbeatDetails(ctx, &q.Rounds) // what cannot be read is asked again
	}
	q.Keep = j.keepRounds
	client, err := j.llmClient(ctx, profile)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	a, err := client.Ask(ctx, q)
	if err != nil {
		return nil, llmFailure(err)
	}
	j.log.Debug("llm answer", "profile", profile.Name, "model", a.Model, "stop", a.Stop,
		"tokens", a.Usage.Tokens(), "rounds", len(q.Rounds), "duration", time.Since(start))
	return a.Object(), nil
}

// attemptKey tells a call apart that the interpreter gave no key.
func attemptKey(ctx context.Context) string {
	info := activity.GetInfo(ctx)
	return fmt.Sprintf("%s/%s/%s", info.WorkflowExecution.ID, info.WorkflowExecution.RunID, info.ActivityID)
}

// keepRounds saves answers that are paid for, for the next attempt.
func (j *job) keepRounds(rounds []llm.Round) {
	clean := slices.Clone(rounds)
	for i := range clean {
		clean[i].Text = j.secrets.hide.Text(clean[i].Text)
	}
	j.pulse.keep(clean)
}

// model finds the profile that a name begins with, and the model of it.
func (h *host) model(name string) (ModelProfile, string, error) {
	profileName, model, _ := strings.Cut(name, "/")
	i := slices.IndexFunc(h.Models, func(p ModelProfile) bool { return p.Name == profileName })
	if i < 0 {
		return ModelProfile{}, "", h.unknownModel(profileName)
	}
	p := h.Models[i]
	if model == "" {
		model = p.Model
	}
	if model == "" {
		return p, "", invalidInput("llm: the profile %s has no model of its own: write model: %s/NAME", p.Name, p.Name)
	}
	return p, model, nil
}

func (h *host) unknownModel(name string) *Failure {
	names := make([]string, len(h.Models))
	for i, p := range h.Models {
		names[i] = p.Name
	}
	f := &Failure{Type: UnknownModel, Message: fmt.Sprintf("this worker has no model profile %q", name)}
	switch near := diag.Nearest(name, names); {
	case len(names) == 0:
		f.Message += ": its partitur.yaml has no models"
	case near != "":
		f.Message += fmt.Sprintf(": did you mean %s?", near)
	default:
		f.Message += ": its partitur.yaml has " + strings.Join(names, ", ")
	}
	return f
}

func (j *job) llmClient(ctx context.Context, p ModelProfile) (*llm.Client, error) {
	client, err := j.client()
	if err != nil {
		return nil, err
	}
	key, err := j.reveal(ctx, p.Key)
	if err != nil {
		return nil, err
	}
	headers, err := j.revealAll(ctx, p.Headers)
	if err != nil {
		return nil, err
	}
	return &llm.Client{HTTP: client, UserAgent: j.UserAgent, Profile: p.Profile, Key: key, Headers: headers}, nil
}

// llmFailure is the failure of an error of package llm. What the policy refused
// stays what it is.
func llmFailure(err error) error {
	var ours *Failure
	if errors.As(err, &ours) {
		return ours
	}
	var e *llm.Error
	if !errors.As(err, &e) {
		return err
	}
	return &Failure{Type: e.Type, Message: e.Message, Retryable: e.Retryable, RetryAfter: e.RetryAfter, Details: e.Details}
}

// rehearseLLM treats {text, output, tool_calls, stop, model, usage} as the
// answer of the model.
func rehearseLLM(input map[string]any, result any) (any, error) {
	in := llm.NewInput()
	if err := fields.Decode(in, input); err != nil {
		return nil, invalidInput("llm: %v", err)
	}
	a, err := in.Rehearse(result)
	if err != nil {
		return nil, llmFailure(err)
	}
	return a.Object(), nil
}
