package custody_test

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/paper"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// step is one command of a random stream. It answers the same on every store: what it
// chooses from is what the office has.
type step struct {
	name   string
	often  int // how often it is drawn, against the others
	months int // that pass before it
	run    func(o *office) error
}

// drawn is what the commands of a step are made of.
type drawn struct {
	i     int // its place in the stream
	n     int // for every other choice
	id    archive.RecordID
	who   string
	class string
}

// recordIDs are the records that streams are about: few, so that commands meet.
func recordIDs() []archive.RecordID {
	return []archive.RecordID{"R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8"}
}

// people are who does something.
func people() []string { return []string{"rita", "anna", "bert"} }

// waiting is the step at which nothing happens but that time passes.
const waiting = "wait"

// drawStep draws a command.
func drawStep(t *rapid.T, i int) step {
	d := drawn{
		i: i, n: even(t, 100), id: recordIDs()[even(t, len(recordIDs()))],
		who:   people()[even(t, len(people()))],
		class: []string{"letters", "notes", "deeds", "cases"}[even(t, 4)],
	}
	var often []step
	for _, s := range d.steps() {
		often = append(often, slices.Repeat([]step{s}, s.often)...)
	}
	return often[even(t, len(often))]
}

// even draws a number below n, each as likely as another. The numbers that rapid draws
// are mostly small, and the last commands would hardly ever come.
func even(t *rapid.T, n int) int {
	out := 0
	for _, bit := range rapid.SliceOfN(rapid.Bool(), 12, 12).Draw(t, "bits") {
		out *= 2
		if bit {
			out++
		}
	}
	return out % n
}

// steps are all commands.
func (d drawn) steps() []step {
	return slices.Concat(d.filing(), d.holding(), d.disposing(), d.keeping())
}

// streams draws a stream of commands.
func streams() *rapid.Generator[[]step] {
	return rapid.Custom(func(t *rapid.T) []step {
		out := make([]step, 1+even(t, 128))
		for i := range out {
			out[i] = drawStep(t, i)
		}
		return out
	})
}

// filing are the commands on records and on the plan.
func (d drawn) filing() []step {
	arrange := func(cmd fileplan.Command) func(*office) error {
		return func(o *office) error {
			_, err := o.Arrange(o.ctx, tenant, d.who, d.here(o), 0, cmd)
			return err
		}
	}
	authority := []string{"", "the archivist"}[d.n%2]
	return []step{
		{name: "file", often: 5, run: func(o *office) error {
			_, err := o.File(o.ctx, tenant, d.who, archive.File{ID: d.id, Kind: "letter", Title: "t", Subject: "matter:1", MediaType: "m", Content: fmt.Append(nil, d.n%5)})
			return err
		}},
		{name: "classify", often: 3, run: arrange(fileplan.Classify{Class: d.class, Reason: "because", Authority: authority})},
		{name: "describe", often: 2, run: arrange(fileplan.Describe{Fields: map[string]string{"note": strconv.Itoa(d.n % 5)}})},
		{name: "move", often: 1, run: arrange(fileplan.MoveTo{Aggregation: []string{"F", "nowhere"}[d.n%2]})},
		{name: "call", often: 2, run: arrange(fileplan.Call{Alias: fmt.Sprint("alias-", d.n%2)})},
		{name: "annotate", often: 1, run: arrange(fileplan.Annotate{Text: []string{"", "a", "b"}[d.n%3]})},
		{name: "finish", often: 3, run: arrange(fileplan.Finish{})},
		{name: "declare", often: 2, run: arrange(fileplan.Declare{})},
		{name: "merge", often: 2, run: func(o *office) error {
			_, err := o.Merge(o.ctx, tenant, d.who, d.id, 0, d.here(o), "the same")
			return err
		}},
		{name: "refer", often: 3, run: func(o *office) error {
			kind := []archive.ReferenceType{archive.AttachmentOf, archive.HasPart, archive.HasPart, archive.HasFormat, archive.Supersedes}[d.n/7%5]
			_, err := o.Refer(o.ctx, tenant, d.who, d.here(o), archive.Link{Type: kind, Target: archive.ToRecord(d.id)})
			return err
		}},
	}
}

