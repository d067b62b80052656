package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// Report is what an audit found.
type Report struct {
	Entries     int64         // of the journal that were sealed and compared
	Root        evidence.Hash // over them
	Signed      int64         // of them, how many the newest checkpoint covers
	Checkpoints int           // that were compared
	Erased      int64         // seals whose values were erased, those of parts included
	ErasedParts []ErasedPart  // what was erased, the first MaxFlaws of it
	Unsealed    int64         // entries of the journal that no log has yet
	Rows        int           // that were compared with their histories
	Gone        int           // records whose contents were destroyed or handed over under a disposal

	// Mismatch is the first place at which journal, log and checkpoints do not
	// fit; nil if they do.
	Mismatch *evidence.MismatchError
	// Flaws are rows, contents and references that are not what the journal says:
	// the first MaxFlaws of them.
	Flaws []Flaw
}

// ErasedPart names a value that was erased: the actor of an entry or, by a JSON
// pointer, a part of its data.
type ErasedPart struct {
	Position int64
	Part     string
}

// MaxFlaws is how many flaws a report holds; an audit that found as many looks at
// no further row.
const MaxFlaws = 1000

// Sound reports whether nothing was found.
func (r *Report) Sound() bool { return r.Mismatch == nil && len(r.Flaws) == 0 }

// Audit compares everything that is kept of a tenant with everything else: every
// entry of the journal with its seals and its leaf, the log with the tiles it is
// kept in and with every checkpoint that was signed, the one of the Anchor included, every row,
// content and reference with its history, and what lists go by with the rows (coordination.Indexed). The first place of the journal or the
// log that does not fit, and the flaws of rows, are in the report; the error is
// of reading. It reads page by page, and holds a hash for each node of the log and the id of
// each entity: about 150 bytes an entry. What is written meanwhile is looked at, or not.
func (s *Sealer) Audit(ctx context.Context, tenant string) (Report, error) {
	key, err := s.cfg.Key(tenant)
	if err != nil {
		return Report{}, err
	}
	c := checking{
		sealer: s, tenant: tenant, key: key, histories: make(map[entity]int64), erased: make(map[int64]entity), ordered: make(map[int64]bool),
	}
	for _, step := range []func(context.Context) error{c.load, c.anchored, c.journal, c.tail, c.erasures, c.rows} {
		err := step(ctx)
		if unreadable(err) && ctx.Err() == nil {
			err = &evidence.MismatchError{Place: evidence.PlaceLog, Reason: "it cannot be read: " + err.Error()}
		}
		if at, ok := errors.AsType[*evidence.MismatchError](err); ok {
			if c.report.Mismatch == nil {
				c.report.Mismatch = at
			}
			err = nil
		}
		if err != nil {
			return c.report, err
		}
	}
	return c.report, nil
}

// entity names a row by what its events are of.
type entity struct {
	room coordination.Room
	id   string
}

type checking struct {
	sealer *Sealer
	tenant string
	key    Key
	report Report

	head      Head
	count     int // of checkpoints that were signed
	log       evidence.Log
	signed    []evidence.Checkpoint
	histories map[entity]int64 // how many events of each stand in the journal
	erased    map[int64]entity // where something was erased
	ordered   map[int64]bool   // where an erasure of the journal says so
}

func (c *checking) view(ctx context.Context, fn func(context.Context, coordination.Tx) error) error {
	return c.sealer.cfg.Store.View(ctx, c.tenant, fn)
}

// load rebuilds the log from its leaves, compares it with every other hash that
// is kept of it, and reads the checkpoints.
func (c *checking) load(ctx context.Context) error {
	return c.view(ctx, func(ctx context.Context, tx coordination.Tx) error {
		c.log, c.signed = evidence.Log{}, nil
		w, err := openLog(ctx, tx)
		if err != nil {
			return err
		}
		c.head, c.count = w.head(), w.row.Value.Count
		if err := c.shape(ctx, tx); err != nil {
			return err
		}
		for c.log.Size() < c.head.Size {
			n := c.log.Size() / perBlock
			width := int(min(c.head.Size-n*perBlock, perBlock))
			tile, err := readTile(ctx, tx, 0, n, width)
			if errors.Is(err, evidence.ErrMismatch) {
				return &evidence.MismatchError{Place: evidence.PlaceLog, Index: tlog.StoredHashIndex(0, n*perBlock), Reason: err.Error()}
			}
			if err != nil {
				return err
			}
			for i := range width {
				c.log.AppendHash(evidence.Hash(hashesOf(tile, i)))
			}
		}
		if err := c.checkpoints(ctx, tx); err != nil {
			return err
		}
		return c.tiles(ctx, tx)
	})
}

