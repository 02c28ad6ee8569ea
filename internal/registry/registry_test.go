package registry

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/interpreter"
)

func programs(t *testing.T, text string) []*dsl.Program {
	t.Helper()
	w, diags := dsl.Load([]*source.File{source.NewFile("a.yaml", []byte(text))}, dsl.NoActions{})
	for _, d := range diags {
		t.Fatal(d)
	}
	return w.Programs
}

func simple(name string) string { return fmt.Sprintf("workflow: %s\nsteps: [{value: 1}]\n", name) }

func TestRegistryTakesAndReplaces(t *testing.T) {
	r := &Registry{Actions: dsl.NoActions{}}
	if _, err := r.Set(programs(t, simple("b")+"---\n"+simple("a"))); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(r.Types()); got != "[a b]" {
		t.Error("the types are", got)
	}
	pin, err := r.Pin("a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Set(programs(t, simple("b"))); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Pin("a"); err == nil || err.Error() != `this worker has no workflow "a"; the run waits for one that does` {
		t.Error("a removed workflow is", err)
	}
	if p, err := r.Program(pin); err != nil || p.Name != "a" {
		t.Error("a run that goes on has", p, err)
	}
}

func TestRegistryCompilesWhatRunsRecorded(t *testing.T) {
	var first Registry
	if _, err := first.Set(programs(t, "\n\n"+simple("a"))); err != nil {
		t.Fatal(err)
	}
	pin, err := first.Pin("a")
	if err != nil {
		t.Fatal(err)
	}
	other := &Registry{Actions: dsl.NoActions{}}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if p, err := other.Program(pin); err != nil || p.Digest != pin.Digest || p.Steps[0].At() != "a.yaml:4" {
				t.Errorf("%v, %v", p, err)
			}
		})
	}
	wg.Wait()
}

func TestRegistrySaysWhatIsMissing(t *testing.T) {
	text := "workflow: a\nenv: {URL: null, MODE: fast, OTHER: null}\nsteps: [{value: 1}]\n"
	set := map[string]string{"URL": "http://x"}
	r := &Registry{Lookup: func(name string) (string, bool) { v, ok := set[name]; return v, ok }}
	complaints, err := r.Set(programs(t, text))
	if err != nil || len(complaints) != 1 || complaints[0] != `this worker cannot start "a": set OTHER in its environment` {
		t.Error(complaints, err)
	}
	if _, err := r.Pin("a"); err == nil || err.Error() != complaints[0] {
		t.Error(err)
	}
	set["OTHER"] = ""
	if complaints, err := r.Set(programs(t, text)); err != nil || complaints != nil {
		t.Error(complaints, err)
	}
	pin, err := r.Pin("a")
	if got := fmt.Sprint(pin.Env); err != nil || got != "map[MODE:fast OTHER: URL:http://x]" {
		t.Error(got, err)
	}
}

func TestRegistryRefusesOtherLanguagesAndBrokenPins(t *testing.T) {
	r := &Registry{Actions: dsl.NoActions{}}
	for want, pin := range map[string]interpreter.Pin{
		"version 9 of the language": {Digest: "x", Language: "9"},
		"cannot be unpacked":        {Digest: "x", Language: dsl.Language, Source: []byte("no")},
	} {
		if _, err := r.Program(pin); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func TestRegistryForgetsTheOldest(t *testing.T) {
	r := &Registry{Actions: dsl.NoActions{}}
	for i := range maxKept + 5 {
		r.keep(fmt.Sprint(i), new(dsl.Program))
	}
	if len(r.compiled) != maxKept || r.compiled["4"] != nil || r.compiled["5"] == nil {
		t.Errorf("%d programs are kept", len(r.compiled))
	}
}
