package storetest_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// warped is a transaction of which some methods are replaced; nil ones are
// passed on.
type warped struct {
	coordination.Tx

	request  func(changereq.Request) changereq.Request // of what is read
	bundle   func(bundle.Bundle) bundle.Bundle
	record   func(archive.Record) archive.Record
	owed     func(notice.Obligation) notice.Obligation
	ref      func(archive.Reference) archive.Reference
	sheet    func(register.Sheet) register.Sheet
	reply    func(coordination.Reply) coordination.Reply
	content  func([]byte) []byte
	event    func(changereq.Event) (changereq.Event, bool) // false leaves it out
	id       func(string) string                           // of what is put and read
	repaired bool                                          // what cannot be stored is made storable
}

// reading is a mutant that gives something else back than was stored.
func reading(name string, how func(*warped), kills ...string) mutant {
	return mutant{name, kills, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx {
		w := &warped{Tx: tx}
		how(w)
		return w
	})}
}

func roundTripMutants() []mutant {
	fold := func(change func(string) string) func(*warped) {
		return func(w *warped) { w.id = change }
	}
	return []mutant{
		reading("label lost", func(w *warped) {
			w.request = func(r changereq.Request) changereq.Request {
				r.Content.BackOutPlan = ""
				return r
			}
		}, "RoundTrip/Request"),
		reading("text trimmed", func(w *warped) {
			w.request = func(r changereq.Request) changereq.Request {
				r.Content.Description = strings.TrimSpace(r.Content.Description)
				return r
			}
		}, "RoundTrip/Text"),
		reading("file name lost", func(w *warped) {
			w.record = func(r archive.Record) archive.Record {
				r.Name = ""
				return r
			}
		}, "RoundTrip/Record"),
		reading("member lost", func(w *warped) {
			w.bundle = func(b bundle.Bundle) bundle.Bundle {
				b.Members = b.Members[:max(0, len(b.Members)-1)]
				return b
			}
		}, "RoundTrip/Bundle"),
		reading("body written anew", func(w *warped) {
			w.sheet = func(s register.Sheet) register.Sheet {
				s.Body = bytes.TrimSpace(s.Body)
				return s
			}
		}, "RoundTrip/Sheet"),
		reading("evidence lost", func(w *warped) {
			w.owed = func(o notice.Obligation) notice.Obligation {
				o.Evidence = ""
				return o
			}
		}, "RoundTrip/Obligation"),
		reading("reason lost", func(w *warped) {
			w.ref = func(r archive.Reference) archive.Reference {
				r.Reason = ""
				return r
			}
		}, "RoundTrip/Reference"),
		reading("terms lost", func(w *warped) {
			w.ref = func(r archive.Reference) archive.Reference {
				r.Terms = archive.Terms{}
				return r
			}
		}, "RoundTrip/Reference"),
		reading("body read as text", func(w *warped) {
			w.reply = func(r coordination.Reply) coordination.Reply {
				r.Body = []byte(strings.ToValidUTF8(string(r.Body), "?"))
				return r
			}
		}, "RoundTrip/Reply"),
		reading("content cut", func(w *warped) {
			w.content = func(b []byte) []byte { return b[:min(len(b), 1<<16)] }
		}, "RoundTrip/Content"),
		reading("case folded", fold(strings.ToLower), "RoundTrip/IDs"),
		reading("blanks trimmed", fold(strings.TrimSpace), "RoundTrip/IDs"),
		reading("whole seconds", func(w *warped) {
			w.request = func(r changereq.Request) changereq.Request {
				r.Updated = r.Updated.Truncate(time.Second)
				return r
			}
		}, "RoundTrip/Microseconds"),
		reading("64-bit nanoseconds", func(w *warped) {
			w.owed = func(o notice.Obligation) notice.Obligation {
				o.OwedAt = time.Unix(0, o.OwedAt.UnixNano()).UTC()
				return o
			}
		}, "RoundTrip/FarTimes"),
		reading("unknown events dropped", func(w *warped) {
			w.event = func(ev changereq.Event) (changereq.Event, bool) {
				_, unknown := ev.Data.(changereq.Unknown)
				return ev, !unknown
			}
		}, "RoundTrip/UnknownEvents"),
		reading("text and times repaired", func(w *warped) { w.repaired = true }, "RoundTrip/UnstorableText", "RoundTrip/UnstorableTime"),
	}
}

