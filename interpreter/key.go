package interpreter

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// keyBase is the part of idempotency keys that tells runs apart. It stays the
// same when a run continues as new by itself, and is another for the next run of
// a cron, and after a continue_as_new step: such steps are counted by epoch.
func keyBase(info *workflow.Info, epoch int) string {
	base := info.FirstRunID
	if info.CronSchedule != "" || base == "" {
		base = originalRunID(info)
	}
	if epoch > 0 {
		base += "\n" + strconv.Itoa(epoch)
	}
	return info.WorkflowExecution.ID + "\n" + base + "\n"
}

// key is the idempotency key of a step: equal for all attempts of the same
// effect, different for every other. In a compensation it is that of the step
// that is undone.
func (r *run) key(s *dsl.Step, sc *scope) string {
	if sc.undone != nil {
		return r.undoneKey(sc)
	}
	made := r.makeKey(sc.instance(s.Path))
	if s.IdempotencyKey == nil {
		return made
	}
	sc.vars["step"] = map[string]any{"id": s.ID, "path": sc.instance(s.Path), "idempotency_key": made}
	if own, err := s.IdempotencyKey.Eval(sc.vars); err == nil {
		if text, ok := own.(string); ok {
			return text
		}
	}
	return made // whoever sends it finds the mistake
}

// makeKey makes the key of a step that has none of the author's.
func (r *run) makeKey(at string) string {
	sum := sha256.Sum256([]byte(r.KeyBase + at))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// undoneKey is the key of the step that is undone in a compensation's scope.
func (r *run) undoneKey(sc *scope) string {
	u := sc.undone
	if u.unmade != "" {
		u.key, u.unmade = r.makeKey(u.unmade), ""
	}
	return u.key
}

// sentKey is the key that goes out with a step: the author's if there is one.
// What a compensation sends is told apart from what it undoes.
func (r *run) sentKey(s *dsl.Step, sc *scope) (string, error) {
	switch {
	case s.IdempotencyKey != nil:
		return r.text(s, s.IdempotencyKey, sc)
	case sc.undone == nil:
		return r.key(s, sc), nil
	case sc.undone.only == s:
		return r.undoneKey(sc) + "/undo", nil
	}
	return r.undoneKey(sc) + "/undo/" + strings.TrimPrefix(sc.instance(s.Path), sc.undone.base), nil
}

// shorten cuts a text to a number of bytes, and keeps it distinct by a hash.
func shorten(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	cut := strings.ToValidUTF8(text[:limit-17], "")
	return fmt.Sprintf("%s~%x", cut, sum[:8])
}
