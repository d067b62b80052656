package sqltest

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Statements returns the complete statements among the string constants of a
// file of constants, by name.
func Statements(tb testing.TB, path string) map[string]string {
	tb.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, nil, 0)
	require.NoError(tb, err)
	file.Decls = constants(file.Decls)
	info := types.Info{Defs: make(map[*ast.Ident]types.Object)}
	_, err = new(types.Config).Check("queries", fset, []*ast.File{file}, &info)
	require.NoError(tb, err)
	verb := regexp.MustCompile(`^(SELECT|INSERT|UPDATE|DELETE|WITH) `)
	out := make(map[string]string)
	for name, def := range info.Defs {
		c, ok := def.(*types.Const)
		if !ok || c.Val().Kind() != constant.String {
			continue
		}
		text := constant.StringVal(c.Val())
		if verb.MatchString(text) && strings.Count(text, "(") == strings.Count(text, ")") {
			out[name.Name] = text
		}
	}
	require.NotEmpty(tb, out, "no statement in %s", path)
	return out
}

func constants(all []ast.Decl) []ast.Decl {
	var out []ast.Decl
	for _, d := range all {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST {
			out = append(out, d)
		}
	}
	return out
}

// InOrder requires the parameters of a statement to be numbered from 1 in the
// order of their first use, as drivers that ignore the numbers need.
func InOrder(tb testing.TB, name, statement string) {
	tb.Helper()
	last := 0
	for _, m := range regexp.MustCompile(`\$(\d+)`).FindAllStringSubmatch(statement, -1) {
		n, err := strconv.Atoi(m[1])
		require.NoError(tb, err)
		require.LessOrEqual(tb, n, last+1, "%s uses $%d before $%d", name, n, last+1)
		last = max(last, n)
	}
	require.Equal(tb, strings.TrimSpace(statement), statement, "%s has blanks around it", name)
}
