package syntax

import (
	"fmt"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl/diag"
)

// A trapCase is a source with one mistake, and the diagnostic it must give.
type trapCase struct {
	source string
	want   string // code line:column `underlined`
	hint   string // part of the hint
	fixed  string // the source with the fix applied, if there is one
}

var trapCases = []trapCase{
	{"a: 1\nb: 2\na: 3\n", "duplicate-key 3:1 `a`", "remove one", ""},
	{"if: !approved\n", "tag 1:5 `!approved`", "write not approved", "if: not approved\n"},
	{"if: ! inputs.approved\n", "tag 1:5 `!`", "write not inputs.approved", "if: not inputs.approved\n"},
	{"if: !a and b\n", "tag 1:5 `!a`", "write not a and b", "if: not a and b\n"},
	{"if: !f(x, y) # why\n", "tag 1:5 `!f(x,`", "write not f(x, y)", "if: not f(x, y) # why\n"},
	{"if: !a[\"x\"]\n", "tag 1:5 `!a[\"x\"]`", "write not a[\"x\"]", "if: not a[\"x\"]\n"},
	{"x: !!str 5\n", "tag 1:4 `!!str`", "quote a value", ""},
	{"x: !Ref\n  a: 1\n", "tag 1:4 `!Ref`", "remove it", "x: a: 1\n"},
	{"x: !!set {a: 1}\n", "tag 1:4 `!!set`", "remove it", "x: {a: 1}\n"},
	{"x: [!a, b]\n", "tag 1:5 `!a`", "", ""},
	{"title: Order #5\n", "text-cut 1:14 `#5`", `"Order #5"`, ""},
	{"channel: #general \n", "text-cut 1:10 `#general`", `"#general"`, ""},
	{"- #general\n", "text-cut 1:3 `#general`", `"#general"`, ""},
	{"x: ${ filter(xs, # > 1) }\n", "text-cut 1:18 `# > 1) }`", `"${ filter(xs, # > 1) }"`, "x: \"${ filter(xs, # > 1) }\"\n"},
	{"if: filter(xs, # > 1)\n", "text-cut 1:16 `# > 1)`", `"filter(xs, # > 1)"`, "if: \"filter(xs, # > 1)\"\n"},
	{"x: count(xs, # > 1)\n", "text-cut 1:14 `# > 1)`", "quote the whole", "x: \"count(xs, # > 1)\"\n"},
	{"if: x == 'a # b'\n", "text-cut 1:13 `# b'`", "quote the whole", "if: \"x == 'a # b'\"\n"},
	{"x: {y: filter(xs, # > 1)}\nz: 1\n", "text-cut 1:19 `# > 1)}`", "quote the whole", ""},
	{"x: ${ filter(xs,\n  # > 1) }\nz: 1\n", "text-cut 2:3 `# > 1) }`", "", ""},
	{"x: 100_000\n", "underscore-number 1:4 `100_000`", "write 100000; for text write '100_000'", "x: 100000\n"},
	{"x: -1_000.5\n", "underscore-number 1:4 `-1_000.5`", "write -1000.5", "x: -1000.5\n"},
	{"x: [2024_01_31]\n", "underscore-number 1:5 `2024_01_31`", "for text write '2024_01_31'", ""},
	{"a: {check: f(a, b), message: x}\n", "key-without-value 1:12 `f(a, b)`", `"f(a, b)"`, "a: {check: \"f(a, b)\", message: x}\n"},
	{"with: {note: Only one, please}\n", "key-without-value 1:14 `Only one, please`", `"Only one, please"`, "with: {note: \"Only one, please\"}\n"},
	{"with: {note: a, b, c, x: 1}\n", "key-without-value 1:14 `a, b, c`", `"a, b, c"`, "with: {note: \"a, b, c\", x: 1}\n"},
	{"with: {a: [1], b}\n", "key-without-value 1:16 `b`", "b: VALUE", ""},
	{"with: {a}\n", "key-without-value 1:8 `a`", "a: VALUE", ""},
	{"x: '${ a ?? '' }'\n", "quotes-in-quotes 1:13 `''`", "double quotes", "x: \"${ a ?? '' }\"\n"},
	{"if: 'a == '' and b == '''\n", "quotes-in-quotes 1:11 `''`", "double quotes", "if: \"a == '' and b == ''\"\n"},
	{"to: [group: finance]\n", "pair-in-list 1:6 `group: finance`", "{group: finance}", ""},
	{"if: 'manager' in state.approvals\n", "text-after-value 1:5 `'manager' in state.approvals`", `"'manager' in`, "if: \"'manager' in state.approvals\"\n"},
	{"if: \"a\" == b # why\n", "text-after-value 1:5 `\"a\" == b`", `'"a" == b'`, "if: '\"a\" == b' # why\n"},
	{"when: {a: 1}.a == 1\n", "text-after-value 1:7 `{a: 1}.a == 1`", `"{a: 1}.a == 1"`, "when: \"{a: 1}.a == 1\"\n"},
	{"when: [1] == x\n", "text-after-value 1:7 `[1] == x`", `"[1] == x"`, "when: \"[1] == x\"\n"},
	{"- [1, 2] | len() > 1\n", "text-after-value 1:3 `[1, 2] | len() > 1`", "quote the whole", "- \"[1, 2] | len() > 1\"\n"},
	{"x: 'it's fine'\n", "text-after-value 1:4 `'it's fine'`", "doubled", "x: 'it''s fine'\n"},
	{"title: Order: 5\n", "colon-in-text 1:8 `Order: 5`", `"Order: 5"`, "title: \"Order: 5\"\n"},
	{"x: ${ a ? 1 : 2 }\n", "colon-in-text 1:4 `${ a ? 1 : 2 }`", `"${ a ? 1 : 2 }"`, "x: \"${ a ? 1 : 2 }\"\n"},
	{"m: ${ a }: ${ b }\n", "colon-in-text 1:4 `${ a }: ${ b }`", `"${ a }: ${ b }"`, "m: \"${ a }: ${ b }\"\n"},
	{"- m: a: b # c\n", "colon-in-text 1:6 `a: b`", `"a: b"`, "- m: \"a: b\" # c\n"},
	{"x: ${ a ?\n  1 : 2 }\ny: 1\n", "colon-in-text 1:4 `${ a ?`", ">-", ""},
	{"x: {a: b: c}\n", "colon-in-text 1:8 `b: c`", `"b: c"`, ""},
	{"a: {b: ${ x }}\n", "unquoted-in-flow 1:8 `${ x }`", `"${ x }"`, "a: {b: \"${ x }\"}\n"},
	{"a: [${ x }, b]\n", "unquoted-in-flow 1:5 `${ x }`", `"${ x }"`, "a: [\"${ x }\", b]\n"},
	{"a: {b: Hello ${ x['a'] }!, c: 1}\n", "unquoted-in-flow 1:8 `Hello ${ x['a'] }!`", "x['a']", ""},
	{"a: {if: xs[0] == 1}\n", "unquoted-in-flow 1:9 `xs[0] == 1`", `"xs[0] == 1"`, ""},
	{"a: {url: http://x?y=1}\n", "unquoted-in-flow 1:10 `http://x?y=1`", "", ""},
	{"a: {\n  b: 1\n  c: 2\n}\nd: 1\n", "missing-comma 3:3 `c`", "after 1", "a: {\n  b: 1,\n  c: 2\n}\nd: 1\n"},
	{"a: ['b' 'c']\n", "missing-comma 1:9 `'c'`", "after 'b'", "a: ['b', 'c']\n"},
	{"a:\n  - {b: 1, c: {d: 'e'}\n  - f\n", "unclosed-bracket 2:5 `{`", "add }", ""},
	{"a:\n  - b: 1\n  -c: 2\n", "dash-without-space 3:3 `-`", "- c", "a:\n  - b: 1\n  - c: 2\n"},
	{"if: !done && x\n", "tag 1:5 `!done`", "not done && x", "if: not done && x\n"},
	{"if: !done || x > 3\n", "tag 1:5 `!done`", "not done || x", "if: not done || x > 3\n"},
	{"a: {if: !x, y: 1}\n", "tag 1:9 `!x`", "not x", ""},
	{"a: ?\nb: 1\n", "reserved-start 1:4 `?`", `"?"`, "a: \"?\"\nb: 1\n"},
	{"a: {b: x ? 1 : 2}\n", "unquoted-in-flow 1:8 `x ? 1 : 2`", `"x ? 1 : 2"`, ""},
	{"a: {b: 'x' in y, c: 1}\n", "unquoted-in-flow 1:8 `'x' in y`", `"'x' in y"`, ""},
	{"v: {{ x }}\n", "foreign-expression 1:4 `{{ x }}`", "${ x }", "v: \"${ x }\"\n"},
	{"v: {{ x }}/y\n", "foreign-expression 1:4 `{{ x }}/y`", "${ x }", "v: \"${ x }/y\"\n"},
	{"v: ${{ x }}\n", "foreign-expression 1:4 `${{ x }}`", "${ x }", "v: ${ x }\n"},
	{"v: Hello {{ input.name }}!\n", "foreign-expression 1:10 `{{ input.name }}`", "${ input.name }", ""},
	{"cron: */5 * * * *\n", "unquoted-cron 1:7 `*/5 * * * *`", `"*/5 * * * *"`, "cron: \"*/5 * * * *\"\n"},
	{"cron: * * * * * # often\n", "unquoted-cron 1:7 `* * * * *`", `"* * * * *"`, "cron: \"* * * * *\" # often\n"},
	{"cron: [*/5 * * * *, '0 6 * * *']\n", "unquoted-cron 1:8 `*/5 * * * *`", `"*/5 * * * *"`, ""},
	{"pattern: \"^\\d\"\n", "bad-escape 1:12 `\\d`", `'^\d'`, "pattern: '^\\d'\n"},
	{"pattern: \"\\n\\d\"\n", "bad-escape 1:13 `\\d`", "single quotes", ""},
	{"x: \"\\uD800\"\n", "bad-escape 1:5 `\\uD800`", "", ""},
	{"x: 0123\n", "leading-zero 1:4 `0123`", "'0123'", ""},
	{"x: 99999999999999999999\n", "number-range 1:4 `99999999999999999999`", "'9999", ""},
	{"x: .inf\n", "number-range 1:4 `.inf`", "", ""},
	{"404: x\n", "key-not-text 1:1 `404`", `"404"`, "\"404\": x\n"},
	{"true: x\n", "key-not-text 1:1 `true`", `"true"`, "\"true\": x\n"},
	{"null: x\n", "key-not-text 1:1 `null`", `"null"`, "\"null\": x\n"},
	{"? [a]\n: x\n", "key-not-text 1:3 `[a]`", "keys are text", ""},
	{": x\n", "key-missing 1:1 `: x`", "KEY: x", ""},
	{"a: &a {b: 1}\nc:\n  <<: *a\n", "merge-key 3:3 `<<`", "", ""},
	{"a: *b\n", "unknown-anchor 1:4 `*b`", "&b", ""},
	{"--- &a 1\n--- *a\n", "unknown-anchor 2:5 `*a`", "&a", ""},
	{"a: &a [1, *a]\n", "alias-cycle 1:11 `*a`", "", ""},
	{"a: *b c\n", "reserved-start 1:4 `*b c`", "", ""},
	{"a: && b\n", "reserved-start 1:4 `&& b`", "", ""},
	{"a: @b\n", "reserved-start 1:4 `@b`", `"@b"`, "a: \"@b\"\n"},
	{"- %b\n", "reserved-start 1:3 `%b`", `"%b"`, "- \"%b\"\n"},
	{"@type: b\n", "reserved-start 1:1 `@type`", `"@type"`, "\"@type\": b\n"},
	{"a:\n\tb: 1\n", "tab-indent 2:1 `\t`", "spaces", ""},
	{"a: 'b\nc: 1\n", "unclosed-quote 1:4 `'`", "", ""},
	{"a: 'b\nc: 'd'\n", "unclosed-quote 1:4 `'`", "", ""},
	{"a: \"b\nc: \"d\"\n", "unclosed-quote 1:4 `\"`", "", ""},
	{"a: [b, c\nd: 1\n", "unclosed-bracket 1:4 `[`", "add ]", ""},
	{"a: {b: c\nd: 1\n", "unclosed-bracket 1:4 `{`", "add }", ""},
	{"a: [b, {c: 1]\nd: 1\n", "unclosed-bracket 1:13 `]`", "write }", ""},
	{"a: [b, , c]\n", "stray-comma 1:8 `,`", "remove", "a: [b,  c]\n"},
	{"a:\n  b: 1\n c: 2\n", "bad-indent 3:2 `c`", "by 0 or by 2 spaces", ""},
	{"a: 'x'\n  b: 1\nc: 2\n", "bad-indent 2:3 `b`", "0 spaces", ""},
	{"a: x\n  b: 1\n  c: 2\nd: 2\n", "bad-indent 2:3 `b`", "", ""},
	{"a: |\n    x\n  y\nb: 1\n", "bad-indent 3:3 `y`", "", ""},
	{"a: 1\n- b\nc: 1\n", "mixed-block 2:1 `- b`", "", ""},
	{"- a\nb: 1\n- c\n", "mixed-block 2:1 `b`", "dash", ""},
	{"a: 1\nb\nc: 1\n", "missing-colon 2:1 `b`", "KEY: VALUE", ""},
	{"a: 1\nb:2\nc: 1\n", "missing-colon 2:2 `:`", "b: 2", "a: 1\nb: 2\nc: 1\n"},
	{"a\nb: 1\n", "missing-colon 1:1 `a`", "", ""},
	{"a: - b\n", "list-on-key-line 1:4 `- b`", "", ""},
	{"a: > 5\n", "block-header 1:4 `> 5`", `"> 5"`, "a: \"> 5\"\n"},
	{"a: | text\n", "block-header 1:4 `| text`", "next line", ""},
	{"a: \"\xff\"\n", "not-utf8 1:5 `\xff`", "UTF-8", ""},
	{"a: \"\x01\"\n", "control-character 1:5 `\x01`", "\\u0001", ""},
	{"a: x\u2028y\n", "control-character 1:5 `\u2028`", "\\u2028", ""},
	{"a: &" + strings.Repeat("x", 3) + " " + strings.Repeat("[", 101) + strings.Repeat("]", 101) + "\n", "too-deep 1:108 `[`", "", ""},
}

