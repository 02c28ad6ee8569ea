package llm

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/value"
)

// arguments reads what a model wrote as the arguments of a tool. What is no
// object is told to it as it is; nothing at all means no arguments.
func arguments(text string) map[string]any {
	if strings.TrimSpace(text) == "" {
		return map[string]any{}
	}
	v, err := value.Decode([]byte(text))
	if m, ok := v.(map[string]any); ok && err == nil {
		return m
	}
	return map[string]any{invalidArguments: text}
}

// argumentsText is the arguments as the model wrote them.
func argumentsText(m map[string]any) string {
	if text, ok := m[invalidArguments].(string); ok && len(m) == 1 {
		return text
	}
	data, err := value.Encode(m)
	if err != nil || m == nil {
		return "{}"
	}
	return string(data)
}

// callID is the id of a tool call, which some servers leave out.
func callID(id string, i int) string {
	if id != "" {
		return id
	}
	return fmt.Sprintf("call_%d", i)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// escaped is a key as the SDKs' paths into JSON take it.
func escaped(key string) string {
	return strings.NewReplacer(`\`, `\\`, `.`, `\.`, `*`, `\*`, `?`, `\?`, `|`, `\|`, `#`, `\#`).Replace(key)
}
