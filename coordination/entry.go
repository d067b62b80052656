package coordination

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// ChangeRequestEntry is the journal entry of an event of a change request,
// without the position it does not have yet.
func ChangeRequestEntry(ev changereq.Event) (Entry, error) {
	data, err := changereq.MarshalData(ev.Data)
	return Entry{
		Room: RoomChangeRequest, Entity: string(ev.Request), Seq: ev.Seq,
		Kind: string(ev.Kind()), At: ev.At, Actor: ev.Actor, Data: data,
	}, err
}

// BundleEntry is the journal entry of an event of a bundle.
func BundleEntry(ev bundle.Event) (Entry, error) {
	data, err := bundle.MarshalData(ev.Data)
	return Entry{
		Room: RoomBundle, Entity: ev.Bundle, Seq: ev.Seq,
		Kind: string(ev.Kind()), At: ev.At, Actor: ev.Actor, Data: data,
	}, err
}

// RecordEntry is the journal entry of an event of a record.
func RecordEntry(ev archive.Event) (Entry, error) {
	data, err := archive.MarshalData(ev.Data)
	return Entry{
		Room: RoomArchive, Entity: string(ev.Record), Seq: ev.Seq,
		Kind: string(ev.Kind()), At: ev.At, Actor: ev.Actor, Data: data,
	}, err
}

// ObligationEntry is the journal entry of an event of an obligation.
func ObligationEntry(ev notice.Event) (Entry, error) {
	data, err := notice.MarshalData(ev.Data)
	return Entry{
		Room: RoomNotice, Entity: ev.Obligation, Seq: ev.Seq,
		Kind: string(ev.Kind()), At: ev.At, Actor: ev.Actor, Data: data,
	}, err
}

// RegisterEntry is the journal entry of an event of a sheet: its room is the
// book.
func RegisterEntry(ev register.Event) Entry {
	return Entry{Room: Room(ev.Book), Entity: ev.Sheet, Seq: ev.Seq, Kind: ev.Kind, At: ev.At, Actor: ev.Actor, Data: ev.Data}
}

// ChangeRequestEvent reads an entry of RoomChangeRequest back.
func (e Entry) ChangeRequestEvent() (changereq.Event, error) {
	data, err := changereq.UnmarshalData(changereq.Kind(e.Kind), e.Data)
	return changereq.Event{Request: changereq.ID(e.Entity), Seq: e.Seq, At: e.At, Actor: e.Actor, Data: data}, err
}

// BundleEvent reads an entry of RoomBundle back.
func (e Entry) BundleEvent() (bundle.Event, error) {
	data, err := bundle.UnmarshalData(bundle.Kind(e.Kind), e.Data)
	return bundle.Event{Bundle: e.Entity, Seq: e.Seq, At: e.At, Actor: e.Actor, Data: data}, err
}

// RecordEvent reads an entry of RoomArchive back.
func (e Entry) RecordEvent() (archive.Event, error) {
	data, err := archive.UnmarshalData(archive.EventKind(e.Kind), e.Data)
	return archive.Event{Record: archive.RecordID(e.Entity), Seq: e.Seq, At: e.At, Actor: e.Actor, Data: data}, err
}

// ObligationEvent reads an entry of RoomNotice back.
func (e Entry) ObligationEvent() (notice.Event, error) {
	data, err := notice.UnmarshalData(notice.Kind(e.Kind), e.Data)
	return notice.Event{Obligation: e.Entity, Seq: e.Seq, At: e.At, Actor: e.Actor, Data: data}, err
}

// Redacted is the entry with another actor and other data. Data that does not read
// as that of an event of the entry's kind, and text that no store keeps, is
// ErrInvalid.
func (e Entry) Redacted(actor string, data json.RawMessage) (Entry, error) {
	e.Actor, e.Data = actor, slices.Clone(data)
	var err error
	switch e.Room {
	case RoomChangeRequest:
		_, err = e.ChangeRequestEvent()
	case RoomBundle:
		_, err = e.BundleEvent()
	case RoomArchive:
		_, err = e.RecordEvent()
	case RoomNotice:
		_, err = e.ObligationEvent()
	}
	if err == nil && !json.Valid(data) {
		err = errors.New("it is no JSON")
	}
	if err == nil && (strings.ContainsRune(actor, 0) || !utf8.ValidString(actor) || !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0) {
		err = errors.New("it holds text that cannot be stored")
	}
	if err != nil {
		return Entry{}, fmt.Errorf("%w: entry %d: %w", ErrInvalid, e.Position, err)
	}
	return e, nil
}

// RegisterEvent reads an entry of a book back.
func (e Entry) RegisterEvent() register.Event {
	return register.Event{Book: string(e.Room), Sheet: e.Entity, Seq: e.Seq, Kind: e.Kind, At: e.At, Actor: e.Actor, Data: e.Data}
}
