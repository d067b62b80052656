package audit

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

var _ coordination.Eraser = (*Sealer)(nil)

// EraseTx implements coordination.Eraser: the actor and the parts of an entry that
// were sealed each by itself are replaced in the journal by what names their seals,
// and their salts are forgotten. Leaves, tiles, roots and checkpoints stay as they
// are, every entry stays proved, and the audit compares all of it but what was
// erased. A value that is to be erased and was sealed with the data as a whole, see
// Config.Personal, is not found.
func (s *Sealer) EraseTx(ctx context.Context, tx coordination.Tx, positions []int64, value string) (found []int64, parts int, err error) {
	w, err := openLog(ctx, tx)
	if err != nil {
		return nil, 0, err
	}
	e := erasing{sealer: s, value: value, words: make(map[entity]map[string]string)}
	for _, position := range slices.Compact(slices.Sorted(slices.Values(positions))) {
		if position < 1 || position > w.edge.Size() {
			return nil, 0, fmt.Errorf("%w: no entry is sealed at position %d", coordination.ErrNotFound, position)
		}
		n, err := e.entry(ctx, tx, position)
		if err != nil {
			return nil, 0, err
		}
		if n > 0 {
			found, parts = append(found, position), parts+n
		}
	}
	if parts == 0 {
		return nil, 0, nil
	}
	if err := w.storeHead(ctx, tx); err != nil { // of two who change blocks one loses
		return nil, 0, err
	}
	return found, parts, e.rows(ctx, tx)
}

// erasing is an erasure under way.
type erasing struct {
	sealer *Sealer
	value  string // empty: any
	// words are the texts that were erased of an entity, as JSON has them, with what
	// stands for them now.
	words map[entity]map[string]string
}

// entry erases what is wanted of one entry and says how much that was.
func (e *erasing) entry(ctx context.Context, tx coordination.Tx, position int64) (int, error) {
	page, _, err := tx.JournalEntries(ctx, coordination.JournalQuery{After: position - 1, Limit: 1})
	if err != nil {
		return 0, err
	}
	if len(page) == 0 || page[0].Position != position {
		return 0, &evidence.MismatchError{Place: evidence.PlaceEnd, Position: position, Reason: "the journal does not have it any more"}
	}
	had, err := openingAt(ctx, tx, position)
	if err != nil {
		return 0, err
	}
	row, err := opened(page[0], &had)
	if err != nil {
		return 0, err
	}
	at := int((position - 1) % perBlock)
	of := entity{page[0].Room, page[0].Entity}
	actor, n := page[0].Actor, 0
	if row.Actor != nil && e.wants(actor) {
		raw, err := json.Marshal(actor)
		if err != nil {
			return 0, err
		}
		e.word(of, raw, row.Entry.Actor)
		if err := e.forgetActor(ctx, tx, position); err != nil {
			return 0, err
		}
		actor, n = row.Entry.Actor.Erased(), 1
	}
	stored := had.parts.of(at)
	data, gone, err := e.data(page[0].Data, stored, row.Parts, of)
	if err != nil {
		return 0, err
	}
	if n += gone; n == 0 {
		return 0, nil
	}
	if gone > 0 {
		if err := forgetParts(ctx, tx, position, had.parts); err != nil {
			return 0, err
		}
	}
	return n, tx.RedactEntry(ctx, position, actor, data)
}

func (e *erasing) wants(value string) bool { return e.value == "" || value == e.value }

// word remembers what stands for a text of an entity now.
func (e *erasing) word(of entity, raw []byte, seal evidence.Seal) {
	if e.words[of] == nil {
		e.words[of] = make(map[string]string)
	}
	e.words[of][string(raw)] = seal.Erased()
}

// data replaces the parts that are wanted, and takes their salts out of stored.
func (e *erasing) data(data []byte, stored []sealedPart, parts []evidence.Part, of entity) (out []byte, gone int, err error) {
	at, err := spans(data, func(pointer, _ []byte) bool {
		return slices.ContainsFunc(stored, func(p sealedPart) bool { return p.Name == string(pointer) })
	})
	if err != nil || len(at) != len(stored) {
		return nil, 0, errors.Join(err, errNoJSON)
	}
	out = replaced(data, at, func(i int) (string, bool) {
		if parts[i].Opening == nil {
			return "", false
		}
		var text string
		if json.Unmarshal(parts[i].Opening.Value, &text) != nil || !e.wants(text) {
			return "", false
		}
		e.word(of, parts[i].Opening.Value, parts[i].Seal)
		stored[i].Salt = nil
		gone++
		return parts[i].Seal.Erased(), true
	})
	return out, gone, nil
}

// forgetActor forgets the salt of an entry's actor.
func (*erasing) forgetActor(ctx context.Context, tx coordination.Tx, position int64) error {
	row, err := getBlock(ctx, tx, blockID(saltsOf, (position-1)/perBlock))
	if err != nil {
		return err
	}
	at := int((position - 1) % perBlock)
	clear(row.Value.Bytes[at*64 : at*64+32])
	row.Value.Erased = append(row.Value.Erased, at)
	slices.Sort(row.Value.Erased)
	return putBlock(ctx, tx, row)
}