// holding are the commands on holds. Half of those that are issued meet a disposal
// that is open, and most of those that are in force are released again.
func (d drawn) holding() []step {
	return []step{
		{name: "hold", often: 2, run: func(o *office) error {
			id, kind := d.here(o), d.n/2%4
			if item, ok := choose(o.pending(""), d.n/2); ok && d.n%2 == 0 {
				id, kind = item.Record, 0
			}
			scope := []retention.Scope{
				{Records: []archive.RecordID{id}},
				{Classes: []string{d.class}},
				{Conditions: []retention.Condition{{Field: "note", Value: strconv.Itoa(d.n % 5)}}},
				{Aggregations: []string{"F"}},
			}[kind]
			_, err := o.IssueHold(o.ctx, tenant, d.who, retention.Hold{ID: fmt.Sprint("H", d.i), Matter: []string{"M", "M", "M", ""}[d.n/8%4], Reason: "r", Scope: scope, Carry: []retention.Carry{{}, {References: true}, {References: true, Optional: true}}[d.n%3]})
			return err
		}},
		{name: "release", often: 4, run: func(o *office) error {
			id := fmt.Sprint("H", d.n%max(d.i, 1))
			page, _, err := o.Holds(o.ctx, tenant, register.Query{Key: "state", Limit: register.MaxLimit}.Only("in-force"))
			require.NoError(o.tb, err)
			slices.SortFunc(page, func(a, b coordination.Hold) int { return b.Value.Issued.Compare(a.Value.Issued) })
			if row, ok := choose(page[:min(len(page), 3)], d.n); ok && d.n%4 != 0 {
				id = row.ID
			}
			_, err = o.ReleaseHold(o.ctx, tenant, d.who, id, 0, "over")
			return err
		}},
	}
}

// disposing are the commands on disposals: mostly on what they can be done to.
func (d drawn) disposing() []step {
	batch := fmt.Sprint("B", d.n%max(d.i, 1))
	return []step{
		{name: "ask", often: 7, run: func(o *office) error {
			ask, records := retention.Ask{ID: fmt.Sprint("B", d.i), Action: retention.Destroy, Reason: "due"}, []archive.RecordID{d.id}
			if r, ok := choose(o.ripe(d.n%4 == 0), d.n); ok && d.n%5 != 0 {
				ask.Action, records[0] = r.Standing.Action, r.Record
			}
			if all, _, err := o.Merged(o.ctx, tenant, records[0]); err == nil && d.n%6 != 0 {
				for _, r := range all {
					if r.ID != records[0] {
						records = append(records, r.ID)
					}
				}
			}
			if d.n%3 == 0 && !slices.Contains(records, d.id) {
				records = append(records, d.id)
			}
			_, err := o.AskDisposal(o.ctx, tenant, d.who, ask, records)
			return err
		}},
		{name: "approve", often: 8, run: func(o *office) error {
			scope, who := "another", d.who
			open := o.open()
			if d.n%5 != 0 {
				open = slices.DeleteFunc(open, func(b coordination.Disposal) bool { return len(b.Value.Approvals) >= b.Value.Needed })
			}
			if b, ok := choose(open, d.n); ok {
				if batch = b.ID; d.n%7 != 0 {
					scope = b.Value.Scope
				}
				if d.n%4 != 0 {
					who = another(who, &b.Value)
				}
			}
			_, err := o.ApproveDisposal(o.ctx, tenant, who, batch, 0, scope)
			return err
		}},
		{name: "withdraw", often: 1, run: func(o *office) error {
			if b, ok := choose(o.open(), d.n); ok && d.n%3 != 0 {
				batch = b.ID
			}
			_, err := o.WithdrawDisposal(o.ctx, tenant, d.who, batch, 0, "no more")
			return err
		}},
		{name: "destroy", often: 6, run: func(o *office) error {
			item := d.going(o, retention.Destroy)
			_, err := o.Destroy(o.ctx, tenant, d.who, item.batch, 0, item.Record)
			return err
		}},
		{name: "hand over", often: 5, run: func(o *office) error {
			item := d.going(o, retention.Transfer)
			if d.n%6 != 0 {
				if err := d.receive(o, item.batch); err != nil {
					return err
				}
			}
			_, err := o.HandOver(o.ctx, tenant, d.who, item.batch, 0, retention.HandOver{Record: item.Record})
			return err
		}},
	}
}

