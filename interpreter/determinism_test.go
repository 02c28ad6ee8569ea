package interpreter

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// outside are packages whose answers replay cannot repeat.
var outside = []string{
	"context", "crypto/rand", "io/fs", "log", "log/slog", "maps", "math/rand", "math/rand/v2",
	"net", "net/http", "os", "runtime", "sync", "sync/atomic",
}

// ofTime is what the interpreter may use of the package time: types, constants
// and pure functions.
var ofTime = []string{"Time", "Duration", "Parse", "RFC3339Nano", "Hour", "Millisecond", "Minute", "Second"}

// TestDeterminism keeps out of the package what workflow code must not do. What
// it calls is checked by
//
//	go tool workflowcheck -config workflowcheck.yaml ./interpreter
//
// which finds a time.Now in any file of a step kind, because it sees through the
// type switch in body; put one there to see that it does.
func TestDeterminism(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		data, err := os.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		files++
		for _, problem := range problems(t, e.Name(), string(data)) {
			t.Error(problem)
		}
	}
	if files < 20 {
		t.Errorf("only %d files were looked at", files)
	}
}

// TestDeterminismFinds plants what TestDeterminism must find.
func TestDeterminismFinds(t *testing.T) {
	for _, planted := range []string{
		"import \"time\"\n\nvar x = time.Now()",
		"import \"os\"",
		"func f() { go f() }",
		"var c chan int",
		"func f() { select {} }",
		"func init() {}",
	} {
		if len(problems(t, "planted.go", "package interpreter\n\n"+planted)) == 0 {
			t.Errorf("not found: %s", planted)
		}
	}
}

func problems(t *testing.T, name, text string) (found []string) {
	t.Helper()
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, name, text, 0)
	if err != nil {
		t.Fatal(err)
	}
	report := func(n ast.Node, what string) { found = append(found, set.Position(n.Pos()).String()+": "+what) }
	for _, i := range f.Imports {
		if path, _ := strconv.Unquote(i.Path.Value); slices.Contains(outside, path) {
			report(i, "imports "+path)
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			report(n, "a go statement")
		case *ast.SelectStmt:
			report(n, "a select statement")
		case *ast.ChanType:
			report(n, "a channel")
		case *ast.FuncDecl:
			if n.Name.Name == "init" && n.Recv == nil {
				report(n, "an init function")
			}
		case *ast.SelectorExpr:
			if id, ok := n.X.(*ast.Ident); ok && id.Name == "time" && !slices.Contains(ofTime, n.Sel.Name) {
				report(n, "time."+n.Sel.Name)
			}
		}
		return true
	})
	return found
}
