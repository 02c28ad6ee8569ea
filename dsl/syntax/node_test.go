package syntax

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
)

func parseOne(t *testing.T, src string) *Node {
	t.Helper()
	docs, diags := parseText(t, src)
	if len(docs) != 1 || len(diags) > 0 {
		t.Fatalf("%q gives %d documents, %v", src, len(docs), diags)
	}
	return docs[0]
}

// spans lists the text of every node below n, each value behind its key.
func spans(n *Node) (list []string) {
	list = append(list, n.Span.Text())
	for _, item := range n.Items {
		list = append(list, spans(item)...)
	}
	for _, e := range n.Entries {
		list = append(append(list, spans(e.Key)...), spans(e.Value)...)
	}
	return list
}

func TestEveryNodeHasItsSpan(t *testing.T) {
	for _, tc := range []struct {
		source string
		want   []string
	}{
		{"a: b # c\n", []string{"a: b", "a", "b"}},
		{"a: [b, 'c', {d: \"e\"} ] # f\n", []string{"a: [b, 'c', {d: \"e\"} ]", "a", "[b, 'c', {d: \"e\"} ]", "b", "'c'", "{d: \"e\"}", "d", "\"e\""}},
		{"a: [\n  b, # ]\n]\n", []string{"a: [\n  b, # ]\n]", "a", "[\n  b, # ]\n]", "b"}},
		{"a: {}\nb: []\n", []string{"a: {}\nb: []", "a", "{}", "b", "[]"}},
		{"- a\n- - b\n  - c:\n\n", []string{"- a\n- - b\n  - c:", "a", "- b\n  - c:", "b", "c:", "c", ""}},
		{"a:\n- b\n", []string{"a:\n- b", "a", "- b", "b"}},
		{"a: b\n  c\n\n  d\n\ne: f\n", []string{"a: b\n  c\n\n  d\n\ne: f", "a", "b\n  c\n\n  d", "e", "f"}},
		{"a: |\n  b\n\n  c\n\n\nd: e", []string{"a: |\n  b\n\n  c\n\n\nd: e", "a", "|\n  b\n\n  c", "d", "e"}},
		{"a: >2-\n   b\n", []string{"a: >2-\n   b", "a", ">2-\n   b"}},
		{"a: &x\n  b: &y c\nd: *x\n", []string{"a: &x\n  b: &y c\nd: *x", "a", "b: &y c", "b", "c", "d", "*x", "b", "c"}},
		{"&x a: 1\n", []string{"&x a: 1", "a", "1"}},
		{"\xef\xbb\xbfa: 'b'\r\nc: \"d\r\n  e\"\r\n", []string{"a: 'b'\r\nc: \"d\r\n  e\"", "a", "'b'", "c", "\"d\r\n  e\""}},
		{"a: \"x \\\"y\\\" z\" # \"\nb: 'it''s'\n", []string{"a: \"x \\\"y\\\" z\" # \"\nb: 'it''s'", "a", "\"x \\\"y\\\" z\"", "b", "'it''s'"}},
		{"日: \U0001F600 é, x\n", []string{"日: \U0001F600 é, x", "日", "\U0001F600 é, x"}},
		{"a:\tb\n", []string{"a:\tb", "a", "b"}},
		{"? a\n: b\n", []string{"? a\n: b", "a", "b"}},
	} {
		n := parseOne(t, tc.source)
		if got := spans(n); !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%q:\n got %q\nwant %q", tc.source, got, tc.want)
		}
	}
}

