package handover_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/format/bagit"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/outcome"
	"github.com/coordkit/coordkit/archive/paper"
	"github.com/coordkit/coordkit/archive/reference"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/coordination/handover"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/everystore"
)

// estate is a house that things are done in at random, with what is known of it beside
// the store.
type estate struct {
	house

	t     require.TestingT
	ctx   context.Context
	store coordination.Store
	filed []archive.RecordID
	edges map[string]archive.Reference
}

func newEstate(t require.TestingT, ctx context.Context, store coordination.Store) *estate {
	return &estate{house: open(t, store), t: t, ctx: ctx, store: store, edges: make(map[string]archive.Reference)}
}

// scripts draws what is done in an estate: a number for each thing.
func scripts() *rapid.Generator[[]int] {
	return rapid.SliceOfN(rapid.IntRange(0, 1<<24), 10, 30)
}

func (e *estate) act(n int) {
	n = n * 48271 % (1 << 31) // rapid draws small numbers mostly, and they have to mean everything
	kind, n := n%4, n/4
	ids := []archive.RecordID{"A", "B", "C", "D", "E", "F", "G", "H"}
	id, other := ids[n%len(ids)], ids[n/8%len(ids)]
	if kind == 0 || !slices.Contains(e.filed, id) {
		if !slices.Contains(e.filed, id) {
			e.file(e.t, string(id), []string{"", "matter:M1"}[n/64%2])
			e.filed = append(e.filed, id)
		}
		return
	}
	if kind == 3 && n/64%2 == 0 {
		e.custody(id, n/128)
		return
	}
	if kind == 1 && n/64%5 == 0 {
		if _, err := e.desk.Merge(e.ctx, "acme", "carol", id, 0, other, "the same"); err == nil {
			ref := archive.NewReference(archive.MergedInto, archive.ToRecord(id), archive.ToRecord(other), archive.Terms{})
			e.edges[ref.ID] = ref
		}
		return
	}
	types := []archive.ReferenceType{archive.Supersedes, archive.Amends, archive.AttachmentOf, archive.HasPart, archive.Answers, archive.References, archive.SeeAlso}
	l := link(types[n/64%len(types)], string(other))
	if n/512%3 == 0 {
		l.ValidFrom = day(1 + n/1536%6)
	}
	ref, err := e.desk.Refer(e.ctx, "acme", "carol", id, l)
	if err == nil {
		e.edges[ref.ID] = ref
		return
	}
	require.True(e.t, errors.Is(err, archive.ErrRefused) || errors.Is(err, archive.ErrInvalid), "%v", err) // a circle, or to itself
}

// custody does something with a record beside its content and references. What is refused
// changes nothing.
func (e *estate) custody(id archive.RecordID, n int) {
	var err error
	switch n % 6 {
	case 0:
		_, err = e.desk.Arrange(e.ctx, "acme", "carol", id, 0, fileplan.Annotate{Text: fmt.Sprint("note ", n/6%9)})
	case 1:
		_, err = e.desk.Arrange(e.ctx, "acme", "carol", id, 0, fileplan.Call{Alias: fmt.Sprint("alias ", n/6%9)})
	case 2:
		_, err = e.desk.Trigger(e.ctx, "acme", "carol", id, retention.Fact{Trigger: "settled", At: day(1 + n/6%9)})
	case 3:
		_, err = e.desk.IssueHold(e.ctx, "acme", "lena", retention.Hold{
			ID: fmt.Sprint("H", n/6%9), Matter: "M", Reason: "claim", Carry: retention.Carry{References: n/54%2 == 0}, Scope: retention.Scope{Records: []archive.RecordID{id}},
		})
	case 4:
		_, err = e.desk.RecordOutcome(e.ctx, "acme", "olga", outcome.Outcome{
			ID: fmt.Sprint("O", n/6%9), Subject: archive.Ref("record:" + string(id)), Verdict: outcome.Succeeded, Evidence: []archive.End{archive.ToRecord(id)},
		})
	case 5:
		_, err = e.desk.RegisterItem(e.ctx, "acme", "carol", "CK", paper.Item{Title: string(id), Kind: paper.Document, Home: "A", Record: id})
	}
	if err != nil {
		require.True(e.t, errors.Is(err, archive.ErrRefused) || errors.Is(err, register.ErrConflict) || errors.Is(err, archive.ErrConflict), "%v", err)
	}
}

