package coordination

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/paper"
	"github.com/coordkit/coordkit/coordination/register"
)

// Item is a thing with a barcode as it is kept.
type Item = register.Row[paper.Item]

// BookItem is the book of things with a barcode.
const BookItem = "item"

// items are found by the shelf they were put on (at), their home, the container they
// are in, the borrower, when a loan is due, the record they are, and whether they are
// missing.
func items() register.Register[paper.Item] {
	return register.Register[paper.Item]{Book: BookItem, Keys: func(i paper.Item) []register.Key {
		keys := slices.Concat(present("at", string(i.At)), present("home", string(i.Home)), present("in", string(i.In)), present("record", string(i.Record)))
		if i.Loan != nil {
			keys = slices.Concat(keys, present("borrower", i.Loan.To), present("due", register.Sortable(i.Loan.Due)))
		}
		if !i.Missing.IsZero() {
			keys = append(keys, register.Key{Name: "missing", Value: register.Sortable(i.Missing)})
		}
		return keys
	}, Evolve: func(i paper.Item, ev register.Event) (paper.Item, error) {
		done, err := paper.UnmarshalDone(ev.Kind, ev.Data)
		if err != nil {
			return i, err
		}
		house := paper.NewHouse(i)
		house.Evolve(paper.Event{At: ev.At, Actor: ev.Actor, Done: done})
		return house.Item(paper.Of(done))
	}}
}

// numbering is the last number that was given under a prefix.
type numbering struct {
	Last int64 `json:"last"`
}

func numberings() register.Register[numbering] {
	return register.Register[numbering]{Book: "barcode"}
}

// RegisterItem takes in an item at its home. Without a barcode it gets the next one of
// the prefix; no barcode is ever given again, whatever becomes of its item.
func (d *Desk) RegisterItem(ctx context.Context, tenant, actor, prefix string, i paper.Item) (Item, error) {
	return change(ctx, d, tenant, func(ctx context.Context, tx Tx, now time.Time) (Item, error) {
		return d.RegisterItemTx(ctx, tx, actor, now, prefix, i)
	})
}

// RegisterItemTx is RegisterItem inside the caller's transaction.
func (d *Desk) RegisterItemTx(ctx context.Context, tx Tx, actor string, now time.Time, prefix string, i paper.Item) (Item, error) {
	if i.Barcode == "" {
		if prefix == "" {
			return Item{}, &archive.ValidationError{Fields: []archive.Field{{
				Pointer: "/prefix", Code: "required", Text: "is missing: give the letters that its barcode is to begin with, or the barcode that is printed on it",
			}}}
		}
		var err error
		if i.Barcode, err = nextBarcode(ctx, tx, prefix); err != nil {
			return Item{}, err
		}
	}
	if i.Record != "" {
		if _, err := tx.Record(ctx, i.Record); err != nil {
			return Item{}, fieldNotFound(err, "/record", textUnfiled)
		}
	}
	return d.HandleTx(ctx, tx, actor, now, 0, paper.Register{Item: i})
}

// textUnfiled is said of a record that a command about paper names and that is not there.
const textUnfiled = "is not filed"

// nextBarcode counts on under a prefix until a number is free: some were given by
// hand.
func nextBarcode(ctx context.Context, tx Tx, prefix string) (paper.Barcode, error) {
	row, _, err := lookup(ctx, tx, numberings(), "prefix-"+prefix)
	if err != nil {
		return "", err
	}
	for {
		row.Value.Last++
		code, err := paper.MakeBarcode(prefix, row.Value.Last)
		if err != nil {
			return "", err
		}
		_, taken, err := lookup(ctx, tx, items(), string(code))
		if err != nil {
			return "", err
		}
		if !taken {
			_, err = numberings().Put(ctx, tx, row)
			return code, err
		}
	}
}

// Handle gives a command about an item. Rev is the one that was seen, 0 for whatever
// there is. What cannot be done is a *archive.RefusedError.
func (d *Desk) Handle(ctx context.Context, tenant, actor string, rev int64, cmd paper.Command) (Item, error) {
	return change(ctx, d, tenant, func(ctx context.Context, tx Tx, now time.Time) (Item, error) {
		return d.HandleTx(ctx, tx, actor, now, rev, cmd)
	})
}

