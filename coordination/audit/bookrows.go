package audit

import (
	"context"

	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// sheets compares the sheets of every book whose histories give them, a page in one
// snapshot.
func (c *checking) sheets(ctx context.Context) error {
	for i := range c.sealer.cfg.Books {
		book := &c.sealer.cfg.Books[i]
		for q := (register.Query{Book: book.Name, Limit: register.MaxLimit}); ; {
			next, err := c.sheetsOf(ctx, book, q)
			if err != nil {
				return err
			}
			if next == "" {
				break
			}
			q.After = next
		}
	}
	return nil
}

func (c *checking) sheetsOf(ctx context.Context, book *coordination.Book, q register.Query) (next string, err error) {
	var (
		page  []register.Sheet
		wrong []error
	)
	err = c.view(ctx, func(ctx context.Context, tx coordination.Tx) error {
		var err error
		if page, next, err = tx.Sheets(ctx, q); err != nil {
			return err
		}
		if wrong, err = book.Check(ctx, tx, page...); err != nil || book.Beside == nil {
			return err
		}
		for i := range page {
			if wrong[i] == nil {
				wrong[i] = book.Beside(ctx, tx, &page[i])
			}
		}
		return ctx.Err()
	})
	if err != nil {
		return "", err
	}
	room := coordination.Room(book.Name)
	for i, what := range wrong {
		delete(c.histories, entity{room, page[i].ID})
		c.report.Rows++
		if what == nil {
			continue
		}
		if err := c.flaw(room, page[i].ID, what.Error()); err != nil {
			return "", err
		}
	}
	return next, nil
}