// graph is all that is known, for a reader who may see it.
func (e *estate) graph() *reference.Graph {
	var nodes []reference.Node
	for _, id := range e.filed {
		nodes = append(nodes, reference.Node{ID: id, Dated: day(1)})
	}
	edges := slices.Collect(maps.Values(e.edges))
	slices.SortFunc(edges, func(a, b archive.Reference) int { return strings.Compare(a.ID, b.ID) })
	return reference.NewGraph(nodes, edges)
}

func policies() []string {
	return []string{"standard", "predecessors", "lineage", "effect", "citations", "seeAlso:both:2,amends"}
}

// dossier draws the dossier of a record, packs it, and holds it against the policy, a
// bag validator and x/mod.
func (e *estate) dossier(n int, size int64) (handover.Order, []byte) {
	matter := e.filed[n%len(e.filed)]
	asOf := []time.Time{{}, day(3), day(9)}[n/16%3]
	p, err := reference.ParsePolicy(policies()[n/48%len(policies())], asOf)
	require.NoError(e.t, err)
	order := handover.Order{Matter: string(matter), Policy: p, Size: size}
	drawn, err := e.service.Draw(e.ctx, "acme", "ann", order)
	require.NoError(e.t, err)
	var want, got []string
	for _, item := range e.graph().Closure(p, matter).Items { // neither more nor less than the policy takes in
		want = append(want, fmt.Sprint(item.ID, " ", item.Reason()))
	}
	for i := range drawn.Plan.Items {
		got = append(got, fmt.Sprint(drawn.Plan.Items[i].Document.Record.ID, " ", drawn.Plan.Items[i].Reason))
	}
	require.Equal(e.t, want, got, "%s as of %v", matter, asOf)
	e.closed(p, matter, drawn)
	packed := e.pack(order)
	files := e.unpack(packed)
	e.provedElsewhere(files, size)
	return order, packed
}

// closed holds a dossier against the edges one by one: what is a family is in it whole, and
// so is what a start leads to over a type that the policy follows.
func (e *estate) closed(p reference.Policy, start archive.RecordID, drawn *handover.Dossier) {
	in := make(map[archive.End]bool)
	for i := range drawn.Plan.Items {
		in[archive.ToRecord(drawn.Plan.Items[i].Document.Record.ID)] = true
	}
	held := func(end archive.End) bool { return slices.Contains(e.filed, archive.RecordID(end.Value)) }
	for _, edge := range e.edges {
		if !held(edge.Source) || !held(edge.Target) || (!p.AsOf.IsZero() && !edge.ValidAt(p.AsOf)) {
			continue
		}
		info, _ := edge.Type.Info()
		if info.Family {
			require.Equal(e.t, in[edge.Source], in[edge.Target], "%v is a family", edge)
		}
		for _, rule := range p.Follow {
			if rule.Type == edge.Type && rule.Out != 0 && edge.Source == archive.ToRecord(start) {
				require.True(e.t, in[edge.Target], "%v is followed", edge)
			}
		}
	}
}

func (e *estate) pack(order handover.Order) []byte {
	drawn, err := e.service.Draw(e.ctx, "acme", "ann", order)
	require.NoError(e.t, err)
	var out bytes.Buffer
	_, err = e.service.Pack(e.ctx, &out, drawn, dossier.Zip)
	require.NoError(e.t, err)
	return out.Bytes()
}

// unpack reads the files of a bag.
func (e *estate) unpack(packed []byte) map[string][]byte {
	r, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	require.NoError(e.t, err)
	out := make(map[string][]byte)
	for _, f := range r.File {
		in, err := f.Open()
		require.NoError(e.t, err)
		text, err := io.ReadAll(in)
		require.NoError(e.t, err)
		_, name, _ := strings.Cut(f.Name, "/")
		out[name] = text
	}
	return out
}

