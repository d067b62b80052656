package handover_test

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/format/bagit"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/outcome"
	"github.com/coordkit/coordkit/archive/reference"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/handover"
	"github.com/coordkit/coordkit/internal/everystore"
)

// rebagged puts the files of a bag into a new one, whose manifests fit.
func rebagged(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	_, err := bagit.Packer{}.Pack(t.Context(), &out, dossier.Packing{Format: dossier.Tar, Folder: "again", Date: day(1)},
		func(ctx context.Context, bag dossier.Bag) error {
			for _, name := range slices.Sorted(maps.Keys(files)) {
				switch path, payload := strings.CutPrefix(name, "data/"); {
				case strings.HasSuffix(name, "/"), strings.Contains(name, "manifest-"), name == "bagit.txt", name == "bag-info.txt":
				case payload:
					require.NoError(t, bag.AddPayload(ctx, path, strings.NewReader(files[name])))
				default:
					require.NoError(t, bag.AddTag(ctx, name, strings.NewReader(files[name])))
				}
			}
			return nil
		})
	require.NoError(t, err)
	return out.Bytes()
}

// examining is a house whose dossiers are of everything that a dossier can hold, the
// second one continuing the first.
func examining(t *testing.T) (h *lived, first, second map[string]string) {
	t.Helper()
	h = openLived(t, everystore.Memory(t))
	ctx := t.Context()
	h.file(t, "A", "matter:M")
	h.file(t, "B", "matter:M", link(archive.Supersedes, "A"), link(archive.SeeAlso, "0"), link(archive.DerivesFrom, "nowhere"))
	h.file(t, "0", "")
	h.file(t, "C", "", link(archive.Amends, "A"), link(archive.AttachmentOf, "B"))
	h.arrange("A", fileplan.Classify{Class: "letters"}, fileplan.Finish{}, fileplan.Declare{})
	_, err := h.desk.RecordOutcome(ctx, "acme", "olga", outcome.Outcome{ID: "O1", Subject: "record:B", Verdict: outcome.Succeeded, Evidence: []archive.End{archive.ToRecord("B")}})
	require.NoError(t, err)
	h.now = time.Date(2022, 1, 3, 9, 0, 0, 0, time.UTC)
	h.destroy("A")
	h.sign(t)
	order := handover.Order{Matter: "matter:M", Policy: reference.Standard(time.Time{})}
	first = h.bag(order)
	_, err = h.service.HandOver(ctx, "acme", "ann", "D1", order, new(bytes.Buffer), dossier.Tar)
	require.NoError(t, err)
	h.file(t, "E", "", link(archive.Amends, "B"))
	h.sign(t)
	order.Continues = "D1"
	second = h.bag(order)
	return h, first, second
}

func (h *lived) examined(file []byte) handover.Examined {
	h.t.Helper()
	out, err := h.service.Examine(h.t.Context(), "acme", bytes.NewReader(file))
	require.NoError(h.t, err)
	return out
}

func TestExamine(t *testing.T) {
	t.Parallel()
	h, first, second := examining(t)
	got := h.examined(rebagged(t, first))
	require.Equal(t, "valid", got.Verdict, "%v", got.Findings)
	require.NotNil(t, got.Dossier)
	require.Nil(t, got.Dossier.Misfit)
	require.True(t, got.Dossier.Ours)
	require.Equal(t, 3, got.Dossier.Records)
	require.Equal(t, 2, got.Dossier.Files)
	require.Equal(t, 1, got.Dossier.Tombstones)
	require.Nil(t, got.Dossier.Before)
	again := h.examined(rebagged(t, second))
	require.Nil(t, again.Dossier.Misfit)
	require.Equal(t, got.Dossier.Checkpoint, again.Dossier.Before, "it continues the first")
	require.True(t, again.Dossier.Continues)

	other := open(t, everystore.Memory(t))
	plain := h.examined(rebagged(t, map[string]string{"data/a": "text"}))
	require.Nil(t, plain.Dossier)
	require.Equal(t, []dossier.BagFile{{Path: "data/a", Size: 4, Digests: plain.Payload[0].Digests}}, plain.Payload)
	_, err := h.service.Examine(t.Context(), "acme", strings.NewReader("this is no bag"))
	require.ErrorIs(t, err, archive.ErrInvalid)
	_, err = other.service.Examine(t.Context(), "acme", strings.NewReader("x"))
	require.ErrorIs(t, err, coordination.ErrNotFound)
}

