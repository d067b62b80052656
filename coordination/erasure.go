package coordination

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination/register"
)

// BookErasure is the book of erasures.
const BookErasure = "erasure"

// MaxErased is how many entries one erasure is of.
const MaxErased = 500

// Erasure says what is to be erased of people in the journal, in the rows that were
// made from it and in the search index.
type Erasure struct {
	ID        string
	Positions []int64 // of entries that are sealed
	Value     string  // only what says exactly this; empty: whatever is personal there
	Authority string  // on which it is done
}

// Erased is what is kept of an erasure: who erased, when, on which authority and
// where, and nothing of what.
type Erased struct {
	ID        string             `json:"id"`
	By        string             `json:"by"`
	At        time.Time          `json:"at"`
	Authority string             `json:"authority"`
	Positions []int64            `json:"positions"`         // of the entries of which something was erased
	Parts     int                `json:"parts"`             // how many values
	Records   []archive.RecordID `json:"records,omitempty"` // to which the entries belong
}

// ErasureRow is an erasure as it is kept.
type ErasureRow = register.Row[Erased]

// Eraser erases values without breaking what proves the rest: an *audit.Sealer.
type Eraser interface {
	// EraseTx replaces, in the caller's unit of work, the values of entries by what
	// names their seals, forgets the salts, and makes the rows of the entities anew.
	// An entry that is not sealed, and one that the journal does not have, is
	// ErrNotFound. It returns the positions at which it found something, in order,
	// and how many values it erased.
	EraseTx(ctx context.Context, tx Tx, positions []int64, value string) (found []int64, parts int, err error)
	// Mentions gives the positions, after one, of entries of which some personal
	// value is exactly this, and the position to go on after: 0 at the end.
	Mentions(ctx context.Context, tenant, value string, after int64, limit int) (positions []int64, next int64, err error)
}

// Purger is a store that keeps what was overwritten in its files for a while. Purge
// has it do away with that.
type Purger interface {
	Purge(ctx context.Context) error
}

func erasures() register.Register[Erased] {
	return register.Register[Erased]{Book: BookErasure, Evolve: last[Erased]}
}

// Mentions finds where somebody is named in what is sealed; see Eraser.Mentions.
// Without Config.Eraser it is ErrInvalid.
func (d *Desk) Mentions(ctx context.Context, tenant, value string, after int64, limit int) (positions []int64, next int64, err error) {
	if d.cfg.Eraser == nil {
		return nil, 0, fmt.Errorf("%w: the desk has no Eraser", ErrInvalid)
	}
	if value == "" {
		return nil, 0, &archive.ValidationError{Fields: []archive.Field{{Pointer: "/value", Code: "required", Text: "is empty: say what to look for"}}}
	}
	return d.cfg.Eraser.Mentions(ctx, tenant, value, after, ClampLimit(limit))
}

// Erase erases personal values for good: the entries of the journal keep their
// leaves, proofs and order, and say that something was erased; rows, index and, where the store is a
// Purger, its files hold the values no more. What is erased on whose authority is
// itself an entry. Records under a hold are refused, and so is an erasure that finds
// nothing. Without Config.Eraser it is ErrInvalid.
func (d *Desk) Erase(ctx context.Context, tenant, actor string, e Erasure) (ErasureRow, error) {
	if e.ID == "" {
		e.ID = d.cfg.NewID()
	}
	row, err := change(ctx, d, tenant, func(ctx context.Context, tx Tx, now time.Time) (ErasureRow, error) {
		return d.EraseTx(ctx, tx, actor, now, e)
	})
	if err != nil {
		return row, err
	}
	return row, d.Purge(ctx, tenant)
}

// Purge has the search index and the files of the store forget what was erased by
// then; it is for who calls EraseTx, after the commit, and does no harm done again.
func (d *Desk) Purge(ctx context.Context, tenant string) error {
	if d.cfg.Searcher != nil {
		if _, err := d.Index(ctx, tenant); err != nil {
			return err
		}
	}
	if p, ok := d.cfg.Store.(Purger); ok {
		return p.Purge(ctx)
	}
	return nil
}

