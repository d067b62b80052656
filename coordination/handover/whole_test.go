package handover_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/coordkit/coordkit/adapters/format/bagit"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/outcome"
	"github.com/coordkit/coordkit/archive/paper"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/coordination/handover"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/everystore"
)

// Invariant 14 for a whole archive in a bag: out of one store and into each
// kind of another, with the same state and the same root; a byte that was altered on
// the way is not taken in.
func TestInvariant14WholeArchiveInABag(t *testing.T) {
	t.Parallel()
	h := open(t, everystore.Memory(t))
	for i, id := range []string{"A", "B", "C"} {
		var links []archive.Link
		if i > 0 {
			links = append(links, link(archive.Amends, "A"))
		}
		h.file(t, id, "", links...)
	}
	h.sign(t)
	head, err := h.sealer.Head(t.Context(), "acme")
	require.NoError(t, err)
	var packed bytes.Buffer
	_, err = bagit.Packer{}.Pack(t.Context(), &packed, dossier.Packing{Format: dossier.Zip, Folder: "archive", Date: day(1)},
		func(ctx context.Context, bag dossier.Bag) error {
			got, err := h.service.ExportArchive(ctx, "acme", 0, bag)
			require.Equal(t, 3, got.Records)
			require.Equal(t, head.Size, got.Signed.Size)
			return err
		})
	require.NoError(t, err)
	files := unzip(t, packed.Bytes())
	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	known := note.VerifierList(h.key.Verifier)
	everystore.Each(t, func(t *testing.T, fresh func(testing.TB) coordination.Store) {
		t.Helper()
		to := fresh(t)
		bag, closer, err := bagit.OpenDir(dir)
		require.NoError(t, err)
		defer func() { require.NoError(t, closer.Close()) }()
		var told []string
		for range 2 {
			got, err := handover.ImportArchive(t.Context(), handover.Taking{
				Store: to, Tenant: "acme", Open: bag.Open, Known: known, Progress: func(file string, _ int64) { told = append(told, file) },
			})
			require.NoError(t, err)
			require.Empty(t, got.Report.Findings)
			require.Equal(t, 3, got.Report.Records)
			require.True(t, got.Log.Complete)
		}
		require.Contains(t, told, "log.jsonl")
		root, err := audit.CheckCarried(t.Context(), to, "acme", "example.org/acme", known)
		require.NoError(t, err)
		require.Equal(t, head.Root, root)
		other := open(t, to)
		r, content, err := other.desk.OpenRecord(t.Context(), "acme", "B")
		require.NoError(t, err)
		require.Equal(t, "content of B", string(content))
		require.Equal(t, "Letter B", r.Title)
	})
	altered := t.TempDir()
	for name, text := range files {
		if name == "data/log.jsonl" {
			text = text[:len(text)-2] + " \n"
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(altered, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(altered, name), []byte(text), 0o600))
	}
	bag, closer, err := bagit.OpenDir(altered)
	require.NoError(t, err)
	defer func() { require.NoError(t, closer.Close()) }()
	_, err = handover.ImportArchive(t.Context(), handover.Taking{Store: everystore.Memory(t), Tenant: "acme", Open: bag.Open, Known: known})
	require.Error(t, err)
}

// large is a content that the store does not take.
func large() string { return strings.Repeat("large ", archive.MaxContent/6+1) }

// fill has an archive hold something of everything: uploads, revisions and renditions,
// file plan, paper, holds, disposals, outcomes, an open reference that was resolved, and
// a record that is gone.
func (h *lived) fill(t *testing.T) coordination.Item {
	t.Helper()
	ctx := t.Context()
	for _, id := range []string{"A", "B"} {
		h.file(t, id, "matter:M")
		h.arrange(archive.RecordID(id), fileplan.Classify{Class: "letters"}, fileplan.Call{Alias: "No " + id}, fileplan.Finish{}, fileplan.Declare{})
	}
	_, err := h.desk.OpenAggregation(ctx, "acme", "carol", fileplan.Aggregation{ID: "F", Title: "File"})
	require.NoError(t, err)
	_, err = h.desk.PutRecordKind(ctx, "acme", "carol", 0, fileplan.Kind{Kind: "plan", Allowed: []string{"scale"}})
	require.NoError(t, err)
	_, err = h.desk.FileUpload(ctx, "acme", "carol", archive.File{ID: "U", Kind: "plan", Title: "Plan", MediaType: "m", References: []archive.Link{link(archive.Implements, "B")}}, h.upload(large()))
	require.NoError(t, err)
	h.arrange("U", fileplan.MoveTo{Aggregation: "F"}, fileplan.Revise{Revision: fileplan.Revision{Digest: h.upload("revised"), Size: 7, MediaType: "m"}},
		fileplan.Render{Rendition: fileplan.Rendition{Purpose: "text", DerivedFrom: archive.DigestOf([]byte("revised")), Digest: h.upload("a text")}})
	item, err := h.desk.RegisterItem(ctx, "acme", "carol", "CK", paper.Item{Title: "B", Kind: paper.Document, Record: "B", Home: "S1"})
	require.NoError(t, err)
	_, err = h.desk.IssueHold(ctx, "acme", "lena", retention.Hold{ID: "H", Matter: "M", Reason: "claim", Scope: retention.Scope{Records: []archive.RecordID{"B"}}})
	require.NoError(t, err)
	_, err = h.desk.RecordOutcome(ctx, "acme", "olga", outcome.Outcome{ID: "O", Subject: "matter:M", Verdict: outcome.Succeeded, Evidence: []archive.End{archive.ToRecord("B")}})
	require.NoError(t, err)
	h.file(t, "R", "", archive.Link{Type: archive.DerivesFrom, Target: archive.End{Kind: archive.EndText, Value: "a draft"}})
	open, _, err := h.desk.OpenReferences(ctx, "acme", "", 500)
	require.NoError(t, err)
	_, err = h.desk.Resolve(ctx, "acme", "carol", open[0].ID, "B")
	require.NoError(t, err)
	h.now = time.Date(2022, 1, 3, 9, 0, 0, 0, time.UTC)
	h.destroy("A")
	h.sign(t)
	return item
}

