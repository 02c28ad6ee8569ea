package interpreter

import (
	"fmt"

	"go.temporal.io/sdk/converter"
)

// maxArguments is how many positional arguments a workflow can be started with.
const maxArguments = 16

// given is what a run is started with.
type given struct {
	input  []converter.RawValue
	before *carried // what the run before has left; nil in the first of a chain
	err    error    // the input cannot be read
}

// takeArguments reads what the run is started with. What the run before has left
// stands last, and is none of the input; if this worker cannot read that, the
// run is kept for one that can.
func takeArguments(args converter.EncodedValues) *given {
	raws := make([]converter.RawValue, maxArguments+2)
	targets := make([]any, len(raws))
	for i := range raws {
		targets[i] = &raws[i]
	}
	if args != nil && args.HasValues() {
		if err := args.Get(targets...); err != nil {
			return &given{err: fmt.Errorf("the input cannot be read: %w", err)}
		}
	}
	g := &given{}
	for _, raw := range raws {
		if raw.Payload() == nil {
			break
		}
		before, err := readCarried(raw.Payload())
		if err != nil {
			panic(err.Error())
		}
		if before != nil {
			g.before = before
			break
		}
		g.input = append(g.input, raw)
	}
	return g
}

// value is the input: nothing, one value, or several as a list.
func (g *given) value() (any, error) {
	if g.err != nil {
		return nil, g.err
	}
	var list []any
	for _, raw := range g.input {
		v, err := decodePayload(raw.Payload())
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	switch {
	case len(list) == 0:
		return nil, nil
	case len(list) == 1:
		return list[0], nil
	case len(list) > maxArguments:
		return nil, fmt.Errorf("a workflow takes at most %d arguments", maxArguments)
	}
	return list, nil
}
