//go:build !noengine

package engine

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	enumspb "go.temporal.io/api/enums/v1"
	persistencespb "go.temporal.io/server/api/persistence/v1"
	"go.temporal.io/server/common/log/tag"
)

func TestLogger(t *testing.T) {
	var out bytes.Buffer
	l := newLogger(&out)
	l.Info("not written")
	l.Warn(expected + " And so on")
	l.With(tag.String("service", "history")).Warn("written", tag.Error(errors.New("cause")))
	if got := out.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "msg=written service=history error=cause") {
		t.Errorf("got %s", got)
	}

	out.Reset()
	returned := false
	done := make(chan struct{})
	go func() {
		defer close(done)
		l.With(tag.String("service", "history")).Fatal("cannot listen", tag.Error(errors.New("cause")))
		returned = true
	}()
	<-done
	if err := <-l.fatal; returned || err.Error() != "the Temporal server failed: cannot listen: cause" {
		t.Errorf("returned %v with %v", returned, err)
	}

	out.Reset()
	l.mute()
	l.Error("not written")
	if out.Len() > 0 {
		t.Errorf("a muted logger wrote %s", &out)
	}
}

func TestAddSearchAttributes(t *testing.T) {
	const keyword, number = enumspb.INDEXED_VALUE_TYPE_KEYWORD, enumspb.INDEXED_VALUE_TYPE_INT
	ns := &persistencespb.NamespaceConfig{}
	add := func(wanted map[string]enumspb.IndexedValueType) (bool, error) { return addSearchAttributes(ns, wanted) }
	if changed, err := add(map[string]enumspb.IndexedValueType{"A": keyword, "B": number}); !changed || err != nil {
		t.Fatalf("got %v, %v", changed, err)
	}
	if changed, err := add(map[string]enumspb.IndexedValueType{"A": keyword}); changed || err != nil {
		t.Errorf("what is there already: %v, %v", changed, err)
	}
	if _, err := add(map[string]enumspb.IndexedValueType{"A": number}); err == nil || !strings.Contains(err.Error(), `"A" is of type Keyword already`) {
		t.Errorf("another type: %v", err)
	}
	if ns.CustomSearchAttributeAliases["Keyword01"] != "A" || ns.CustomSearchAttributeAliases["Int01"] != "B" {
		t.Errorf("got %v", ns.CustomSearchAttributeAliases)
	}
	if _, err := add(map[string]enumspb.IndexedValueType{"C": number, "D": number, "E": number}); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("one more than there are columns: %v", err)
	}
}

func TestSchemaVersion(t *testing.T) {
	if got := schemaVersion(); got < 1101 {
		t.Errorf("got %d", got)
	}
}