// Whoever changes a dossier and makes the bag fit again is found: the first place that
// does not fit is named.
func TestExamineFindsWhatWasChanged(t *testing.T) {
	t.Parallel()
	h, first, second := examining(t)
	swap := func(name, old, with string) func(map[string]string) {
		return func(files map[string]string) {
			require.Contains(t, files[name], old)
			files[name] = strings.Replace(files[name], old, with, 1)
		}
	}
	less := func(name string, line int) func(map[string]string) {
		return func(files map[string]string) {
			lines := slices.Collect(strings.Lines(files[name]))
			files[name] = strings.Join(slices.Delete(lines, line-1, line), "")
		}
	}
	proof := slices.Sorted(maps.Keys(first))[slices.IndexFunc(slices.Sorted(maps.Keys(first)), func(s string) bool { return strings.HasSuffix(s, ".tlog-proof") })]
	for name, tc := range map[string]struct {
		of     map[string]string
		change func(map[string]string)
		at     string
	}{
		"a content": {first, swap("data/00002_B/r01/B.txt", "content", "contend"), "metadata/bates.jsonl"},
		"a content and its number": {first, func(f map[string]string) {
			old := string(archive.DigestOf([]byte(f["data/00002_B/r01/B.txt"])))
			f["data/00002_B/r01/B.txt"] = "forgery of B"
			swap("metadata/bates.jsonl", old, string(archive.DigestOf([]byte("forgery of B"))))(f)
		}, "metadata/bates.jsonl"},
		"a content, its number and its record": {first, func(f map[string]string) {
			old := string(archive.DigestOf([]byte(f["data/00002_B/r01/B.txt"])))
			f["data/00002_B/r01/B.txt"] = "forgery of B"
			for _, name := range []string{"metadata/bates.jsonl", "metadata/records.jsonl"} {
				swap(name, old, string(archive.DigestOf([]byte("forgery of B"))))(f)
			}
		}, "metadata/events.jsonl"},
		"a content, and all that says so": {first, func(f map[string]string) {
			old := string(archive.DigestOf([]byte(f["data/00002_B/r01/B.txt"])))
			f["data/00002_B/r01/B.txt"] = "forgery of B"
			for _, name := range []string{"metadata/bates.jsonl", "metadata/records.jsonl", "metadata/events.jsonl"} {
				swap(name, old, string(archive.DigestOf([]byte("forgery of B"))))(f)
			}
		}, "metadata/events.jsonl"},
		"one content more":     {first, func(f map[string]string) { f["data/00002_B/r01/x"] = "x" }, "data/00002_B/r01/x"},
		"one content less":     {first, func(f map[string]string) { delete(f, "data/00002_B/r01/B.txt") }, "metadata/bates.jsonl"},
		"a number left out":    {first, less("metadata/bates.jsonl", 1), "data/00002_B/r01/B.txt"},
		"a record left out":    {first, less("metadata/records.jsonl", 2), "metadata/records.jsonl"},
		"a reference turned":   {first, swap("metadata/references.jsonl", `"type":"supersedes"`, `"type":"amends"`), "metadata/references.jsonl"},
		"a reference left out": {first, less("metadata/references.jsonl", 1), "metadata/records.jsonl"},
		"another reason":       {first, swap("metadata/records.jsonl", "seed › amends⁻¹", "seed › corrects⁻¹"), "metadata/records.jsonl"},
		"a tombstone left out": {first, less("metadata/tombstones.jsonl", 1), "metadata/records.jsonl"},
		"who is gone":          {first, swap("metadata/records.jsonl", `"gone":"destroyed"`, `"gone":"transferred"`), "metadata/tombstones.jsonl"},
		"a loss not told": {first, func(f map[string]string) {
			swap("metadata/withheld.jsonl", `"reason":"destroyed"`, `"reason":"marking"`)(f)
		}, "metadata/tombstones.jsonl"},
		"whose custody":           {first, swap("metadata/custody.jsonl", `"record":"B"`, `"record":"X"`), "metadata/custody.jsonl"},
		"whose outcome":           {first, swap("metadata/outcomes.jsonl", `"record":"B"`, `"record":"A"`), "metadata/outcomes.jsonl"},
		"who did it":              {first, swap("metadata/events.jsonl", `"value":"carol"`, `"value":"carla"`), "metadata/events.jsonl"},
		"a proof left out":        {first, less("metadata/events.jsonl", 1), "metadata/records.jsonl"},
		"a proof":                 {first, swap(proof, "index ", "index 1"), proof},
		"no proof":                {first, func(f map[string]string) { delete(f, proof) }, proof},
		"the checkpoint":          {first, swap("proofs/checkpoint", "example.org/acme\n", "example.org/acme\n1"), "proofs/checkpoint"},
		"no checkpoint":           {first, func(f map[string]string) { delete(f, "proofs/checkpoint") }, "proofs/checkpoint"},
		"another key":             {first, swap("proofs/checkpoint", "example.org/acme\n", "example.org/other\n"), "proofs/checkpoint"},
		"a line that is none":     {first, swap("metadata/withheld.jsonl", `{`, `[`), "metadata/withheld.jsonl"},
		"the state before":        {second, swap("proofs/consistency.json", `"size": `, `"size": 1`), "proofs/consistency.json"},
		"what an earlier one has": {second, swap("metadata/withheld.jsonl", `"reason":"handed-over"`, `"reason":"marking"`), "metadata/withheld.jsonl"},
		"records without a list":  {first, func(f map[string]string) { delete(f, "metadata/bates.jsonl") }, "metadata/bates.jsonl"},
		"a text without an end": {first, func(f map[string]string) {
			f["metadata/references.jsonl"] = strings.TrimSuffix(f["metadata/references.jsonl"], "\n")
		}, "metadata/references.jsonl"},
		"a proof of something else":  {first, func(f map[string]string) { f[proof] = "c2sp.org/tlog-proof@v1\nindex 0\n\nx\n" }, proof},
		"a finding of the bag alone": {first, func(f map[string]string) { f["data/CON"] = "x" }, "data/CON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := maps.Clone(tc.of)
			tc.change(files)
			got := h.examined(rebagged(t, files))
			require.Equal(t, "valid", got.Verdict, "%v", got.Findings)
			require.NotNil(t, got.Dossier)
			require.NotNil(t, got.Dossier.Misfit)
			require.Equal(t, tc.at, got.Dossier.Misfit.File, "%v", got.Dossier.Misfit)
		})
	}
	// Any byte of the file that is changed is found by the bag or by what stands in it.
	whole := rebagged(t, first)
	for at := 512; at < len(whole); at += 997 {
		if around := whole[max(at-20, 0):min(at+20, len(whole))]; bytes.Equal(around, make([]byte, len(around))) {
			continue // padding
		}
		changed := slices.Clone(whole)
		changed[at] ^= 1
		out, err := h.service.Examine(t.Context(), "acme", bytes.NewReader(changed))
		if err == nil && out.Verdict == "valid" && len(out.Findings) == 0 && out.Dossier != nil {
			t.Errorf("byte %d: %q", at, whole[max(at-20, 0):min(at+20, len(whole))])
		}
	}
}
