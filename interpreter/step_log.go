package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// log writes to the worker's log, unless the run is being replayed.
func (r *run) log(ctx workflow.Context, s *dsl.Step, b *dsl.Log, sc *scope) (any, error) {
	message, err := r.text(s, b.Message, sc)
	if err != nil {
		return nil, err
	}
	values, err := r.eval(s, b.Values, sc)
	if err != nil {
		return nil, err
	}
	pairs := []any{"step", s.Path}
	if fields, ok := values.(map[string]any); ok {
		for _, k := range workflow.DeterministicKeys(fields) {
			pairs = append(pairs, k, fields[k])
		}
	}
	logger := workflow.GetLogger(ctx)
	switch b.Level {
	case "debug":
		logger.Debug(message, pairs...)
	case "warn":
		logger.Warn(message, pairs...)
	case "error":
		logger.Error(message, pairs...)
	default:
		logger.Info(message, pairs...)
	}
	return nil, nil
}
