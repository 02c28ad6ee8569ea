package expr

import (
	"strings"
	"unicode/utf8"

	"github.com/partitur/partitur/dsl/types"
	"github.com/partitur/partitur/dsl/value"
)

// textFunctions are about text. Places in a text are counted in characters.
var textFunctions = []Function{
	{Name: "string", Signature: "string(x any) text", Doc: "the value as text: numbers without exponent, times as RFC 3339, lists and objects as JSON; nil is an error",
		Example: `string(100000000.5)`, Result: `"100000000.5"`, call: toText},
	{Name: "upper", Signature: "upper(s text) text", Doc: "in capital letters", Example: `upper("ab")`, Result: `"AB"`, call: onText(strings.ToUpper)},
	{Name: "lower", Signature: "lower(s text) text", Doc: "in small letters", Example: `lower("AB")`, Result: `"ab"`, call: onText(strings.ToLower)},
	{Name: "trim", Signature: "trim(s text, characters text?) text", Doc: "without white space, or these characters, at both ends",
		Example: `trim("  a ")`, Result: `"a"`, call: trim},
	{Name: "trimPrefix", Signature: "trimPrefix(s text, prefix text) text", Doc: "without the prefix, if it begins so",
		Example: `trimPrefix("ORD-1", "ORD-")`, Result: `"1"`, call: onTexts(strings.TrimPrefix)},
	{Name: "trimSuffix", Signature: "trimSuffix(s text, suffix text) text", Doc: "without the suffix, if it ends so",
		Example: `trimSuffix("a.pdf", ".pdf")`, Result: `"a"`, call: onTexts(strings.TrimSuffix)},
	{Name: "split", Signature: "split(s text, separator text, n integer?) list of text", Doc: "the pieces between separators, at most n",
		Example: `split("a,b,c", ",")`, Result: `["a","b","c"]`, call: split},
	{Name: "replace", Signature: "replace(s text, old text, new text) text", Doc: "with every old replaced by new",
		Example: `replace("a-b-c", "-", "+")`, Result: `"a+b+c"`, call: replace},
	{Name: "repeat", Signature: "repeat(s text, n integer) text", Doc: "n times",
		Example: `repeat("ab", 2)`, Result: `"abab"`, call: repeat},
	{Name: "hasPrefix", Signature: "hasPrefix(s text, prefix text) boolean", Doc: "whether it begins so; also written s startsWith prefix",
		Example: `hasPrefix("ORD-1", "ORD-")`, Result: `true`, call: onPair(strings.HasPrefix)},
	{Name: "hasSuffix", Signature: "hasSuffix(s text, suffix text) boolean", Doc: "whether it ends so; also written s endsWith suffix",
		Example: `hasSuffix("a.pdf", ".pdf")`, Result: `true`, call: onPair(strings.HasSuffix)},
	{Name: "indexOf", Signature: "indexOf(s text, part text) integer", Doc: "the place of the part, -1 if there is none",
		Example: `indexOf("order", "d")`, Result: `2`, call: placeOf(strings.Index)},
	{Name: "lastIndexOf", Signature: "lastIndexOf(s text, part text) integer", Doc: "the last place of the part, -1 if there is none",
		Example: `lastIndexOf("a.b.c", ".")`, Result: `3`, call: placeOf(strings.LastIndex)},
	{Name: "regex", Signature: "regex(s text, pattern text) list of text", Doc: "what the pattern matches first, then its groups; nil if nothing",
		Example: `regex("ORD-12", "([A-Z]+)-([0-9]+)")`, Result: `["ORD-12","ORD","12"]`, call: regex, typ: regexType},
	{Name: "regex_all", Signature: "regex_all(s text, pattern text) list of text", Doc: "everything that the pattern matches",
		Example: `regex_all("a1b22", "[0-9]+")`, Result: `["1","22"]`, call: regexAll},
	{Name: "regex_replace", Signature: "regex_replace(s text, pattern text, new text) text", Doc: "with everything that the pattern matches replaced; $1 is its first group",
		Example: `regex_replace("a1b2", "([0-9])", "<$1>")`, Result: `"a<1>b<2>"`, call: regexReplace},
}

func regexType([]*types.Type) *types.Type {
	return types.ListOf(types.StringType).OrNil("the pattern may match nothing")
}

func toText(r *run, args []any) (any, error) {
	if args[0] == nil {
		return nil, faultf("nil has no text").withHint(`?? says what to use instead: write string(… ?? "")`)
	}
	if err := r.weigh(args[0]); err != nil {
		return nil, err
	}
	s, err := value.Text(args[0])
	if err != nil {
		return nil, faultf("%s", err)
	}
	return s, r.text(len(s))
}

