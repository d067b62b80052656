package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/outcome"
	"github.com/coordkit/coordkit/archive/reference"
	"github.com/coordkit/coordkit/archive/search"
)

// office is a collection, filed.
type office struct {
	collection *collection
	names      *reference.Resolver
	edges      []archive.Reference
	report     reference.Report
	graph      *reference.Graph
	journal    *journal
	contents   contents
	documents  map[archive.RecordID]dossier.Document
}

// fileAll files a collection: references first, since what the documents are called decides where they lead, then
// every document and every reference into the journal.
func fileAll(ctx context.Context, c *collection, spent *clock) (*office, error) {
	o := &office{collection: c, contents: make(contents), documents: make(map[archive.RecordID]dossier.Document, len(c.documents))}
	o.journal = newJournal(c.latest())
	nodes := o.nameAll()
	o.assemble(nodes, nil)
	spent.lap("assemble")
	if err := o.source(); err != nil {
		return nil, err
	}
	for _, d := range c.documents {
		if err := errors.Join(o.file(d), ctx.Err()); err != nil {
			return nil, fmt.Errorf("line %d: %w", d.line, err)
		}
	}
	err := o.referAll()
	spent.lap("file")
	return o, err
}

// referAll journals the references that do not stand in the journal.
func (o *office) referAll() error {
	for i := range o.edges {
		if o.journal.referred[o.edges[i].ID] != 0 {
			continue
		}
		if err := o.journal.refer(&o.edges[i]); err != nil {
			return fmt.Errorf("reference %s: %w", o.edges[i].ID, err)
		}
	}
	return nil
}

// assemble makes the references of what the documents say, and the graph. Those that stand in the journal stay as they are.
func (o *office) assemble(nodes []reference.Node, journalled []archive.Reference) {
	c := o.collection
	var said []archive.Reference
	said, o.report = reference.Assemble(nodes, c.statements(), vocabulary(), o.names, actor, o.journal.recorded)
	o.edges = said
	if len(journalled) > 0 {
		o.edges = slices.Clone(journalled)
		for i := range said {
			if o.journal.referred[said[i].ID] == 0 {
				o.edges = append(o.edges, said[i])
			}
		}
	}
	o.graph = reference.NewGraph(nodes, o.edges)
	for _, f := range o.report.Findings {
		c.find(finding{Line: f.Line, Code: string(f.Code), Field: fieldOf(f.Word), Record: string(f.Record), Word: f.Word, Target: f.Target, Text: f.Text})
	}
	o.compareStatus()
	slices.SortStableFunc(c.findings, func(a, b finding) int { return a.Line - b.Line })
}

// fieldOf is where a word of the vocabulary stands.
func fieldOf(word string) string {
	switch word {
	case "":
		return ""
	case citesWord, citesNumberWord:
		return "/" + word
	}
	return "/relations"
}

// compareStatus finds documents whose status is superseded while nobody says by what, and those that say by what and have
// another status, where the collection has such a status at all.
func (o *office) compareStatus() {
	superseded := make(map[string]bool)
	for i := range o.edges {
		if e := &o.edges[i]; e.Type == archive.Supersedes {
			superseded[e.Target.Value] = true
		}
	}
	words := vocabulary()
	var without, other []finding
	known := false
	for _, d := range o.collection.documents {
		status := isSuperseded(d.status)
		known = known || status
		f := finding{Line: d.line, Code: "status", Field: "/status", Record: string(d.id)}
		by := slices.IndexFunc(d.relations, func(s statement) bool {
			return words[s.word] == reference.Meaning{Type: archive.Supersedes, Inverse: true}
		})
		switch {
		case status && !superseded[string(d.id)]:
			f.Text = fmt.Sprintf("is %q, and nobody says by what", d.status)
			without = append(without, f)
		case !status && by >= 0:
			f.Text = fmt.Sprintf("is %q, and the document says that %q supersedes it", d.status, d.relations[by].target)
			other = append(other, f)
		}
	}
	if known {
		o.collection.findings = append(append(o.collection.findings, without...), other...)
	}
}

func isSuperseded(status string) bool {
	switch strings.ToLower(strings.TrimSpace(status)) {
	case "superseded", "replaced", "obsoleted", "obsolete":
		return true
	}
	return false
}

// latest is the date of the youngest document: what the import is recorded at, for a clock would make every run
// another.
func (c *collection) latest() time.Time {
	at := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, d := range c.documents {
		if d.dated.After(at) && !unlikely(d.dated) {
			at = d.dated
		}
	}
	return at
}

func (o *office) nameAll() []reference.Node {
	o.names = reference.NewResolver(cleanName)
	nodes := make([]reference.Node, 0, len(o.collection.documents))
	for _, d := range o.collection.documents {
		nodes = append(nodes, reference.Node{ID: d.id, Dated: d.dated})
		o.names.Name(string(d.id), d.id)
		if d.number != "" {
			o.names.Alias(d.number, d.id)
		}
	}
	return nodes
}