// Invariant 14 for an archive with everything in it: what is asked
// there is answered here, and an audit finds nothing.
func TestInvariant14AllThatAnArchiveHolds(t *testing.T) {
	t.Parallel()
	h := openLived(t, everystore.Memory(t))
	ctx := t.Context()
	item := h.fill(t)
	head, err := h.sealer.Head(ctx, "acme")
	require.NoError(t, err)
	var packed bytes.Buffer
	_, err = bagit.Packer{}.Pack(ctx, &packed, dossier.Packing{Format: dossier.Tar, Folder: "archive", Date: day(1)}, func(ctx context.Context, bag dossier.Bag) error {
		got, err := h.service.ExportArchive(ctx, "acme", 0, bag)
		require.Equal(t, handover.Exported{Records: 4, Gone: 1, Signed: got.Signed}, got)
		return err
	})
	require.NoError(t, err)
	asked := func(desk *coordination.Desk) []any {
		var out []any
		note := func(v any, err error) {
			require.NoError(t, err)
			out = append(out, v)
		}
		for _, id := range []archive.RecordID{"A", "B", "U"} {
			f, err := desk.Filing(ctx, "acme", id)
			note(f.Value, err)
			r, err := desk.Retention(ctx, "acme", id)
			r.Rev = 0
			note(r, err)
			refs, _, err := desk.References(ctx, "acme", archive.ReferenceQuery{End: archive.ToRecord(id), Direction: archive.Inward})
			note(refs, err)
		}
		i, err := desk.Item(ctx, "acme", item.Value.Barcode)
		note(i.Value, err)
		d, err := desk.Disposal(ctx, "acme", "B-A")
		note(d.Value, err)
		c, err := desk.Certificate(ctx, "acme", "B-A")
		note(c, err)
		o, err := desk.Outcome(ctx, "acme", "O")
		note(o, err)
		hold, err := desk.Hold(ctx, "acme", "H")
		note(hold.Value, err)
		named, _, err := desk.Filings(ctx, "acme", register.Query{Key: "alias"}.Only("No B"))
		require.Len(t, named, 1)
		note(named[0].Value, err)
		return out
	}
	answered := asked(h.desk)
	// What happens there afterwards comes with the next one.
	_, err = h.desk.Handle(ctx, "acme", "carol", 0, paper.Move{Code: item.Value.Barcode, To: "S2"})
	require.NoError(t, err)
	_, err = h.desk.RegisterItem(ctx, "acme", "carol", "CK", paper.Item{Title: "Another", Kind: paper.Document, Home: "S1"})
	require.NoError(t, err)
	h.sign(t)
	later, answeredLater := h.takenOut(t), asked(h.desk)
	everystore.Each(t, func(t *testing.T, fresh func(testing.TB) coordination.Store) {
		t.Helper()
		to := openLived(t, fresh(t))
		to.now = h.now
		other := fresh(t)
		to.desk, err = coordination.NewDesk(coordination.Config{Store: other, Now: func() time.Time { return h.now }, Blobs: to.bytes})
		require.NoError(t, err)
		bag, err := bagit.ReadPacked(bytes.NewReader(packed.Bytes()), int64(packed.Len()), bagit.Limits{})
		require.NoError(t, err)
		taking := handover.Taking{Store: other, Tenant: "acme", Open: bag.Open, Known: note.VerifierList(h.key.Verifier), Upload: to.desk.Upload}
		for n := range 2 {
			got, err := handover.ImportArchive(ctx, taking)
			require.NoError(t, err)
			require.Empty(t, got.Report.Findings)
			require.Equal(t, n == 0, got.Sheets > 0, "the second time everything is there")
		}
		root, err := audit.CheckCarried(ctx, other, "acme", "example.org/acme", taking.Known)
		require.NoError(t, err)
		require.Equal(t, head.Root, root)
		require.Empty(t, cmp.Diff(answered, asked(to.desk)))
		_, _, err = to.desk.OpenContent(ctx, "acme", "A")
		require.ErrorIs(t, err, archive.ErrGone)
		_, from, err := to.desk.OpenContent(ctx, "acme", "U")
		require.NoError(t, err)
		text, err := io.ReadAll(from)
		require.NoError(t, errors.Join(err, from.Close()))
		require.Equal(t, large(), string(text))
		_, from, err = to.desk.OpenPart(ctx, "acme", "U", archive.DigestOf([]byte("a text")))
		require.NoError(t, err)
		require.NoError(t, from.Close())
		sealer, err := audit.New(audit.Config{Store: other, Key: func(string) (audit.Key, error) { return h.key, nil }, Blobs: to.bytes})
		require.NoError(t, err)
		_, err = sealer.Seal(ctx, "acme")
		require.NoError(t, err)
		report, err := sealer.Audit(ctx, "acme")
		require.NoError(t, err)
		require.True(t, report.Sound(), "%+v", report.Flaws)
		require.Equal(t, 1, report.Gone)

		grown := taking
		grown.Open = later.Open
		_, err = handover.ImportArchive(ctx, grown)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(answeredLater, asked(to.desk)))

		taking.Upload, taking.Store = nil, fresh(t)
		_, err = handover.ImportArchive(ctx, taking)
		require.ErrorIs(t, err, archive.ErrInvalid, "there is no place for what was uploaded")
		taking.Store, taking.Upload = other, to.desk.Upload
		_, err = to.desk.ReleaseHold(ctx, "acme", "lena", "H", 0, "settled")
		require.NoError(t, err)
		_, err = handover.ImportArchive(ctx, taking)
		require.ErrorIs(t, err, archive.ErrConflict, "the hold is another one by now")
		require.ErrorContains(t, err, `hold "H"`)
	})
}

