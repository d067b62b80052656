package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// Config is what a Service needs.
type Config struct {
	Store Store
	Now   func() time.Time
	NewID func() string
	Blobs Blobs // contents beyond MaxContent; nil: there are none

	// Contents tells an audit what records should have; nil: each the content it was
	// filed with.
	Contents Contents
}

// Service files documents and finds them again. It is safe for concurrent use.
type Service struct{ cfg Config }

// New checks the configuration and returns a service.
func New(cfg Config) (*Service, error) {
	if cfg.Store == nil || cfg.Now == nil || cfg.NewID == nil {
		return nil, fmt.Errorf("%w: a service needs Store, Now and NewID", ErrInvalid)
	}
	return &Service{cfg: cfg}, nil
}

// File files a document in a transaction of its own. An id that is already
// filed is ErrConflict.
func (s *Service) File(ctx context.Context, tenant, actor string, c File) (Record, error) {
	if c.ID == "" {
		c.ID = RecordID(s.cfg.NewID())
	}
	now := s.now()
	var out Record
	err := s.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = s.FileTx(ctx, tx, actor, now, c)
		return err
	})
	return out, err
}

// FileTx files a document inside the caller's transaction.
func (s *Service) FileTx(ctx context.Context, tx Tx, actor string, now time.Time, c File) (Record, error) {
	events, err := DecideFile(c, actor, now)
	if err != nil {
		return Record{}, err
	}
	r := Fold(events)
	if c.Stored == (Blob{}) {
		_, err = tx.PutContent(ctx, r.Digest, c.Content)
	}
	if err != nil {
		return Record{}, err
	}
	return s.put(ctx, tx, r, events)
}

// Refer adds a reference that leads from a filed record, in a transaction of
// its own. An edge that is already there is returned as it is. An edge that
// would close a circle of an acyclic type is a *RefusedError.
func (s *Service) Refer(ctx context.Context, tenant, actor string, id RecordID, l Link) (Reference, error) {
	now := s.now()
	var out Reference
	err := s.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = s.ReferTx(ctx, tx, actor, now, id, l)
		return err
	})
	return out, err
}

// ReferTx adds a reference inside the caller's transaction.
func (s *Service) ReferTx(ctx context.Context, tx Tx, actor string, now time.Time, id RecordID, l Link) (Reference, error) {
	r, err := tx.Record(ctx, id)
	if err != nil {
		return Reference{}, err
	}
	events, err := DecideRefer(r, l, actor, now)
	if err != nil {
		return Reference{}, err
	}
	ref := newReference(ToRecord(id), l, actor, now)
	switch known, err := tx.Reference(ctx, ref.Source, ref.ID); {
	case err == nil:
		return known, nil
	case !errors.Is(err, ErrNotFound):
		return Reference{}, err
	}
	for _, ev := range events {
		r = Evolve(r, ev)
	}
	_, err = s.put(ctx, tx, r, events)
	return ref, err
}

func (s *Service) put(ctx context.Context, tx Tx, r Record, events []Event) (Record, error) {
	fresh := r.Rev == 0
	r, err := tx.PutRecord(ctx, r, events...)
	if err != nil {
		return Record{}, err
	}
	for _, ev := range events {
		if d, ok := ev.Data.(ReferredData); ok {
			if err := refuseCircle(ctx, tx, d.Reference, fresh); err != nil {
				return Record{}, err
			}
			if err := tx.PutReference(ctx, d.Reference); err != nil {
				return Record{}, err
			}
		}
	}
	return r, nil
}

func (s *Service) now() time.Time { return s.cfg.Now().UTC().Truncate(time.Microsecond) }

// Get returns one record, or ErrNotFound; by the id of one that was merged, the record
// that stands for both.
func (s *Service) Get(ctx context.Context, tenant string, id RecordID) (Record, error) {
	var out Record
	err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		r, err := tx.Record(ctx, id)
		if err == nil {
			out, err = Survivor(ctx, tx, r)
		}
		return err
	})
	return out, err
}

// Open returns a record and its content after computing the digest again;
// content that does not fit its record is ErrAltered. A content beyond MaxContent
// is ErrInvalid: read it with OpenContent.
func (s *Service) Open(ctx context.Context, tenant string, id RecordID) (Record, []byte, error) {
	r, from, err := s.OpenContent(ctx, tenant, id)
	if err != nil {
		return Record{}, nil, err
	}
	if r.Size > MaxContent {
		err = fmt.Errorf("%w: the content of record %q has %d bytes: read it as a stream", ErrInvalid, id, r.Size)
		return Record{}, nil, errors.Join(err, from.Close())
	}
	content, err := io.ReadAll(from)
	if err = errors.Join(err, from.Close()); err != nil {
		return Record{}, nil, fmt.Errorf("content of record %q: %w", id, err)
	}
	return r, content, nil
}

