package sqlite

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUnnumbered(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query, text string
		args, want  []any
	}{
		{"SELECT 1", "SELECT 1", nil, nil},
		{"VALUES ($1, $2)", "VALUES (?, ?)", []any{"a", "b"}, []any{"a", "b"}},
		{"a = $1 AND ($2 = '' OR b = $2) AND c = $1", "a = ? AND (? = '' OR b = ?) AND c = ?", []any{"x", "y"}, []any{"x", "y", "y", "x"}},
		{"j ->> '$.a$1' = $1", "j ->> '$.a$1' = ?", []any{7}, []any{7}},
		{"it''s '$1' \"$2\" $10", "it''s '$1' \"$2\" ?", []any{0, 1, 2, 3, 4, 5, 6, 7, 8, "ten"}, []any{"ten"}},
		{"'$1", "'$1", nil, nil},
		{"$ $x", "$ $x", nil, nil},
		{"$2", "?", []any{"one"}, []any{"one"}}, // too few: the driver says so
	} {
		text, order := unnumbered(c.query)
		require.Equal(t, c.text, text)
		require.Equal(t, c.want, inOrder(order, c.args), c.query)
	}
}
