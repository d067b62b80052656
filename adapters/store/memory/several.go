package memory

import (
	"cmp"
	"context"
	"slices"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination/register"
)

// eachOnce are ids in order, none twice.
func eachOnce[S cmp.Ordered](ids []S) []S { return slices.Compact(slices.Sorted(slices.Values(ids))) }

// RecordsOf of archive.Tx.
func (x *tx) RecordsOf(_ context.Context, ids []archive.RecordID) (out []archive.Record, err error) {
	if err := archive.CheckSeveral(len(ids)); err != nil {
		return nil, err
	}
	for _, id := range eachOnce(ids) {
		if r := x.records.get(string(id)); r != nil {
			out = append(out, (*r).record())
		}
	}
	return out, nil
}

// RecordHistories of archive.Tx.
func (x *tx) RecordHistories(_ context.Context, ids []archive.RecordID) (out []archive.Event, err error) {
	if err := archive.CheckSeveral(len(ids)); err != nil {
		return nil, err
	}
	for _, id := range eachOnce(ids) {
		some, _ := x.records.events(string(id), 0, archive.MaxEvents+1-len(out))
		for _, ev := range some {
			out = append(out, ev.event())
		}
		if err := archive.CheckHistories(len(out)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ContentsOf of archive.Tx.
func (x *tx) ContentsOf(ctx context.Context, digests []archive.Digest) (map[archive.Digest][]byte, error) {
	if err := archive.CheckSeveral(len(digests)); err != nil {
		return nil, err
	}
	out := make(map[archive.Digest][]byte, len(digests))
	for _, digest := range digests {
		if content, err := x.Content(ctx, digest); err == nil {
			out[digest] = content
		}
	}
	return out, nil
}

// SheetsOf of register.Tx.
func (x *tx) SheetsOf(_ context.Context, book string, ids []string) (out []register.Sheet, err error) {
	if err := register.CheckSeveral(len(ids)); err != nil {
		return nil, err
	}
	for _, id := range eachOnce(ids) {
		if s := x.sheets.get(sheetRow(book, id)); s != nil {
			out = append(out, s.Clone())
		}
	}
	return out, nil
}

// SheetHistories of register.Tx.
func (x *tx) SheetHistories(_ context.Context, book string, ids []string) (out []register.Event, err error) {
	if err := register.CheckSeveral(len(ids)); err != nil {
		return nil, err
	}
	for _, id := range eachOnce(ids) {
		some, _ := x.sheets.events(sheetRow(book, id), 0, register.MaxEvents+1-len(out))
		out = append(out, some...)
		if err := register.CheckHistories(len(out)); err != nil {
			return nil, err
		}
	}
	return out, nil
}
