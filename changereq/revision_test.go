package changereq_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
)

func digestOf(letter string) changereq.Digest { return changereq.Digest(strings.Repeat(letter, 64)) }

// registry is what keeps the specifications of the tests.
func registry(change func(map[changereq.RevisionRef]changereq.Revision)) map[changereq.RevisionRef]changereq.Revision {
	b := changereq.RevisionRef{Item: "DRW-12", Revision: "B"}
	c := changereq.RevisionRef{Item: "DRW-12", Revision: "C"}
	known := map[changereq.RevisionRef]changereq.Revision{
		b: {RevisionRef: b, Predecessor: "A", Digest: digestOf("b"), Released: true},
		c: {RevisionRef: c, Predecessor: "B", Digest: digestOf("c"), Released: true, Cites: []changereq.ID{"CR1"}},
	}
	change(known)
	return known
}

// A result is verified against whoever keeps the specifications. The last case
// is odoo/odoo#47002: rows that were only stored in another order are no
// change, because contents are compared by their canonical digests.
func TestAResultIsHeldAgainstTheRegistry(t *testing.T) {
	t.Parallel()
	ref := changereq.RevisionRef{Item: "DRW-12", Revision: "C"}
	with := func(change func(*changereq.Revision)) func(map[changereq.RevisionRef]changereq.Revision) {
		return func(known map[changereq.RevisionRef]changereq.Revision) {
			rev := known[ref]
			change(&rev)
			known[ref] = rev
		}
	}
	for says, change := range map[string]func(map[changereq.RevisionRef]changereq.Revision){
		"not known":                  func(known map[changereq.RevisionRef]changereq.Revision) { delete(known, ref) },
		"not released":               with(func(r *changereq.Revision) { r.Released = false }),
		"grew from A, not from B":    with(func(r *changereq.Revision) { r.Predecessor = "A" }),
		"grew from nothing":          with(func(r *changereq.Revision) { r.Predecessor = "" }),
		"does not cite this request": with(func(r *changereq.Revision) { r.Cites = []changereq.ID{"CR2"} }),
		"another digest":             with(func(r *changereq.Revision) { r.Digest = digestOf("d") }),
		"nothing was modified":       with(func(r *changereq.Revision) { r.Digest = digestOf("b") }),
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			o := upTo(t, "Verifying")
			if says == "another digest" {
				o.do(ivo, changereq.RecordResult{
					Item: "DRW-12", Revision: "C", Predecessor: "B", Digest: digestOf("c"), Released: true, Cites: []changereq.ID{"CR1"},
				})
			}
			o.env.Revisions = registry(change)
			refused := o.refusal(vera, changereq.VerifyResult{Item: "DRW-12"}, "incorporated")
			require.Contains(t, refused.Error(), says)
			o.env.Revisions = registry(func(map[changereq.RevisionRef]changereq.Revision) {})
			o.do(vera, changereq.VerifyResult{Item: "DRW-12"})
		})
	}
}

func TestTheServiceAsksTheRegistry(t *testing.T) {
	t.Parallel()
	known := registry(func(map[changereq.RevisionRef]changereq.Revision) {})
	var asked []changereq.RevisionRef
	s := service(t, func(c *changereq.Config) {
		c.Revisions = func(_ context.Context, _ string, refs []changereq.RevisionRef) (map[changereq.RevisionRef]changereq.Revision, error) {
			asked = refs
			return known, nil
		}
	})
	walk(t, s, "Implementing")
	result := changereq.RecordResult{Item: "DRW-12", Revision: "C", Predecessor: "B", Released: true, Cites: []changereq.ID{"CR1"}}
	give(t, s, ivo, result)
	known = nil
	require.ErrorIs(t, try(t, s, vera, changereq.VerifyResult{Item: "DRW-12"}), changereq.ErrRefused, "asked, and it knows nothing")
	require.Equal(t, []changereq.RevisionRef{{Item: "DRW-12", Revision: "C"}, {Item: "DRW-12", Revision: "B"}}, asked)
	known = registry(func(map[changereq.RevisionRef]changereq.Revision) {})
	give(t, s, vera, changereq.VerifyResult{Item: "DRW-12"})
}
