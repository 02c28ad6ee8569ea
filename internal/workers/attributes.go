package workers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"

	"github.com/partitur/partitur/dsl"
)

// attributesEvery is how often the workers ask which search attributes the
// namespace has: one that is registered while they run becomes known then.
const attributesEvery = time.Minute

// askTimeout bounds a question to the server.
const askTimeout = 10 * time.Second

// attributes keeps the registry told of the namespace's search attributes until
// the context ends. In a namespace of our own it registers what is missing.
func (o Options) attributes(ctx context.Context) {
	wanted := AttributesUsed(o.Registry.Programs())
	if len(wanted) == 0 {
		return
	}
	known, err := o.learn(ctx, wanted)
	if err != nil {
		o.warn("the search attributes of the namespace cannot be read, so their types are taken from the definitions: " + err.Error())
		return
	}
	for _, a := range wanted {
		if complaint := complain(a, known[a.Name]); complaint != "" {
			o.warn(complaint)
		}
	}
	go o.refresh(ctx)
}

// learn asks for the search attributes, and tells the registry.
func (o Options) learn(ctx context.Context, wanted []dsl.Attribute) (map[string]string, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	known, err := o.list(ctx)
	if err == nil && o.Owned {
		if err = o.add(ctx, missing(wanted, known)); err == nil {
			known, err = o.list(ctx)
		}
	}
	if err == nil {
		o.Registry.SetAttributes(known)
	}
	return known, err
}

func (o Options) refresh(ctx context.Context) {
	tick := time.NewTicker(attributesEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_, _ = o.learn(ctx, AttributesUsed(o.Registry.Programs())) // what is known stays known
		}
	}
}

func (o Options) warn(text string) {
	if o.Warn != nil {
		o.Warn(text)
	}
}

// list asks for the search attributes of the namespace and their types.
func (o Options) list(ctx context.Context) (map[string]string, error) {
	answer, err := o.Client.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: o.Namespace})
	if err != nil {
		return nil, err
	}
	known := make(map[string]string, len(answer.GetCustomAttributes()))
	for name, kind := range answer.GetCustomAttributes() {
		known[name] = kind.String()
	}
	return known, nil
}

func missing(wanted []dsl.Attribute, known map[string]string) map[string]enumspb.IndexedValueType {
	out := map[string]enumspb.IndexedValueType{}
	for _, a := range wanted {
		if known[a.Name] == "" {
			kind, _ := enumspb.IndexedValueTypeFromString(kindOf(a))
			out[a.Name] = kind
		}
	}
	return out
}

// kindOf is the type a search attribute is registered with; one whose value
// tells no type holds text.
func kindOf(a dsl.Attribute) string {
	if a.Type == "" {
		return "Keyword"
	}
	return a.Type
}

func (o Options) add(ctx context.Context, attributes map[string]enumspb.IndexedValueType) error {
	if len(attributes) == 0 {
		return nil
	}
	_, err := o.Client.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace: o.Namespace, SearchAttributes: attributes,
	})
	return err
}

// complain says what is wrong with a search attribute that the definitions use
// and that the namespace has with a type, or has not if it is "".
func complain(a dsl.Attribute, kind string) string {
	switch {
	case kind == "":
		return fmt.Sprintf("the namespace has no search attribute %q, and a step that sets it fails; register it: "+
			"temporal operator search-attribute create --name %s --type %s", a.Name, a.Name, kindOf(a))
	case a.Type == "" || a.Type == kind || a.Type == "Keyword" && (kind == "Text" || kind == "Datetime") || a.Type == "Int" && kind == "Double":
		return ""
	}
	return fmt.Sprintf("the search attribute %q is of type %s in the namespace, and the definition gives it %s: the step fails", a.Name, kind, a.Type)
}

// AttributesUsed lists the search attributes that runs of the programs set,
// each once, sorted by name.
func AttributesUsed(programs []*dsl.Program) (list []dsl.Attribute) {
	for _, p := range programs {
		list = append(list, p.AttributesUsed()...)
	}
	slices.SortStableFunc(list, func(a, b dsl.Attribute) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(list, func(a, b dsl.Attribute) bool { return a.Name == b.Name })
}
