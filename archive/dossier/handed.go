package dossier

import (
	"maps"
	"slices"

	"github.com/coordkit/coordkit/archive"
)

// rest gives the contents of a document that were not handed over, those apart whose
// bytes are lost; handed reports that it was, and that nothing has come to it since
// that could be.
func (h *Handed) rest(doc *Document) (contents, lost []Content, handed bool) {
	var had []archive.Digest
	if h != nil {
		had, handed = h.Contents[doc.Record.ID]
	}
	for _, c := range doc.Contents {
		switch {
		case slices.Contains(had, c.Digest):
		case c.Lost != "":
			lost = append(lost, c)
		default:
			contents = append(contents, c)
		}
	}
	return contents, lost, handed && len(contents) == 0
}

// Handed is everything that was handed over on the matter once the reader has
// this dossier too: what the next one is drawn against.
func (p *Plan) Handed() Handed {
	out := Handed{Contents: make(map[archive.RecordID][]archive.Digest)}
	if e := p.Order.Earlier; e != nil {
		out.References = slices.Clone(e.References)
		for id, digests := range maps.All(e.Contents) {
			out.Contents[id] = slices.Clone(digests)
		}
	}
	for i := range p.Items {
		id := p.Items[i].Document.Record.ID
		digests := out.Contents[id]
		for _, f := range p.Items[i].Files {
			digests = append(digests, f.Digest)
		}
		slices.Sort(digests)
		out.Contents[id] = slices.Compact(digests)
	}
	for i := range p.Edges {
		out.References = append(out.References, p.Edges[i].ID)
	}
	slices.Sort(out.References)
	out.References = slices.Compact(out.References)
	return out
}