// keeping are the commands on how long a record is kept and on paper, and time.
func (d drawn) keeping() []step {
	return []step{
		{name: "trigger", often: 2, run: func(o *office) error {
			fact := retention.Fact{Trigger: "settled", At: day(2020, 1, 2)}
			if d.n%4 == 0 {
				fact.At = day(2090, 1, 1)
			}
			_, err := o.Trigger(o.ctx, tenant, d.who, d.here(o), fact)
			return err
		}},
		{name: "review", often: 3, run: func(o *office) error {
			id := d.id
			due := slices.DeleteFunc(o.due(), func(r coordination.Retention) bool { return r.Standing.Action != retention.Review })
			if r, ok := choose(due, d.n); ok && d.n%4 != 0 {
				id = r.Record
			}
			_, err := o.Review(o.ctx, tenant, d.who, id, "looked at")
			return err
		}},
		{name: "shelve", often: 3, run: func(o *office) error {
			_, err := o.RegisterItem(o.ctx, tenant, d.who, "CK", paper.Item{
				Title: "i", Kind: []paper.Kind{paper.Document, paper.Container}[d.n%2], Home: []paper.Shelf{"A", "A", "A", ""}[d.n/2%4],
			})
			return err
		}},
		{name: "handle", often: 3, run: func(o *office) error {
			_, err := o.Handle(o.ctx, tenant, d.who, 0, d.handling())
			return err
		}},
		{name: waiting, often: 6, months: []int{1, 2, 4, 13}[d.n%4], run: func(*office) error { return nil }},
	}
}

// handling is something that is done to an item.
func (d drawn) handling() paper.Command {
	n := d.n / 8
	code := func(k int) paper.Barcode {
		c, _ := paper.MakeBarcode("CK", int64(k%3)+1) // in range
		return c
	}
	return []paper.Command{
		paper.Move{Code: code(n), To: "B"},
		paper.Put{Code: code(n), Into: code(n / 3)},
		paper.Put{Code: code(n / 3), Into: code(n)},
		paper.Lend{Code: code(n), To: "dora", Purpose: "p", Due: day(2090, 1, 1)},
		paper.Return{Code: code(n), Condition: "good"},
		paper.Miss{Code: code(n)},
		paper.Find{Code: code(n), On: "C"},
		paper.Remove{Code: code(n), Reason: "r"},
	}[d.n%8]
}

// here is mostly a record that was filed and has not gone, and else any.
func (d drawn) here(o *office) archive.RecordID {
	if d.n%6 == 0 {
		return d.id
	}
	var all []archive.RecordID
	for _, id := range recordIDs() {
		if r, err := o.Retention(o.ctx, tenant, id); err == nil && r.Keeping.Fate == "" {
			all = append(all, id)
		}
	}
	if id, ok := choose(all, d.n); ok {
		return id
	}
	return d.id
}

// going is a record of an open disposal, mostly of one that has its approvals.
func (d drawn) going(o *office, action retention.Action) batchItem {
	items := o.pending(action)
	approved := slices.DeleteFunc(slices.Clone(items), func(i batchItem) bool { return !i.approved })
	if len(approved) > 0 && d.n%4 != 0 {
		items = approved
	}
	item, ok := choose(items, d.n)
	if !ok {
		item.batch, item.Record = fmt.Sprint("B", d.n%max(d.i, 1)), d.id
	}
	return item
}

// receive takes a receipt of all that has not gone of a disposal, or sometimes of less.
func (d drawn) receive(o *office, batch string) error {
	row, err := o.Disposal(o.ctx, tenant, batch)
	if err != nil {
		return err
	}
	cmd := retention.TakeReceipt{Receiver: "the state archive"}
	for _, item := range row.Value.Items {
		f, err := o.Filing(o.ctx, tenant, item.Record)
		if err != nil {
			return err
		}
		if item.State == retention.InDisposal {
			cmd.Items = append(cmd.Items, retention.Received{Record: item.Record, Digests: f.Value.Contents()})
		}
	}
	if d.n%11 == 0 && len(cmd.Items) > 0 {
		cmd.Items[0].Digests = []archive.Digest{archive.DigestOf([]byte("something else"))}
	}
	_, err = o.TakeReceipt(o.ctx, tenant, d.who, batch, 0, cmd)
	return err
}

