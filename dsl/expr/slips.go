package expr

import (
	"fmt"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/types"
)

// A Slip is a key of a mapping that its type does not declare, and that is
// spelled almost like one that is missing.
type Slip struct {
	At         source.Span // of the key
	Key, Meant string
	Path       string // of what was meant, such as items[3].sku
	Needed     bool   // what was meant must be there
}

// Report reports the slip: as an error if it leaves out what must be there.
func (s Slip) Report(diags *diag.List) {
	const message = "there is no field %q here"
	d := diags.Warn("unknown-field", s.At, message, s.Key)
	if s.Needed {
		d.Severity = diag.Error
	}
	d.WithHint("did you mean %s?", s.Meant).WithFix(s.At, s.Meant)
}

// Slips lists the slips in the value and the values in it. What is optional is
// only meant where a type declares all the fields there are.
func (v *Value) Slips(want *types.Type) []Slip { return v.allSlips(want, "") }

func (v *Value) allSlips(want *types.Type, path string) []Slip {
	if v == nil || want == nil {
		return nil
	}
	found := v.slips(want, path)
	if want.Kind == types.Object {
		for _, e := range v.Entries {
			t, _ := want.Field(e.Key)
			found = append(found, e.Value.allSlips(t, joinPath(path, e.Key))...)
		}
	}
	if want.Kind == types.List {
		for i, item := range v.List {
			found = append(found, item.allSlips(want.Elem, fmt.Sprintf("%s[%d]", path, i))...)
		}
	}
	return found
}

// slips lists those among the keys of a mapping.
func (v *Value) slips(want *types.Type, path string) (found []Slip) {
	if v.Entries == nil || want.Kind != types.Object {
		return nil
	}
	for _, e := range v.Entries {
		if _, known := want.Field(e.Key); known {
			continue
		}
		var free []string
		for _, f := range want.Fields {
			if !v.has(f.Name) && (needed(f.Type) || !want.Open) {
				free = append(free, f.Name)
			}
		}
		if near := diag.Nearest(e.Key, free); near != "" {
			t, _ := want.Field(near)
			found = append(found, Slip{e.KeySpan, e.Key, near, joinPath(path, near), needed(t)})
		}
	}
	return found
}

func (v *Value) has(key string) bool {
	for _, e := range v.Entries {
		if e.Key == key {
			return true
		}
	}
	return false
}

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
