package main

import (
	"bytes"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl/schema"
	"github.com/partitur/partitur/internal/workers"
)

// TestEveryField compares the table with the fields that the SDK has.
func TestEveryField(t *testing.T) {
	for _, s := range sections {
		listed := map[string]bool{}
		for _, r := range s.rows {
			if r.where == "" {
				t.Errorf("%s: %s is set nowhere", s.name, r.fields)
			}
			for _, name := range strings.Fields(r.fields) {
				if listed[name] {
					t.Errorf("%s lists %s twice", s.name, name)
				}
				listed[name] = true
			}
		}
		kind := reflect.TypeOf(s.sample)
		for i := range kind.NumField() {
			f := kind.Field(i)
			if f.IsExported() && !listed[f.Name] {
				t.Errorf("%s has a field %s that the table does not list", s.name, f.Name)
			}
			delete(listed, f.Name)
		}
		for name := range listed {
			t.Errorf("%s has no field %s any more", s.name, name)
		}
	}
}

var key = regexp.MustCompile("`([a-z_]+)(:[^`]*)?`")

// TestKeysExist looks for the keys that the table names in the schemas of the
// documents.
func TestKeysExist(t *testing.T) {
	var all []byte
	for _, text := range schema.Generate(workers.Catalog{}) {
		all = append(all, text...)
	}
	for _, s := range sections {
		for _, r := range s.rows {
			for _, m := range key.FindAllStringSubmatch(r.where, -1) {
				if !bytes.Contains(all, []byte(`"`+m[1]+`"`)) {
					t.Errorf("%s: %s is said to be set by %q, which no document has", s.name, r.fields, m[1])
				}
			}
		}
	}
}

func TestPageIsCurrent(t *testing.T) {
	text, err := os.ReadFile("../../" + file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, page()) {
		t.Error("run `go run ./tools/options` and commit what it writes")
	}
}