func apply[T any](change func(T) T, v T) T {
	if change == nil {
		return v
	}
	return change(v)
}

func (w *warped) ChangeRequest(ctx context.Context, id changereq.ID) (changereq.Request, error) {
	r, err := w.Tx.ChangeRequest(ctx, changereq.ID(apply(w.id, string(id))))
	return apply(w.request, r), err
}

func (w *warped) ChangeRequestEvents(ctx context.Context, id changereq.ID, after int64, limit int) ([]changereq.Event, int64, error) {
	page, next, err := w.Tx.ChangeRequestEvents(ctx, id, after, limit)
	var out []changereq.Event
	for _, ev := range page {
		keep := true
		if w.event != nil {
			ev, keep = w.event(ev)
		}
		if keep {
			out = append(out, ev)
		}
	}
	return out, next, err
}

func (w *warped) PutChangeRequest(ctx context.Context, r changereq.Request, ev ...changereq.Event) (changereq.Request, error) {
	if w.repaired {
		r.Content.Title = repair(r.Content.Title)
		r.Updated = changereq.Instant(r.Updated)
	}
	if w.id != nil {
		r.ID = changereq.ID(w.id(string(r.ID)))
		for i := range ev {
			ev[i].Request = r.ID
		}
	}
	return w.Tx.PutChangeRequest(ctx, r, ev...)
}

func repair(s string) string { return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "?") }

func (w *warped) ChangeBundle(ctx context.Context, id string) (bundle.Bundle, error) {
	b, err := w.Tx.ChangeBundle(ctx, id)
	return apply(w.bundle, b), err
}

func (w *warped) Record(ctx context.Context, id archive.RecordID) (archive.Record, error) {
	r, err := w.Tx.Record(ctx, id)
	return apply(w.record, r), err
}

func (w *warped) Obligation(ctx context.Context, id string) (notice.Obligation, error) {
	o, err := w.Tx.Obligation(ctx, id)
	return apply(w.owed, o), err
}

func (w *warped) Reference(ctx context.Context, source archive.End, id string) (archive.Reference, error) {
	r, err := w.Tx.Reference(ctx, source, id)
	return apply(w.ref, r), err
}

func (w *warped) Content(ctx context.Context, digest archive.Digest) ([]byte, error) {
	b, err := w.Tx.Content(ctx, digest)
	return apply(w.content, b), err
}

func (w *warped) Sheet(ctx context.Context, book, id string) (register.Sheet, error) {
	s, err := w.Tx.Sheet(ctx, book, id)
	return apply(w.sheet, s), err
}

func (w *warped) IdempotentReply(ctx context.Context, principal, key string) (coordination.Reply, error) {
	r, err := w.Tx.IdempotentReply(ctx, principal, key)
	return apply(w.reply, r), err
}

// lax is a transaction that takes what it must refuse.
type lax struct {
	coordination.Tx

	anyRev   bool // the last write wins
	anySeq   bool // events are numbered anew
	anyReply bool // a reply is replaced
}

func (l lax) PutChangeRequest(ctx context.Context, r changereq.Request, ev ...changereq.Event) (changereq.Request, error) {
	had, err := l.ChangeRequest(ctx, r.ID)
	if err != nil && !errors.Is(err, changereq.ErrNotFound) {
		return changereq.Request{}, err
	}
	if l.anyRev {
		r.Rev = had.Rev
	}
	if l.anyRev || l.anySeq {
		for i := range ev {
			ev[i].Request, ev[i].Seq = r.ID, had.Events+int64(i)+1
		}
		r.Events = had.Events + int64(len(ev))
	}
	return l.Tx.PutChangeRequest(ctx, r, ev...)
}

func (l lax) PutChangeBundle(ctx context.Context, b bundle.Bundle, ev ...bundle.Event) (bundle.Bundle, error) {
	had, err := l.ChangeBundle(ctx, b.ID)
	if err != nil && !errors.Is(err, bundle.ErrNotFound) {
		return bundle.Bundle{}, err
	}
	if l.anyRev {
		b.Rev, b.Events = had.Rev, had.Events+int64(len(ev))
		for i := range ev {
			ev[i].Seq = had.Events + int64(i) + 1
		}
	}
	return l.Tx.PutChangeBundle(ctx, b, ev...)
}

