package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// Book is the book of the sheets in which a log is kept. They have no events:
// what they hold is about the journal and is none of it.
const Book = "evidence"

// The ids of the sheets. There is one headID; blocks are numbered by how many
// entries, or hashes, stand before them.
const (
	headID       = "head"
	saltsOf      = "salts"
	sealsOf      = "seals"
	partsOf      = "parts"
	checkpointOf = "checkpoint/"
)

// perBlock is how many entries, or hashes, a block holds: those of a tile.
const perBlock = 256

func blockID(of string, n int64) string         { return fmt.Sprintf("%s/%d", of, n) }
func tileID(level int, n int64) string          { return blockID(fmt.Sprintf("tile/%d", level), n) }
func checkpointID(size int64) string            { return fmt.Sprintf(checkpointOf+"%019d", size) }
func hashesOf(b []byte, n int) []byte           { return b[n*tlog.HashSize : (n+1)*tlog.HashSize] }
func pairOf[P ~[32]byte](b []byte) (one, two P) { return P(b[:32]), P(b[32:64]) }

// state is the head sheet: the one that every change of the log goes through, so
// that of two sealers one loses.
type state struct {
	Size   int64  `json:"size"`
	Edge   []byte `json:"edge"`             // hashes end to end
	Signed int64  `json:"signed,omitempty"` // size of the newest checkpoint
	Count  int    `json:"count,omitempty"`  // of checkpoints
}

func heads() register.Register[state] { return register.Register[state]{Book: Book} }

// writing is a log that is being appended to in a unit of work.
type writing struct {
	row    register.Row[state]
	edge   evidence.Edge
	blocks map[blockKey][]byte // that were appended to, what was new in them
	parts  map[string][]entryParts
	text   []byte
}

// openLog reads the head of a tenant's log; one that was never sealed is empty.
func openLog(ctx context.Context, tx register.Tx) (*writing, error) {
	row, err := heads().Get(ctx, tx, headID)
	if errors.Is(err, register.ErrNotFound) {
		row, err = register.Row[state]{ID: headID}, nil
	}
	if err != nil {
		return nil, err
	}
	edge, err := edgeOf(row.Value.Size, row.Value.Edge)
	if err != nil {
		return nil, &evidence.MismatchError{Place: evidence.PlaceLog, Reason: "the head of the log is not one: " + err.Error()}
	}
	return &writing{row: row, edge: edge, blocks: make(map[blockKey][]byte), parts: make(map[string][]entryParts)}, nil
}

// edgeOf reads the edge of a log of a size: hashes end to end, and nothing behind them.
func edgeOf(size int64, b []byte) (evidence.Edge, error) {
	var hashes []evidence.Hash
	for ; len(b) >= tlog.HashSize; b = b[tlog.HashSize:] {
		hashes = append(hashes, evidence.Hash(b[:tlog.HashSize]))
	}
	if len(b) > 0 {
		return evidence.Edge{}, fmt.Errorf("%w: %d bytes stand behind the last hash", evidence.ErrMismatch, len(b))
	}
	return evidence.NewEdge(size, hashes)
}

func (w *writing) head() Head {
	return Head{Size: w.edge.Size(), Root: w.edge.Root(), Signed: w.row.Value.Signed}
}

// append takes in an entry with the salts of its seals, and its parts.
func (w *writing) append(e *evidence.Entry, actor, data evidence.Salt, parts []sealedPart) error {
	text, err := e.AppendText(w.text[:0])
	if err != nil {
		return err
	}
	w.text = text
	n := w.edge.Size() / perBlock
	w.add(blockKey{ofSeals, n}, e.Actor[:], e.Data[:])
	w.add(blockKey{ofSalts, n}, actor[:], data[:])
	if len(parts) > 0 {
		id := blockID(partsOf, n)
		w.parts[id] = append(w.parts[id], entryParts{At: int(w.edge.Size() % perBlock), Parts: parts})
	}
	w.edge.Append(tlog.RecordHash(text), func(level int, n int64, h evidence.Hash) {
		w.add(blockKey{level, n / perBlock}, h[:])
	})
	return nil
}

func (w *writing) add(key blockKey, parts ...[]byte) {
	b := w.blocks[key]
	if b == nil {
		b = make([]byte, 0, perBlock*64)
	}
	for _, p := range parts {
		b = append(b, p...)
	}
	w.blocks[key] = b
}

// blockKey names a block: the level of a tile or one of the lists below, and which
// of it.
type blockKey struct {
	of int
	n  int64
}

const (
	ofSeals = -1 - iota
	ofSalts
)

func (k blockKey) id() string {
	switch k.of {
	case ofSeals:
		return blockID(sealsOf, k.n)
	case ofSalts:
		return blockID(saltsOf, k.n)
	}
	return tileID(k.of, k.n)
}

func (k blockKey) compare(o blockKey) int {
	return cmp.Or(cmp.Compare(k.of, o.of), cmp.Compare(k.n, o.n))
}