// tiles compares what is kept above the leaves with what they give.
func (c *checking) tiles(ctx context.Context, tx coordination.Tx) error {
	root, err := c.log.Root(c.log.Size())
	if err != nil {
		return err
	}
	for level := 1; c.head.Size>>(8*level) > 0; level++ {
		count := c.head.Size >> (8 * level)
		for n := int64(0); n*perBlock < count; n++ {
			width := int(min(count-n*perBlock, perBlock))
			want, err := c.log.Tile(level, n, width)
			if err != nil {
				return err
			}
			got, err := readTile(ctx, tx, level, n, width)
			if err != nil && !errors.Is(err, evidence.ErrMismatch) {
				return err
			}
			if !bytes.Equal(got, want) {
				return &evidence.MismatchError{
					Place: evidence.PlaceLog, Index: tlog.StoredHashIndex(8*level, n*perBlock),
					Reason: fmt.Sprintf("tile %d of level %d is not what the leaves give", n, level),
				}
			}
		}
	}
	if root != c.head.Root {
		return &evidence.MismatchError{Place: evidence.PlaceLog, Index: tlog.StoredHashIndex(0, max(c.head.Size-1, 0)), Reason: "the head of the log is not what the leaves give"}
	}
	return nil
}

func (c *checking) checkpoints(ctx context.Context, tx coordination.Tx) error {
	largest := int64(0)
	for after := ""; ; {
		rows, next, err := checkpoints().List(ctx, tx, register.Query{After: after, Limit: register.MaxLimit}.Prefix(checkpointOf))
		if err != nil {
			return err
		}
		for i := range rows {
			got, _, err := checkpointAt(ctx, tx, c.key, rows[i].Value.Size)
			if err == nil && checkpointID(got.Size) != rows[i].ID {
				err = fmt.Errorf("%w: it stands in the place of another", evidence.ErrMismatch)
			}
			switch {
			case errors.Is(err, evidence.ErrMismatch) || errors.Is(err, evidence.ErrInvalid) || errors.Is(err, coordination.ErrNotFound):
				return &evidence.MismatchError{Place: evidence.PlaceCheckpoint, Size: rows[i].Value.Size, Reason: err.Error()}
			case err != nil:
				return err
			}
			if err := c.stamped(ctx, &rows[i].Value); err != nil {
				return err
			}
			c.signed, largest = append(c.signed, got), max(largest, got.Size)
		}
		if next == "" {
			break
		}
		after = next
	}
	if largest != c.head.Signed {
		return &evidence.MismatchError{Place: evidence.PlaceCheckpoint, Size: c.head.Signed, Reason: fmt.Sprintf("the newest that is kept is of %d entries", largest)}
	}
	c.report.Checkpoints = len(c.signed)
	if kept := c.report.Checkpoints; kept != c.count {
		return &evidence.MismatchError{Place: evidence.PlaceCheckpoint, Size: c.head.Signed, Reason: fmt.Sprintf("%d are kept, and %d were signed", kept, c.count)}
	}
	return nil
}

// stamped checks the token of a checkpoint, where there is somebody who can.
func (c *checking) stamped(ctx context.Context, signed *Signed) error {
	if c.sealer.cfg.Timestamper == nil || len(signed.Stamp) == 0 {
		return nil
	}
	err := c.sealer.cfg.Timestamper.CheckTimestamp(ctx, evidence.CheckpointDigest([]byte(signed.Note)), signed.Stamp)
	if errors.Is(err, evidence.ErrMismatch) || errors.Is(err, evidence.ErrInvalid) {
		return &evidence.MismatchError{Place: evidence.PlaceCheckpoint, Size: signed.Size, Reason: "its time stamp: " + err.Error()}
	}
	return outside(err)
}

// outside marks an error of somebody other than the store: it says nothing of what is stored.
func outside(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrOutside, err)
}

// anchored takes in the checkpoint that is kept elsewhere.
func (c *checking) anchored(ctx context.Context) error {
	if c.sealer.cfg.Anchor == nil {
		return nil
	}
	kept, err := c.sealer.cfg.Anchor.LastCheckpoint(ctx, c.tenant)
	if err != nil || kept == nil {
		return outside(err)
	}
	last, _, err := evidence.Open(kept, c.key.Signer.Name(), note.VerifierList(c.key.Verifier))
	if err != nil {
		return &evidence.MismatchError{Place: evidence.PlaceCheckpoint, Reason: "the one that is kept elsewhere: " + err.Error()}
	}
	c.signed = append(c.signed, last)
	return nil
}

