package audit

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// BookCarried is the book of the sheets in which logs of other archives are
// kept, beside the records that came from there.
const BookCarried = "carried"

// logHead is the first line of a log that is carried.
type logHead struct {
	Origin string `json:"origin"`
	Size   int64  `json:"size"`
	Note   string `json:"note"` // the signed checkpoint
}

// logLine is one entry of a log that is carried: the text and the salts of an
// event of the archive, the leaf alone of what does not go along.
type logLine struct {
	Text  string `json:"text,omitempty"`
	Actor []byte `json:"actor,omitempty"` // salts; none where the values were erased
	Data  []byte `json:"data,omitempty"`
	// Parts are the salts of what was sealed by itself within the data; the salt of
	// what was erased is missing.
	Parts []sealedPart `json:"parts,omitempty"`
	Leaf  []byte       `json:"leaf,omitempty"`
}

// ExportLog writes the log of a tenant up to a checkpoint, size 0 being the
// newest, for CarryLog: a line of JSON for the checkpoint and one for each entry. The events
// themselves go with the records (archive/transfer); of other rooms nothing but
// hashes goes along. It reads block by block. The same log gives the same bytes but for
// what is erased in between.
func (s *Sealer) ExportLog(ctx context.Context, tenant string, size int64, out io.Writer) (Signed, error) {
	signed, err := s.Checkpoint(ctx, tenant, size)
	if err != nil {
		return Signed{}, err
	}
	key, err := s.cfg.Key(tenant)
	if err != nil {
		return Signed{}, err
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(logHead{Origin: key.Signer.Name(), Size: signed.Size, Note: signed.Note}); err != nil {
		return Signed{}, err
	}
	c := checking{sealer: s, tenant: tenant, head: Head{Size: signed.Size}}
	for after := int64(0); after < signed.Size; {
		rows, err := c.page(ctx, after)
		if err != nil {
			return Signed{}, err
		}
		if len(rows) == 0 {
			return Signed{}, &evidence.MismatchError{Place: evidence.PlaceEnd, Position: after + 1, Reason: "the journal ends before the checkpoint"}
		}
		for i := range rows {
			l, err := lineOf(&rows[i])
			if err != nil {
				return Signed{}, err
			}
			if err := enc.Encode(l); err != nil {
				return Signed{}, err
			}
		}
		after += int64(len(rows))
	}
	return signed, nil
}

func lineOf(r *evidence.Row) (logLine, error) {
	text, err := r.Entry.MarshalText()
	if err != nil {
		return logLine{}, err
	}
	if r.Entry.Room != string(coordination.RoomArchive) {
		h := tlog.RecordHash(text)
		return logLine{Leaf: h[:]}, nil
	}
	l := logLine{Text: string(text)}
	if r.Actor != nil {
		l.Actor = r.Actor.Salt[:]
	}
	if r.Data != nil {
		l.Data = r.Data.Salt[:]
	}
	for _, p := range r.Parts {
		part := sealedPart{Name: p.Name}
		if p.Opening != nil {
			part.Salt = p.Opening.Salt[:]
		}
		l.Parts = append(l.Parts, part)
	}
	return l, nil
}

// leaf is the hash of the entry's leaf.
func (l *logLine) leaf() (evidence.Hash, error) {
	switch {
	case l.Text != "" && len(l.Leaf) == 0 && saltOrNone(l.Actor) && saltOrNone(l.Data):
		return tlog.RecordHash([]byte(l.Text)), nil
	case l.Text == "" && len(l.Leaf) == tlog.HashSize && l.Actor == nil && l.Data == nil && l.Parts == nil:
		return evidence.Hash(l.Leaf), nil
	}
	return evidence.Hash{}, fmt.Errorf("%w: a line is neither text with salts nor a leaf", evidence.ErrInvalid)
}

func saltOrNone(b []byte) bool { return b == nil || len(b) == len(evidence.Salt{}) }

// Carried is the log of another archive as it is kept here.
type Carried struct {
	Origin   string `json:"origin"`
	Size     int64  `json:"size"`           // of the checkpoint
	Note     string `json:"note"`           // the signed checkpoint
	Taken    int64  `json:"taken"`          // entries that are here
	Edge     []byte `json:"edge,omitempty"` // of those, hashes end to end
	Complete bool   `json:"complete"`       // all are here, and their root is the one that was signed
}

// Root is the root over the entries that are here.
func (c *Carried) Root() (evidence.Hash, error) {
	edge, err := c.edge()
	return edge.Root(), err
}

func (c *Carried) edge() (evidence.Edge, error) { return edgeOf(c.Taken, c.Edge) }

// carriedBlock is up to perBlock entries of a carried log.
type carriedBlock struct {
	Lines []logLine `json:"lines"`
}

func carriedHeads() register.Register[Carried] { return register.Register[Carried]{Book: BookCarried} }

func carriedBlocks() register.Register[carriedBlock] {
	return register.Register[carriedBlock]{Book: BookCarried}
}

// carriedID names the sheets of a log: an origin may be longer than an id.
func carriedID(origin string) string {
	h := tlog.RecordHash([]byte(origin))
	return "log/" + hex.EncodeToString(h[:16])
}

func carriedBlockID(origin string, n int64) string { return fmt.Sprintf("%s/%d", carriedID(origin), n) }

// MaxLogLine is the longest line of a log that is carried, in bytes.
const MaxLogLine = 1 << 18

// CarryLog takes in a log that ExportLog wrote, block by block: broken off
// anywhere it is begun again with the same lines and goes on where it was. Known are the keys that the log's
// checkpoint is checked with. Progress, if it is not nil, is told how many entries are here. Lines that
// cannot be read are evidence.ErrInvalid; a log whose root is not the signed one,
// or that is not the one of which a part is here, is evidence.ErrMismatch.
func CarryLog(
	ctx context.Context, to coordination.Store, tenant string, in io.Reader, known note.Verifiers, progress func(taken int64),
) (Carried, error) {
	r := bufio.NewReaderSize(in, 1<<16)
	var head logHead
	if err := readJSON(r, &head); err != nil {
		return Carried{}, err
	}
	c, _, err := evidence.Open([]byte(head.Note), head.Origin, known)
	if err != nil {
		return Carried{}, err
	}
	if c.Size != head.Size {
		return Carried{}, fmt.Errorf("%w: the checkpoint is of %d entries, the log says %d", evidence.ErrMismatch, c.Size, head.Size)
	}
	var kept Carried
	for at := int64(0); at < head.Size; {
		lines := make([]logLine, 0, perBlock)
		for range min(perBlock, head.Size-at) {
			var l logLine
			if err := readJSON(r, &l); err != nil {
				return kept, fmt.Errorf("entry %d: %w", at+int64(len(lines))+1, err)
			}
			lines = append(lines, l)
		}
		err := to.Update(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
			var err error
			kept, err = carry(ctx, tx, head, c, at, lines)
			return err
		})
		if err != nil {
			return kept, err
		}
		at += int64(len(lines))
		if progress != nil {
			progress(kept.Taken)
		}
	}
	return kept, nil
}