// HandleTx is Handle inside the caller's transaction.
func (d *Desk) HandleTx(ctx context.Context, tx Tx, actor string, now time.Time, rev int64, cmd paper.Command) (Item, error) {
	if cmd == nil {
		return Item{}, fieldNotFound(register.ErrNotFound, "", "is no command")
	}
	row, found, err := lookup(ctx, tx, items(), string(paper.Of(cmd)))
	if err != nil {
		return row, err
	}
	if found {
		if err := unseen(items(), row, rev); err != nil {
			return row, err
		}
	}
	house, err := houseFor(ctx, tx, cmd)
	if err != nil {
		return row, err
	}
	ev, err := house.Decide(cmd, actor, now)
	if err != nil {
		return row, err
	}
	if remove, ok := cmd.(paper.Remove); ok && row.Value.Record != "" {
		if err := d.unheldItem(ctx, tx, remove, row.Value.Record, now); err != nil {
			return row, err
		}
	}
	if err := d.followItem(ctx, tx, cmd); err != nil {
		return row, err
	}
	house.Evolve(ev)
	if row.Value, err = house.Item(paper.Of(cmd)); err != nil {
		return row, err
	}
	return record(ctx, tx, items(), row, ev.Kind(), actor, now, cmd)
}

// followItem keeps what other sheets have to say of a command.
func (d *Desk) followItem(ctx context.Context, tx Tx, cmd paper.Command) error {
	switch c := cmd.(type) {
	case paper.Put: // that the container holds something is a list: who empties or removes it reads its sheet
		row, err := items().Get(ctx, tx, string(c.Into))
		if err != nil {
			return err
		}
		_, err = items().Put(ctx, tx, row)
		return err
	case paper.Verify:
		f, _, err := filingOf(ctx, tx, c.Record)
		if err != nil {
			return fieldNotFound(err, "/record", textUnfiled)
		}
		if !slices.Contains(f.Value.Contents(), c.Digest) {
			return refused("verify", "content", string(c.Record), "%q has no content %s", c.Record, c.Digest)
		}
	}
	return nil
}

// unheldItem refuses to let the paper of a record go that is held.
func (d *Desk) unheldItem(ctx context.Context, tx Tx, cmd paper.Remove, id archive.RecordID, now time.Time) error {
	f, r, err := filingOf(ctx, tx, id)
	if err != nil {
		return err
	}
	held, err := d.heldNow(ctx, tx, &f.Value, &r, now)
	if err != nil || len(held) == 0 {
		return err
	}
	unmet := make([]archive.Unmet, len(held))
	for i, hold := range held {
		unmet[i] = archive.Unmet{Condition: "held", Ref: hold, Text: fmt.Sprintf("%s is the paper of %q, which is held by %s: it stays until that is released", cmd.Code, id, hold)}
	}
	return &archive.RefusedError{Command: "remove", Unmet: unmet}
}

// houseFor reads what a command is about: its items and the containers they are in, by
// id, and what they hold.
func houseFor(ctx context.Context, tx Tx, cmd paper.Command) (*paper.House, error) {
	at := make(map[paper.Barcode]paper.Item)
	codes := []paper.Barcode{paper.Of(cmd)}
	if put, ok := cmd.(paper.Put); ok {
		codes = append(codes, put.Into)
	}
	for _, code := range codes {
		if err := readChain(ctx, tx, at, code); err != nil {
			return nil, err
		}
	}
	if err := readContent(ctx, tx, at, codes[0]); err != nil {
		return nil, err
	}
	return paper.NewHouse(slices.Collect(maps.Values(at))...), nil
}

// readChain reads an item and the containers it is in.
func readChain(ctx context.Context, tx Tx, at map[paper.Barcode]paper.Item, code paper.Barcode) error {
	for code != "" {
		if _, known := at[code]; known {
			return nil
		}
		row, found, err := lookup(ctx, tx, items(), string(code))
		if err != nil || !found {
			return err
		}
		at[code] = row.Value
		code = row.Value.In
	}
	return nil
}

// readContent reads what a container holds, nested content included.
func readContent(ctx context.Context, tx Tx, at map[paper.Barcode]paper.Item, code paper.Barcode) error {
	for next := []paper.Barcode{code}; len(next) > 0; {
		rows, err := everyRow(ctx, tx, items(), register.Query{Key: "in"}.Only(string(next[0])))
		if err != nil {
			return err
		}
		next = next[1:]
		for i := range rows {
			if _, known := at[rows[i].Value.Barcode]; !known {
				at[rows[i].Value.Barcode] = rows[i].Value
				next = append(next, rows[i].Value.Barcode)
			}
		}
	}
	return nil
}

// PlacedItem is an item and where it is.
type PlacedItem struct {
	Item
	Place   paper.Place
	Overdue bool // it should have come back
}