// What goes at the source after an archive was taken in goes here with the next one,
// bytes and all, unless another record has the same.
func TestWhatIsGoneElsewhereGoesHere(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, fresh func(testing.TB) coordination.Store) {
		t.Helper()
		h, to := openLived(t, everystore.Memory(t)), openLived(t, fresh(t))
		to.store(t, fresh(t))
		ctx := t.Context()
		for _, id := range []string{"A", "B"} {
			h.file(t, id, "matter:M")
			h.arrange(archive.RecordID(id), fileplan.Classify{Class: "letters"}, fileplan.Finish{}, fileplan.Declare{})
		}
		scan := h.upload("a scan")
		h.arrange("A", fileplan.Render{Rendition: fileplan.Rendition{Purpose: "scan", DerivedFrom: archive.DigestOf([]byte("content of A")), Digest: scan}})
		_, err := to.desk.File(ctx, "acme", "carol", archive.File{ID: "mine", Kind: "note", Title: "The same", MediaType: "m", Content: []byte("content of B")})
		require.NoError(t, err)
		carry := func() {
			h.sign(t)
			var packed bytes.Buffer
			_, err := h.service.PackArchive(ctx, "acme", &packed, dossier.Tar)
			require.NoError(t, err)
			_, _, err = to.service.TakeIn(ctx, "acme", &packed, "")
			require.NoError(t, err)
		}
		carry()
		require.ErrorIs(t, to.desk.DropGone(ctx, "acme", "A"), archive.ErrRefused, "it is here")
		h.now = time.Date(2022, 1, 3, 9, 0, 0, 0, time.UTC)
		h.destroy("A")
		h.destroy("B")
		for range 2 {
			carry()
			for _, d := range []archive.Digest{scan, archive.DigestOf([]byte("content of A"))} {
				_, err = to.desk.OpenBlob(ctx, "acme", d)
				require.ErrorIs(t, err, archive.ErrNotFound)
			}
			_, content, err := to.desk.OpenRecord(ctx, "acme", "mine")
			require.NoError(t, err)
			require.Equal(t, "content of B", string(content))
			_, _, err = to.desk.OpenRecord(ctx, "acme", "B")
			require.ErrorIs(t, err, archive.ErrGone)
		}
	})
}

// store has the house work on another store, without a file plan of its own.
func (h *lived) store(t *testing.T, store coordination.Store) {
	t.Helper()
	now := func() time.Time { return h.now }
	keys := func(string) (audit.Key, error) { return h.key, nil }
	var err error
	h.desk, err = coordination.NewDesk(coordination.Config{Store: store, Now: now, Blobs: h.bytes})
	require.NoError(t, err)
	h.sealer, err = audit.New(audit.Config{Store: store, Key: keys, Now: now, Blobs: h.bytes})
	require.NoError(t, err)
	h.service, err = handover.New(handover.Config{Desk: h.desk, Store: store, Sealer: h.sealer, Key: keys, Packer: bagit.Packer{}, Unpacker: bagit.Unpacker{}})
	require.NoError(t, err)
}

// takenOut is the whole archive in a bag.
func (h *lived) takenOut(t *testing.T) *bagit.Packed {
	t.Helper()
	var packed bytes.Buffer
	_, err := h.service.PackArchive(t.Context(), "acme", &packed, dossier.Zip)
	require.NoError(t, err)
	bag, err := bagit.ReadPacked(bytes.NewReader(packed.Bytes()), int64(packed.Len()), bagit.Limits{})
	require.NoError(t, err)
	return bag
}
