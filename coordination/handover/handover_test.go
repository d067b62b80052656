package handover_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/format/bagit"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/archive/outcome"
	"github.com/coordkit/coordkit/archive/reference"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/coordination/handover"
	"github.com/coordkit/coordkit/internal/everystore"
)

func TestMain(m *testing.M) { os.Exit(everystore.Main(m)) }

func day(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }

// house is an office with all that handing over needs.
type house struct {
	desk    *coordination.Desk
	sealer  *audit.Sealer
	service *handover.Service
	key     audit.Key
}

func open(t require.TestingT, store coordination.Store, hidden ...archive.RecordID) house {
	var h house
	var err error
	h.key, err = audit.NewKey("example.org/acme", ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, ed25519.SeedSize)))
	require.NoError(t, err)
	key := func(string) (audit.Key, error) { return h.key, nil }
	now := func() time.Time { return day(20) }
	h.desk, err = coordination.NewDesk(coordination.Config{
		Store: store, Now: now,
		Sight: func(_ context.Context, _, _ string) (func(archive.RecordID) bool, error) {
			return func(id archive.RecordID) bool { return !slices.Contains(hidden, id) }, nil
		},
	})
	require.NoError(t, err)
	h.sealer, err = audit.New(audit.Config{Store: store, Key: key, Now: now})
	require.NoError(t, err)
	h.service, err = handover.New(handover.Config{Desk: h.desk, Store: store, Sealer: h.sealer, Key: key, Packer: bagit.Packer{}, Prefix: "CK"})
	require.NoError(t, err)
	return h
}

func (h *house) file(t require.TestingT, id, subject string, links ...archive.Link) {
	_, err := h.desk.File(context.Background(), "acme", "carol", archive.File{
		ID: archive.RecordID(id), Kind: "letter", Title: "Letter " + id, Subject: archive.Ref(subject), Name: id + ".txt", MediaType: "text/plain",
		Dated: day(1), Content: []byte("content of " + id), References: links,
	})
	require.NoError(t, err)
}

func (h *house) sign(t require.TestingT) int64 {
	_, err := h.sealer.Seal(context.Background(), "acme")
	require.NoError(t, err)
	c, err := h.sealer.Sign(context.Background(), "acme")
	require.NoError(t, err)
	return c.Size
}

func link(t archive.ReferenceType, to string) archive.Link {
	return archive.Link{Type: t, Target: archive.ToRecord(archive.RecordID(to))}
}

// unzip reads a bag and has it validated.
func unzip(t *testing.T, packed []byte) map[string]string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	require.NoError(t, err)
	out := make(map[string]string)
	for _, f := range r.File {
		in, err := f.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(in)
		require.NoError(t, err)
		_, name, _ := strings.Cut(f.Name, "/")
		out[name] = string(text)
	}
	dir := written(t, out)
	bag, closer, err := bagit.OpenDir(dir)
	require.NoError(t, err)
	defer func() { require.NoError(t, closer.Close()) }()
	report, err := bag.Validate(t.Context())
	require.NoError(t, err)
	require.Equal(t, bagit.Valid, report.Verdict(), "%v", report.Findings)
	return out
}

// written puts files into a folder; a name that ends with a slash is a folder.
func written(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		at := filepath.Join(dir, name)
		if strings.HasSuffix(name, "/") {
			require.NoError(t, os.MkdirAll(at, 0o755))
			continue
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(at), 0o755))
		require.NoError(t, os.WriteFile(at, []byte(text), 0o600))
	}
	return dir
}