// Item returns an item and where it is, or register.ErrNotFound.
func (d *Desk) Item(ctx context.Context, tenant string, code paper.Barcode) (PlacedItem, error) {
	now := d.now()
	var out PlacedItem
	err := d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		row, err := items().Get(ctx, tx, string(code))
		if err != nil {
			return err
		}
		at := make(map[paper.Barcode]paper.Item)
		if err := readChain(ctx, tx, at, code); err != nil {
			return err
		}
		p, err := paper.NewHouse(slices.Collect(maps.Values(at))...).Where(code)
		out = PlacedItem{Item: row, Place: p, Overdue: row.Value.Overdue(now)}
		return err
	})
	return out, err
}

// Items returns a page of items: by barcode, or by one of the keys at, home, in,
// borrower, due, record and missing. Those overdue are those with a due before now. The
// items of a record that is one thing with others are those of all of them, on one page.
func (d *Desk) Items(ctx context.Context, tenant string, q register.Query) (page []Item, next string, err error) {
	id, exact := strings.CutSuffix(q.To, "\x01")
	if q.Key != "record" || !exact || id != q.From {
		return pageOf(ctx, d, tenant, items(), q)
	}
	err = d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		r, err := tx.Record(ctx, archive.RecordID(id))
		all := []archive.RecordID{archive.RecordID(id)}
		if err == nil {
			all, err = archive.Merged(ctx, tx, r)
		}
		if err != nil && !errors.Is(err, archive.ErrNotFound) {
			return err
		}
		if len(all) < 2 {
			page, next, err = items().List(ctx, tx, q)
			return err
		}
		page, next = nil, ""
		for _, id := range all {
			rows, err := everyRow(ctx, tx, items(), register.Query{Key: "record"}.Only(string(id)))
			if err != nil {
				return err
			}
			page = append(page, rows...)
		}
		slices.SortFunc(page, func(a, b Item) int { return strings.Compare(a.ID, b.ID) })
		return nil
	})
	return page, next, err
}

// OverdueItems returns a page of the items on loan that should have come back, the
// longest overdue first.
func (d *Desk) OverdueItems(ctx context.Context, tenant, after string, limit int) ([]Item, string, error) {
	return d.Items(ctx, tenant, register.Query{Key: "due", To: register.Sortable(d.now()), After: after, Limit: limit})
}

// maxScan is how many barcodes an inventory of one shelf has.
const maxScan = 10_000

// TakeInventory compares the barcodes scanned on a shelf with what should stand there.
// It changes nothing: what is to be done about a difference is somebody's decision. Two
// scans that are no barcodes are refused by their text, so that they are scanned again.
func (d *Desk) TakeInventory(ctx context.Context, tenant string, shelf paper.Shelf, scanned []string) ([]paper.Difference, error) {
	return d.takeInventory(ctx, tenant, shelf, scanned, func(*paper.Item) bool { return true })
}

// takeInventory takes that of the items that somebody sees.
func (d *Desk) takeInventory(
	ctx context.Context, tenant string, shelf paper.Shelf, scanned []string, sees func(*paper.Item) bool,
) ([]paper.Difference, error) {
	if len(scanned) > maxScan {
		return nil, refused("inventory", "size", "", "%d scans are more than %d: take the shelf in parts", len(scanned), maxScan)
	}
	codes := make([]paper.Barcode, len(scanned))
	var fields []archive.Field
	for i, text := range scanned {
		var err error
		if codes[i], err = paper.ParseBarcode(text); errors.Is(err, paper.ErrInvalid) {
			fields = append(fields, archive.Field{Pointer: "/scanned/" + strconv.Itoa(i), Code: "invalid", Text: "is no barcode: scan it again"})
		}
	}
	if len(fields) > 0 {
		return nil, &archive.ValidationError{Fields: fields}
	}
	var out []paper.Difference
	err := d.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		at := make(map[paper.Barcode]paper.Item)
		rows, err := everyRow(ctx, tx, items(), register.Query{Key: "at"}.Only(string(shelf)))
		if err != nil {
			return err
		}
		for i := range rows {
			at[rows[i].Value.Barcode] = rows[i].Value
			if err := readContent(ctx, tx, at, rows[i].Value.Barcode); err != nil {
				return err
			}
		}
		for _, code := range codes {
			if err := readChain(ctx, tx, at, code); err != nil {
				return err
			}
		}
		maps.DeleteFunc(at, func(_ paper.Barcode, i paper.Item) bool { return !sees(&i) })
		out = paper.NewHouse(slices.Collect(maps.Values(at))...).Reconcile(shelf, codes)
		return nil
	})
	return out, err
}
