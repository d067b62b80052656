package dossier

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/outcome"
)

// Bag takes the files of a dossier. Payload goes below data/.
type Bag interface {
	AddPayload(ctx context.Context, name string, content io.Reader) error
	AddTag(ctx context.Context, name string, content io.Reader) error
}

// Opener opens a content by its digest, as archive.Blobs does for a tenant.
type Opener func(ctx context.Context, digest archive.Digest) (io.ReadCloser, error)

// Write writes a plan: contents, metadata, proofs and VERIFY.md. Nothing else is
// read but the contents, and the same plan, contents and evidence give the same
// files.
func Write(ctx context.Context, p *Plan, bag Bag, open Opener, ev *Evidence) error {
	for i := range p.Items {
		for _, f := range p.Items[i].Files {
			if err := copyContent(ctx, bag, open, f); err != nil {
				return err
			}
		}
	}
	for _, t := range p.tables(ev) {
		lines, sheet, err := t.texts()
		if err != nil {
			return err
		}
		if err := bag.AddTag(ctx, "metadata/"+t.name+".jsonl", bytes.NewReader(lines)); err != nil {
			return err
		}
		if err := bag.AddTag(ctx, "metadata/"+t.name+".csv", bytes.NewReader(sheet)); err != nil {
			return err
		}
	}
	if err := ev.write(ctx, bag); err != nil {
		return err
	}
	return bag.AddTag(ctx, "VERIFY.md", bytes.NewReader(p.guide(ev)))
}

func copyContent(ctx context.Context, bag Bag, open Opener, f File) error {
	content, err := open(ctx, f.Digest)
	if err != nil {
		return fmt.Errorf("dossier: content of %s: %w", f.Path, err)
	}
	err = bag.AddPayload(ctx, f.Path, content)
	if closed := content.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("dossier: content of %s: %w", f.Path, err)
	}
	return nil
}

// table is a list of rows, written as JSON lines and as CSV with the same
// columns in the same order.
type table struct {
	name string
	rows []row
	head []string
}

// row gives its cells for CSV; as JSON it is written as it is.
type row interface{ cells() []string }

func (t *table) texts() (lines, sheet []byte, err error) {
	var j, c bytes.Buffer
	enc := json.NewEncoder(&j)
	enc.SetEscapeHTML(false)
	w := csv.NewWriter(&c)
	if err := w.Write(t.head); err != nil {
		return nil, nil, err
	}
	for _, r := range t.rows {
		if err := enc.Encode(r); err != nil {
			return nil, nil, fmt.Errorf("dossier: %s: %w", t.name, err)
		}
		if err := w.Write(r.cells()); err != nil {
			return nil, nil, err
		}
	}
	w.Flush()
	return j.Bytes(), c.Bytes(), w.Error()
}

func (p *Plan) tables(ev *Evidence) []table {
	records := table{name: "records", head: []string{"number", "id", "kind", "title", "dated", "filed", "filed_by", "reason", "heads", "folder"}}
	bates := table{name: "bates", head: []string{"bates", "number", "record", "revision", "rendition", "name", "media_type", "size", "sha256", "path"}}
	outcomes := table{name: "outcomes", head: []string{"number", "record", "id", "verdict", "decided_by", "decided_at", "missing"}}
	for i := range p.Items {
		it := &p.Items[i]
		r := &it.Document.Record
		records.rows = append(records.rows, newRecordRow(it))
		for _, f := range it.Files {
			bates.rows = append(bates.rows, batesRow{
				Bates: f.Bates, Number: it.Number, Record: r.ID, Revision: f.Revision, Rendition: f.Rendition, DerivedFrom: f.DerivedFrom,
				Name: f.Name, MediaType: f.MediaType, Size: f.Size, SHA256: f.Digest, Path: "data/" + f.Path,
			})
		}
		for k := range it.Document.Outcomes {
			o := &it.Document.Outcomes[k]
			outcomes.rows = append(outcomes.rows, outcomeRow{Number: it.Number, Record: r.ID, Outcome: *o, Missing: o.Missing()})
		}
	}
	references := table{name: "references", head: []string{"id", "type", "inverse", "source_kind", "source", "target_kind", "target", "valid_from", "valid_to", "evidence", "author", "at"}}
	for i := range p.Edges {
		e := &p.Edges[i]
		references.rows = append(references.rows, referenceRow{Reference: *e, Inverse: e.Type.Inverse()})
	}
	withheld := table{name: "withheld", head: []string{"end_kind", "end", "reason", "from", "reference", "content"}}
	for _, w := range p.Withheld {
		withheld.rows = append(withheld.rows, withheldRow{End: w.End, Reason: w.Reason, From: w.From, Reference: w.Edge, Content: w.Digest})
	}
	chronology := table{name: "chronology", head: []string{"at", "number", "what"}}
	for _, m := range p.Chronology() {
		chronology.rows = append(chronology.rows, momentRow{At: stamp(m.At), Number: m.Number, What: m.What})
	}
	return []table{bates, chronology, p.custody(), ev.table(), outcomes, records, references, p.tombstones(), withheld}
}