// source files what the import was read from, as an event alone: its bytes stay where they are.
func (o *office) source() error {
	return o.journal.add(archive.RecordID("import:"+string(o.collection.digest)), archive.FiledData{
		Kind: archive.KindImport, Title: "The collection as it was read", MediaType: "application/jsonl", Digest: o.collection.digest,
		Size: o.collection.size, Dated: o.journal.recorded,
	})
}

// file keeps the contents of a document, journals it, and remembers it for dossiers.
func (o *office) file(d *document) error {
	contents := o.keep(d, 1, nil)
	for i, again := range o.collection.again[d.id] {
		contents = o.keep(again, i+2, contents)
	}
	data := archive.FiledData{
		Kind: archive.Kind(d.kind), Title: d.title, Name: contents[0].Name, MediaType: contents[0].MediaType,
		Digest: contents[0].Digest, Size: contents[0].Size, Dated: d.dated, // the zero time where it says none
	}
	if err := o.journal.add(d.id, data); err != nil {
		return err
	}
	o.journal.filed[d.id] = o.journal.last()
	record := archive.Evolve(archive.Record{}, o.journal.event(o.journal.last()))
	if err := record.Storable(); err != nil {
		return err
	}
	o.documents[d.id] = dossier.Document{Record: record, Contents: contents, Metadata: withoutText(d.raw), Outcomes: outcomesOf(d)}
	return nil
}

// keep keeps the line of a document as its original and its text as a rendition.
func (o *office) keep(d *document, revision int, to []dossier.Content) []dossier.Content {
	name := dossier.PortableName(string(d.id))
	original, size := o.contents.keep(part{document: d})
	to = append(to, dossier.Content{Revision: revision, Name: name + ".json", MediaType: "application/json", Digest: original, Size: size})
	if !d.hasText {
		return to
	}
	text, size := o.contents.keep(part{document: d, text: true})
	return append(to, dossier.Content{
		Revision: revision, Rendition: "text", DerivedFrom: original, Name: name + ".txt", MediaType: "text/plain; charset=utf-8",
		Digest: text, Size: size,
	})
}

// withoutText is the line of a document without its text and relations, which the dossier shows elsewhere.
func withoutText(raw []byte) json.RawMessage {
	members, _, err := decode(raw)
	if err != nil {
		return nil
	}
	for _, name := range []string{"text", "relations", citesWord, citesNumberWord} {
		delete(members, name)
	}
	out, err := json.Marshal(members) // sorts the names
	if err != nil {
		return nil
	}
	return out
}

// outcomesOf reads what became of a proposal from its status; a status that says nothing of the kind gives none.
func outcomesOf(d *document) []outcome.Outcome {
	var verdict outcome.Verdict
	switch strings.ToLower(d.status) {
	case "final", "accepted":
		verdict = outcome.Succeeded
	case "rejected":
		verdict = outcome.Failed
	case "withdrawn", "deferred":
		verdict = outcome.Abandoned
	default:
		return nil
	}
	one := outcome.Outcome{ID: string(d.id) + " " + d.status, Subject: archive.Ref("record:" + string(d.id)), Verdict: verdict}
	if d.resolution != "" {
		one.Evidence = []archive.End{{Kind: archive.EndURI, Value: d.resolution}}
	}
	return []outcome.Outcome{one}
}

// starts finds the documents that a dossier starts from.
func (o *office) starts(matter string) ([]archive.RecordID, error) {
	if matter == "" {
		out := make([]archive.RecordID, 0, len(o.collection.documents))
		for _, d := range o.collection.documents {
			out = append(out, d.id)
		}
		if len(out) == 0 {
			return nil, errNothing
		}
		return out, nil
	}
	end, how := o.names.Resolve(matter)
	if end.Kind != archive.EndRecord {
		return nil, fmt.Errorf("matter %q: %w (%s)", matter, errMatter, how)
	}
	return []archive.RecordID{archive.RecordID(end.Value)}, nil
}

var (
	errNothing = errors.New("the collection holds no document")
	errMatter  = errors.New("no document is called so")
)

// hit is a document that a search found.
type hit struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Date    string `json:"date,omitempty"`
	Snippet string `json:"snippet,omitempty"`
}

// search answers a query as of a date: how many documents match, and the first of them.
func (o *office) search(text string, asOf time.Time) (total int, hits []hit, err error) {
	var index search.Index
	for _, d := range o.collection.documents {
		index.Put(&search.Document{
			ID: d.id, Title: d.title, Text: strings.Join([]string{d.member("abstract"), d.member("authors"), d.member("text")}, "\n"), Kind: archive.Kind(d.kind), Dated: d.dated,
			Recorded: o.journal.recorded,
		})
	}
	found, err := index.Find(&search.Query{Text: text, AsOf: asOf})
	if err != nil {
		return 0, nil, fmt.Errorf("-search: %w", err)
	}
	for _, h := range found.Hits {
		one := hit{ID: string(h.Key.ID), Title: h.Title, Snippet: h.Snippet.Text}
		if !h.Key.Dated.IsZero() {
			one.Date = h.Key.Dated.Format(time.DateOnly)
		}
		hits = append(hits, one)
	}
	return found.Total, hits, nil
}

func (o *office) find(id archive.RecordID) (dossier.Document, bool) {
	d, ok := o.documents[id]
	return d, ok
}