func underlined(d diag.Diagnostic) string {
	line, col := d.Span.File.Pos(d.Span.Start)
	return fmt.Sprintf("%s %d:%d `%s`", d.Code, line, col, d.Span.Text())
}

func TestTraps(t *testing.T) {
	for _, tc := range trapCases {
		t.Run(tc.source, func(t *testing.T) {
			for _, newline := range []string{"\n", "\r\n"} {
				src := strings.ReplaceAll(tc.source, "\n", newline)
				_, diags := parseText(t, src)
				if len(diags) != 1 {
					t.Fatalf("%q gives %d diagnostics: %v", src, len(diags), diags)
				}
				d := diags[0]
				if got := underlined(d); got != tc.want {
					t.Errorf("got %s, want %s", got, tc.want)
				}
				if !strings.Contains(d.Hint, tc.hint) {
					t.Errorf("the hint %q lacks %q", d.Hint, tc.hint)
				}
				if tc.fixed != "" && newline == "\n" {
					checkFix(t, d, tc.fixed)
				}
			}
		})
	}
}

func checkFix(t *testing.T, d diag.Diagnostic, want string) {
	t.Helper()
	if d.Fix == nil {
		t.Fatal("there is no fix")
	}
	text := string(d.Span.File.Text)
	got := text[:d.Fix.Span.Start] + d.Fix.Text + text[d.Fix.Span.End:]
	if got != want {
		t.Errorf("the fix gives %q, want %q", got, want)
	}
}

