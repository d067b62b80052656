package memory

import (
	"context"
	"fmt"

	"github.com/coordkit/coordkit/archive"
)

func placeReference() layout[archive.Reference] {
	return layout[archive.Reference]{
		at: func(*archive.Reference) int64 { return 0 },
		key: func(r *archive.Reference, i int) (key, bool) {
			switch i {
			case 0:
				return endKey(bySource, r.Source), true
			case 1:
				return endKey(byTarget, r.Target), true
			case 2:
				if r.Source.Kind == archive.EndText || r.Target.Kind == archive.EndText {
					return openEnd(), true
				}
			}
			return key{}, false
		},
	}
}

// endKey makes the key of an end; side is bySource or byTarget. The two usual
// kinds of end have fields of their own, which saves making a string.
func endKey(side field, e archive.End) key {
	switch e.Kind {
	case archive.EndRecord:
		return key{side + recordEnd, e.Value}
	case archive.EndRef:
		return key{side + refEnd, e.Value}
	default:
		return key{side, string(e.Kind) + "\x00" + e.Value}
	}
}

// openEnd is the key of the edges that have an open end.
func openEnd() key { return key{byOpenEnd, ""} }

// PutReference of archive.Tx.
func (x *tx) PutReference(_ context.Context, ref archive.Reference) error {
	if err := x.writable(); err != nil {
		return err
	}
	if err := ref.Storable(); err != nil {
		return err
	}
	if !storable(string(ref.Source.Kind), string(ref.Target.Kind)) {
		return unstorable(archive.ErrInvalid, "kind of an end")
	}
	if w := x.references.absent(ref.ID); w != nil {
		x.references.put(w, ref)
	}
	return nil
}

// RedactReference of archive.Tx.
func (x *tx) RedactReference(_ context.Context, id, reason, author string) error {
	if err := x.writable(); err != nil {
		return err
	}
	w := x.references.touch(id)
	if w.current() == nil {
		return archive.ErrNotFound
	}
	ref := *w.current()
	ref.Reason, ref.Author = reason, author
	if err := ref.Storable(); err != nil {
		return err
	}
	x.references.put(w, ref)
	return nil
}

// Reference of archive.Tx.
func (x *tx) Reference(_ context.Context, id string) (archive.Reference, error) {
	r := x.references.get(id)
	if r == nil {
		return archive.Reference{}, archive.ErrNotFound
	}
	return *r, nil
}

// References of archive.Tx.
func (x *tx) References(_ context.Context, q archive.ReferenceQuery) ([]archive.Reference, string, error) {
	var want key
	switch q.Direction {
	case archive.Outward:
		want = endKey(bySource, q.End)
	case archive.Inward:
		want = endKey(byTarget, q.End)
	case archive.Open:
		want = openEnd()
	default:
		return nil, "", fmt.Errorf("%w: direction is neither outward, inward nor open", archive.ErrInvalid)
	}
	clone := func(r *archive.Reference) archive.Reference { return *r }
	page, next, err := x.references.page([]key{want}, q.Filter(), q.After, ascending, archive.ClampLimit(q.Limit), clone)
	if err != nil {
		return nil, "", fmt.Errorf("%w: after: %w", archive.ErrInvalid, err)
	}
	return page, next, nil
}
