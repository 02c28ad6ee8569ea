package expr

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/partitur/partitur/dsl/types"
	"github.com/partitur/partitur/dsl/value"
)

// A Function is one function of the library, as the documentation shows it.
type Function struct {
	Name      string
	Signature string // parameters with their types, ? after those that may be missing, … after one that repeats; then the result's
	Doc       string
	Example   string
	Result    string // of the example, as JSON; empty where it depends on the run

	call func(r *run, args []any) (any, error) // nil for closures, which are compiled as loops
	typ  func(args []*types.Type) *types.Type  // of the result, where the signature does not say it all
}

// Library lists the functions in the order of the documentation.
func Library() []Function { return append([]Function(nil), library...) }

// library is put together from one table for each subject.
var library = concatTables(listFunctions, objectFunctions, textFunctions, numberFunctions, timeFunctions, encodingFunctions, hostFunctions)

func concatTables(tables ...[]Function) (all []Function) {
	for _, t := range tables {
		all = append(all, t...)
	}
	return all
}

// A param is one parameter of a function.
type param struct {
	name     string
	kinds    []types.Kind // nil for any value, nil included
	optional bool
	repeats  bool
}

type signature struct {
	params []param
	result *types.Type
}

// signatures are those of the library, read once.
var signatures = sync.OnceValue(func() map[string]*signature {
	all := make(map[string]*signature, len(library))
	for i := range library {
		all[library[i].Name] = readSignature(library[i].Signature)
	}
	return all
})

var functionIndex = sync.OnceValue(func() map[string]*Function {
	all := make(map[string]*Function, len(library))
	for i := range library {
		all[library[i].Name] = &library[i]
	}
	return all
})

// function finds a function of the library, or nil.
func function(name string) *Function { return functionIndex()[name] }

var kindWords = map[string]types.Kind{
	"boolean": types.Bool, "integer": types.Int, "number": types.Number, "text": types.String, "list": types.List, "object": types.Object,
	"time": types.Time, "duration": types.Duration, "decimal": types.Decimal, "any": types.Any, "condition": types.Func, "expression": types.Func,
}

// readSignature reads "take(xs list, n integer) list".
func readSignature(text string) *signature {
	_, rest, _ := strings.Cut(text, "(")
	inside, result, _ := strings.Cut(rest, ")")
	s := &signature{result: typeOfWord(strings.TrimSpace(result))}
	for _, p := range strings.Split(inside, ", ") {
		if p != "" {
			s.params = append(s.params, readParam(p))
		}
	}
	return s
}

func readParam(text string) param {
	name, kind, _ := strings.Cut(text, " ")
	p := param{name: name}
	for {
		switch {
		case strings.HasSuffix(kind, "?"):
			p.optional, kind = true, strings.TrimSuffix(kind, "?")
		case strings.HasSuffix(kind, "…"):
			p.optional, p.repeats, kind = true, true, strings.TrimSuffix(kind, "…")
		default:
			for _, word := range strings.Split(kind, "|") {
				if k := kindWords[word]; k != types.Any {
					p.kinds = append(p.kinds, k)
				}
			}
			return p
		}
	}
}

func typeOfWord(word string) *types.Type {
	if of, ok := strings.CutPrefix(word, "list of "); ok {
		return types.ListOf(typeOfWord(of))
	}
	switch k := kindWords[word]; k {
	case types.List:
		return types.AnyList
	case types.Object:
		return types.OpenObject
	default:
		return &types.Type{Kind: k}
	}
}

func (f *Function) signature() *signature { return signatures()[f.Name] }

// arity says what is wrong with the number of arguments, or "".
func (f *Function) arity(n int) string {
	params := f.signature().params
	least, most := 0, len(params)
	for _, p := range params {
		if !p.optional {
			least++
		}
		if p.repeats {
			most = n
		}
	}
	if n >= least && n <= most {
		return ""
	}
	if n < least {
		return fmt.Sprintf("%s needs %s: %s", f.Name, plural(least, "argument"), f.usage())
	}
	if most == 0 {
		return fmt.Sprintf("%s takes no arguments", f.Name)
	}
	return fmt.Sprintf("%s takes at most %s: %s", f.Name, plural(most, "argument"), f.usage())
}

// usage is a call with the names of the parameters.
func (f *Function) usage() string {
	var names []string
	for _, p := range f.signature().params {
		names = append(names, p.name)
	}
	return f.Name + "(" + strings.Join(names, ", ") + ")"
}

// param is the parameter that the i-th argument is for.
func (s *signature) param(i int) param { return s.params[min(i, len(s.params)-1)] }

// instruction checks the arguments and calls the function.
func (f *Function) instruction(args ...any) (any, error) {
	r := args[0].(*run)
	if err := r.step(1); err != nil {
		return nil, err
	}
	s := f.signature()
	args = args[1:]
	for i, a := range args {
		v, ok := s.param(i).accept(a)
		if !ok {
			return nil, s.refuse(f, i, a)
		}
		args[i] = v
	}
	return f.call(r, args)
}

// accept tells whether a value is of a kind that the parameter wants, and
// returns it in the form that the function reads.
func (p param) accept(v any) (any, bool) {
	if p.kinds == nil || v == nil && p.optional {
		return v, true
	}
	v = number(v)
	for _, k := range p.kinds {
		if isKind(v, k) {
			return v, true
		}
		if f, ok := v.(float64); ok && k == types.Int {
			n, ok := value.Whole(f)
			return n, ok
		}
	}
	return v, false
}

func isKind(v any, k types.Kind) bool {
	switch v.(type) {
	case bool:
		return k == types.Bool
	case int:
		return k == types.Int || k == types.Number
	case float64:
		return k == types.Number
	case string:
		return k == types.String
	case []any:
		return k == types.List
	case map[string]any:
		return k == types.Object
	case time.Time:
		return k == types.Time
	case time.Duration:
		return k == types.Duration
	case value.Decimal:
		return k == types.Decimal
	}
	return false
}

func (s *signature) refuse(f *Function, i int, v any) *fault {
	p := s.param(i)
	out := faultf("%s: %s must be %s, and %s is %s", f.Name, p.name, p.kindNames(), shown(v), kindOf(v))
	if v == nil {
		out = faultf("%s: %s must be %s, and this is nil", f.Name, p.name, p.kindNames()).withHint("?? says what to use instead of nil")
	}
	return out
}

func (p param) kindNames() string {
	var names []string
	for _, k := range p.kinds {
		names = append(names, k.Article())
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " or " + names[last]
	}
	return strings.Join(names, "")
}