// carry takes in one block, or finds that it is here.
func carry(ctx context.Context, tx coordination.Tx, head logHead, c evidence.Checkpoint, at int64, lines []logLine) (Carried, error) {
	row, err := carriedHeads().Get(ctx, tx, carriedID(head.Origin))
	if errors.Is(err, register.ErrNotFound) {
		row, err = register.Row[Carried]{ID: carriedID(head.Origin), Value: Carried{Origin: head.Origin, Size: head.Size, Note: head.Note}}, nil
	}
	if err != nil {
		return Carried{}, err
	}
	id := carriedBlockID(head.Origin, at/perBlock)
	block, err := carriedBlocks().Get(ctx, tx, id)
	switch {
	case errors.Is(err, register.ErrNotFound):
		block = register.Row[carriedBlock]{ID: id}
	case err != nil:
		return row.Value, err
	}
	edge, err := row.Value.edge()
	if err != nil {
		return row.Value, err
	}
	had := len(block.Value.Lines)
	if int64(had) != min(max(row.Value.Taken-at, 0), perBlock) {
		return row.Value, fmt.Errorf("%w: block %d of the carried log %q has %d entries", evidence.ErrMismatch, at/perBlock, head.Origin, had)
	}
	for i := range lines {
		leaf, err := lines[i].leaf()
		if err != nil {
			return row.Value, err
		}
		if i < had {
			here, err := block.Value.Lines[i].leaf()
			if err != nil || here != leaf {
				return row.Value, fmt.Errorf("%w: entry %d is not the one of the log %q that is here", evidence.ErrMismatch, at+int64(i)+1, head.Origin)
			}
			continue
		}
		edge.Append(leaf, nil)
		block.Value.Lines = append(block.Value.Lines, lines[i])
	}
	if c.Size > row.Value.Size { // the log was carried before, when it was shorter
		row.Value.Size, row.Value.Note, row.Value.Complete = c.Size, head.Note, false
	}
	if had == len(block.Value.Lines) {
		return row.Value, nil
	}
	row.Value.Taken, row.Value.Edge = edge.Size(), nil
	for _, h := range edge.Hashes() {
		row.Value.Edge = append(row.Value.Edge, h[:]...)
	}
	if edge.Size() == c.Size {
		if edge.Root() != c.Root {
			return row.Value, &evidence.MismatchError{Place: evidence.PlaceCheckpoint, Size: c.Size, Reason: "the entries that came do not give its root"}
		}
		row.Value.Complete = true
	}
	if _, err := carriedBlocks().Put(ctx, tx, block); err != nil {
		return row.Value, err
	}
	row, err = carriedHeads().Put(ctx, tx, row)
	return row.Value, err
}