// EraseTx is Erase inside the caller's transaction, without what follows the commit:
// see Purge. The erasure needs an id; now must be UTC in whole microseconds.
func (d *Desk) EraseTx(ctx context.Context, tx Tx, actor string, now time.Time, e Erasure) (ErasureRow, error) {
	if d.cfg.Eraser == nil {
		return ErasureRow{}, fmt.Errorf("%w: the desk has no Eraser", ErrInvalid)
	}
	positions := slices.Compact(slices.Sorted(slices.Values(e.Positions)))
	if err := checkErasure(&e, positions); err != nil {
		return ErasureRow{}, err
	}
	records, err := d.erasable(ctx, tx, positions, now)
	if err != nil {
		return ErasureRow{}, err
	}
	found, parts, err := d.cfg.Eraser.EraseTx(ctx, tx, positions, e.Value)
	if err != nil {
		return ErasureRow{}, err
	}
	if parts == 0 {
		return ErasureRow{}, refused("erase", "nothing", "", "nothing personal is there to be erased, or not that: look for it again")
	}
	out := Erased{ID: e.ID, By: actor, At: now, Authority: e.Authority, Positions: found, Parts: parts, Records: records}
	return record(ctx, tx, erasures(), ErasureRow{ID: e.ID, Value: out}, "erased", actor, now, out)
}

func checkErasure(e *Erasure, positions []int64) error {
	var fields []archive.Field
	if strings.TrimSpace(e.Authority) == "" {
		fields = append(fields, archive.Field{Pointer: "/authority", Code: "required", Text: "is empty: say on which authority it is erased"})
	}
	if e.Value != "" && strings.Contains(e.Authority, e.Value) {
		fields = append(fields, archive.Field{Pointer: "/authority", Code: "invalid", Text: "names what is to be erased: say it without"})
	}
	switch {
	case len(positions) == 0:
		fields = append(fields, archive.Field{Pointer: "/positions", Code: "required", Text: "is empty: name the entries"})
	case len(positions) > MaxErased:
		fields = append(fields, archive.Field{Pointer: "/positions", Code: "too_long", Text: fmt.Sprintf("names more than %d entries: erase them in parts", MaxErased)})
	}
	if len(fields) == 0 {
		return nil
	}
	return &archive.ValidationError{Fields: fields}
}

// erasable gives the records to which entries belong, none of which may be held.
func (d *Desk) erasable(ctx context.Context, tx Tx, positions []int64, now time.Time) ([]archive.RecordID, error) {
	ofRecords := []Room{RoomArchive, Room(filings().Book), Room(keepings().Book)}
	var out []archive.RecordID
	for _, position := range positions {
		page, _, err := tx.JournalEntries(ctx, JournalQuery{After: position - 1, Limit: 1})
		if err != nil {
			return nil, err
		}
		for i := range page {
			if slices.Contains(ofRecords, page[i].Room) {
				out = append(out, archive.RecordID(page[i].Entity))
			}
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	var unmet []archive.Unmet
	for _, id := range out {
		f, r, err := filingOf(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		held, err := d.heldNow(ctx, tx, &f.Value, &r, now)
		if err != nil {
			return nil, err
		}
		for _, hold := range held {
			unmet = append(unmet, archive.Unmet{Condition: "held", Ref: hold, Text: fmt.Sprintf("%q is held by %s: nothing of it is erased until that is released", id, hold)})
		}
	}
	if len(unmet) > 0 {
		return nil, &archive.RefusedError{Command: "erase", Unmet: unmet}
	}
	return out, nil
}

// Erasures returns a page of the erasures, by id.
func (d *Desk) Erasures(ctx context.Context, tenant string, q register.Query) ([]ErasureRow, string, error) {
	return pageOf(ctx, d, tenant, erasures(), q)
}
