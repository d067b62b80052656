package dossier

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/outcome"
	"github.com/coordkit/coordkit/archive/reference"
)

// Document is a record with all it holds.
type Document struct {
	Record   archive.Record
	Aliases  []string
	Contents []Content       // revisions in order, each original before its renditions
	Metadata json.RawMessage // a JSON object as it was filed; nil for none
	Outcomes []outcome.Outcome
	Custody  []Act // what was done with it since it was filed, by Position
	// Gone says what became of a record whose contents are no longer there: Contents
	// are then those it had, each of them Lost. Nil: it is here.
	Gone *Gone
}

// Content is a file of a record.
type Content struct {
	Revision    int            // from 1
	Rendition   string         // what it was made for, such as "text"; empty is the original
	DerivedFrom archive.Digest // of a rendition: the original it was made of
	Name        string         // original file name
	MediaType   string
	Digest      archive.Digest
	Size        int64
	// Lost says why the bytes are no longer there: the state of a record that is gone,
	// or LostDropped. Empty: they are.
	Lost string
}

// LostDropped is the reason of a rendition that was taken away.
const LostDropped = "dropped"

// Access is what the reader of a dossier may have of a record.
type Access int

// The kinds of access.
const (
	Full     Access = iota
	NoteOnly        // he may know that it exists, and sees in the log that it was withheld
	Hidden          // he may not know that it exists
)

// Order says what is wanted.
type Order struct {
	Matter string // as it was asked for
	Starts []archive.RecordID
	Policy reference.Policy
	Access func(archive.RecordID) Access // nil: everything is Full
	// Bates numbers are Prefix and seven digits from First on; 0 is 1. A dossier
	// that continues another begins after its last number.
	Prefix string
	First  int64
	// Earlier is what the reader has had on the matter: none of it comes again.
	// Nil is a first dossier.
	Earlier *Handed
	// Since is the journal's size that the earlier dossier was drawn at: of the
	// records it has, only acts after that are told.
	Since int64
}

// Handed is what was handed over on a matter, in one dossier or in several that
// continue each other.
type Handed struct {
	Contents   map[archive.RecordID][]archive.Digest `json:"contents"`   // of each record, none for a record without contents
	References []string                              `json:"references"` // their ids, in byte order
}

// Plan is a dossier that can be written.
type Plan struct {
	Order    Order
	Items    []Item
	Edges    []archive.Reference // between items, and from items to the border; by id
	Withheld []Withheld
	Full     bool // the policy's limit was met
	// Continued are the records that an earlier dossier has: they are no items, but
	// what was done with them since is told.
	Continued []Document
}

// Item is a record of the dossier.
type Item struct {
	Number   int // from 1
	Document Document
	Path     []reference.Step
	Reason   string
	Heads    []archive.End // what the record had become as of the date
	Folder   string        // below data/ of the bag
	Files    []File
}

// File is a content in the bag.
type File struct {
	Content

	Path  string // below data/ of the bag
	Bates string
}

// Withheld is what was reached and left out.
type Withheld struct {
	End    archive.End
	Reason string // one of the reasons of reference.Why, "marking", "handed-over", or the Lost of a content
	Edge   string // the reference that leads there; empty for a start
	From   archive.RecordID
	Digest archive.Digest // of one content of End, if not all of it is withheld: the record itself is in the dossier
}

// The reasons of the plan itself.
const (
	reasonMarking = "marking"
	reasonHanded  = "handed-over" // an earlier dossier on the matter has it, unchanged
)

// Draw makes the plan of an order. Find gives the document of a record; a record of
// the graph that it does not know is archive.ErrNotFound. An order without start
// is archive.ErrInvalid.
func Draw(o Order, g *reference.Graph, find func(archive.RecordID) (Document, bool)) (Plan, error) {
	if len(o.Starts) == 0 {
		return Plan{}, fmt.Errorf("%w: a dossier starts from at least one record", archive.ErrInvalid)
	}
	if o.First == 0 {
		o.First = 1
	}
	d := drawing{plan: Plan{Order: o}, find: find, next: o.First}
	if o.Access != nil {
		g = g.Without(func(id archive.RecordID) bool { return o.Access(id) == Hidden })
	}
	d.graph = g
	c := g.Closure(o.Policy, o.Starts...)
	d.plan.Full = c.Full
	for i := range c.Items {
		if err := d.item(&c.Items[i]); err != nil {
			return Plan{}, err
		}
	}
	for _, b := range c.Border {
		d.plan.Withheld = append(d.plan.Withheld, Withheld{End: b.End, Reason: string(b.Why), Edge: b.Edge, From: b.From})
	}
	d.edges()
	return d.plan, nil
}

type drawing struct {
	plan  Plan
	graph *reference.Graph
	find  func(archive.RecordID) (Document, bool)
	next  int64 // Bates number
	taken map[string]bool
	// handed are the records of the matter that an earlier dossier has: what
	// leads to them now may be new.
	handed []archive.RecordID
}

