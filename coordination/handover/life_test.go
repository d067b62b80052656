package handover_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	blobs "github.com/coordkit/coordkit/adapters/blob/memory"
	"github.com/coordkit/coordkit/adapters/format/bagit"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/paper"
	"github.com/coordkit/coordkit/archive/reference"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/coordination/handover"
	"github.com/coordkit/coordkit/internal/everystore"
)

// lived is a house with uploads, a clock, and a class of which records are destroyed
// two years after they were filed.
type lived struct {
	house

	t     *testing.T
	now   time.Time
	kept  coordination.Store
	bytes archive.Blobs
}

func openLived(t *testing.T, store coordination.Store) *lived {
	t.Helper()
	h := &lived{t: t, kept: store, now: time.Date(2020, 1, 1, 9, 0, 0, 0, time.UTC), bytes: blobs.New()}
	tick := func() time.Time { h.now = h.now.Add(time.Second); return h.now }
	var err error
	h.key, err = audit.NewKey("example.org/acme", ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, ed25519.SeedSize)))
	require.NoError(t, err)
	key := func(string) (audit.Key, error) { return h.key, nil }
	h.desk, err = coordination.NewDesk(coordination.Config{Store: store, Now: tick, Blobs: h.bytes})
	require.NoError(t, err)
	h.sealer, err = audit.New(audit.Config{Store: store, Key: key, Now: tick, Blobs: h.bytes})
	require.NoError(t, err)
	h.service, err = handover.New(handover.Config{Desk: h.desk, Store: store, Sealer: h.sealer, Key: key, Packer: bagit.Packer{}, Unpacker: bagit.Unpacker{}, Prefix: "CK"})
	require.NoError(t, err)
	_, err = h.desk.AddSchedule(t.Context(), "acme", "carol", retention.Schedule{
		ID: "S", From: retention.Date{Year: 2019, Month: 1, Day: 1}, Phases: []retention.Phase{{
			Trigger: coordination.TriggerFiled, Period: retention.Period{Years: 2}, Action: retention.Destroy, Approvals: 1, Authority: "Act 1",
		}},
	})
	require.NoError(t, err)
	_, err = h.desk.AddClass(t.Context(), "acme", "carol", fileplan.Class{ID: "letters", Title: "Letters", Schedule: "S", From: day(1).AddDate(-7, 0, 0)})
	require.NoError(t, err)
	return h
}

func (h *lived) arrange(id archive.RecordID, cmds ...fileplan.Command) {
	h.t.Helper()
	for _, cmd := range cmds {
		_, err := h.desk.Arrange(h.t.Context(), "acme", "carol", id, 0, cmd)
		require.NoError(h.t, err)
	}
}

func (h *lived) upload(text string) archive.Digest {
	h.t.Helper()
	b, err := h.desk.Upload(h.t.Context(), "acme", strings.NewReader(text), "")
	require.NoError(h.t, err)
	return b.Digest
}

// destroy destroys a record as the rules say.
func (h *lived) destroy(id archive.RecordID) {
	h.t.Helper()
	b, err := h.desk.AskDisposal(h.t.Context(), "acme", "rita", retention.Ask{ID: "B-" + string(id), Action: retention.Destroy, Reason: "due"}, []archive.RecordID{id})
	require.NoError(h.t, err)
	_, err = h.desk.ApproveDisposal(h.t.Context(), "acme", "anna", b.ID, b.Rev, b.Value.Scope)
	require.NoError(h.t, err)
	_, err = h.desk.Destroy(h.t.Context(), "acme", "dora", b.ID, 0, id)
	require.NoError(h.t, err)
}

// bag draws and unpacks a dossier, validates it, and runs its guide.
func (h *lived) bag(o handover.Order) map[string]string {
	h.t.Helper()
	d, err := h.service.Draw(h.t.Context(), "acme", "ann", o)
	require.NoError(h.t, err)
	var packed bytes.Buffer
	_, err = h.service.Pack(h.t.Context(), &packed, d, dossier.Zip)
	require.NoError(h.t, err)
	bag := unzip(h.t, packed.Bytes())
	out := follow(h.t, bag)
	require.Contains(h.t, out, "Signature Verified Successfully")
	require.Contains(h.t, out, "all entries are under the root")
	require.NotContains(h.t, out, "not what was sealed")
	require.Equal(h.t, o.Continues != "", strings.Contains(out, "begins with the"), out)
	return bag
}

