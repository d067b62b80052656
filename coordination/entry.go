package coordination

import (
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

// RegisterEvent reads an entry of a book back.
func (e Entry) RegisterEvent() register.Event {
	return register.Event{Book: string(e.Room), Sheet: e.Entity, Seq: e.Seq, Kind: e.Kind, At: e.At, Actor: e.Actor, Data: e.Data}
}
