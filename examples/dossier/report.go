package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/coordkit/coordkit/adapters/format/bagit"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/outcome"
)

// result is what is said of a run. Its JSON is a contract: members may be added, none renamed.
type result struct {
	Documents        int                `json:"documents"`
	References       int                `json:"references"`
	Unresolved       int                `json:"unresolved"`
	RecordsInDossier int                `json:"records_in_dossier"`
	RootHash         string             `json:"root_hash"` // of the Merkle log over the import, in base64
	Bag              string             `json:"bag"`
	Seconds          map[string]float64 `json:"seconds"`

	Lines       int             `json:"lines"` // that hold a document
	Entries     int64           `json:"entries"`
	ByType      map[string]int  `json:"references_by_type"`
	Extracted   int             `json:"references_extracted"`
	Open        map[string]int  `json:"unresolved_by_type"`
	Quarantined int             `json:"quarantined"`
	Findings    map[string]int  `json:"findings"` // by kind; each stands in metadata/findings.jsonl of the bag
	Matter      string          `json:"matter,omitempty"`
	AsOf        string          `json:"as_of,omitempty"`
	Policy      string          `json:"policy"`
	Heads       []string        `json:"heads,omitempty"` // what the matter had become as of the date
	Files       int             `json:"files"`
	Withheld    int             `json:"withheld"`
	Truncated   bool            `json:"truncated,omitempty"`
	TagManifest string          `json:"tagmanifest_sha256"` // of tagmanifest-sha256.txt, which nothing in the bag covers
	Outcomes    []outcome.Tally `json:"outcomes,omitempty"`
	Found       int             `json:"found,omitempty"` // documents that the search found
	Hits        []hit           `json:"hits,omitempty"`  // the first of them

	facts
}

func (o *office) result(plan *dossier.Plan, proof *dossier.Evidence, bag string, sealed bagit.Digests, spent *clock) (*result, error) {
	root, err := o.journal.log.Root(o.journal.log.Size())
	if err != nil {
		return nil, err
	}
	r := &result{
		Documents: len(o.collection.documents), References: len(o.edges), RecordsInDossier: len(plan.Items), RootHash: root.String(),
		Bag: bag, Seconds: spent.seconds, Lines: o.collection.lines, Entries: proof.Size, ByType: make(map[string]int), Open: make(map[string]int),
		Quarantined: len(o.report.Quarantined), Findings: make(map[string]int), Policy: plan.Order.Policy.Name, Withheld: len(plan.Withheld),
		Truncated: plan.Full, TagManifest: sealed.SHA256, facts: o.facts(),
	}
	for i := range o.edges {
		r.ByType[string(o.edges[i].Type)]++
		if o.edges[i].Evidence == archive.Extracted {
			r.Extracted++
		}
	}
	for _, e := range o.graph.Unresolved() {
		r.Unresolved++
		r.Open[string(e.Type)]++
	}
	for _, f := range o.collection.findings {
		r.Findings[f.Code]++
	}
	var all []outcome.Outcome
	for i := range plan.Items {
		r.Files += len(plan.Items[i].Files)
		all = append(all, plan.Items[i].Document.Outcomes...)
	}
	if len(all) > 0 {
		r.Outcomes = outcome.Count(outcome.Current(all))
	}
	if !plan.Order.Policy.AsOf.IsZero() {
		r.AsOf = plan.Order.Policy.AsOf.Format("2006-01-02")
	}
	if plan.Order.Matter != "" {
		r.Matter = string(plan.Order.Starts[0])
		for _, end := range o.graph.Heads(plan.Order.Starts[0], plan.Order.Policy.AsOf) {
			r.Heads = append(r.Heads, end.Value)
		}
	}
	return r, nil
}

func (r *result) write(out io.Writer, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		return enc.Encode(r)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name string, format string, args ...any) {
		fmt.Fprintf(w, "%s\t%s\n", name, printable(fmt.Sprintf(format, args...)))
	}
	row("documents", "%d (%d lines)", r.Documents, r.Lines)
	row("references", "%d, %d of them extracted%s", r.References, r.Extracted, counts(r.ByType))
	row("unresolved", "%d%s", r.Unresolved, counts(r.Open))
	row("quarantined", "%d", r.Quarantined)
	row("findings", "%d%s", total(r.Findings), counts(r.Findings))
	r.rows(row)
	if r.Matter != "" {
		row("matter", "%s, as of %s: %s", r.Matter, or(r.AsOf, "all dates"), strings.Join(r.Heads, ", "))
	}
	row("dossier", "%d records, %d files, %d withheld or beyond, by policy %s", r.RecordsInDossier, r.Files, r.Withheld, r.Policy)
	for _, t := range r.Outcomes {
		row("outcomes", "%s: %d, %d of them without evidence", t.Verdict, t.Outcomes, t.Unproved)
	}
	if r.Hits != nil {
		row("found", "%d documents", r.Found)
	}
	for _, h := range r.Hits {
		row("", "%s  %s  %s", h.ID, h.Date, h.Title)
	}
	row("root hash", "%s over %d entries", r.RootHash, r.Entries)
	row("bag", "%s", r.Bag)
	row("to tell the receiver", "%s  tagmanifest-sha256.txt", r.TagManifest)
	for _, name := range sortedKeys(r.Seconds) {
		row("seconds", "%s %.2f", name, r.Seconds[name])
	}
	return w.Flush()
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func total(m map[string]int) (n int) {
	for _, k := range m {
		n += k
	}
	return n
}

func counts(m map[string]int) string {
	parts := make([]string, 0, len(m))
	for _, name := range sortedKeys(m) {
		parts = append(parts, fmt.Sprintf("%s %d", name, m[name]))
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// printable is a text on one line of a terminal or a tag file.
func printable(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s))
}
