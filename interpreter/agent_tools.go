package interpreter

import (
	"slices"
	"strconv"
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/jsonschema"
	"github.com/partitur/partitur/dsl/value"
)

// maxToolResult is how much of a result the model is sent, in bytes.
const maxToolResult = 64 << 10

// An invocation is one call of a tool.
type invocation struct {
	toolCall
	tool   *dsl.Tool // nil if it is not to be run
	served *served   // of an MCP server; nil if it is none
	number int       // among all calls of the conversation
	args   map[string]any
	purse  *purse // of the models that the tool has do something
	result string // what the model is told
	err    error  // what ends the conversation
	human  bool   // because nobody answered in time
}

// useTools makes the calls of one turn, all at the same time, and adds their
// results in the order of the calls.
func (r *run) useTools(ctx workflow.Context, t *talk, calls []toolCall) (stop string, err error) {
	list := make([]*invocation, len(calls))
	for i, c := range calls {
		list[i] = t.invocation(c)
	}
	t.purse.spend(usage{toolCalls: len(calls)})
	r.invokeAll(ctx, t, list)
	for _, v := range list {
		if v.human {
			stop = stopHuman
		}
		if v.err != nil && (err == nil || isCancel(err)) {
			err = v.err
		}
		t.messages = append(t.messages, map[string]any{"role": "tool", "tool_call_id": v.id, "content": v.result})
	}
	return stop, err
}

// invocation prepares a call, or says what is wrong with it.
func (t *talk) invocation(c toolCall) *invocation {
	t.calls++
	v := &invocation{toolCall: c, number: t.calls}
	i := slices.IndexFunc(t.body.Tools, func(tool *dsl.Tool) bool { return tool.Name == c.name })
	if i < 0 && slices.Contains(t.toolNames(), c.name) {
		t.servedTool(v)
		return v
	}
	if i < 0 {
		v.result = "error: there is no tool " + strconv.Quote(c.name) + "; there are: " + strings.Join(t.toolNames(), ", ")
		return v
	}
	tool := t.body.Tools[i]
	var wrong string
	if v.args, wrong = fitArguments(tool.Input, c.arguments); wrong != "" {
		v.result = "error: " + wrong
		return v
	}
	if !t.count(tool) {
		v.result = "error: this tool can be called " + plural(tool.MaxCalls, "time") + " at most, and has been"
		return v
	}
	v.tool = tool
	return v
}

// count counts a call of a tool, unless there have been as many as there may be.
func (t *talk) count(tool *dsl.Tool) bool {
	i := slices.IndexFunc(t.tools, func(c toolCount) bool { return c.Name == tool.Name })
	if i >= 0 && tool.MaxCalls > 0 && t.tools[i].Count >= tool.MaxCalls {
		return false
	}
	t.note(tool.Name)
	return true
}

// note counts a call of a tool.
func (t *talk) note(name string) {
	i := slices.IndexFunc(t.tools, func(c toolCount) bool { return c.Name == name })
	if i < 0 {
		t.tools = append(t.tools, toolCount{name, 1})
		return
	}
	t.tools[i].Count++
}

func (t *talk) toolNames() []string {
	names := make([]string, 0, len(t.body.Tools)+len(t.served))
	for _, tool := range t.body.Tools {
		names = append(names, tool.Name)
	}
	for _, tool := range t.served {
		names = append(names, tool.Name)
	}
	return names
}

// fitArguments applies the schema of a tool to what the model gives it.
func fitArguments(schema *jsonschema.Schema, given any) (args map[string]any, wrong string) {
	args, ok := given.(map[string]any)
	if text, broken := args["invalid"].(string); broken && len(args) == 1 { // as the worker hands it on
		return nil, "the arguments must be a JSON object, and they are: " + text
	}
	if !ok {
		return nil, "the arguments must be a JSON object"
	}
	if schema == nil {
		return args, ""
	}
	fitted, err := fit(schema, args, InvalidInput, "the arguments do not fit: ")
	if err != nil {
		return nil, err.(*Failure).Message
	}
	args, _ = fitted.(map[string]any)
	return args, ""
}

// invokeAll runs the tools of a turn, and waits for all of them.
func (r *run) invokeAll(ctx workflow.Context, t *talk, list []*invocation) {
	beside := &group{parent: t.scope.group}
	delegates := subAgents(list)
	runnable := slices.DeleteFunc(slices.Clone(list), func(v *invocation) bool { return v.tool == nil && v.served == nil })
	for _, v := range runnable {
		if v.tool != nil && v.tool.Delegates() {
			v.purse = t.purse.share(delegates)
		}
	}
	if len(runnable) == 1 {
		r.invoke(ctx, t, runnable[0], beside)
	} else if len(runnable) > 1 {
		wg := workflow.NewWaitGroup(ctx)
		for _, v := range runnable {
			wg.Add(1)
			workflow.GoNamed(ctx, t.name()+"/"+v.name, func(ctx workflow.Context) {
				r.invoke(ctx, t, v, beside)
				wg.Done()
			})
		}
		wg.Wait(ctx)
	}
	beside.pass(beside.first)
}

// invoke runs one tool. What goes wrong in it is for the model to know; what it
// has done is undone with what is around the agent.
func (r *run) invoke(ctx workflow.Context, t *talk, v *invocation, beside *group) {
	if v.served != nil {
		r.callServer(ctx, t, v)
		return
	}
	sc := t.scope.round(t.step, strconv.Itoa(v.number))
	sc.group, sc.alone, sc.purse = beside, false, v.purse
	sc.ownUndo()
	sc.vars["args"] = v.args
	available, err := r.guard(v.tool.Step, sc)
	allowed := available && r.confirmed(ctx, v, sc)
	if allowed {
		err = r.resolve(ctx, sc, r.steps(ctx, []*dsl.Step{v.tool.Step}, sc))
	}
	f, failed := r.failure(v.tool.Step, sc, err).(*Failure)
	switch {
	case available && !allowed:
	case err == nil && !available:
		v.result = "error: this tool is not available for these arguments"
	case err == nil:
		v.result = shown(spoken(v.tool.Step, sc.last))
	case failed:
		v.result = "error: " + f.Error()
		v.human = f.whole && f.Path == v.tool.Step.Path && v.tool.Step.Asked() != nil
	default:
		v.err = err
	}
}

// spoken is of the record of what people have said that which is for the model.
func spoken(s *dsl.Step, result any) any {
	record, ok := result.(map[string]any)
	if _, answered := record["trail"]; !ok || !answered || s.Asked() == nil {
		return result
	}
	if _, task := s.Body.(*dsl.Task); task && record["form"] != nil {
		return record["form"]
	}
	said := map[string]any{"comment": record["comment"]}
	put(said, "decision", record["decision"])
	return said
}

// shown is a result as the model is sent it.
func shown(result any) string {
	out, isText := result.(string)
	if !isText {
		data, err := value.Encode(result)
		if err != nil {
			return "error: " + err.Error()
		}
		out = string(data)
	}
	if len(out) <= maxToolResult {
		return out
	}
	return strings.ToValidUTF8(out[:maxToolResult], "") + "\n(cut off: the result has " + value.FormatSize(int64(len(out))) + ")"
}