// provedElsewhere checks every proof of a bag with x/mod alone.
func (e *estate) provedElsewhere(files map[string][]byte, size int64) {
	verifier, err := note.NewVerifier(strings.TrimSpace(string(files["proofs/keys.txt"])))
	require.NoError(e.t, err)
	opened, err := note.Open(files["proofs/checkpoint"], note.VerifierList(verifier))
	require.NoError(e.t, err)
	lines := strings.Split(opened.Text, "\n")
	require.Equal(e.t, strconv.FormatInt(size, 10), lines[1])
	root, err := tlog.ParseHash(lines[2])
	require.NoError(e.t, err)
	n := 0
	for name, text := range files {
		stem, ok := strings.CutSuffix(name, ".tlog-proof")
		if !ok {
			continue
		}
		n++
		head, signed, _ := strings.Cut(string(text), "\n\n")
		require.Equal(e.t, string(files["proofs/checkpoint"]), signed)
		parts := strings.Split(head, "\n")
		index, err := strconv.ParseInt(strings.TrimPrefix(parts[1], "index "), 10, 64)
		require.NoError(e.t, err)
		var proof tlog.RecordProof
		for _, p := range parts[2:] {
			raw, err := base64.StdEncoding.DecodeString(p)
			require.NoError(e.t, err)
			proof = append(proof, tlog.Hash(raw))
		}
		require.NoError(e.t, tlog.CheckRecord(proof, size, root, index, tlog.RecordHash(files[stem+".entry"])))
	}
	require.Positive(e.t, n)
}

// dossiers does what a script says, draws a dossier now and then, and at the end each of
// them again.
func (e *estate) dossiers(script []int, valid func([]byte)) (drawn int) {
	again := make(map[string][]byte)
	orders := make(map[string]handover.Order)
	for i, n := range script {
		e.act(n)
		if i%6 != 5 && i != len(script)-1 {
			continue
		}
		order, packed := e.dossier(n*16807%(1<<31), e.sign(e.t))
		name := strconv.Itoa(i)
		orders[name], again[name] = order, packed
		drawn++
	}
	for _, name := range slices.Sorted(maps.Keys(again)) {
		require.True(e.t, bytes.Equal(again[name], e.pack(orders[name])), "as of its checkpoint a dossier has the same bytes, whatever came since")
		valid(again[name])
	}
	return drawn
}

// Invariant 12 as a machine, on every store: whatever was filed, referred to and merged, a
// dossier is closed under its policy, holds no record more, is the same byte for byte when it is drawn
// again, is taken by a bag validator, and is proved by x/mod alone.
func TestInvariant12DossiersAtRandom(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, fresh func(testing.TB) coordination.Store) {
		t.Helper()
		store, drawn := fresh(t), 0
		for seed := range 10 {
			e := newEstate(t, t.Context(), everystore.InTenant(store, fmt.Sprint("office ", seed)))
			drawn += e.dossiers(scripts().Example(seed), func(packed []byte) { unzip(t, packed) })
		}
		require.Greater(t, drawn, 10)
	})
	rapid.Check(t, func(rt *rapid.T) {
		newEstate(rt, t.Context(), everystore.Memory(t)).dossiers(scripts().Draw(rt, "script"), func([]byte) {})
	})
}

// state is an archive as it is read: every record with its history, every reference at it, and its content.
type state struct {
	Records    map[archive.RecordID]archive.Record
	Events     map[archive.RecordID][]archive.Event
	References map[archive.RecordID][]archive.Reference
	Contents   map[archive.RecordID]string
	Sheets     map[string]string // body and history
}

func stateOf(t require.TestingT, ctx context.Context, store coordination.Store) state {
	s := state{
		make(map[archive.RecordID]archive.Record), make(map[archive.RecordID][]archive.Event), make(map[archive.RecordID][]archive.Reference), make(map[archive.RecordID]string), make(map[string]string),
	}
	require.NoError(t, store.View(ctx, "acme", func(ctx context.Context, tx coordination.Tx) error {
		page, _, err := tx.Records(ctx, archive.Query{Limit: archive.MaxLimit})
		require.NoError(t, err)
		for _, r := range page {
			r.Rev = 0 // counts writes, not what happened
			s.Records[r.ID] = r
			s.Events[r.ID], _, err = tx.RecordEvents(ctx, r.ID, 0, archive.MaxLimit)
			require.NoError(t, err)
			content, err := tx.Content(ctx, r.Digest)
			require.NoError(t, err)
			s.Contents[r.ID] = string(content)
			for _, way := range []archive.Direction{archive.Outward, archive.Inward} {
				edges, _, err := tx.References(ctx, archive.ReferenceQuery{End: archive.ToRecord(r.ID), Direction: way, Limit: archive.MaxLimit})
				require.NoError(t, err)
				s.References[r.ID] = append(s.References[r.ID], edges...)
			}
		}
		for _, book := range []string{"filing", "alias", "keeping", "hold", "outcome", "item", "barcode"} {
			sheets, _, err := tx.Sheets(ctx, register.Query{Book: book, Limit: register.MaxLimit})
			require.NoError(t, err)
			for i := range sheets {
				events, _, err := tx.SheetEvents(ctx, book, sheets[i].ID, 0, register.MaxLimit)
				require.NoError(t, err)
				s.Sheets[book+"/"+sheets[i].ID] = fmt.Sprintf("%s %v %+v", sheets[i].Body, sheets[i].Keys, events)
			}
		}
		return nil
	}))
	return s
}

