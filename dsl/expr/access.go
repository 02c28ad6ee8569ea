package expr

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/partitur/partitur/dsl/value"
)

// get reads the path from variables.
func (p *path) get(vars map[string]any) (any, error) {
	v, ok := vars[p.root]
	if !ok || p.root == hostKey {
		return nil, &fault{at: p.node, message: p.root + " has no value here"}
	}
	var err error
	for i, s := range p.steps {
		switch {
		case s.isInt:
			v, err = element(v, s.index, s.soft)
		default:
			if m, ok := v.(map[string]any); ok {
				v = m[s.name]
				continue
			}
			v, err = fieldOf(v, s.name)
		}
		if err != nil {
			return nil, p.blame(i, err)
		}
	}
	return v, nil
}

// blame places an error at the step where it happened.
func (p *path) blame(i int, err error) error {
	if f, ok := err.(*fault); ok {
		f.at = p.steps[i].node
		if f.message == nilMessage {
			f.message = p.String(i) + f.message
		}
	}
	return err
}

// String is the path before its i-th step, as an author writes it.
func (p *path) String(i int) string {
	s := p.root
	for _, step := range p.steps[:i] {
		if step.isInt {
			s += "[" + strconv.Itoa(step.index) + "]"
			continue
		}
		s = value.JoinField(s, step.name)
	}
	return s
}

// nilMessage is completed with what is nil by those who know.
const nilMessage = " is nil"

func nilFault(access string) *fault {
	return (&fault{message: nilMessage}).withHint("write ?. before %s if nil is fine here, and ?? to say what to use instead", access)
}

// fieldOf reads a field. One that an object does not have is nil.
func fieldOf(v any, name string) (any, error) {
	switch v := v.(type) {
	case map[string]any:
		return v[name], nil
	case nil:
		return nil, nilFault(name)
	case time.Time:
		if x, ok := timeField(v, name); ok {
			return x, nil
		}
		return nil, faultf("a time has no field %s", name).withHint("it has %s", listed(timeFields))
	case time.Duration:
		if x, ok := durationField(v, name); ok {
			return x, nil
		}
		return nil, faultf("a duration has no field %s", name).withHint("it has %s", listed(durationFields))
	case []any:
		return nil, faultf("a list has no field %s", name).withHint("elements are read by number, such as [0]; map(list, .%s) reads the field of each", name)
	}
	if n, ok := asMap(v); ok {
		return n[name], nil
	}
	return nil, faultf("%s has no fields: it is %s", shown(v), kindOf(v))
}

// asMap reads maps of other Go types than JSON's.
func asMap(v any) (map[string]any, bool) {
	n, err := value.Normalize(v)
	if err != nil {
		return nil, false
	}
	m, ok := n.(map[string]any)
	return m, ok
}

// element reads an element of a list; negative numbers count from its end.
func element(v any, i int, soft bool) (any, error) {
	list, ok := v.([]any)
	if !ok {
		return nil, notIndexed(v)
	}
	at := i
	if at < 0 {
		at += len(list)
	}
	if at >= 0 && at < len(list) {
		return list[at], nil
	}
	if soft {
		return nil, nil
	}
	return nil, faultf("the list has %s, so there is no element [%d]", plural(len(list), "element"), i).
		withHint("[%d]?. or [%d] ?? … says what to do then", i, i)
}

func notIndexed(v any) error {
	switch v := v.(type) {
	case nil:
		return nilFault("[")
	case string:
		return faultf("%s is text, which has no elements", shown(v)).withHint("a piece of it is written [0:1]")
	case map[string]any:
		return faultf("an object is read by the names of its fields, not by numbers").withHint("write the name, such as ['name']; values(object) is the list of its values")
	}
	return faultf("%s has no elements: it is %s", shown(v), kindOf(v))
}

// index reads v[i] for an i that is not written out.
func index(v, i any, soft bool) (any, error) {
	switch i := i.(type) {
	case int:
		return element(v, i, soft)
	case string:
		if _, ok := v.([]any); ok {
			return nil, faultf("an element of a list is read by its number, not by the text %s", shown(i))
		}
		return fieldOf(v, i)
	case float64:
		if n, ok := value.Whole(i); ok {
			return element(v, n, soft)
		}
	case nil:
		return nil, faultf("what stands in the brackets is nil")
	}
	return nil, faultf("%s is neither the number of an element nor the name of a field", shown(i))
}

// slice is v[from:to]. Ends beyond the list are its ends.
func slice(r *run, v, from, to any) (any, error) {
	switch v := v.(type) {
	case []any:
		i, j, err := bounds(from, to, len(v))
		if err != nil {
			return nil, err
		}
		return slices.Clip(v[i:j]), r.step(1)
	case string:
		if err := r.text(len(v)); err != nil {
			return nil, err
		}
		i, j, err := bounds(from, to, utf8.RuneCountInString(v))
		if err != nil {
			return nil, err
		}
		return cutRunes(v, i, j), nil
	case nil:
		return nil, nilFault("[")
	}
	return nil, faultf("%s cannot be cut: it is %s", shown(v), kindOf(v)).withHint("[from:to] is for lists and text")
}

func cutRunes(s string, i, j int) string {
	n, start, end := 0, len(s), len(s)
	for at := range s {
		if n == i {
			start = at
		}
		if n == j {
			end = at
			break
		}
		n++
	}
	return s[min(start, end):end]
}

func bounds(from, to any, n int) (i, j int, err error) {
	if i, err = bound(from, 0, n); err != nil {
		return 0, 0, err
	}
	if j, err = bound(to, n, n); err != nil {
		return 0, 0, err
	}
	return min(i, j), j, nil
}

func bound(v any, absent, n int) (int, error) {
	if v == nil {
		return absent, nil
	}
	i, ok := whole(v)
	if !ok {
		return 0, faultf("a place in a list or text is an integer, not %s", shown(v))
	}
	if i < 0 {
		i += n
	}
	return min(max(i, 0), n), nil
}

func whole(v any) (int, bool) {
	switch v := v.(type) {
	case int:
		return v, true
	case float64:
		return value.Whole(v)
	}
	return 0, false
}
