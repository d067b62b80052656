package httpapi

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
)

// TestEverySentinelHasARow reads the domain's sources: an exported error that
// the table does not name would become an internal error.
func TestEverySentinelHasARow(t *testing.T) {
	t.Parallel()
	rows := namedRows(t)
	found := 0
	for _, dir := range []string{"changereq", "changereq/approval", "changereq/bundle", "changereq/lifecycle", "changereq/window", "archive", "archive/evidence", "coordination", "coordination/audit", "coordination/notice", "coordination/register", "schedule", "schedule/plans", "schedule/supply", "schedule/staff", "coordination/planning", "coordination/process", "coordination/process/bottleneck", "coordination/process/conform", "coordination/process/engage", "coordination/process/sampling", "adapters/httpapi"} {
		for _, name := range sentinels(t, filepath.Join("..", "..", dir)) {
			found++
			qualified := filepath.Base(dir) + "." + name
			if dir == "adapters/httpapi" {
				qualified = name
			}
			require.Contains(t, rows, qualified, "no row in table() for this error")
		}
	}
	require.Greater(t, found, 15, "the test does not find the errors any more")
}

// sentinels lists the exported variables named Err… of a package.
func sentinels(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var out []string
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, e.Name()), nil, 0)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			vars, ok := decl.(*ast.GenDecl)
			if !ok || vars.Tok != token.VAR {
				continue
			}
			for _, spec := range vars.Specs {
				for _, name := range spec.(*ast.ValueSpec).Names {
					if strings.HasPrefix(name.Name, "Err") {
						out = append(out, name.Name)
					}
				}
			}
		}
	}
	return out
}

// namedRows lists the errors as table() writes them.
func namedRows(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "problem.go", nil, 0)
	require.NoError(t, err)
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		if f, ok := n.(*ast.FuncDecl); ok && f.Name.Name != "table" {
			return false
		}
		if lit, ok := n.(*ast.CompositeLit); ok && len(lit.Elts) == 2 {
			switch e := lit.Elts[0].(type) {
			case *ast.SelectorExpr:
				out = append(out, e.X.(*ast.Ident).Name+"."+e.Sel.Name)
			case *ast.Ident:
				out = append(out, e.Name)
			}
		}
		return true
	})
	return out
}

// TestSpecialRowsStandBeforeTheirClass: the first row that matches counts.
func TestSpecialRowsStandBeforeTheirClass(t *testing.T) {
	t.Parallel()
	rows := table()
	for i, row := range rows {
		for _, earlier := range rows[:i] {
			require.NotErrorIs(t, row.err, earlier.err, "%v is never reached", row.err)
		}
	}
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	busy := errors.New("busy")
	a := &api{cfg: Config{Transient: func(err error) bool { return errors.Is(err, busy) }}}
	read := &call{matched: true}
	require.Equal(t, kindConflict, a.kindOf(&changereq.ConflictError{}, &call{}))
	require.Equal(t, kindStale, a.kindOf(&changereq.ConflictError{}, read))
	require.Equal(t, kindRefused, a.kindOf(&changereq.RefusedError{}, read))
	require.Equal(t, kindBaseMoved, a.kindOf(&changereq.RefusedError{Unmet: []changereq.Unmet{{Condition: "base", Ref: "X"}}}, read))
	require.Equal(t, kindUnavailable, a.kindOf(busy, read))
	require.Equal(t, kindInternal, a.kindOf(errors.New("disk"), read))
}

// TestEveryKindIsExplained: docs/errors.md has a heading for each kind, and none
// for others; the contract lists the same.
func TestEveryKindIsExplained(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "errors.md"))
	require.NoError(t, err)
	var explained []string
	for line := range strings.Lines(string(page)) {
		if heading, ok := strings.CutPrefix(strings.TrimSpace(line), "## "); ok {
			explained = append(explained, heading)
		}
	}
	require.ElementsMatch(t, explained, kinds(t))
	for _, k := range explained {
		require.Contains(t, string(contractFile), " "+k, "the contract does not list it")
		require.NotEmpty(t, kind(k).title())
	}
}

// TestEveryKindIsProduced: each kind is what some test in this directory gets
// over HTTP.
func TestEveryKindIsProduced(t *testing.T) {
	t.Parallel()
	var tests strings.Builder
	for _, name := range []string{"badinput_test.go", "filing_test.go", "idempotency_test.go", "problem_test.go", "proofs_test.go", "upload_test.go"} {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		tests.Write(source)
	}
	for _, k := range kinds(t) {
		require.Contains(t, tests.String(), `, "`+k+`"`)
	}
}

// kinds lists the constants of type kind.
func kinds(t *testing.T) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "problem.go", nil, 0)
	require.NoError(t, err)
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			if id, ok := spec.Type.(*ast.Ident); ok && id.Name == "kind" {
				out = append(out, strings.Trim(spec.Values[0].(*ast.BasicLit).Value, `"`))
			}
		}
		return true
	})
	return out
}

// TestInvalidSaysWhat: a rule that refuses values in a sentence is heard, whatever
// room it stands in.
func TestInvalidSaysWhat(t *testing.T) {
	t.Parallel()
	a := &api{}
	for _, row := range table() {
		if row.kind != kindInvalid {
			continue
		}
		err := fmt.Errorf("%w: the shelf is not named", row.err)
		faults := faultsOf(err, a.kindOf(err, &call{}))
		require.Len(t, faults, 1, row.err)
		require.Contains(t, *faults[0].Text, "the shelf is not named")
		require.Empty(t, *faults[0].Pointer)
	}
	require.Empty(t, faultsOf(errors.New("dial tcp: refused"), kindInternal), "what is ours stays inside")
}
