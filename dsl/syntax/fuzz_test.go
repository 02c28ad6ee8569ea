package syntax

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
)

// Whatever the text: no panic, every place inside the file, every mistake in
// plain words, and what is well means the same when it is written as JSON.
func FuzzParse(f *testing.F) {
	for _, tc := range trapCases {
		f.Add([]byte(tc.source))
	}
	for _, src := range harmless {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file := source.NewFile("f.yaml", text)
		var diags diag.List
		docs := Parse(file, &diags)
		for _, d := range diags {
			checkDiagnostic(t, d)
		}
		if _, err := decode(text); err != nil && len(diags) == 0 {
			t.Errorf("%v is not reported", err)
		}
		for _, n := range docs {
			checkNode(t, n, 0)
			if len(diags) == 0 {
				checkRoundTrip(t, n)
			}
		}
	})
}

func checkSpan(t *testing.T, s source.Span) {
	t.Helper()
	if s.File == nil || s.Start < 0 || s.End < s.Start || s.End > len(s.File.Text) {
		t.Fatalf("the span %d to %d is not inside the file", s.Start, s.End)
	}
}

func checkDiagnostic(t *testing.T, d diag.Diagnostic) {
	t.Helper()
	checkSpan(t, d.Span)
	if d.Fix != nil {
		checkSpan(t, d.Fix.Span)
	}
	for _, note := range d.Related {
		checkSpan(t, note.Span)
	}
	if d.Code == "" || d.Severity == 0 || d.Message == "" || strings.HasPrefix(d.Message, "yaml") {
		t.Errorf("not a message for authors: %+v", d)
	}
}

func checkNode(t *testing.T, n *Node, depth int) {
	t.Helper()
	checkSpan(t, n.Span)
	if depth > 3*maxDepth {
		t.Fatal("the tree is too deep")
	}
	for _, item := range n.Items {
		checkNode(t, item, depth+1)
	}
	for _, e := range n.Entries {
		checkNode(t, e.Key, depth+1)
		checkNode(t, e.Value, depth+1)
	}
	if n.Kind == Scalar {
		checkAt(t, n)
	}
}

func checkAt(t *testing.T, n *Node) {
	t.Helper()
	last := n.text.Start
	for i := 0; i < len(n.Value) && i < 200; i++ {
		at := n.At(i, i+1)
		if n.offset != nil && n.offset.pieces == nil {
			break
		}
		if checkSpan(t, at); at.Start < last || at.End > n.text.End {
			t.Fatalf("byte %d of %q is at %d to %d, outside %d to %d", i, n.Value, at.Start, at.End, last, n.text.End)
		}
		last = at.Start
	}
	checkSpan(t, n.At(0, len(n.Value)))
	checkSpan(t, n.At(len(n.Value), len(n.Value)))
}

func checkRoundTrip(t *testing.T, n *Node) {
	t.Helper()
	text, err := json.Marshal(n.Data())
	if err != nil {
		t.Fatalf("not a JSON value: %v", err)
	}
	for _, r := range string(text) {
		if !allowed(r) {
			return
		}
	}
	if len(text) > 900 { // a key of more than 1024 characters must not stand on one line
		return
	}
	var diags diag.List
	docs := Parse(source.NewFile("f.json", text), &diags)
	if len(diags) == 1 && diags[0].Code == "number-range" {
		return // JSON writes 1e19 without an exponent
	}
	if len(diags) > 0 || len(docs) != 1 {
		t.Fatalf("%s reads as %d documents: %v", text, len(docs), diags)
	}
	var want, got any
	again, _ := json.Marshal(docs[0].Data())
	if json.Unmarshal(text, &want) != nil || json.Unmarshal(again, &got) != nil || !reflect.DeepEqual(want, got) {
		t.Fatalf("%s became %s", text, again)
	}
}

// Words of a scalar map to themselves in the source, in every style.
func FuzzAlign(f *testing.F) {
	for style := range byte(6) {
		f.Add(style, "a ${ x.y }\n\n  b\\n it''s \"q\"\r\n  é日 ${ z }")
	}
	f.Fuzz(func(t *testing.T, style byte, text string) {
		indented := strings.ReplaceAll(text, "\n", "\n  ")
		src := map[byte]string{
			0: "k: |\n  " + indented, 1: "k: >-\n  " + indented, 2: `k: "` + indented + `"`,
			3: "k: '" + indented + "'", 4: "k: " + indented, 5: "- &a |2+\n  " + indented,
		}[style%6]
		docs, diags := parseText(t, src+"\n")
		if len(diags) > 0 {
			return
		}
		for _, n := range docs {
			if v := find(n, "k"); v != nil && v.Kind == Scalar {
				checkAt(t, v)
				checkWords(t, v)
			}
		}
	})
}

func checkWords(t *testing.T, n *Node) {
	t.Helper()
	if n.style == double && strings.Contains(n.text.Text(), `\`) {
		return // an escape is a word of its own
	}
	for i := 0; i < len(n.Value); {
		end := i
		for end < len(n.Value) && isWord(n.Value[end]) && n.Value[end] < 0x80 {
			end++
		}
		if end == i {
			i++
			continue
		}
		if got := n.At(i, end).Text(); got != n.Value[i:end] {
			t.Fatalf("%q maps to %q in %q", n.Value[i:end], got, n.Span.Text())
		}
		i = end
	}
}