// Invariant 12 over every store: a dossier is the closure of its policy, the
// same whenever it is drawn, proved by x/mod's tools, and the one after it holds
// what is new and proves that nothing else changed.
func TestInvariant12DossiersOverAStore(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, fresh func(testing.TB) coordination.Store) {
		t.Helper()
		h := open(t, fresh(t))
		order := handover.Order{Matter: "matter:M1", Policy: reference.Standard(time.Time{})}
		_, err := h.service.Draw(t.Context(), "acme", "ann", order)
		require.ErrorIs(t, err, coordination.ErrNotFound, "nothing was signed")
		h.file(t, "A", "")
		h.file(t, "B", "matter:M1", link(archive.Supersedes, "A"), link(archive.Supersedes, "nowhere"))
		h.file(t, "C", "", link(archive.Amends, "A"))
		h.file(t, "Z", "", link(archive.References, "A"))
		_, err = h.desk.RecordOutcome(t.Context(), "acme", "olga", outcome.Outcome{
			ID: "O1", Subject: "matter:M1", Verdict: outcome.Succeeded, Evidence: []archive.End{archive.ToRecord("B")},
		})
		require.NoError(t, err)
		first := h.sign(t)
		var packed bytes.Buffer
		record, err := h.service.HandOver(t.Context(), "acme", "ann", "D1", order, &packed, dossier.Zip)
		require.NoError(t, err)
		require.Equal(t, handover.Kind, record.Kind)
		bag := unzip(t, packed.Bytes())
		require.Equal(t, "content of B", bag["data/00001_B/r01/B.txt"])
		require.Equal(t, "content of A", bag["data/00002_A/r01/A.txt"])
		require.Equal(t, "content of C", bag["data/00003_C/r01/C.txt"])
		require.NotContains(t, bag["metadata/records.jsonl"], `"Z"`)
		require.Contains(t, bag["metadata/outcomes.jsonl"], `"O1"`)
		require.Contains(t, bag["metadata/withheld.jsonl"], `"nowhere"`)
		h.proved(t, bag, first, 5)
		h.resolvedTexts(t)

		h.file(t, "E", "", link(archive.Amends, "B"))
		h.file(t, "F", "matter:M1")
		_, err = h.desk.Refer(t.Context(), "acme", "carol", "B", link(archive.Amends, "C"))
		require.NoError(t, err)
		second := h.sign(t)
		old := order
		old.Size = first
		again, err := h.service.Draw(t.Context(), "acme", "ann", old)
		require.NoError(t, err)
		var repeated bytes.Buffer
		_, err = h.service.Pack(t.Context(), &repeated, again, dossier.Zip)
		require.NoError(t, err)
		require.True(t, bytes.Equal(packed.Bytes(), repeated.Bytes()), "as of the same checkpoint the bytes are the same, whatever came since")

		order.Continues = "D1"
		packed.Reset()
		_, err = h.service.HandOver(t.Context(), "acme", "ann", "D2", order, &packed, dossier.Zip)
		require.NoError(t, err)
		bag = unzip(t, packed.Bytes())
		var contents []string
		for _, name := range slices.Sorted(maps.Keys(bag)) {
			if strings.HasPrefix(name, "data/") {
				contents = append(contents, name)
			}
		}
		require.Equal(t, []string{"data/00001_F/r01/F.txt", "data/00002_E/r01/E.txt"}, contents)
		require.Contains(t, bag["metadata/bates.jsonl"], `"CK0000004"`, "numbers go on")
		require.Contains(t, bag["metadata/withheld.jsonl"], `"handed-over"`)
		h.proved(t, bag, second, 3)
		h.grown(t, bag["proofs/consistency.json"], first, second)

		for _, wrong := range []handover.Order{
			{Matter: "A", Policy: order.Policy, Continues: "D1"},
			{Matter: "matter:M1", Policy: order.Policy, Continues: "A"},
			{Matter: "matter:M1", Policy: order.Policy, Continues: "D2", Size: first},
		} {
			_, err := h.service.Draw(t.Context(), "acme", "ann", wrong)
			require.ErrorIs(t, err, archive.ErrInvalid)
		}
		_, err = h.service.Draw(t.Context(), "acme", "ann", handover.Order{Matter: "none", Policy: order.Policy})
		require.ErrorIs(t, err, archive.ErrNotFound)
		_, err = h.service.Draw(t.Context(), "acme", "ann", handover.Order{Matter: "A", Size: 77})
		require.ErrorIs(t, err, coordination.ErrNotFound)
	})
}

// resolvedTexts files what an open reference means: from then on, and not before, it
// is not withheld as unresolved.
func (h *house) resolvedTexts(t *testing.T) {
	t.Helper()
	h.file(t, "open", "matter:M2", archive.Link{Type: archive.DerivesFrom, Target: archive.End{Kind: archive.EndText, Value: "a draft"}})
	before := h.sign(t)
	h.file(t, "draft", "")
	page, _, err := h.desk.OpenReferences(t.Context(), "acme", "", 500)
	require.NoError(t, err)
	require.Len(t, page, 1)
	_, err = h.desk.Resolve(t.Context(), "acme", "carol", page[0].ID, "draft")
	require.NoError(t, err)
	after := h.sign(t)
	for size, want := range map[int64]int{before: 1, after: 0} {
		d, err := h.service.Draw(t.Context(), "acme", "ann", handover.Order{Matter: "matter:M2", Policy: reference.Standard(time.Time{}), Size: size})
		require.NoError(t, err)
		require.Len(t, d.Plan.Withheld, want)
		require.Len(t, d.Plan.Items, 2-want)
	}
}