// stamp writes a time in UTC with microseconds; the zero time is empty.
func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format("2006-01-02T15:04:05.000000Z")
}

type recordRow struct {
	Number   int              `json:"number"`
	ID       archive.RecordID `json:"id"`
	Aliases  []string         `json:"aliases,omitempty"`
	Kind     archive.Kind     `json:"kind"`
	Title    string           `json:"title"`
	Subject  archive.Ref      `json:"subject,omitempty"`
	Dated    string           `json:"dated,omitempty"`
	Filed    string           `json:"filed"`
	FiledBy  string           `json:"filed_by"`
	Digest   archive.Digest   `json:"digest"`
	Reason   string           `json:"reason"`
	Path     []stepRow        `json:"path,omitempty"`
	Heads    []archive.End    `json:"heads"`
	Folder   string           `json:"folder"`
	Gone     string           `json:"gone,omitempty"` // what became of it; its tombstone says more
	Metadata json.RawMessage  `json:"metadata,omitempty"`
}

type stepRow struct {
	From      archive.RecordID      `json:"from"`
	Type      archive.ReferenceType `json:"type"`
	Inverse   bool                  `json:"inverse,omitempty"`
	Reference string                `json:"reference"`
}

func newRecordRow(it *Item) recordRow {
	r := &it.Document.Record
	out := recordRow{
		Number: it.Number, ID: r.ID, Aliases: it.Document.Aliases, Kind: r.Kind, Title: r.Title, Subject: r.Subject, Dated: stamp(r.Dated),
		Filed: stamp(r.Filed), FiledBy: r.FiledBy, Digest: r.Digest, Reason: it.Reason, Heads: it.Heads, Folder: "data/" + it.Folder,
		Metadata: it.Document.Metadata,
	}
	if g := it.Document.Gone; g != nil {
		out.Gone = string(g.State)
	}
	for _, s := range it.Path {
		out.Path = append(out.Path, stepRow{From: s.From, Type: s.Type, Inverse: s.Inverse, Reference: s.Edge})
	}
	return out
}

func (r recordRow) cells() []string {
	heads := make([]string, len(r.Heads))
	for i, h := range r.Heads {
		heads[i] = h.Value
	}
	return []string{
		strconv.Itoa(r.Number), string(r.ID), string(r.Kind), r.Title, r.Dated, r.Filed, r.FiledBy, r.Reason, strings.Join(heads, " | "), r.Folder,
	}
}

type batesRow struct {
	Bates       string           `json:"bates"`
	Number      int              `json:"number"`
	Record      archive.RecordID `json:"record"`
	Revision    int              `json:"revision"`
	Rendition   string           `json:"rendition,omitempty"`
	DerivedFrom archive.Digest   `json:"derived_from,omitempty"`
	Name        string           `json:"name"`
	MediaType   string           `json:"media_type"`
	Size        int64            `json:"size"`
	SHA256      archive.Digest   `json:"sha256"`
	Path        string           `json:"path"`
}

func (r batesRow) cells() []string {
	return []string{
		r.Bates, strconv.Itoa(r.Number), string(r.Record), strconv.Itoa(r.Revision), r.Rendition, r.Name, r.MediaType,
		strconv.FormatInt(r.Size, 10), string(r.SHA256), r.Path,
	}
}

type outcomeRow struct {
	Number  int              `json:"number"`
	Record  archive.RecordID `json:"record"`
	Outcome outcome.Outcome  `json:"outcome"`
	Missing []string         `json:"missing,omitempty"`
}

func (r outcomeRow) cells() []string {
	return []string{
		strconv.Itoa(r.Number), string(r.Record), r.Outcome.ID, string(r.Outcome.Verdict), r.Outcome.DecidedBy, stamp(r.Outcome.DecidedAt),
		strings.Join(r.Missing, "; "),
	}
}

type referenceRow struct {
	archive.Reference

	Inverse string `json:"inverse"`
}

func (r referenceRow) cells() []string {
	return []string{
		r.ID, string(r.Type), r.Inverse, string(r.Source.Kind), r.Source.Value, string(r.Target.Kind), r.Target.Value,
		stamp(r.ValidFrom), stamp(r.ValidTo), string(r.Evidence), r.Author, stamp(r.At),
	}
}

type withheldRow struct {
	End       archive.End      `json:"end"`
	Reason    string           `json:"reason"`
	From      archive.RecordID `json:"from,omitempty"`
	Reference string           `json:"reference,omitempty"`
	Content   archive.Digest   `json:"content,omitempty"`
}

func (r withheldRow) cells() []string {
	return []string{string(r.End.Kind), r.End.Value, r.Reason, string(r.From), r.Reference, string(r.Content)}
}

type momentRow struct {
	At     string `json:"at,omitempty"`
	Number int    `json:"number"`
	What   string `json:"what"`
}

func (r momentRow) cells() []string { return []string{r.At, strconv.Itoa(r.Number), r.What} }