// forgetParts stores the parts of a block without the salts that were taken out.
func forgetParts(ctx context.Context, tx coordination.Tx, position int64, parts partBlock) error {
	row, err := partBlocks().Get(ctx, tx, blockID(partsOf, (position-1)/perBlock))
	if err != nil {
		return err
	}
	row.Value = parts
	_, err = partBlocks().Put(ctx, tx, row)
	return err
}

// rows makes the rows of everything that was changed anew.
func (e *erasing) rows(ctx context.Context, tx coordination.Tx) error {
	all := slices.SortedFunc(maps.Keys(e.words), func(a, b entity) int { return cmp.Or(cmp.Compare(a.room, b.room), cmp.Compare(a.id, b.id)) })
	for _, of := range all {
		var err error
		switch of.room {
		case coordination.RoomChangeRequest:
			err = remake(ctx, tx, requestRows(), of.id)
		case coordination.RoomBundle:
			err = remake(ctx, tx, bundleRows(), of.id)
		case coordination.RoomNotice:
			err = remake(ctx, tx, obligationRows(), of.id)
		case coordination.RoomArchive:
			err = remakeRecord(ctx, tx, archive.RecordID(of.id))
		default:
			err = e.sheet(ctx, tx, of)
		}
		if err != nil {
			return fmt.Errorf("audit: row of %s %q: %w", of.room, of.id, err)
		}
	}
	return nil
}

// remakeRecord makes a record and the edges of its history anew.
func remakeRecord(ctx context.Context, tx coordination.Tx, id archive.RecordID) error {
	r, err := tx.Record(ctx, id)
	if err != nil {
		return err
	}
	var again archive.Record
	for after := int64(0); ; {
		page, next, err := tx.RecordEvents(ctx, id, after, archive.MaxLimit)
		if err != nil {
			return err
		}
		for _, ev := range page {
			again = archive.Evolve(again, ev)
			if d, ok := ev.Data.(archive.ReferredData); ok {
				if err := remakeEdge(ctx, tx, d.Reference); err != nil {
					return err
				}
			}
		}
		if next == 0 {
			break
		}
		after = next
	}
	again.Rev = r.Rev
	_, err = tx.PutRecord(ctx, again)
	return err
}

func remakeEdge(ctx context.Context, tx coordination.Tx, want archive.Reference) error {
	got, err := tx.Reference(ctx, want.Source, want.ID)
	if err != nil || (got.Reason == want.Reason && got.Author == want.Author) {
		return err
	}
	return tx.RedactReference(ctx, want.Source, want.ID, want.Reason, want.Author)
}

// sheet makes a sheet of the books anew. What is in another is known to its own room alone, so
// in its body and its keys every personal text that says the same goes.
func (e *erasing) sheet(ctx context.Context, tx coordination.Tx, of entity) error {
	s, err := tx.Sheet(ctx, string(of.room), of.id)
	if err != nil {
		return err
	}
	books := e.sealer.cfg.Books
	if i := slices.IndexFunc(books, func(b coordination.Book) bool { return b.Name == s.Book }); i >= 0 {
		return books[i].Remake(ctx, tx, s)
	}
	if s.Body, err = e.body(of, s.Body); err != nil {
		return err
	}
	for raw, mark := range e.words[of] {
		var text string
		if err := json.Unmarshal([]byte(raw), &text); err != nil {
			return err
		}
		for i := range s.Keys {
			if s.Keys[i].Value == text {
				s.Keys[i].Value = mark
			}
		}
	}
	slices.SortFunc(s.Keys, func(a, b register.Key) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value)) })
	s.Keys = slices.Compact(s.Keys)
	_, err = tx.PutSheet(ctx, s)
	return err
}

func (e *erasing) body(of entity, body []byte) ([]byte, error) {
	at, err := spans(body, named(e.sealer.cfg.Personal(of.room, "")))
	if err != nil {
		return nil, err
	}
	return replaced(body, at, func(i int) (string, bool) {
		mark, ok := e.words[of][string(body[at[i].from:at[i].to])]
		return mark, ok
	}), nil
}

// Mentions implements coordination.Eraser. It reads the journal page by page.
func (s *Sealer) Mentions(ctx context.Context, tenant, value string, after int64, limit int) (positions []int64, next int64, err error) {
	raw, err := json.Marshal(value)
	if err != nil {
		return nil, 0, err
	}
	head, err := s.Head(ctx, tenant)
	if err != nil {
		return nil, 0, err
	}
	c := checking{sealer: s, tenant: tenant, head: head}
	for after = max(after, 0); after < head.Size; {
		rows, err := c.page(ctx, after)
		if err != nil {
			return nil, 0, err
		}
		if len(rows) == 0 {
			return nil, 0, &evidence.MismatchError{Place: evidence.PlaceEnd, Position: after + 1, Reason: "the journal does not have it any more"}
		}
		for i := range rows {
			after++
			if !mentioned(&rows[i], value, raw) {
				continue
			}
			if positions = append(positions, after); len(positions) == limit {
				return positions, after, nil
			}
		}
	}
	return positions, 0, nil
}

// mentioned reports whether something of an entry that could be erased is a value.
func mentioned(r *evidence.Row, value string, raw []byte) bool {
	return r.Actor != nil && string(r.Actor.Value) == value ||
		slices.ContainsFunc(r.Parts, func(p evidence.Part) bool { return p.Opening != nil && bytes.Equal(p.Opening.Value, raw) })
}