func TestTypesAndData(t *testing.T) {
	for text, want := range map[string]struct {
		typ   ScalarType
		data  any
		looks string
	}{
		"":                     {Null, nil, "an empty value"},
		"~":                    {Null, nil, "an empty value"},
		"null":                 {Null, nil, "an empty value"},
		"true":                 {Bool, true, "the boolean true"},
		"FALSE":                {Bool, false, "the boolean false"},
		"0":                    {Int, 0, "the number 0"},
		"-7":                   {Int, -7, "the number -7"},
		"+7":                   {Int, 7, "the number 7"},
		"9007199254740993":     {Int, 9007199254740993, "the number 9007199254740993"},
		"-9223372036854775808": {Int, -9223372036854775808, "the number -9223372036854775808"},
		"0x1F":                 {Int, 31, "the number 31"},
		"0o17":                 {Int, 15, "the number 15"},
		"1.10":                 {Float, 1.1, "the number 1.1"},
		"1e3":                  {Float, 1000.0, "the number 1000"},
		"-.5":                  {Float, -0.5, "the number -0.5"},
		"1.":                   {Float, 1.0, "the number 1"},
		"00.5":                 {Float, 0.5, "the number 0.5"},
		"2024-01-31":           {String, "2024-01-31", "a date"},
		"2024-01-31T10:00:00Z": {String, "2024-01-31T10:00:00Z", "a date"},
		"'1_000'":              {String, "1_000", ""},
		"yes":                  {String, "yes", ""},
		"on":                   {String, "on", ""},
		"NO":                   {String, "NO", ""},
		"12:30":                {String, "12:30", ""},
		"1.2.3":                {String, "1.2.3", ""},
		"5m":                   {String, "5m", ""},
		"1e":                   {String, "1e", ""},
		"-":                    {String, "-", ""},
		".":                    {String, ".", ""},
		"+":                    {String, "+", ""},
		"0b1":                  {String, "0b1", ""},
		"_1":                   {String, "_1", ""},
		"'1'":                  {String, "1", ""},
		"\"true\"":             {String, "true", ""},
		"2024-0101":            {String, "2024-0101", ""},
	} {
		n := parseOne(t, "[k, "+text+"]")
		if text == "" {
			n = parseOne(t, "- k\n-")
		} else if text == "-" {
			n = parseOne(t, "- k\n- '-'")
		}
		n = n.Items[1]
		if n.Type != want.typ || n.Data() != want.data || n.LooksLike() != want.looks {
			t.Errorf("%s is %v %#v %q, want %v %#v %q", text, n.Type, n.Data(), n.LooksLike(), want.typ, want.data, want.looks)
		}
	}
}

func TestDataOfCollections(t *testing.T) {
	n := parseOne(t, "a: &x [1, {b: 1.5}, null]\nc: *x\nd: |\n  e\n")
	list := []any{1, map[string]any{"b": 1.5}, nil}
	if want := map[string]any{"a": list, "c": list, "d": "e\n"}; !reflect.DeepEqual(n.Data(), want) {
		t.Errorf("got %#v", n.Data())
	}
	if n.Get("a") == nil || n.Get("z") != nil || n.Entry("c").Key.Value != "c" {
		t.Error("Get and Entry do not find what is there")
	}
}

func TestAtIsExact(t *testing.T) {
	for _, tc := range []struct{ source, part, want string }{
		{"k: a ${ x } b\n", "x", "x"},
		{"k: 'it''s x'\n", "s x", "s x"},
		{"k: 'it''s x'\n", "'", "''"},
		{"k: \"a\\tb \\u00e9 c\"\n", "\tb", "\\tb"},
		{"k: \"a\\tb \\u00e9 c\"\n", "é c", "\\u00e9 c"},
		{"k: \"a \\\n  b\"\n", "a b", "a \\\n  b"},
		{"k: |\n   a\n     b\n   c\n", "  b\nc", "  b\n   c"},
		{"k: >-\n  a\n  b\n\n  c\n", "b\nc", "b\n\n  c"},
		{"k: a\r\n  b\r\n\r\n  c\n", "a b\nc", "a\r\n  b\r\n\r\n  c"},
		{"k: |\r\n  a\r\n  b\r\n", "a\nb", "a\r\n  b"},
		{"k: |\n  a  \n", "  \n", "  \n"},
	} {
		n := parseOne(t, tc.source).Get("k")
		i := strings.Index(n.Value, tc.part)
		if i < 0 {
			t.Errorf("%q has no %q", n.Value, tc.part)
			continue
		}
		if got := n.At(i, i+len(tc.part)).Text(); got != tc.want {
			t.Errorf("%q in %q is %q, want %q", tc.part, tc.source, got, tc.want)
		}
	}
}

func TestAtOutsideTheValueIsBounded(t *testing.T) {
	n := parseOne(t, "k: \"a\\n\"\n").Get("k")
	for _, at := range [][2]int{{-5, 99}, {99, 99}, {2, 1}, {1, 1}} {
		if s := n.At(at[0], at[1]); s.Start < n.Span.Start || s.End > n.Span.End {
			t.Errorf("%v is %d to %d", at, s.Start, s.End)
		}
	}
	if s := (&Node{Span: n.Span}).At(0, 1); s != n.Span {
		t.Error("a node without text is not its own place")
	}
}

func TestDocuments(t *testing.T) {
	for source, want := range map[string]int{
		"": 0, "\n\n": 0, "# c\n": 0, "---\n---\n": 0, "---\na: 1\n---\n# c\n---\nb: 1\n": 2, "a": 1, "--- a\n--- b\n...\n": 2, "~": 1,
	} {
		if docs, diags := parseText(t, source); len(docs) != want || len(diags) > 0 {
			t.Errorf("%q gives %d documents, %v", source, len(docs), diags)
		}
	}
}