func (l lax) PutRecord(ctx context.Context, r archive.Record, ev ...archive.Event) (archive.Record, error) {
	had, err := l.Record(ctx, r.ID)
	if err != nil && !errors.Is(err, archive.ErrNotFound) {
		return archive.Record{}, err
	}
	if l.anyRev {
		r.Rev, r.Events = had.Rev, had.Events+int64(len(ev))
		for i := range ev {
			ev[i].Seq = had.Events + int64(i) + 1
		}
	}
	return l.Tx.PutRecord(ctx, r, ev...)
}

func (l lax) PutObligation(ctx context.Context, o notice.Obligation, ev ...notice.Event) (notice.Obligation, error) {
	had, err := l.Obligation(ctx, o.ID)
	if err != nil && !errors.Is(err, notice.ErrNotFound) {
		return notice.Obligation{}, err
	}
	if l.anyRev {
		o.Rev, o.Events = had.Rev, had.Events+int64(len(ev))
		for i := range ev {
			ev[i].Seq = had.Events + int64(i) + 1
		}
	}
	return l.Tx.PutObligation(ctx, o, ev...)
}

func (l lax) PutSheet(ctx context.Context, s register.Sheet, ev ...register.Event) (register.Sheet, error) {
	had, err := l.Sheet(ctx, s.Book, s.ID)
	if err != nil && !errors.Is(err, register.ErrNotFound) {
		return register.Sheet{}, err
	}
	if l.anyRev {
		s.Rev, s.Events = had.Rev, had.Events+int64(len(ev))
		for i := range ev {
			ev[i].Seq = had.Events + int64(i) + 1
		}
	}
	return l.Tx.PutSheet(ctx, s, ev...)
}

func (l lax) PutIdempotentReply(ctx context.Context, r coordination.Reply) error {
	if l.anyReply {
		r.Created = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return l.Tx.PutIdempotentReply(ctx, r)
}

func revisionMutants() []mutant {
	var kills []string
	for _, kind := range []string{"ChangeRequest", "Bundle", "Record", "Obligation", "Sheet"} {
		kills = append(kills, "CompareAndSet/"+kind, "CompareAndSet/"+kind+"TwiceInOneUnit",
			"Rollback/Conflict/"+kind, "Concurrency/OneWinner"+kind, "Concurrency/OneCreator"+kind)
	}
	lastWins := bendUpdates(func(tx coordination.Tx, _ unit) coordination.Tx { return lax{Tx: tx, anyRev: true} })
	return []mutant{
		{"last write wins", append(kills, "CompareAndSet/NothingOfAConflict", "CompareAndSet/ConflictData", "Concurrency/Revisions"), lastWins},
		{"one book for all", []string{"CompareAndSet/TwoBooks"}, bendUpdates(func(tx coordination.Tx, _ unit) coordination.Tx { return oneBook{tx} })},
		{"conflict without data", []string{"CompareAndSet/ConflictData"}, bendUpdates(func(tx coordination.Tx, _ unit) coordination.Tx {
			return bareConflict{tx}
		})},
		{"revision not raised", []string{"CompareAndSet/ChangeRequest", "Concurrency/Revisions"}, bendUpdates(func(tx coordination.Tx, _ unit) coordination.Tx {
			return unraised{tx}
		})},
	}
}

type bareConflict struct{ coordination.Tx }

func (b bareConflict) PutChangeRequest(ctx context.Context, r changereq.Request, ev ...changereq.Event) (changereq.Request, error) {
	out, err := b.Tx.PutChangeRequest(ctx, r, ev...)
	if errors.Is(err, changereq.ErrConflict) {
		err = changereq.ErrConflict
	}
	return out, err
}

type unraised struct{ coordination.Tx }

func (u unraised) PutChangeRequest(ctx context.Context, r changereq.Request, ev ...changereq.Event) (changereq.Request, error) {
	out, err := u.Tx.PutChangeRequest(ctx, r, ev...)
	out.Rev = r.Rev
	return out, err
}

// oneBook keeps every sheet in one book.
type oneBook struct{ coordination.Tx }

func (o oneBook) PutSheet(ctx context.Context, s register.Sheet, ev ...register.Event) (register.Sheet, error) {
	s.Book = "issue"
	for i := range ev {
		ev[i].Book = s.Book
	}
	return o.Tx.PutSheet(ctx, s, ev...)
}
