package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/reference"
)

// past is the office as it was when the earlier dossier was drawn; nil for a first dossier.
type past struct {
	office    *office
	plan      *dossier.Plan // nil if the matter was not known then
	documents map[archive.RecordID]*document
	entries   int64
}

// earlier files an earlier state of the collection and draws its dossier, as the program did then.
func earlier(ctx context.Context, asked request, policy reference.Policy, spent *clock) (*past, error) {
	if asked.since == "" {
		return nil, nil //nolint:nilnil // a first dossier has no past
	}
	c, err := readFile(asked.since)
	if err != nil {
		return nil, err
	}
	o, err := fileAll(ctx, c, spent)
	if err != nil {
		return nil, err
	}
	p := &past{office: o, documents: c.byID, entries: o.journal.log.Size()}
	starts, err := o.starts(asked.matter)
	if errors.Is(err, errMatter) || errors.Is(err, errNothing) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	plan, err := dossier.Draw((*past)(nil).order(asked, starts, policy), o.graph, o.find)
	p.plan = &plan
	return p, err
}

// order is what is asked for, without what was handed over before.
func (p *past) order(asked request, starts []archive.RecordID, policy reference.Policy) dossier.Order {
	o := dossier.Order{Matter: asked.matter, Starts: starts, Policy: policy, Prefix: "CK"}
	if p != nil && p.plan != nil {
		handed := p.plan.Handed()
		o.Earlier, o.First = &handed, p.plan.LastBates()+1
	}
	return o
}

// size is how many entries the journal had.
func (p *past) size() int64 {
	if p == nil {
		return 0
	}
	return p.entries
}

// next files a collection on top of its earlier state: what was filed stays, with its place in the journal; documents
// that changed get a revision, and what is new comes after.
func (p *past) next(ctx context.Context, c *collection, spent *clock) (*office, error) {
	if p == nil {
		return fileAll(ctx, c, spent)
	}
	o := &office{collection: c, contents: p.office.contents, documents: p.office.documents, journal: p.office.journal}
	if at := c.latest(); at.After(o.journal.recorded) {
		o.journal.recorded = at
	}
	nodes := o.nameAll()
	for _, d := range p.office.collection.documents {
		if c.byID[d.id] == nil { // what was filed once is not lost
			nodes = append(nodes, reference.Node{ID: d.id, Dated: d.dated})
			o.names.Name(string(d.id), d.id)
		}
	}
	o.assemble(nodes, p.office.edges)
	spent.lap("assemble")
	if c.digest != p.office.collection.digest {
		if err := o.source(); err != nil {
			return nil, err
		}
	}
	for _, d := range c.documents {
		if err := errors.Join(o.fileAgain(d, p.documents[d.id]), ctx.Err()); err != nil {
			return nil, fmt.Errorf("line %d: %w", d.line, err)
		}
	}
	err := o.referAll()
	spent.lap("file")
	return o, err
}

// fileAgain files a document that may have been filed before, as another revision if it has changed.
func (o *office) fileAgain(d, before *document) error {
	if before == nil {
		return o.file(d)
	}
	if bytes.Equal(d.raw, before.raw) {
		return nil
	}
	filed := o.documents[d.id]
	revision := 1
	for _, content := range filed.Contents {
		revision = max(revision, content.Revision+1)
	}
	filed.Contents = o.keep(d, revision, filed.Contents)
	o.documents[d.id] = filed
	return nil
}