// All mistakes of a file come out in one run, in the order of the text, and
// what stands around them is read.
func TestEveryMistakeIsReported(t *testing.T) {
	var src strings.Builder
	var want []string
	for i, tc := range trapCases {
		if i == 0 || strings.ContainsAny(tc.source[:1], "-@&?:%") || strings.Contains(tc.want, "unclosed") || strings.Contains(tc.want, "-missing") || strings.Contains(tc.want, "missing-colon") {
			continue
		}
		switch code, _, _ := strings.Cut(tc.want, " "); code {
		case "key-not-text", "tab-indent", "mixed-block", "bad-indent", "too-deep", "unknown-anchor":
			continue
		default:
			fmt.Fprintf(&src, "---\ngood: 1\n%sbetter: 2\n", tc.source)
			want = append(want, code)
		}
	}
	docs, diags := parseText(t, src.String())
	var got []string
	for _, d := range diags {
		got = append(got, d.Code)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if len(docs) != len(want) {
		t.Errorf("%d documents of %d", len(docs), len(want))
	}
	for _, n := range docs {
		if n.Get("good") == nil || n.Get("better") == nil {
			t.Errorf("%q has lost what is well", n.Span.Text())
		}
	}
}

func TestBrokenValuesKeepTheirSpan(t *testing.T) {
	docs, _ := parseText(t, "a: 'b' in c\nd: 1\n")
	n := docs[0].Get("a")
	if n.Kind != Broken || n.Span.Text() != "'b' in c" || n.Data() != nil || docs[0].Get("d").Data() != 1 {
		t.Errorf("got %v %q", n.Kind, n.Span.Text())
	}
}

func TestBounds(t *testing.T) {
	bomb := "a0: &a0 [x, x]\n"
	for i := 1; i < 40; i++ {
		bomb += fmt.Sprintf("a%d: &a%d [*a%d, *a%d]\n", i, i, i-1, i-1)
	}
	for name, tc := range map[string]struct{ source, code string }{
		"aliases":     {bomb, "too-many-aliases"},
		"size":        {strings.Repeat("#", maxBytes+1), "file-too-large"},
		"depth":       {strings.Repeat("- ", 150) + "x", "too-deep"},
		"great depth": {strings.Repeat("[", 20000), "too-deep"},
		"reports":     {strings.Repeat("- x: y: z\n", 3000), "colon-in-text"},
		"no text":     {strings.Repeat("\x00a", 3000), "control-character"},
		"utf-16":      {"\xff\xfea\x00", "not-utf8"},
	} {
		t.Run(name, func(t *testing.T) {
			docs, diags := parseText(t, tc.source)
			if len(diags) == 0 || len(diags) > maxReports || diags[0].Code != tc.code {
				t.Fatalf("%d diagnostics, %v", len(diags), diags[:min(len(diags), 3)])
			}
			for _, n := range docs {
				n.Data()
			}
		})
	}
}

// What nobody foresaw is still said in plain words, once, at its line.
func TestUnexplainedErrors(t *testing.T) {
	long := strings.Repeat("x", 1100)
	for _, tc := range []struct{ source, want string }{
		{"a: 1\n" + long + ": 2\nb: 3\n", "yaml-syntax 2:1"},
		{"%YAML 9\n---\na: 1\n", "yaml-syntax 1:1"},
	} {
		docs, diags := parseText(t, tc.source)
		if len(diags) != 1 || !strings.HasPrefix(underlined(diags[0]), tc.want) {
			t.Errorf("%.40q gives %v", tc.source, diags)
		}
		if len(docs) != 1 || docs[0].Get("a") == nil {
			t.Errorf("%.40q: the rest is lost", tc.source)
		}
	}
}

func TestLibraryWordsAreTranslated(t *testing.T) {
	for _, message := range []string{"did not find expected key", "line 3: mapping values are not allowed in this context", "whatever it may be"} {
		text, _ := plainWords("yaml: " + message)
		if text == "" || strings.Contains(text, "mapping values") {
			t.Errorf("%q becomes %q", message, text)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	var src strings.Builder
	src.WriteString("workflow: x\nversion: \"1\"\nsteps:\n")
	for i := range 20 {
		fmt.Fprintf(&src, "  - id: step_%d\n    if: input.amount > %d\n    http:\n      method: POST\n      url: ${ env.URL }/charges\n      body: {order: \"${ input.id }\", amount: \"${ input.amount }\"}\n    output: ${ result.body }\n", i, i)
	}
	file := source.NewFile("f.yaml", []byte(src.String()))
	b.ReportAllocs()
	for b.Loop() {
		var diags diag.List
		Parse(file, &diags)
	}
}