// OpenContent returns a record with a reader of its content, which is verified
// when it is read from its start to its end; close it. By the id of one that was merged
// it is the record that stands for both. One that has not the size it
// was filed with is ErrAltered at once.
func (s *Service) OpenContent(ctx context.Context, tenant string, id RecordID) (Record, BlobReader, error) {
	var (
		r    Record
		from BlobReader
	)
	err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		if r, err = tx.Record(ctx, id); err != nil {
			return err
		}
		if r, err = Survivor(ctx, tx, r); err != nil {
			return err
		}
		from, err = s.contentTx(ctx, tx, tenant, Blob{Digest: r.Digest, Size: r.Size})
		return err
	})
	return r, from, err
}

// OpenBlob returns a reader of a content by its digest, which the store or the
// Blobs keep, or ErrNotFound. Whether anybody may read it is the caller's to know.
func (s *Service) OpenBlob(ctx context.Context, tenant string, digest Digest) (BlobReader, error) {
	var from BlobReader
	err := s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		from, err = s.contentTx(ctx, tx, tenant, Blob{Digest: digest, Size: -1})
		return err
	})
	return from, err
}

// contentTx opens a content in the store, or else in the Blobs. A size below 0 is
// not known.
func (s *Service) contentTx(ctx context.Context, tx Tx, tenant string, want Blob) (BlobReader, error) {
	content, err := tx.Content(ctx, want.Digest)
	if errors.Is(err, ErrNotFound) {
		return s.openElsewhere(ctx, tenant, want)
	}
	if err == nil {
		err = want.fits(int64(len(content)))
	}
	if err != nil {
		return nil, err
	}
	return VerifyBlob(nopCloser{bytes.NewReader(content)}, Blob{Digest: want.Digest, Size: int64(len(content))}), nil
}

// openElsewhere opens a content in the Blobs.
func (s *Service) openElsewhere(ctx context.Context, tenant string, want Blob) (BlobReader, error) {
	if s.cfg.Blobs == nil {
		return nil, fmt.Errorf("%w: content %q", ErrNotFound, want.Digest)
	}
	from, err := s.cfg.Blobs.OpenBlob(ctx, tenant, want.Digest)
	if err != nil {
		return nil, err
	}
	if err := want.fits(from.Size()); err != nil {
		return nil, errors.Join(err, from.Close())
	}
	return from, nil
}

// fits reports, as ErrAltered, a size that is not the one that is known.
func (b *Blob) fits(size int64) error {
	if b.Size >= 0 && size != b.Size {
		return fmt.Errorf("%w: content %s has %d bytes, filed were %d", ErrAltered, b.Digest, size, b.Size)
	}
	return nil
}

// nopCloser reads a content in memory.
type nopCloser struct{ *bytes.Reader }

func (nopCloser) Close() error { return nil }

// List returns a page of records, newest filing first; see Tx.Records. Those that were
// merged into others are left out: a page may be short, or empty, and yet not be the last.
func (s *Service) List(ctx context.Context, tenant string, q Query) (page []Record, next string, err error) {
	err = s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		if page, next, err = tx.Records(ctx, q); err != nil {
			return err
		}
		page, err = unmerged(ctx, tx, page)
		return err
	})
	return page, next, err
}

// unmerged takes out of a page the records that were merged into others.
func unmerged(ctx context.Context, tx Tx, page []Record) ([]Record, error) {
	var changed []RecordID
	for i := range page {
		if page[i].Events > 1 {
			changed = append(changed, page[i].ID)
		}
	}
	if len(changed) == 0 {
		return page, nil
	}
	edges, err := tx.Edges(ctx, EdgeQuery{Records: changed, Direction: Outward, Types: []ReferenceType{MergedInto}})
	if err != nil || len(edges) == 0 {
		return page, err
	}
	return slices.DeleteFunc(page, func(r Record) bool {
		return slices.ContainsFunc(edges, func(e Edge) bool { return e.Held && e.Source == ToRecord(r.ID) })
	}), nil
}

// References returns a page of the references at an end; see Tx.References. Those at a
// record that is one thing with others are those of all of them.
func (s *Service) References(ctx context.Context, tenant string, q ReferenceQuery) (page []Reference, next string, err error) {
	err = s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		all, err := s.allAt(ctx, tx, q)
		switch {
		case err != nil:
		case len(all) > 1:
			page, next, err = mergedReferences(ctx, tx, all, q)
		default:
			page, next, err = tx.References(ctx, q)
		}
		return err
	})
	return page, next, err
}

// allAt are the records that are one thing with the one that a query is about.
func (*Service) allAt(ctx context.Context, tx Tx, q ReferenceQuery) ([]RecordID, error) {
	if q.End.Kind != EndRecord || (q.Direction != Outward && q.Direction != Inward) {
		return nil, nil
	}
	r, err := tx.Record(ctx, RecordID(q.End.Value))
	if errors.Is(err, ErrNotFound) {
		return nil, nil // references may lead to it all the same
	}
	if err != nil {
		return nil, err
	}
	return Merged(ctx, tx, r)
}
