package everystore

import (
	"context"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// CheckBooks fails the test if some sheet of a tenant is not what its history gives, and returns
// how many sheets each book has.
func CheckBooks(t require.TestingT, ctx context.Context, store coordination.Store, tenant string) map[string]int {
	sheets := make(map[string]int)
	err := store.View(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		for _, book := range coordination.Books() {
			for q := (register.Query{Book: book.Name, Limit: register.MaxLimit}); ; {
				page, next, err := tx.Sheets(ctx, q)
				if err != nil {
					return err
				}
				wrong, err := book.Check(ctx, tx, page...)
				if err != nil {
					return err
				}
				for i := range page {
					sheets[book.Name]++
					require.NoError(t, wrong[i], "%s %q", book.Name, page[i].ID)
				}
				if next == "" {
					break
				}
				q.After = next
			}
		}
		return nil
	})
	require.NoError(t, err)
	return sheets
}