// follow runs the commands of a guide.
func follow(t *testing.T, bag map[string]string) string {
	t.Helper()
	for _, tool := range []string{"bash", "openssl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("the guide needs ", tool)
		}
	}
	var script strings.Builder
	for _, block := range regexp.MustCompile("(?s)```bash\n(.*?)```").FindAllStringSubmatch(bag["VERIFY.md"], -1) {
		script.WriteString(block[1])
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script.String())
	cmd.Dir = written(t, bag)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.NotContains(t, string(out), "sha256sum:", "nothing is missing, altered or empty")
	require.NotContains(t, string(out), "sha512sum:")
	return string(out)
}

// A dossier has all that a record has: contents that were uploaded, revisions, what was
// made of them, and what was done with it and with its paper. What was destroyed is
// named, before the first dossier, between two, and after one that is drawn again.
func TestDossiersOfRecordsThatAreGone(t *testing.T) {
	t.Parallel()
	everystore.Each(t, func(t *testing.T, fresh func(testing.TB) coordination.Store) {
		t.Helper()
		h := openLived(t, fresh(t))
		ctx := t.Context()
		for _, id := range []string{"A", "B", "C", "D"} {
			h.file(t, id, "matter:M")
		}
		_, err := h.desk.FileUpload(ctx, "acme", "carol", archive.File{ID: "U", Kind: "letter", Title: "Up", Subject: "matter:M", MediaType: "text/plain", Name: "u.txt"}, h.upload("uploaded"))
		require.NoError(t, err)
		redacted := h.upload("redacted")
		h.arrange("U", fileplan.Revise{Revision: fileplan.Revision{Digest: h.upload("revised"), Size: 7, MediaType: "text/plain", Name: "u2.txt"}},
			fileplan.Render{Rendition: fileplan.Rendition{Purpose: "redaction", DerivedFrom: archive.DigestOf([]byte("revised")), Digest: redacted, Withholds: "a name"}})
		for _, id := range []archive.RecordID{"A", "B", "C"} {
			h.arrange(id, fileplan.Classify{Class: "letters"}, fileplan.Finish{}, fileplan.Declare{})
		}
		item, err := h.desk.RegisterItem(ctx, "acme", "carol", "CK", paper.Item{Title: "Letter B", Kind: paper.Document, Record: "B", Copy: paper.Original, Home: "S1", Custodian: "carol"})
		require.NoError(t, err)
		_, err = h.desk.Handle(ctx, "acme", "carol", 0, paper.Lend{Code: item.Value.Barcode, To: "ann", Purpose: "reading", Due: h.now.AddDate(0, 1, 0)})
		require.NoError(t, err)
		h.now = time.Date(2022, 1, 3, 9, 0, 0, 0, time.UTC)
		h.destroy("A")
		first := h.sign(t)
		order := handover.Order{Matter: "matter:M", Policy: reference.Standard(time.Time{})}
		bag := h.bag(order)
		require.NotContains(t, bag, "data/00001_A/r01/A.txt")
		require.Equal(t, "content of B", bag["data/00002_B/r01/B.txt"])
		require.Equal(t, "uploaded", bag["data/00005_U/r01/u.txt"])
		require.Equal(t, "revised", bag["data/00005_U/r02/u2.txt"])
		require.Equal(t, "redacted", bag["data/00005_U/r02/redaction/redaction"])
		require.Contains(t, bag["metadata/bates.jsonl"], `"rendition":"redaction","derived_from":"`+string(archive.DigestOf([]byte("revised")))+`","name":"redaction","media_type":"","size":8`)
		require.Contains(t, bag["metadata/records.jsonl"], `"gone":"destroyed","metadata":{"state":"declared"`)
		require.Contains(t, bag["metadata/withheld.jsonl"], `"reason":"destroyed","content":"`+string(archive.DigestOf([]byte("content of A"))))
		stone := rows(t, bag["metadata/tombstones.jsonl"])
		require.Len(t, stone, 1)
		require.Equal(t, "A", stone[0]["record"])
		require.Equal(t, "dora", stone[0]["by"])
		require.Equal(t, "B-A", stone[0]["batch"])
		require.Contains(t, bag["metadata/events.jsonl"], `"record":"A","kind":"destroyed"`, "the end is proved")
		require.Contains(t, bag["metadata/custody.jsonl"], `"what":"lend","item":"`+string(item.Value.Barcode)+`"`)
		require.Contains(t, bag["metadata/custody.jsonl"], `"what":"declare"`)
		require.Contains(t, bag["VERIFY.md"], "destroyed or handed over: 1")

		handed, err := h.service.HandOver(ctx, "acme", "ann", "D1", order, new(bytes.Buffer), dossier.Tar)
		require.NoError(t, err)
		require.Equal(t, handover.Kind, handed.Kind)
		h.destroy("B")
		_, err = h.desk.Arrange(ctx, "acme", "carol", "U", 0, fileplan.DropRendition{Digest: redacted, Reason: "made anew"})
		require.NoError(t, err)
		second := h.sign(t)
		again := order
		again.Size = first
		bag = h.bag(again)
		require.NotContains(t, bag, "data/00002_B/r01/B.txt")
		require.Contains(t, bag["metadata/withheld.jsonl"], `"reason":"destroyed","content":"`+string(archive.DigestOf([]byte("content of B"))))
		require.Contains(t, bag["metadata/withheld.jsonl"], `"reason":"dropped","content":"`+string(redacted))
		stone = rows(t, bag["metadata/tombstones.jsonl"])
		require.Len(t, stone, 2)
		require.Contains(t, stone[0], "position")
		require.NotContains(t, stone[1], "position", "the checkpoint does not prove it")

		order.Continues = "D1"
		bag = h.bag(order)
		require.Empty(t, bag["manifest-sha256.txt"], "nothing new is there")
		require.Contains(t, bag["metadata/withheld.jsonl"], `"handed-over"`)
		stone = rows(t, bag["metadata/tombstones.jsonl"])
		require.Len(t, stone, 2)
		require.Contains(t, bag["metadata/events.jsonl"], `"record":"B","kind":"destroyed"`)
		custody := rows(t, bag["metadata/custody.jsonl"])
		require.NotEmpty(t, custody)
		for _, c := range custody {
			require.Greater(t, c["position"], float64(first), "only what was done since is told")
		}
		require.Greater(t, second, first)

		missing := order
		missing.Continues = ""
		d, err := h.service.Draw(ctx, "acme", "ann", missing)
		require.NoError(t, err)
		h.destroy("C")
		_, err = h.service.Pack(ctx, new(bytes.Buffer), d, dossier.Tar)
		require.ErrorIs(t, err, archive.ErrConflict, "it went meanwhile")
		require.NoError(t, h.bytes.DeleteBlob(ctx, "acme", archive.DigestOf([]byte("revised"))))
		d, err = h.service.Draw(ctx, "acme", "ann", missing)
		require.NoError(t, err)
		_, err = h.service.Pack(ctx, new(bytes.Buffer), d, dossier.Tar)
		require.ErrorIs(t, err, archive.ErrAltered, "a content that is lost is no content that is not asked for")
		require.NotErrorIs(t, err, archive.ErrNotFound)
		_, err = h.service.Draw(context.Background(), "acme", "ann", handover.Order{Matter: "B", Policy: order.Policy})
		require.NoError(t, err, "a matter of nothing but what is gone")
	})
}

func rows(t *testing.T, lines string) (out []map[string]any) {
	t.Helper()
	for line := range strings.Lines(lines) {
		var row map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &row))
		out = append(out, row)
	}
	return out
}
