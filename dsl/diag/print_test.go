package diag

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl/source"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// sample is a list with everything that a printer may meet.
func sample() List {
	text := "steps:\n" +
		"  - wiat: {for: 3s}\n" +
		"\tid: \"日本 é\u0301\" # x\n" +
		"  - title: " + strings.Repeat("long ", 30) + "HERE" + strings.Repeat(" tail", 30) + "\n" +
		"    with: [a,\n" +
		"      b]\r\n" +
		"last: \x1b[31mred\u202e"
	f := source.NewFile("dir/a, b%c.yaml", []byte(text))
	at := func(part string) source.Span {
		i := strings.Index(text, part)
		return source.Span{File: f, Start: i, End: i + len(part)}
	}
	var l List
	l.Error("unknown-key", at("wiat"), "a step has no key %q", "wiat").WithHint("did you mean wait?").
		WithFix(at("wiat"), "wait").WithNote(at("steps"), "the steps are here")
	l.Warn("wide", at("é\u0301"), "100%% wide:\n::error::x")
	l.Error("tabbed", at("id"), "after a tab")
	l.Error("long-line", at("HERE"), "in a long line")
	l.Error("lines", at("[a,\n      b]"), "over two lines").WithFix(at("[a,\n      b]"), "[b]")
	l.Error("control", at("red"), "a \x1b[2J command").WithFix(at("\x1b[31m"), "")
	l.Error("end", source.Span{File: f, Start: len(text), End: len(text)}, "at the end")
	l = append(l, Diagnostic{Code: "nowhere", Severity: Info, Message: "about no place"})
	return l
}

func TestPrinters(t *testing.T) {
	printers := map[string]func(io.Writer, List) error{
		"text":   Text{}.Write,
		"color":  Text{Color: true}.Write,
		"json":   WriteJSON,
		"sarif":  func(w io.Writer, l List) error { return WriteSARIF(w, l, "1.2.3") },
		"github": WriteGitHub,
	}
	for name, write := range printers {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := write(&got, sample()); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", name+".golden"), got.Bytes())
		})
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs, got:\n%s", path, got)
	}
}

// An empty list is an empty array, so that readers need no special case.
func TestEmptyList(t *testing.T) {
	var b bytes.Buffer
	if err := WriteJSON(&b, nil); err != nil || b.String() != "[]\n" {
		t.Errorf("got %q, %v", b.String(), err)
	}
	b.Reset()
	if err := WriteSARIF(&b, nil, ""); err != nil || !json.Valid(b.Bytes()) || strings.Contains(b.String(), "null") {
		t.Errorf("got %s, %v", b.String(), err)
	}
}

// The underline stands below the text it is about, in columns of a terminal.
func TestUnderlineIsBelowItsText(t *testing.T) {
	for _, tc := range []struct{ line, part, want string }{
		{"abc", "b", "abc\n ^"},
		{"a\tbc", "bc", "a   bc\n    ^~"},
		{"日本語 x", "本", "日本語 x\n  ^~"},
		{"e\u0301e\u0301x", "x", "e\u0301e\u0301x\n  ^"},
		{"a", "", "a\n^"},
		{strings.Repeat("a", 300) + "X" + strings.Repeat("b", 300), "X", "…" + strings.Repeat("a", 82) + "X" + strings.Repeat("b", 26) + "…\n" + strings.Repeat(" ", 83) + "^"},
	} {
		i := strings.Index(tc.line, tc.part)
		text, before, under := window([]byte(tc.line), i, i+len(tc.part))
		if got := text + "\n" + strings.Repeat(" ", before) + "^" + strings.Repeat("~", max(under-1, 0)); got != tc.want {
			t.Errorf("%q in %q:\n%s\nwant:\n%s", tc.part, tc.line, got, tc.want)
		}
	}
}

// Whatever is underlined is on screen.
func TestWindowShowsTheSpan(t *testing.T) {
	line := []byte(strings.Repeat("x日\t", 200))
	for start := 0; start < len(line); start += 7 {
		for _, length := range []int{0, 1, 5, 300} {
			text, before, under := window(line, start, min(start+length, len(line)))
			row := cells([]byte(text))
			if shown := columns(row, 0, len(text)); before+max(under, 1) > shown+tabWidth || shown > maxWidth+1 {
				t.Fatalf("%d+%d: %d columns shown, %d underlined after %d", start, length, shown, under, before)
			}
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"retry", "timeout", "wait", "with"}
	for written, want := range map[string]string{"wiat": "wait", "retyr": "retry", "timout": "timeout", "zzzzzz": "", "": ""} {
		if got := Nearest(written, names); got != want {
			t.Errorf("nearest to %q is %q, want %q", written, got, want)
		}
	}
}

func TestSortOrdersByPlaceAndDropsRepetitions(t *testing.T) {
	a := source.NewFile("a", []byte("xyz"))
	b := source.NewFile("b", []byte("xyz"))
	var l List
	l.Error("c3", source.Span{File: b, Start: 0, End: 1}, "m")
	l.Error("c2", source.Span{File: a, Start: 1, End: 2}, "m")
	l.Error("c1", source.Span{File: a, Start: 0, End: 2}, "m")
	l.Error("c2", source.Span{File: a, Start: 1, End: 2}, "m")
	l.Sort()
	var got []string
	for _, d := range l {
		got = append(got, d.Error())
	}
	if want := "a:1:1: m [c1] a:1:2: m [c2] b:1:1: m [c3]"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if l.Errors() != 3 {
		t.Errorf("%d errors", l.Errors())
	}
}
