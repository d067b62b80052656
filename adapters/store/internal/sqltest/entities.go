package sqltest

import (
	"fmt"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination/notice"
)

// Tenant is the tenant of the tests.
const Tenant = "acme"

// At is the n-th second of the time in which the tests play.
func At(n int) time.Time {
	return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Second)
}

// Opened is a request that has just been opened, with its event.
func Opened(id string, title string) (changereq.Request, []changereq.Event) {
	return Next(changereq.Request{}, id, changereq.OpenedData{
		Number: "CR-2026-" + id, Lifecycle: changereq.LifecycleRef{ID: "normal", Version: 1}, State: "draft",
		Category: lifecycle.Intake, Applicant: "ann", Content: changereq.Content{Title: title},
	})
}

// Next is the request after what happens to it next, with the events of that.
func Next(r changereq.Request, id string, data ...changereq.Data) (changereq.Request, []changereq.Event) {
	var events []changereq.Event
	for _, d := range data {
		ev := changereq.Event{Request: changereq.ID(id), Seq: r.Events + 1, At: At(int(r.Events)), Actor: "ann", Data: d}
		r, events = changereq.Evolve(r, ev), append(events, ev)
	}
	return r, events
}

// Filed is a record of n bytes with its references, and its events.
func Filed(id string, size int, references ...archive.Link) (archive.Record, []archive.Event, []byte) {
	content := []byte(fmt.Sprintf("%*s", size, id))
	events, err := archive.DecideFile(archive.File{
		ID: archive.RecordID(id), Kind: archive.KindBrief, Title: "Brief of " + id, Subject: "changereq:1",
		MediaType: "text/plain", Content: content, References: references,
	}, "ann", At(1))
	if err != nil {
		panic(err)
	}
	return archive.Fold(events), events, content
}

// Owed is an obligation with its event.
func Owed(id, recipient string) (notice.Obligation, []notice.Event) {
	events := []notice.Event{{
		Obligation: id, Seq: 1, At: At(1), Actor: "ann",
		Data: notice.OwedData{Recipient: recipient, About: "changereq:1", Subject: "decided"},
	}}
	return notice.Fold(events), events
}