// proved checks every proof in a bag.
func (h *house) proved(t *testing.T, bag map[string]string, size int64, least int) {
	t.Helper()
	n := 0
	for name, text := range bag {
		stem, ok := strings.CutSuffix(name, ".tlog-proof")
		if !ok {
			continue
		}
		n++
		var p evidence.Proof
		require.NoError(t, p.UnmarshalText([]byte(text)))
		c, err := p.Check([]byte(bag[stem+".entry"]), "example.org/acme", note.VerifierList(h.key.Verifier))
		require.NoError(t, err)
		require.Equal(t, size, c.Size)
	}
	require.GreaterOrEqual(t, n, least)
}

func (*house) grown(t *testing.T, text string, from, to int64) {
	t.Helper()
	var file struct {
		From struct {
			Size int64  `json:"size"`
			Root []byte `json:"root"`
		} `json:"from"`
		To struct {
			Size int64  `json:"size"`
			Root []byte `json:"root"`
		} `json:"to"`
		Hashes []string `json:"hashes"`
	}
	require.NoError(t, json.Unmarshal([]byte(text), &file))
	require.Equal(t, []int64{from, to}, []int64{file.From.Size, file.To.Size})
	var hashes []evidence.Hash
	for _, h := range file.Hashes {
		raw, err := base64.StdEncoding.DecodeString(h)
		require.NoError(t, err)
		hashes = append(hashes, evidence.Hash(raw))
	}
	require.NoError(t, evidence.CheckGrowth(from, to, file.From.Root, file.To.Root, hashes))
}

// Invariants 11 to 13 at random: what a store gives layer by layer is what the graph
// of all that the reader may see gives at once, and later filings change nothing
// of what was known at a checkpoint.
func TestInvariants11To13StoreAgreesWithTheWholeGraph(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ids := []string{"A", "B", "C", "D", "E", "F", "G"}
		hidden := archive.RecordID(rapid.SampledFrom(append(slices.Clone(ids[1:]), "none")).Draw(t, "hidden"))
		h := open(t, everystore.Memory(nil), hidden)
		types := []archive.ReferenceType{archive.Supersedes, archive.Amends, archive.AttachmentOf, archive.References, archive.SeeAlso}
		var nodes []reference.Node
		var edges []archive.Reference
		filed := map[string]bool{}
		grow := func(kept bool) {
			for range rapid.IntRange(1, 6).Draw(t, "steps") {
				id := rapid.SampledFrom(ids).Draw(t, "id")
				if !filed[id] {
					filed[id] = true
					h.file(t, id, "")
					if kept && archive.RecordID(id) != hidden {
						nodes = append(nodes, reference.Node{ID: archive.RecordID(id), Dated: day(1)})
					}
					continue
				}
				to := rapid.SampledFrom(ids).Draw(t, "to")
				ref, err := h.desk.Refer(context.Background(), "acme", "carol", archive.RecordID(id), link(rapid.SampledFrom(types).Draw(t, "type"), to))
				if err != nil {
					continue // a circle, or to itself
				}
				if kept && ref.Source.Value != string(hidden) && ref.Target.Value != string(hidden) {
					edges = append(edges, ref)
				}
			}
		}
		h.file(t, "A", "")
		filed["A"] = true
		nodes = append(nodes, reference.Node{ID: "A", Dated: day(1)})
		grow(true)
		size := h.sign(t)
		policy := rapid.SampledFrom([]string{"standard", "predecessors", "effect", "citations", "seeAlso:both:2,amends"}).Draw(t, "policy")
		p, err := reference.ParsePolicy(policy, time.Time{})
		require.NoError(t, err)
		want := reference.NewGraph(nodes, edges)
		for range 2 {
			got, err := h.service.Draw(context.Background(), "acme", "ann", handover.Order{Matter: "A", Policy: p, Size: size})
			require.NoError(t, err)
			closure := want.Closure(p, "A")
			require.Len(t, got.Plan.Items, len(closure.Items))
			for i, item := range closure.Items {
				require.Equal(t, item.ID, got.Plan.Items[i].Document.Record.ID)
				require.Equal(t, item.Reason(), got.Plan.Items[i].Reason)
				require.Equal(t, want.Heads(item.ID, time.Time{}), got.Plan.Items[i].Heads)
			}
			require.NotContains(t, fmt.Sprintf("%+v", got.Plan.Withheld), "Value:"+string(hidden)+"}")
			grow(false)
			h.sign(t)
		}
	})
}
