package dsl

import (
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// Task asks a person for data, and waits for it.
type Task struct{ Ask }

// Fields declares the keys of a task step.
func (t *Task) Fields(f *fields.Set) {
	f.Node("task", "what is to be answered, and by whom", f.ObjectOf(taskFields{t}), func(n *syntax.Node) {
		if n.Kind == syntax.Scalar && n.Type == syntax.String {
			f.Diags().Error("wrong-type", n.Span, "`task` asks a person for data and takes a mapping, not %s", shown(n)).
				WithHint("an activity is run by activity: NAME; a task is {title: …, assignees: [USER]}")
			return
		}
		f.Merge(fields.Bind(taskFields{t}, "task", n, f.Env()))
	}, fields.Required)
}

type taskFields struct{ *Task }

// Fields declares the keys of what is asked.
func (t taskFields) Fields(f *fields.Set) {
	t.Quorum.Count = 1
	t.Ask.bind(f)
	f.Value(&t.People, "assignees", "who may answer: users, and groups as `group:NAME`", fields.Required, fields.Sees(seesLater))
}

func (t *Task) check(c *checker, s *Step, sc scope) *types.Type {
	c.ask(s, &t.Ask, sc)
	form := types.AnyType
	if t.Form != nil {
		form = t.Form.Type()
	}
	return types.ObjectOf(
		field("form", form), field("by", types.StringType), field("at", types.StringType),
		field("comment", types.StringType.OrNil("there may be no comment")), field("trail", trailType(types.NilType)),
	)
}