// batchItem is a record of an open disposal.
type batchItem struct {
	retention.BatchItem

	batch    string
	approved bool // its disposal is, by as many as it needs
}

// pending are the records of the disposals for an action that are open and that have
// not gone; no action: for any.
func (o *office) pending(action retention.Action) []batchItem {
	var out []batchItem
	for _, b := range o.open() {
		for _, i := range b.Value.Items {
			if i.State == retention.InDisposal && (action == "" || action == b.Value.Action) {
				out = append(out, batchItem{i, b.ID, len(b.Value.Approvals) >= b.Value.Needed})
			}
		}
	}
	return out
}

// open are the disposals that were asked for last and are open.
func (o *office) open() []coordination.Disposal {
	page, _, err := o.Disposals(o.ctx, tenant, register.Query{Key: "state", Limit: register.MaxLimit}.Only("open"))
	require.NoError(o.tb, err)
	slices.SortFunc(page, func(a, b coordination.Disposal) int { return b.Value.Requested.Compare(a.Value.Requested) })
	return page[:min(len(page), 3)]
}

// another is somebody who did not ask for a disposal or approve it, if there is one.
func another(who string, b *retention.Batch) string {
	for _, p := range people() {
		if p != b.Requester && !slices.ContainsFunc(b.Approvals, func(a retention.Approval) bool { return a.By == p }) {
			return p
		}
	}
	return who
}

func (o *office) due() []coordination.Retention {
	page, _, err := o.DueRecords(o.ctx, tenant, "", register.MaxLimit)
	require.NoError(o.tb, err)
	return page
}

// ripe are the records that may go, with those that only a hold keeps if they are wanted.
func (o *office) ripe(held bool) []coordination.Retention {
	return slices.DeleteFunc(o.due(), func(r coordination.Retention) bool {
		return len(r.Holds) > 0 && !held || r.Standing.Action != retention.Destroy && r.Standing.Action != retention.Transfer
	})
}

// choose takes one of some by a number.
func choose[T any](from []T, n int) (one T, ok bool) {
	if len(from) == 0 {
		return one, false
	}
	return from[n%len(from)], true
}

// furnish gives the office a plan of short schedules and records under them, so
// that streams come to the end of records.
func (o *office) furnish() {
	o.plan()
	month := retention.Period{Months: 1}
	for class, phases := range map[string][]retention.Phase{
		"notes": {{Trigger: coordination.TriggerFiled, Period: month, Action: retention.Destroy, Approvals: 1}},
		"deeds": {{Trigger: coordination.TriggerFiled, Period: month, Action: retention.Transfer, Approvals: 2}},
		"cases": {
			{Trigger: "settled", Period: month, Action: retention.Review},
			{AfterLast: true, Period: month, Action: retention.Destroy, Approvals: 1},
		},
	} {
		for i := range phases {
			phases[i].Authority = "Act 2"
		}
		_, err := o.AddSchedule(o.ctx, tenant, "carol", retention.Schedule{ID: class, From: retention.Date{Year: 2019, Month: time.January, Day: 1}, Phases: phases})
		require.NoError(o.tb, err)
		_, err = o.AddClass(o.ctx, tenant, "carol", fileplan.Class{ID: class, Title: class, Schedule: class, From: day(2019, 1, 1)})
		require.NoError(o.tb, err)
	}
	_, err := o.PutRecordKind(o.ctx, tenant, "carol", 0, fileplan.Kind{Kind: "letter", Allowed: []string{"note"}})
	require.NoError(o.tb, err)
	_, err = o.OpenAggregation(o.ctx, tenant, "carol", fileplan.Aggregation{ID: "F", Title: "File"})
	require.NoError(o.tb, err)
	for i, class := range []string{"notes", "deeds", "cases", "deeds"} {
		id := recordIDs()[i]
		_, err := o.File(o.ctx, tenant, "carol", archive.File{ID: id, Kind: "letter", Title: class, MediaType: "m", Content: []byte(id)})
		require.NoError(o.tb, err)
		_, err = o.Arrange(o.ctx, tenant, "carol", id, 0, fileplan.Classify{Class: class})
		require.NoError(o.tb, err)
	}
}