// takenOut is the whole archive of an estate as a bag that can be opened by path.
func (e *estate) takenOut() func(string) (io.ReadCloser, error) {
	var packed bytes.Buffer
	_, err := bagit.Packer{}.Pack(e.ctx, &packed, dossier.Packing{Format: dossier.Zip, Folder: "archive", Date: day(1)},
		func(ctx context.Context, bag dossier.Bag) error {
			_, err := e.service.ExportArchive(ctx, "acme", 0, bag)
			return err
		})
	require.NoError(e.t, err)
	r, err := zip.NewReader(bytes.NewReader(packed.Bytes()), int64(packed.Len()))
	require.NoError(e.t, err)
	return func(name string) (io.ReadCloser, error) { return r.Open(path.Join("archive", name)) }
}

var errBrokenOff = errors.New("broken off")

// brokenOff opens files of which the reading ends after so many bytes.
func brokenOff(open func(string) (io.ReadCloser, error), after int64) func(string) (io.ReadCloser, error) {
	return func(name string) (io.ReadCloser, error) {
		f, err := open(name)
		if err != nil || !strings.HasSuffix(name, ".jsonl") {
			return f, err
		}
		return struct {
			io.Reader
			io.Closer
		}{io.MultiReader(io.LimitReader(f, after), failing{}), f}, nil
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errBrokenOff }

// into takes the archive of an estate into another store, broken off and begun again, twice, and
// compares.
func (e *estate) into(to coordination.Store, n int, had int) {
	size := e.sign(e.t)
	open, known := e.takenOut(), note.VerifierList(e.key.Verifier)
	_, err := handover.ImportArchive(e.ctx, handover.Taking{Store: to, Tenant: "acme", Open: brokenOff(open, int64(n%4000)), Known: known})
	require.ErrorIs(e.t, err, errBrokenOff)
	for range 2 {
		got, err := handover.ImportArchive(e.ctx, handover.Taking{Store: to, Tenant: "acme", Open: open, Known: known})
		require.NoError(e.t, err)
		require.Empty(e.t, got.Report.Findings)
		require.Equal(e.t, len(e.filed), got.Report.Records)
		require.LessOrEqual(e.t, got.Report.New, len(e.filed)-had)
		require.True(e.t, got.Log.Complete)
		require.Equal(e.t, size, got.Log.Size)
		require.Empty(e.t, cmp.Diff(stateOf(e.t, e.ctx, e.store), stateOf(e.t, e.ctx, to)))
		had = len(e.filed) // and nothing is new the next time
	}
	head, err := e.sealer.Head(e.ctx, "acme")
	require.NoError(e.t, err)
	root, err := audit.CheckCarried(e.ctx, to, "acme", "example.org/acme", known)
	require.NoError(e.t, err)
	require.Equal(e.t, head.Root, root)
}

// roundTrip does what a script says, and takes the archive out and into another store in its
// midst and at its end.
func (e *estate) roundTrip(script []int, to coordination.Store) {
	half := len(script) / 2
	for _, n := range script[:half] {
		e.act(n)
	}
	e.into(to, script[0], 0)
	had := len(e.filed)
	for _, n := range script[half:] {
		e.act(n)
	}
	e.into(to, script[1], had)
}

// Invariant 14 as a machine, on every store: an archive that is taken out and into an empty
// one gives the same state and the same root, broken off anywhere, again and again, and when it has
// grown since.
func TestInvariant14RoundTripsAtRandom(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, fresh func(testing.TB) coordination.Store) {
		t.Helper()
		from, to := fresh(t), fresh(t)
		for seed := range 8 {
			name := fmt.Sprint("office ", seed)
			newEstate(t, t.Context(), everystore.InTenant(from, name)).roundTrip(scripts().Example(seed), everystore.InTenant(to, name))
		}
	})
	rapid.Check(t, func(rt *rapid.T) {
		newEstate(rt, t.Context(), everystore.Memory(t)).roundTrip(scripts().Draw(rt, "script"), everystore.Memory(t))
	})
}
