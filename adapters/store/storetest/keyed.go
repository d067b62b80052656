package storetest

import (
	"context"
	"errors"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// keyedRow is a kind of row that is read by id.
type keyedRow struct {
	name   string
	there  func(ctx context.Context, tx coordination.Tx, id string) (bool, error)
	create func(ctx context.Context, tx coordination.Tx, id string) error
}

func keyedRows() []keyedRow {
	return []keyedRow{
		{
			"ChangeRequest",
			func(ctx context.Context, tx coordination.Tx, id string) (bool, error) {
				_, err := tx.ChangeRequest(ctx, changereq.ID(id))
				return present(err, changereq.ErrNotFound)
			},
			func(ctx context.Context, tx coordination.Tx, id string) error {
				_, err := putRequestAt(ctx, tx, id, 0, 0)
				return err
			},
		},
		{
			"Bundle",
			func(ctx context.Context, tx coordination.Tx, id string) (bool, error) {
				_, err := tx.ChangeBundle(ctx, id)
				return present(err, bundle.ErrNotFound)
			},
			func(ctx context.Context, tx coordination.Tx, id string) error {
				_, err := putBundleAt(ctx, tx, id, 0, 0)
				return err
			},
		},
		{
			"Record",
			func(ctx context.Context, tx coordination.Tx, id string) (bool, error) {
				_, err := tx.Record(ctx, archive.RecordID(id))
				return present(err, archive.ErrNotFound)
			},
			func(ctx context.Context, tx coordination.Tx, id string) error {
				_, err := putRecordAt(ctx, tx, id, 0, 0)
				return err
			},
		},
		{
			"Records",
			func(ctx context.Context, tx coordination.Tx, id string) (bool, error) {
				records, err := tx.RecordsOf(ctx, []archive.RecordID{"none", archive.RecordID(id)})
				return len(records) > 0, err
			},
			func(ctx context.Context, tx coordination.Tx, id string) error {
				_, err := putRecordAt(ctx, tx, id, 0, 0)
				return err
			},
		},
		{
			"Reference",
			func(ctx context.Context, tx coordination.Tx, id string) (bool, error) {
				_, err := tx.Reference(ctx, archive.ToRecord("a"), id)
				return present(err, archive.ErrNotFound)
			},
			func(ctx context.Context, tx coordination.Tx, id string) error {
				return tx.PutReference(ctx, edge(id, archive.ToRecord("a"), archive.ToRecord("b")))
			},
		},
		{
			"Content",
			func(ctx context.Context, tx coordination.Tx, id string) (bool, error) {
				_, err := tx.Content(ctx, archive.DigestOf([]byte(id)))
				return present(err, archive.ErrNotFound)
			},
			func(ctx context.Context, tx coordination.Tx, id string) error {
				_, err := tx.PutContent(ctx, archive.DigestOf([]byte(id)), []byte(id))
				return err
			},
		},
		{
			"Contents",
			func(ctx context.Context, tx coordination.Tx, id string) (bool, error) {
				digest := archive.DigestOf([]byte(id))
				contents, err := tx.ContentsOf(ctx, []archive.Digest{"none", digest})
				return contents[digest] != nil, err
			},
			func(ctx context.Context, tx coordination.Tx, id string) error {
				_, err := tx.PutContent(ctx, archive.DigestOf([]byte(id)), []byte(id))
				return err
			},
		},
		{
			"Obligation",
			func(ctx context.Context, tx coordination.Tx, id string) (bool, error) {
				_, err := tx.Obligation(ctx, id)
				return present(err, notice.ErrNotFound)
			},
			func(ctx context.Context, tx coordination.Tx, id string) error {
				_, err := putObligationAt(ctx, tx, id, 0, 0)
				return err
			},
		},
		{
			"Sheet",
			func(ctx context.Context, tx coordination.Tx, id string) (bool, error) {
				_, err := tx.Sheet(ctx, issues, id)
				return present(err, register.ErrNotFound)
			},
			func(ctx context.Context, tx coordination.Tx, id string) error {
				_, err := putSheetAt(ctx, tx, id, 0, 0)
				return err
			},
		},
		{
			"Sheets",
			func(ctx context.Context, tx coordination.Tx, id string) (bool, error) {
				sheets, err := tx.SheetsOf(ctx, issues, []string{"none", id})
				return len(sheets) > 0, err
			},
			func(ctx context.Context, tx coordination.Tx, id string) error {
				_, err := putSheetAt(ctx, tx, id, 0, 0)
				return err
			},
		},
		{
			"Reply",
			func(ctx context.Context, tx coordination.Tx, id string) (bool, error) {
				_, err := tx.IdempotentReply(ctx, "ann", id)
				return present(err, coordination.ErrNotFound)
			},
			func(ctx context.Context, tx coordination.Tx, id string) error {
				return tx.PutIdempotentReply(ctx, reply(id))
			},
		},
	}
}

func present(err, absent error) (bool, error) {
	if errors.Is(err, absent) {
		return false, nil
	}
	return err == nil, err
}
