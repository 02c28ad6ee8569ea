package interpreter

import (
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/value"
)

// BudgetHeader is the header under which a child that an agent runs as a tool
// finds what its own agents may use, as {tokens, usd, tool_calls}. Such a child
// tells what it has used with its result, or with its error.
const BudgetHeader = "partitur-budget"

// usageMark is the metadata of a result that says what agents have used for it.
const usageMark = "partitur-usage"

// purseOf is what the agents of a run may use together, by the header it was
// started with; nil if nobody bounds that, or wants to know.
func purseOf(header *commonpb.Payload) *purse {
	if header == nil {
		return nil
	}
	v, err := decodePayload(header)
	if err != nil {
		return nil
	}
	return &purse{allowance: allowanceOf(v)}
}

func allowanceOf(v any) (a allowance) {
	m, _ := v.(map[string]any)
	if n, ok := m["tokens"].(int); ok {
		a.tokens = &n
	}
	if n, ok := m["tool_calls"].(int); ok {
		a.toolCalls = &n
	}
	if usd, err := dsl.ParseUSD(m["usd"]); err == nil {
		a.usd = &usd
	}
	return a
}

// share is a purse for one of n sub-agents that work at the same time: an equal
// part of what is left.
func (p *purse) share(n int) *purse {
	part := &purse{outer: p}
	tokens, calls := p.left()
	if tokens >= 0 {
		tokens /= n
		part.tokens = &tokens
	}
	if calls >= 0 {
		calls /= n
		part.toolCalls = &calls
	}
	if usd := p.usdLeft(); usd != nil {
		places := usd.Places() + 4
		if each, err := usd.Div(value.DecimalOfInt(n), places, value.Down); err == nil {
			part.usd = &each
		}
	}
	return part
}

// subAgents counts the tools of a turn that may have models of their own.
func subAgents(list []*invocation) (n int) {
	for _, v := range list {
		if v.tool != nil && v.tool.Delegates() {
			n++
		}
	}
	return n
}

// header is what is left, as it travels with a child; nil for no purse.
func (p *purse) header() *commonpb.Payload {
	if p == nil {
		return nil
	}
	left := p.value()
	if left == nil {
		left = map[string]any{}
	}
	if _, calls := p.left(); calls >= 0 {
		left["tool_calls"] = calls
	}
	data, err := value.Encode(left)
	if err != nil {
		return nil
	}
	return &commonpb.Payload{Metadata: encodedJSON, Data: data}
}

// childEnds notes what a child has used. One that has not told has used what it was
// given.
func (p *purse) childEnds(raw converter.RawValue, err error) {
	if p == nil {
		return
	}
	if err == nil {
		if used, e := value.Decode(raw.Payload().GetMetadata()[usageMark]); e == nil {
			p.spend(usageOf(used))
		}
		return
	}
	f := fromError(err)
	if f.used != nil {
		p.spend(usageOf(f.used))
		return
	}
	if f.category == "cancelled" || f.category == "timeout" || f.Type == Terminated {
		p.spend(p.all())
	}
}

// all is everything that is left, as far as it is bounded.
func (p *purse) all() (u usage) {
	tokens, calls := p.left()
	u.tokens, u.toolCalls = max(tokens, 0), max(calls, 0)
	if usd := p.usdLeft(); usd != nil {
		u.usd = *usd
	}
	return u
}

// tells adds what the agents of a run have used to its result, for the agent
// that runs it as a tool.
func (p *purse) tells(result any) any {
	if p == nil || p.spent == (usage{}) {
		return result
	}
	data, err := value.Encode(p.spent.value())
	raw, ok := result.(converter.RawValue)
	if err != nil || !ok && result != nil {
		return result
	}
	told := &commonpb.Payload{Metadata: map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingNil)}}
	if ok && raw.Payload() != nil {
		told.Metadata = map[string][]byte{converter.MetadataEncoding: raw.Payload().GetMetadata()[converter.MetadataEncoding]}
		told.Data = raw.Payload().GetData()
	}
	told.Metadata[usageMark] = data
	return converter.NewRawValue(told)
}

// A purseFrame is what the agents of a run may use together, and have used, as a
// run leaves it to the next.
type purseFrame struct {
	Allowed *kept `json:"allowed,omitempty"`
	Spent   *kept `json:"spent"`
}

func (p *purse) save() *purseFrame {
	if p == nil {
		return nil
	}
	allowed := map[string]any{}
	if p.tokens != nil {
		allowed["tokens"] = *p.tokens
	}
	if p.toolCalls != nil {
		allowed["tool_calls"] = *p.toolCalls
	}
	if p.usd != nil {
		allowed["usd"] = p.usd.String()
	}
	return &purseFrame{Allowed: keep(allowed), Spent: keep(p.spent.value())}
}

func (f *purseFrame) purse() *purse {
	return &purse{allowance: allowanceOf(f.Allowed.object()), spent: usageOf(f.Spent.object())}
}
