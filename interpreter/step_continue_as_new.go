package interpreter

import "github.com/partitur/partitur/dsl"

// beginAnew leaves the run for a new one that begins with the first step.
func (r *run) beginAnew(s *dsl.Step, b *dsl.ContinueAsNew, sc *scope) (any, error) {
	v, err := r.eval(s, b.Input, sc)
	if err != nil {
		return nil, err
	}
	if _, err := checkInput(r.program, v); err != nil {
		return nil, err
	}
	if r.info.CronSchedule != "" {
		return nil, &Failure{Type: CannotContinue, Message: "a run with a cron schedule cannot continue as new: the schedule would end with it"}
	}
	if _, err := r.encode(v); err != nil {
		return nil, err
	}
	return nil, &exit{kind: exitAgain, value: v, at: b.Input.Span}
}
