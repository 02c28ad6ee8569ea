package syntax

import (
	"math/rand"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
)

// A generator writes scalars of all styles with expressions in them.
type generator struct {
	*rand.Rand
	newline string
}

func (g generator) words(count int, sep func() string) string {
	words := []string{"a", "${ x.y }", "é日", "it''s", `\t`, "b", "${ steps.a }", "${ a +  b }", "z:", "#h", "  in", "x  y", "\U0001F600", "\ttab"}
	var b strings.Builder
	for i := range count {
		if i > 0 {
			b.WriteString(sep())
		}
		b.WriteString(words[g.Intn(len(words))])
	}
	return b.String()
}

// source writes a mapping with one scalar of random style under k.
func (g generator) source() string {
	ind := strings.Repeat(" ", 2+g.Intn(4))
	sep := func() string {
		switch g.Intn(8) {
		case 0, 1:
			return g.newline + ind
		case 2:
			return g.newline + g.newline + ind
		case 3:
			return " " + g.newline + ind
		case 4:
			return g.newline + ind + "  "
		}
		return " "
	}
	last := g.newline + "z: 1" + g.newline
	anchor := []string{"", "", "&a "}[g.Intn(3)]
	switch g.Intn(6) {
	case 0:
		return "k: " + anchor + []string{"|", "|-", "|+", "| # why"}[g.Intn(4)] + g.newline + ind + g.words(6, sep) + last
	case 1:
		return "k: " + anchor + []string{">", ">-", ">+"}[g.Intn(3)] + g.newline + ind + g.words(6, sep) + last
	case 2:
		escape := func() string {
			if g.Intn(6) == 0 {
				return []string{"\\" + g.newline + ind, `\u00e9`, `\x41`, `\"`, `\\`, `\n`}[g.Intn(6)]
			}
			return sep()
		}
		return "k: " + anchor + `"` + strings.ReplaceAll(g.words(6, escape), "''", "'") + `"` + last
	case 3:
		return "k: " + anchor + "'" + g.words(6, sep) + "'" + last
	case 4:
		return "- - k: " + anchor + "'" + g.words(6, sep) + "'" + g.newline
	}
	return "k: " + anchor + "p " + g.words(6, sep) + last
}

func parseText(t testing.TB, src string) ([]*Node, diag.List) {
	t.Helper()
	var diags diag.List
	return Parse(source.NewFile("f.yaml", []byte(src)), &diags), diags
}

func find(n *Node, key string) *Node {
	for n != nil && n.Kind == List {
		n = n.Items[0]
	}
	if n == nil {
		return nil
	}
	return n.Get(key)
}

// Every expression in a scalar maps to itself in the source, whatever the
// style, the folding, the escapes and the line breaks around it.
func TestExpressionsMapToThemselves(t *testing.T) {
	scalars, expressions, wrong := 0, 0, 0
	for _, newline := range []string{"\n", "\r\n"} {
		g := generator{rand.New(rand.NewSource(1)), newline}
		for range 30000 {
			src := g.source()
			docs, diags := parseText(t, src)
			if len(docs) == 0 || len(diags) > 0 {
				continue
			}
			n := find(docs[0], "k")
			if n == nil || n.Kind != Scalar {
				continue
			}
			scalars++
			for i := 0; ; {
				j := strings.Index(n.Value[i:], "${ ")
				if j < 0 {
					break
				}
				i += j
				end := i + strings.Index(n.Value[i:], "}") + 1
				got := n.At(i, end).Text()
				expressions++
				if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(n.Value[i:end]), " ") {
					if wrong++; wrong < 6 {
						t.Errorf("%q maps to %q in\n%q", n.Value[i:end], got, src)
					}
				}
				i = end
			}
		}
	}
	if wrong > 0 || scalars < 30000 || expressions < 30000 {
		t.Errorf("%d scalars, %d expressions, %d wrong", scalars, expressions, wrong)
	}
	t.Logf("%d scalars, %d expressions", scalars, expressions)
}
