package dossier

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/retention"
)

// Act is something that was done with a record, or with the paper that it is.
type Act struct {
	At       time.Time
	By       string
	What     string          // such as "declare" or "lend"
	Item     string          // the barcode of the paper that it was done with; empty: the record itself
	Data     json.RawMessage // what was said with it; nil for nothing
	Position int64           // of its entry in the journal, where anybody may have it proved
}

// Gone says what became of a record that has no contents any more.
type Gone struct {
	State retention.ItemState  // Destroying, Destroyed or Transferred
	Batch string               // the disposal
	Stone *retention.Tombstone // nil while the record is being destroyed
	// Position is that of the entry that says so; 0 where that is later than the
	// checkpoint of the dossier, which then does not prove it.
	Position int64
}

type custodyRow struct {
	Number   int              `json:"number,omitempty"` // none: an earlier dossier has the record
	Record   archive.RecordID `json:"record"`
	At       string           `json:"at"`
	By       string           `json:"by"`
	What     string           `json:"what"`
	Item     string           `json:"item,omitempty"`
	Position int64            `json:"position,omitempty"`
	Data     json.RawMessage  `json:"data,omitempty"`
}

func (r custodyRow) cells() []string {
	return []string{numbered(r.Number), string(r.Record), r.At, r.By, r.What, r.Item, positioned(r.Position)}
}

// custody tells who had the records when: those of the dossier from their filing on,
// those of an earlier one since then.
func (p *Plan) custody() table {
	t := table{name: "custody", head: []string{"number", "record", "at", "by", "what", "item", "position"}}
	for i := range p.Items {
		doc := &p.Items[i].Document
		r := &doc.Record
		t.rows = append(t.rows, custodyRow{Number: p.Items[i].Number, Record: r.ID, At: stamp(r.Filed), By: r.FiledBy, What: "filed"})
		t.acts(p.Items[i].Number, doc, 0)
	}
	for i := range p.Continued {
		t.acts(0, &p.Continued[i], p.Order.Since)
	}
	return t
}

func (t *table) acts(number int, doc *Document, since int64) {
	for _, a := range doc.Custody {
		if a.Position > since {
			t.rows = append(t.rows, custodyRow{
				Number: number, Record: doc.Record.ID, At: stamp(a.At), By: a.By, What: a.What, Item: a.Item, Position: a.Position, Data: a.Data,
			})
		}
	}
}

type tombstoneRow struct {
	Number   int                 `json:"number,omitempty"` // none: an earlier dossier has the record
	Record   archive.RecordID    `json:"record"`
	State    retention.ItemState `json:"state"`
	Batch    string              `json:"batch"`
	Scope    string              `json:"scope,omitempty"`
	By       string              `json:"by,omitempty"`
	At       string              `json:"at,omitempty"`
	Receiver string              `json:"receiver,omitempty"`
	Position int64               `json:"position,omitempty"`
	Contents []tombstonedContent `json:"contents"`
}

// tombstonedContent is a content that was there.
type tombstonedContent struct {
	Revision    int            `json:"revision"`
	Rendition   string         `json:"rendition,omitempty"`
	DerivedFrom archive.Digest `json:"derived_from,omitempty"`
	Name        string         `json:"name,omitempty"`
	MediaType   string         `json:"media_type,omitempty"`
	Size        int64          `json:"size,omitempty"`
	SHA256      archive.Digest `json:"sha256"`
}

func (r tombstoneRow) cells() []string {
	digests := make([]string, len(r.Contents))
	for i := range r.Contents {
		digests[i] = string(r.Contents[i].SHA256)
	}
	return []string{
		numbered(r.Number), string(r.Record), string(r.State), r.Batch, r.Scope, r.By, r.At, r.Receiver, positioned(r.Position), strings.Join(digests, " | "),
	}
}

// tombstones tells of every record of the matter that is gone, those included that an
// earlier dossier has.
func (p *Plan) tombstones() table {
	t := table{name: "tombstones", head: []string{"number", "record", "state", "batch", "scope", "by", "at", "receiver", "position", "contents"}}
	for i := range p.Items {
		t.tombstone(p.Items[i].Number, &p.Items[i].Document)
	}
	for i := range p.Continued {
		t.tombstone(0, &p.Continued[i])
	}
	return t
}

func (t *table) tombstone(number int, doc *Document) {
	g := doc.Gone
	if g == nil {
		return
	}
	row := tombstoneRow{Number: number, Record: doc.Record.ID, State: g.State, Batch: g.Batch, Position: g.Position, Contents: []tombstonedContent{}}
	if s := g.Stone; s != nil {
		row.Scope, row.By, row.At, row.Receiver = s.Scope, s.By, stamp(s.At), s.Receiver
	}
	for _, c := range doc.Contents {
		row.Contents = append(row.Contents, tombstonedContent{
			Revision: c.Revision, Rendition: c.Rendition, DerivedFrom: c.DerivedFrom, Name: c.Name, MediaType: c.MediaType, Size: c.Size, SHA256: c.Digest,
		})
	}
	t.rows = append(t.rows, row)
}

// Lost is how many records of the matter are gone.
func (p *Plan) Lost() int {
	n := 0
	for i := range p.Items {
		if p.Items[i].Document.Gone != nil {
			n++
		}
	}
	return n + len(slices.DeleteFunc(slices.Clone(p.Continued), func(d Document) bool { return d.Gone == nil }))
}

func numbered(n int) string { return positioned(int64(n)) }

func positioned(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
