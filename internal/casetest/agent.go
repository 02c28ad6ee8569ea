package casetest

import "github.com/partitur/partitur/dsl"

// undoOfTool is the name of a compensation, which for a tool of an agent begins
// with that of the agent.
func undoOfTool(p *dsl.Program, step *dsl.Step, name string) string {
	if step == nil || name == "" {
		return name
	}
	owner, _, _ := cutLast(step.Path, "/compensate/")
	if s := p.StepAt(owner); s != nil && s.ID == "" && s.ToolName() != "" {
		return s.ToolName() + ".compensate"
	}
	return name
}