// readJSON reads a line of JSON.
func readJSON(r *bufio.Reader, to any) error {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > MaxLogLine {
			return fmt.Errorf("%w: the line is longer than %d bytes", evidence.ErrInvalid, MaxLogLine)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if errors.Is(err, io.EOF) && len(line) == 0 {
			return fmt.Errorf("%w: the log ends too early", evidence.ErrInvalid)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		break
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return fmt.Errorf("%w: the line is none of a log: %w", evidence.ErrInvalid, err)
	}
	return nil
}

// CarriedLog gives the log of an origin as it is kept, or coordination.ErrNotFound.
func CarriedLog(ctx context.Context, store coordination.Store, tenant, origin string) (Carried, error) {
	var out Carried
	err := store.View(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		row, err := carriedHeads().Get(ctx, tx, carriedID(origin))
		if errors.Is(err, register.ErrNotFound) {
			return fmt.Errorf("%w: no log of %q was carried here", coordination.ErrNotFound, origin)
		}
		out = row.Value
		return err
	})
	return out, err
}

// CheckCarried makes the root of a carried log anew from the events that the
// records have here, and compares it with the checkpoint that was signed where
// they came from: the records are the ones, unaltered, and none is missing. The first that does
// not fit is a *evidence.MismatchError. It returns the root.
func CheckCarried(ctx context.Context, store coordination.Store, tenant, origin string, known note.Verifiers) (evidence.Hash, error) {
	head, err := CarriedLog(ctx, store, tenant, origin)
	if err != nil {
		return evidence.Hash{}, err
	}
	c, _, err := evidence.Open([]byte(head.Note), origin, known)
	if err != nil {
		return evidence.Hash{}, err
	}
	var edge evidence.Edge
	for edge.Size() < c.Size {
		n := edge.Size() / perBlock
		err := store.View(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
			row, err := carriedBlocks().Get(ctx, tx, carriedBlockID(origin, n))
			if errors.Is(err, register.ErrNotFound) || (err == nil && len(row.Value.Lines) == 0) {
				return &evidence.MismatchError{Place: evidence.PlaceEnd, Position: edge.Size() + 1, Reason: "the carried log ends before its checkpoint"}
			}
			for i := range row.Value.Lines {
				leaf, err := madeAnew(ctx, tx, edge.Size()+1, &row.Value.Lines[i])
				if err != nil {
					return err
				}
				edge.Append(leaf, nil)
			}
			return err
		})
		if err != nil {
			return evidence.Hash{}, err
		}
	}
	if root := edge.Root(); edge.Size() == c.Size && root == c.Root {
		return root, nil
	}
	return edge.Root(), &evidence.MismatchError{Place: evidence.PlaceCheckpoint, Size: c.Size, Reason: "what is here does not give its root"}
}

// madeAnew is the leaf of an entry as the event here gives it: what the record
// says, under the position, the time and the seals that came along.
func madeAnew(ctx context.Context, tx coordination.Tx, position int64, l *logLine) (evidence.Hash, error) {
	leaf, err := l.leaf()
	if err != nil || l.Text == "" {
		return leaf, err
	}
	fault := func(place evidence.Place, reason string) error {
		return &evidence.MismatchError{Place: place, Position: position, Reason: reason}
	}
	var e evidence.Entry
	if err := e.UnmarshalText([]byte(l.Text)); err != nil {
		return leaf, fault(evidence.PlaceEntry, err.Error())
	}
	if e.Position != position {
		return leaf, fault(evidence.PlaceOrder, fmt.Sprintf("entry %d stands here", e.Position))
	}
	events, _, err := tx.RecordEvents(ctx, archive.RecordID(e.Entity), e.Seq-1, 1)
	if err != nil {
		return leaf, err
	}
	if len(events) == 0 || events[0].Seq != e.Seq {
		return leaf, fault(evidence.PlaceEntry, fmt.Sprintf("record %q does not have its event %d here", e.Entity, e.Seq))
	}
	here, err := coordination.RecordEntry(events[0])
	if err != nil {
		return leaf, err
	}
	again := e
	again.Room, again.Entity, again.Seq, again.Kind, again.At = string(here.Room), here.Entity, here.Seq, here.Kind, here.At
	if l.Actor != nil {
		again.Actor = evidence.Close(evidence.Salt(l.Actor), []byte(here.Actor))
	} else if here.Actor != e.Actor.Erased() {
		return leaf, fault(evidence.PlaceOpening, "the actor was erased, and something stands there")
	}
	value, _, err := withParts(here.Data, l.Parts)
	if err != nil {
		return leaf, fault(evidence.PlaceOpening, "the data is not what was sealed: "+err.Error())
	}
	if l.Data != nil {
		again.Data = evidence.Close(evidence.Salt(l.Data), value)
	}
	text, err := again.MarshalText()
	if err != nil {
		return leaf, fault(evidence.PlaceEntry, err.Error())
	}
	if string(text) != l.Text {
		return leaf, fault(evidence.PlaceEntry, fmt.Sprintf("event %d of record %q is another one here", e.Seq, e.Entity))
	}
	return tlog.RecordHash(text), nil
}
