package memory

import (
	"time"
	"unique"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
)

// filed is a record as it is kept, never changed. There can be a million of them:
// instants are numbers, texts that many have in common stand once, and what the event of
// its filing says is not said again.
type filed struct {
	id              archive.RecordID
	title           string
	subject         archive.Ref
	name            string
	digest          archive.Digest
	kind            unique.Handle[archive.Kind]
	mediaType, by   unique.Handle[string]
	rev, events     int64
	size            int64
	dated, recorded int64 // in Unix microseconds
}

func fileOf(r *archive.Record) *filed {
	return &filed{
		id: r.ID, title: r.Title, subject: r.Subject, name: r.Name, digest: r.Digest,
		kind: unique.Make(r.Kind), mediaType: unique.Make(r.MediaType), by: unique.Make(r.FiledBy),
		rev: r.Rev, events: r.Events, size: r.Size, dated: r.Dated.UnixMicro(), recorded: r.Filed.UnixMicro(),
	}
}

func (f *filed) record() archive.Record {
	return archive.Record{
		ID: f.id, Rev: f.rev, Kind: f.kind.Value(), Title: f.title, Subject: f.subject, Name: f.name, MediaType: f.mediaType.Value(),
		Digest: f.digest, Size: f.size, Dated: instant(f.dated), Filed: instant(f.recorded), FiledBy: f.by.Value(), Events: f.events,
	}
}

func instant(micro int64) time.Time { return time.UnixMicro(micro).UTC() }

// filing is the event by which a record was filed, as what is kept of it says.
func (f *filed) filing() archive.Event {
	ev := f.head()
	ev.Data = f.data()
	return ev
}

// head is that event without its data.
func (f *filed) head() archive.Event {
	return archive.Event{Record: f.id, Seq: 1, At: instant(f.recorded), Actor: f.by.Value()}
}

func (f *filed) data() archive.FiledData {
	return archive.FiledData{
		Kind: f.kind.Value(), Title: f.title, Subject: f.subject, Name: f.name, MediaType: f.mediaType.Value(), Digest: f.digest,
		Size: f.size, Dated: instant(f.dated),
	}
}

// says reports whether an event is the filing that what is kept says.
func (f *filed) says(ev *archive.Event) bool {
	head := *ev
	head.Data = nil
	data, ok := ev.Data.(archive.FiledData)
	return ok && head == f.head() && data == f.data()
}

// deed is an event of a record: its filing, which the record at hand says whole, or
// another one.
type deed struct {
	filing *filed
	other  *archive.Event
}

func deedOf(ev archive.Event) deed {
	ev = ev.Clone()
	return deed{other: &ev}
}

func (d deed) event() archive.Event {
	if d.filing != nil {
		return d.filing.filing()
	}
	return d.other.Clone()
}

// historyOf are the events that led to a record.
func historyOf(row *filed, events []archive.Event) []deed {
	out := make([]deed, len(events))
	for i := range events {
		if row.says(&events[i]) {
			out[i].filing = row
			continue
		}
		out[i] = deedOf(events[i])
	}
	return out
}

func recordKind() *kind[deed] {
	return &kind[deed]{
		room:  func(deed) coordination.Room { return coordination.RoomArchive },
		entry: func(d deed) (coordination.Entry, error) { return coordination.RecordEntry(d.event()) },
		event: func(e coordination.Entry) (deed, error) {
			ev, err := e.RecordEvent()
			return deedOf(ev), err
		},
		clone: func(d deed) deed { return d }, // nobody has what it points to
		head: func(d deed) head {
			if f := d.filing; f != nil {
				return head{string(f.id), 1, instant(f.recorded), f.by.Value(), true}
			}
			return head{string(d.other.Record), d.other.Seq, d.other.At, d.other.Actor, d.other.Data != nil}
		},
	}
}