// journal compares the entries that were sealed with their leaves and the
// checkpoints, and counts the events of every entity.
func (c *checking) journal(ctx context.Context) error {
	found, err := evidence.Verify(c.entries(ctx), &c.log, c.signed...)
	c.report.Entries, c.report.Root, c.report.Signed, c.report.Erased = found.Entries, found.Root, found.Signed, found.Erased
	return err
}

func (c *checking) entries(ctx context.Context) iter.Seq2[evidence.Row, error] {
	return func(yield func(evidence.Row, error) bool) {
		for after := int64(0); after < c.head.Size; {
			rows, err := c.page(ctx, after)
			for i := range rows {
				of := entity{coordination.Room(rows[i].Entry.Room), rows[i].Entry.Entity}
				c.histories[of]++
				c.missed(&rows[i], of)
				if !yield(rows[i], nil) {
					return
				}
			}
			if err != nil {
				yield(evidence.Row{}, err)
				return
			}
			if len(rows) == 0 {
				return // the journal ends: Verify says so
			}
			after += int64(len(rows))
		}
	}
}

// page reads the entries of one block with their seals.
func (c *checking) page(ctx context.Context, after int64) (out []evidence.Row, err error) {
	width := int(min(c.head.Size-after, perBlock-after%perBlock))
	err = c.view(ctx, func(ctx context.Context, tx coordination.Tx) error {
		out = nil
		page, _, err := tx.JournalEntries(ctx, coordination.JournalQuery{After: after, Limit: width})
		if err != nil {
			return err
		}
		had, err := openingAt(ctx, tx, after+1)
		if err != nil {
			return err
		}
		out = make([]evidence.Row, 0, len(page))
		for i := range page {
			if at := page[i].Position; at <= after || at > after+int64(width) {
				return &evidence.MismatchError{Place: evidence.PlaceOrder, Position: after + int64(i) + 1, Reason: fmt.Sprintf("entry %d stands here", at)}
			}
			row, err := opened(page[i], &had)
			if err != nil {
				return err
			}
			out = append(out, row)
		}
		return nil
	})
	return out, err
}

// tail counts the events that were not sealed yet.
func (c *checking) tail(ctx context.Context) error {
	// An erasure that was seen at what it erased stands in the journal now.
	if err := c.sealer.sequence(ctx); err != nil {
		return err
	}
	for after := c.head.Size; ; {
		var (
			page []coordination.Entry
			next int64
		)
		err := c.view(ctx, func(ctx context.Context, tx coordination.Tx) error {
			var err error
			page, next, err = tx.JournalEntries(ctx, coordination.JournalQuery{After: after, Limit: coordination.MaxLimit})
			return err
		})
		if err != nil {
			return err
		}
		for i := range page {
			c.histories[entity{page[i].Room, page[i].Entity}]++
			c.report.Unsealed++
			c.order(page[i].Room, page[i].Data)
		}
		if next == after {
			return nil
		}
		after = next
	}
}

// missed notes what of an entry was erased, and what an erasure says it erased.
func (c *checking) missed(r *evidence.Row, of entity) {
	note := func(part string) {
		c.erased[r.Entry.Position] = of
		if len(c.report.ErasedParts) < MaxFlaws {
			c.report.ErasedParts = append(c.report.ErasedParts, ErasedPart{r.Entry.Position, part})
		}
	}
	if r.Actor == nil {
		note("actor")
	}
	for _, p := range r.Parts {
		if p.Opening == nil {
			note(p.Name)
		}
	}
	if of.room == coordination.BookErasure && r.Data != nil {
		c.order(of.room, r.Data.Value)
	}
}

// order takes in where an erasure says that it erased.
func (c *checking) order(room coordination.Room, data []byte) {
	var e coordination.Erased
	if room != coordination.BookErasure || json.Unmarshal(data, &e) != nil {
		return
	}
	for _, position := range e.Positions {
		c.ordered[position] = true
	}
}

// erasures finds what was erased without an erasure of the journal that says so.
func (c *checking) erasures(context.Context) error {
	if c.brokenOff() {
		return nil
	}
	for _, position := range slices.Sorted(maps.Keys(c.erased)) {
		if c.ordered[position] {
			continue
		}
		of := c.erased[position]
		if err := c.flaw(of.room, of.id, fmt.Sprintf("something was erased at position %d, and no erasure says so", position)); err != nil {
			return nil //nolint:nilerr // it has found enough
		}
	}
	return nil
}