// What looks like a trap and is none stays silent.
var harmless = []string{
	"timeout: 5m  # five minutes\n",
	"timeout: 5m ## five minutes\nx: 3 #4\n",
	"a: #the list\n  - b\nc: # nothing\nd: ## none\n",
	"x: a#b\ny: http://a/#b\n",
	"title: Don't stop # it (now)\n",
	"title: See below (1) # one)\n",
	"x: '${ a ?? \"\" }'\ny: '${ a == ''b'' }'\nz: '${ a ?? '''' }'\n",
	"x: 'it''s'\ny: ''\nz: 'say '' twice'\n",
	"a: {b: \"${ x }\", c: '${ y }'}\n",
	"a: {b: , c: null, d: }\n",
	"a: [group:finance, {group: finance}, 'a: b']\n",
	"a: {\n  b: c,\n}\nd: [\n  1,\n]\n",
	"x: ${ a.b }:${ c }:d\n",
	"from: 2024-01-31\nat: 12:30\nno: yes\non: off\nn: y\n",
	"x: '1_000'\nif: n > 1_000\nz: 0\nh: 0x1F\no: 0o17\nf: 0.5\ne: 1e3\nneg: -1\n",
	"a: &a {b: 1}\nc: *a\nd: [*a, *a]\n",
	"a: |\n  x: y: z\n  ''' \" [ { # }\n  \tb\nc: >-\n  d # e\n",
	"text: \"Hello {{ name }}\"\nx: \"${ map(xs, {{item: .item}}) }\"\n",
	"? a\n: b\n",
	"\"a b\": 1\n'c': 2\n\"404\": 3\n",
	"# only a comment\n",
	"---\na: 1\n...\n---\nb: 2\n",
	"\xef\xbb\xbfa: 1\n",
	"a:\n- b\n- c:\n  - d\ne: 1\n",
	"a: text\n  that goes on\n  - and on\nb: 1\n",
	"a: \"^\\\\d \\u00e9 \\\n  x\"\nb: '^\\d'\n",
	"a: -1\nb: -x\nc: ?x\nd: :x\n",
	"a: 50%\nb: a @b `c`\nc: a, b] }\n",
	"a: \U0001F600\nb: 1\n",
}

func TestHarmlessLookalikes(t *testing.T) {
	for _, src := range harmless {
		if _, diags := parseText(t, src); len(diags) > 0 {
			t.Errorf("%q: %v", src, diags)
		}
	}
}

// A mistake elsewhere in the file changes nothing: the scanner, which runs only
// then, takes what is well for well.
func TestHarmlessBesideAMistake(t *testing.T) {
	for _, src := range harmless {
		for _, broken := range []string{"zz: 'a' in b\n", "zz: [a\n", "zz: {b: ${ x }}\n", "zz: x: y\n"} {
			whole := src + broken
			if strings.Contains(src, "---") {
				whole = src + "---\n" + broken
			}
			if _, diags := parseText(t, whole); len(diags) != 1 || diags[0].Span.Start < len(src) {
				t.Errorf("%q: %v", whole, diags)
			}
		}
	}
}