func (d *drawing) item(c *reference.Item) error {
	if d.plan.Order.Access != nil && d.plan.Order.Access(c.ID) != Full {
		d.withhold(c, reasonMarking)
		return nil
	}
	doc, ok := d.find(c.ID)
	if !ok {
		return fmt.Errorf("%w: record %q", archive.ErrNotFound, c.ID)
	}
	contents, lost, handed := d.plan.Order.Earlier.rest(&doc)
	for i := range lost {
		d.plan.Withheld = append(d.plan.Withheld, Withheld{End: archive.ToRecord(c.ID), Reason: lost[i].Lost, Digest: lost[i].Digest})
	}
	if handed {
		d.withhold(c, reasonHanded)
		d.handed = append(d.handed, c.ID)
		d.plan.Continued = append(d.plan.Continued, doc)
		return nil
	}
	number := len(d.plan.Items) + 1
	item := Item{
		Number: number, Document: doc, Path: c.Path, Reason: c.Reason(), Heads: d.graph.Heads(c.ID, d.plan.Order.Policy.AsOf),
		Folder: fmt.Sprintf("%05d_%s", number, PortableName(string(c.ID))),
	}
	d.taken = make(map[string]bool)
	for _, content := range contents {
		item.Files = append(item.Files, File{
			Content: content, Path: d.path(item.Folder, content), Bates: fmt.Sprintf("%s%07d", d.plan.Order.Prefix, d.next),
		})
		d.next++
	}
	d.plan.Items = append(d.plan.Items, item)
	return nil
}

func (d *drawing) withhold(c *reference.Item, reason string) {
	w := Withheld{End: archive.ToRecord(c.ID), Reason: reason}
	if n := len(c.Path); n > 0 {
		w.Edge, w.From = c.Path[n-1].Edge, c.Path[n-1].From
	}
	d.plan.Withheld = append(d.plan.Withheld, w)
}

// path is the place of a content. Names that somebody's file system would take
// for one are numbered.
func (d *drawing) path(folder string, c Content) string {
	name := PortableName(c.Name)
	if c.Rendition != "" {
		name = PortableName(c.Rendition) + "/" + name
	}
	base := fmt.Sprintf("%s/r%02d/%s", folder, c.Revision, name)
	p := base
	for i := 2; d.taken[strings.ToLower(p)]; i++ {
		ext := path.Ext(base)
		p = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(base, ext), i, ext)
	}
	d.taken[strings.ToLower(p)] = true
	return p
}

// edges collects the references that are valid as of the date and lead from a
// record of the dossier to another or out of it, or by which something was reached.
func (d *drawing) edges() {
	records := slices.Clone(d.handed)
	for i := range d.plan.Items {
		records = append(records, d.plan.Items[i].Document.Record.ID)
	}
	in := make(map[archive.End]bool, len(records))
	for _, id := range records {
		in[archive.ToRecord(id)] = true
	}
	reached := make(map[string]bool, len(d.plan.Withheld))
	for _, w := range d.plan.Withheld {
		reached[w.Edge] = true
	}
	followed := make(map[archive.ReferenceType]bool)
	for _, r := range d.plan.Order.Policy.Follow {
		followed[r.Type] = true
	}
	seen := make(map[string]bool)
	if earlier := d.plan.Order.Earlier; earlier != nil {
		for _, id := range earlier.References {
			seen[id] = true
		}
	}
	for _, id := range records {
		for _, e := range d.graph.At(archive.ToRecord(id), d.plan.Order.Policy.AsOf) {
			if !seen[e.ID] && (reached[e.ID] || (in[e.Source] && (in[e.Target] || !d.graph.Held(e.Target) || followed[e.Type]))) {
				seen[e.ID] = true
				d.plan.Edges = append(d.plan.Edges, e)
			}
		}
	}
	slices.SortFunc(d.plan.Edges, func(a, b archive.Reference) int { return cmp.Compare(a.ID, b.ID) })
}

// Moment is an entry of the chronology.
type Moment struct {
	At     time.Time
	Number int // of the item
	What   string
}

// Chronology is what happened when: every record at its own date, undated ones
// first, then by number.
func (p *Plan) Chronology() []Moment {
	out := make([]Moment, 0, len(p.Items))
	for i := range p.Items {
		r := &p.Items[i].Document.Record
		out = append(out, Moment{At: r.Dated, Number: p.Items[i].Number, What: string(r.Kind) + ": " + r.Title})
	}
	slices.SortStableFunc(out, func(a, b Moment) int { return a.At.Compare(b.At) })
	return out
}

// LastBates is the last number that was given, for the dossier that continues
// this one; First - 1 if none was.
func (p *Plan) LastBates() int64 {
	n := p.Order.First - 1
	for i := range p.Items {
		n += int64(len(p.Items[i].Files))
	}
	return n
}