// weigh counts the work of going through all of a value.
func (r *run) weigh(v any) error {
	switch v := v.(type) {
	case string:
		return r.text(len(v))
	case []any:
		for _, item := range v {
			if err := r.weigh(item); err != nil {
				return err
			}
		}
		return r.step(1 + len(v))
	case map[string]any:
		for _, item := range v { // the sum does not depend on the order
			if err := r.weigh(item); err != nil {
				return err
			}
		}
		return r.step(1 + len(v))
	}
	return nil
}

func onText(f func(s string) string) func(r *run, args []any) (any, error) {
	return func(r *run, args []any) (any, error) {
		s := args[0].(string)
		return f(s), r.text(len(s))
	}
}

func onTexts(f func(s, t string) string) func(r *run, args []any) (any, error) {
	return func(r *run, args []any) (any, error) {
		s := args[0].(string)
		return f(s, args[1].(string)), r.text(len(s))
	}
}

func onPair(f func(s, t string) bool) func(r *run, args []any) (any, error) {
	return func(r *run, args []any) (any, error) {
		s := args[0].(string)
		return f(s, args[1].(string)), r.text(len(s))
	}
}

func placeOf(f func(s, part string) int) func(r *run, args []any) (any, error) {
	return func(r *run, args []any) (any, error) {
		s := args[0].(string)
		i := f(s, args[1].(string))
		if i > 0 {
			i = utf8.RuneCountInString(s[:i])
		}
		return i, r.text(len(s))
	}
}

func trim(r *run, args []any) (any, error) {
	s := args[0].(string)
	if chars, ok := optional(args, 1).(string); ok {
		return strings.Trim(s, chars), r.text(len(s) * (1 + len(chars)))
	}
	return strings.TrimSpace(s), r.text(len(s))
}

func split(r *run, args []any) (any, error) {
	s, separator := args[0].(string), args[1].(string)
	n := -1
	if limit, ok := optional(args, 2).(int); ok {
		if limit < 1 {
			return nil, faultf("split: n must be at least 1, and it is %d", limit)
		}
		n = limit
	}
	if err := r.step(len(s) / 4); err != nil {
		return nil, err
	}
	pieces := strings.SplitN(s, separator, n)
	return texts(pieces), r.step(len(pieces))
}

func texts(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

func replace(r *run, args []any) (any, error) {
	s, old, new := args[0].(string), args[1].(string), args[2].(string)
	n := strings.Count(s, old)
	if err := r.text(len(s) + n*max(len(new)-len(old), 0)); err != nil {
		return nil, err
	}
	return strings.ReplaceAll(s, old, new), r.step(n)
}

func repeat(r *run, args []any) (any, error) {
	s, n := args[0].(string), args[1].(int)
	if n < 0 {
		return nil, faultf("repeat: n must not be negative, and it is %d", n)
	}
	size, ok := product(len(s), n)
	if !ok || r.text(size) != nil {
		return nil, faultf("the text would be too long")
	}
	return strings.Repeat(s, n), nil
}

func join(r *run, args []any) (any, error) {
	separator, _ := optional(args, 1).(string)
	list := args[0].([]any)
	var b strings.Builder
	for i, item := range list {
		if item == nil {
			return nil, faultf("join: element [%d] is nil, which has no text", i).withHint("filter(list, # != nil) leaves such elements out")
		}
		s, err := toText(r, []any{item})
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteString(separator)
		}
		b.WriteString(s.(string))
		if err := r.step(1 + len(separator)/stepBytes); err != nil {
			return nil, err
		}
	}
	return b.String(), nil
}

func regex(r *run, args []any) (any, error) {
	s := args[0].(string)
	re, err := pattern(r, args[1], s)
	if err != nil {
		return nil, err
	}
	if m := re.FindStringSubmatch(s); m != nil {
		return texts(m), nil
	}
	return nil, nil
}

func regexAll(r *run, args []any) (any, error) {
	s := args[0].(string)
	re, err := pattern(r, args[1], s)
	if err != nil {
		return nil, err
	}
	found := re.FindAllString(s, maxSteps)
	return texts(found), r.step(len(found))
}

func regexReplace(r *run, args []any) (any, error) {
	s, by := args[0].(string), args[2].(string)
	re, err := pattern(r, args[1], s)
	if err != nil {
		return nil, err
	}
	n := len(re.FindAllStringIndex(s, -1))
	longest := len(by) * (1 + len(s)) // every $ in it may stand for all that was matched
	if !strings.Contains(by, "$") {
		longest = n * len(by)
	}
	if err := r.text(longest + len(s)); err != nil {
		return nil, err
	}
	return re.ReplaceAllString(s, by), nil
}