// store writes what was appended, and the head.
func (w *writing) store(ctx context.Context, tx register.Tx) error {
	for _, key := range slices.SortedFunc(maps.Keys(w.blocks), blockKey.compare) {
		id := key.id()
		row, err := getBlock(ctx, tx, id)
		if errors.Is(err, register.ErrNotFound) {
			row, err = register.Row[block]{ID: id}, nil
		}
		if err != nil {
			return err
		}
		row.Value.Bytes = append(row.Value.Bytes, w.blocks[key]...)
		if err := putBlock(ctx, tx, row); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(w.parts)) {
		row, err := getParts(ctx, tx, id)
		if errors.Is(err, register.ErrNotFound) {
			row, err = register.Row[partBlock]{ID: id}, nil
		}
		if err != nil {
			return err
		}
		row.Value.Entries = append(row.Value.Entries, w.parts[id]...)
		if err := putParts(ctx, tx, row); err != nil {
			return err
		}
	}
	w.row.Value.Size, w.row.Value.Edge = w.edge.Size(), nil
	for _, h := range w.edge.Hashes() {
		w.row.Value.Edge = append(w.row.Value.Edge, h[:]...)
	}
	return w.storeHead(ctx, tx)
}

func (w *writing) storeHead(ctx context.Context, tx register.Tx) error {
	row, err := heads().Put(ctx, tx, w.row)
	if err == nil {
		w.row, w.blocks, w.parts = row, make(map[blockKey][]byte), make(map[string][]entryParts)
	}
	return err
}

// at is the log at a size that it had, proved from its tiles.
func (w *writing) at(ctx context.Context, tx register.Tx, size int64) (evidence.TiledLog, error) {
	now := tiled(ctx, tx, w.edge.Size(), w.edge.Root())
	if size == now.Size {
		return now, nil
	}
	root, err := now.RootAt(size)
	return tiled(ctx, tx, size, root), err
}

// tiled is the log over its tiles. Each is read once, however much is asked.
func tiled(ctx context.Context, tx register.Tx, size int64, root evidence.Hash) evidence.TiledLog {
	had := make(map[string][]byte)
	return evidence.TiledLog{Size: size, Root: root, Read: func(level int, n int64, width int) ([]byte, error) {
		id := tileID(level, n)
		if len(had[id]) < width*tlog.HashSize {
			tile, err := readTile(ctx, tx, level, n, width)
			if err != nil {
				return nil, err
			}
			had[id] = tile
		}
		return had[id][:width*tlog.HashSize], nil
	}}
}

// readTile gives the first hashes of a tile. A tile that is not there, or
// shorter, is one that somebody took away.
func readTile(ctx context.Context, tx register.Tx, level int, n int64, width int) ([]byte, error) {
	row, err := getBlock(ctx, tx, tileID(level, n))
	if errors.Is(err, register.ErrNotFound) || (err == nil && len(row.Value.Bytes) < width*tlog.HashSize) {
		return nil, fmt.Errorf("%w: tile %d of level %d does not have its %d hashes", evidence.ErrMismatch, n, level, width)
	}
	if err != nil {
		return nil, err
	}
	return row.Value.Bytes[:width*tlog.HashSize], nil
}

// opened gives an entry as it stands in the log: what the journal says, under the
// seals that were taken, with the values behind them unless they were erased.
func opened(e coordination.Entry, had *opening) (evidence.Row, error) {
	at := int((e.Position - 1) % perBlock)
	fault := func(reason string) error {
		return &evidence.MismatchError{Place: evidence.PlaceOpening, Position: e.Position, Reason: reason}
	}
	if len(had.seals.Bytes) < (at+1)*64 || len(had.salts.Bytes) < (at+1)*64 {
		return evidence.Row{}, fault("its seals are not kept any more")
	}
	value, parts, err := withParts(e.Data, had.parts.of(at))
	if err != nil {
		return evidence.Row{}, fault("the data is not what was sealed: " + err.Error())
	}
	who := e.Actor
	e.Data = value
	actor, data := pairOf[evidence.Salt](had.salts.Bytes[at*64:])
	row := Row(e, actor, data)
	row.Parts = parts
	row.Entry.Actor, row.Entry.Data = pairOf[evidence.Seal](had.seals.Bytes[at*64:])
	if slices.Contains(had.salts.Erased, at) {
		if row.Actor = nil; who != row.Entry.Actor.Erased() {
			return row, fault("the actor was erased, and something stands there")
		}
	}
	return row, nil
}

// opening is what is kept of the block in which an entry stands.
type opening struct {
	seals, salts block
	parts        partBlock
}

// openingAt reads the block in which a position stands.
func openingAt(ctx context.Context, tx register.Tx, position int64) (had opening, err error) {
	n := (position - 1) / perBlock
	for _, b := range []struct {
		of string
		to *block
	}{{sealsOf, &had.seals}, {saltsOf, &had.salts}} {
		row, err := getBlock(ctx, tx, blockID(b.of, n))
		if err != nil && !errors.Is(err, register.ErrNotFound) {
			return had, err
		}
		*b.to = row.Value
	}
	row, err := getParts(ctx, tx, blockID(partsOf, n))
	if errors.Is(err, register.ErrNotFound) {
		err = nil
	}
	had.parts = row.Value
	return had, err
}
