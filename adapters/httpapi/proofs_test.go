package httpapi_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/coordkit/coordkit/adapters/format/bagit"
	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/coordination/handover"
)

// proving is an office that seals, searches and hands over; R3 is hidden from
// carl.
func proving(t *testing.T, change ...func(*audit.Config)) (*office, *audit.Sealer, audit.Key) {
	t.Helper()
	key, err := audit.NewKey("example.org/a", ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize)))
	require.NoError(t, err)
	var sealer *audit.Sealer
	o := open(t, func(c *httpapi.Config) {
		keys := func(string) (audit.Key, error) { return key, nil }
		sealing := audit.Config{Store: c.Store, Key: keys, Now: c.Now}
		for _, each := range change {
			each(&sealing)
		}
		sealer, err = audit.New(sealing)
		require.NoError(t, err)
		c.Desk, err = coordination.NewDesk(coordination.Config{
			Store: c.Store, Now: c.Now, Searcher: new(search.Indexes), Eraser: sealer,
			Sight: func(_ context.Context, _, reader string) (func(archive.RecordID) bool, error) {
				return func(id archive.RecordID) bool { return reader != "carl" || id != "R3" }, nil
			},
		})
		require.NoError(t, err)
		c.Evidence = sealer
		c.Dossiers, err = handover.New(handover.Config{Desk: c.Desk, Store: c.Store, Sealer: sealer, Key: keys, Packer: bagit.Packer{}, Prefix: "CK"})
		require.NoError(t, err)
	})
	for i, text := range []string{"the hinge is too narrow", "a wider hinge", "hinge, secret"} {
		body := fmt.Sprintf(`{"id":"R%d","kind":"letter","title":"Letter %d","subject":"matter:M1","media_type":"text/plain","dated":"2026-01-0%dT00:00:00Z","content":%q`,
			i+1, i+1, i+1, base64.StdEncoding.EncodeToString([]byte(text)))
		if i > 0 {
			body += fmt.Sprintf(`,"references":[{"type":"supersedes","target":{"kind":"record","value":"R%d"}}]`, i)
		}
		a := o.send(t, "POST", "/v1/records", body+"}", "Idempotency-Key", fmt.Sprint("file", i))
		require.Equal(t, http.StatusCreated, a.Status, a.Body)
	}
	return o, sealer, key
}

// TestEvidence: whoever has the public key proves everything with x/mod alone.
func TestEvidence(t *testing.T) {
	t.Parallel()
	o, sealer, key := proving(t)
	o.send(t, "GET", "/v1/evidence/checkpoint", "").problem(t, http.StatusNotFound, "not-found")
	_, err := sealer.Seal(t.Context(), "a")
	require.NoError(t, err)
	_, err = sealer.Sign(t.Context(), "a")
	require.NoError(t, err)
	signed := o.send(t, "GET", "/v1/evidence/checkpoint", "")
	require.Equal(t, http.StatusOK, signed.Status)
	c, _, err := evidence.Open([]byte(signed.Body), "example.org/a", note.VerifierList(key.Verifier))
	require.NoError(t, err)
	require.Equal(t, int64(5), c.Size)
	require.Len(t, items(o.send(t, "GET", "/v1/evidence/checkpoints", "")), 1)

	tile := o.send(t, "GET", "/v1/evidence/tiles/0/0?width=5", "")
	require.Len(t, tile.Body, 5*32)
	o.send(t, "GET", "/v1/evidence/bundles/0?width=5", "").problem(t, http.StatusNotFound, "not-found") // R3 is in it
	o.send(t, "GET", "/v1/evidence/entries/4", "").problem(t, http.StatusNotFound, "not-found")
	bundle := o.send(t, "GET", "/v1/evidence/bundles/0?width=5", "", "Authorization", as("pia")).Body
	for i := range 5 {
		size := int(bundle[0])<<8 | int(bundle[1])
		leaf := tlog.RecordHash([]byte(bundle[2 : 2+size]))
		require.Equal(t, string(leaf[:]), tile.Body[i*32:i*32+32])
		bundle = bundle[2+size:]
	}
	require.Empty(t, bundle)
	o.send(t, "GET", "/v1/evidence/tiles/0/0", "").problem(t, http.StatusNotFound, "not-found")
	o.send(t, "GET", "/v1/evidence/tiles/8/0", "").problem(t, http.StatusBadRequest, "malformed-request")
	o.send(t, "GET", "/v1/evidence/bundles/1", "").problem(t, http.StatusNotFound, "not-found")

	proved := o.send(t, "GET", "/v1/evidence/entries/2", "")
	var file evidence.Proof
	require.NoError(t, file.UnmarshalText([]byte(proved.Fields["file"].(string))))
	_, err = file.Check([]byte(proved.Fields["text"].(string)), "example.org/a", note.VerifierList(key.Verifier))
	require.NoError(t, err)
	actor := proved.Fields["actor"].(map[string]any)
	require.Equal(t, base64.StdEncoding.EncodeToString([]byte("carl")), actor["value"])
	o.send(t, "GET", "/v1/evidence/entries/6", "").problem(t, http.StatusNotFound, "not-found")
	o.send(t, "GET", "/v1/evidence/entries/1?size=4", "").problem(t, http.StatusNotFound, "not-found")
	growth := o.send(t, "GET", "/v1/evidence/growth?from=3", "")
	require.Equal(t, c.Root.String(), growth.Fields["to_root"])
	o.send(t, "GET", "/v1/evidence/growth?from=6", "").problem(t, http.StatusUnprocessableEntity, "invalid")

	found := o.send(t, "GET", "/v1/evidence/audit", "")
	require.Equal(t, true, found.Fields["sound"], found.Body)
	require.InDelta(t, 3, found.Fields["rows"], 0)
	require.NoError(t, o.store.Update(t.Context(), "a", func(ctx context.Context, tx coordination.Tx) error {
		r, err := tx.Record(ctx, "R1")
		require.NoError(t, err)
		r.Title = "Forged"
		_, err = tx.PutRecord(ctx, r)
		return err
	}))
	found = o.send(t, "GET", "/v1/evidence/audit", "")
	require.Equal(t, false, found.Fields["sound"])
	flaw := found.Fields["flaws"].([]any)[0].(map[string]any)
	require.Equal(t, "R1", flaw["entity"])

	bare := open(t)
	for _, path := range []string{"checkpoint", "tiles/0/0", "bundles/0", "entries/1", "growth?from=1", "audit"} {
		bare.send(t, "GET", "/v1/evidence/"+path, "").problem(t, http.StatusNotFound, "not-found")
	}
	require.Empty(t, items(bare.send(t, "GET", "/v1/evidence/checkpoints", "")))
}

// TestSealAndSign: over HTTP the log is sealed and signed as often as one likes, and
// never against what was signed before.
func TestSealAndSign(t *testing.T) {
	t.Parallel()
	outside := &keeper{}
	o, _, key := proving(t, func(c *audit.Config) { c.Anchor = outside })
	nothing := o.send(t, "POST", "/v1/evidence/checkpoints", "")
	nothing.problem(t, http.StatusConflict, "refused")
	require.Equal(t, []string{"sealed"}, nothing.unmet())
	head := o.send(t, "POST", "/v1/evidence/seals", "")
	require.Equal(t, http.StatusOK, head.Status, head.Body)
	require.InDelta(t, 5, head.Fields["size"], 0)
	require.Equal(t, head.Fields, o.send(t, "POST", "/v1/evidence/seals", "").Fields, "nothing is new")

	outside.err = fmt.Errorf("dial tcp: %s", secret)
	down := o.send(t, "POST", "/v1/evidence/checkpoints", "")
	down.problem(t, http.StatusServiceUnavailable, "unavailable")
	require.NotContains(t, down.Body, secret)
	outside.err = nil
	signed := o.send(t, "POST", "/v1/evidence/checkpoints", "")
	require.Equal(t, http.StatusOK, signed.Status, signed.Body)
	require.Equal(t, signed.Fields, o.send(t, "POST", "/v1/evidence/checkpoints", "").Fields, "it is not signed again")
	c, _, err := evidence.Open([]byte(signed.Fields["note"].(string)), "example.org/a", note.VerifierList(key.Verifier))
	require.NoError(t, err)
	require.Equal(t, int64(5), c.Size)
	require.Equal(t, head.Fields["root"], c.Root.String())
	require.Equal(t, signed.Fields["note"], string(outside.kept))

	// Another office that signed more under this name: a copy that was put back.
	c.Size += 2
	outside.kept, err = evidence.Sign(c, evidence.Checkpoint{}, nil, key.Signer)
	require.NoError(t, err)
	o.draft(t)
	require.Equal(t, http.StatusOK, o.send(t, "POST", "/v1/evidence/seals", "").Status)
	o.send(t, "POST", "/v1/evidence/checkpoints", "").problem(t, http.StatusConflict, "log-forked")
	require.Len(t, items(o.send(t, "GET", "/v1/evidence/checkpoints", "")), 1, "nothing was signed")

	// A log that somebody altered is not continued.
	outside.kept = nil
	require.NoError(t, o.store.Update(t.Context(), "a", func(ctx context.Context, tx coordination.Tx) error {
		s, err := tx.Sheet(ctx, audit.Book, "tile/0/0")
		require.NoError(t, err)
		s.Body = bytes.Replace(s.Body, []byte(`"bytes":"`), []byte(`"bytes":"AAAA`), 1)
		_, err = tx.PutSheet(ctx, s)
		return err
	}))
	o.send(t, "POST", "/v1/evidence/checkpoints", "").problem(t, http.StatusConflict, "log-forked")

	bare := open(t)
	for _, path := range []string{"seals", "checkpoints"} {
		bare.send(t, "POST", "/v1/evidence/"+path, "").problem(t, http.StatusNotFound, "not-found")
	}
}

// TestErasure: who is found is erased, the log says that, by whom and on which
// authority, and everything proved before is proved still.
func TestErasure(t *testing.T) {
	t.Parallel()
	o, _, _ := proving(t)
	require.Equal(t, http.StatusOK, o.send(t, "POST", "/v1/evidence/seals", "").Status)
	require.Equal(t, http.StatusOK, o.send(t, "POST", "/v1/evidence/checkpoints", "").Status)
	before := o.send(t, "GET", "/v1/evidence/entries/3", "")
	require.NotEmpty(t, before.Fields["parts"], before.Body)
	found := o.send(t, "POST", "/v1/erasure-searches", `{"value":"carl","page_size":2}`)
	require.Equal(t, http.StatusOK, found.Status, found.Body)
	require.Len(t, found.Fields["positions"], 2)
	require.InDelta(t, 2, found.Fields["next"], 0)
	found = o.send(t, "POST", "/v1/erasure-searches", `{"value":"carl"}`)
	require.Len(t, found.Fields["positions"], 5)
	require.NotContains(t, found.Fields, "next")
	order := map[string]any{"id": "E1", "positions": found.Fields["positions"], "value": "carl", "authority": "Request 7"}
	erased := o.made(t, "/v1/erasures", order, "Authorization", as("pia"))
	require.Equal(t, "pia", erased.Fields["by"])
	require.Equal(t, erased.Body, o.made(t, "/v1/erasures", order, "Authorization", as("pia")).Body, "the same request")
	require.NotContains(t, erased.Body, "carl")
	delete(order, "id")
	again := o.create(t, "/v1/erasures", order)
	again.problem(t, http.StatusConflict, "refused")
	require.Equal(t, []string{"nothing"}, again.unmet())
	require.Empty(t, o.send(t, "POST", "/v1/erasure-searches", `{"value":"carl"}`).Fields["positions"])

	record := o.send(t, "GET", "/v1/records/R1", "")
	require.Contains(t, record.Fields["filed_by"], "erased:")
	require.NotContains(t, o.send(t, "GET", "/v1/journal", "").Body, "carl")
	require.NotContains(t, o.send(t, "GET", "/v1/search?q=hinge", "").Body, "carl")
	after := o.send(t, "GET", "/v1/evidence/entries/3", "")
	for _, same := range []string{"text", "leaf", "root", "hashes", "data"} {
		require.Equal(t, before.Fields[same], after.Fields[same], same)
	}
	require.NotContains(t, after.Fields, "actor")
	require.NotContains(t, after.Fields["parts"].([]any)[0], "opening")
	report := o.send(t, "GET", "/v1/evidence/audit", "")
	require.Equal(t, true, report.Fields["sound"], report.Body)
	require.InDelta(t, 7, report.Fields["erased"], 0, report.Body)
	require.Contains(t, report.Body, `{"part":"/reference/author","position":3}`)
	require.Len(t, items(o.send(t, "GET", "/v1/erasures", "")), 1)

	o.create(t, "/v1/erasures", map[string]any{"positions": []int{6000}, "authority": "x"}).problem(t, http.StatusNotFound, "not-found")
	o.create(t, "/v1/erasures", map[string]any{"positions": []int{1}, "authority": " "}).fault(t, "/authority", "required")
	bare := open(t)
	bare.create(t, "/v1/erasures", order).problem(t, http.StatusNotFound, "not-found")
	bare.send(t, "POST", "/v1/erasure-searches", `{"value":"carl"}`).problem(t, http.StatusNotFound, "not-found")
}

// keeper is an anchor that answers, or not.
type keeper struct {
	kept []byte
	err  error
}

func (k *keeper) LastCheckpoint(context.Context, string) ([]byte, error) { return k.kept, k.err }

func (k *keeper) KeepCheckpoint(_ context.Context, _ string, signed []byte) error {
	k.kept = signed
	return k.err
}

// TestHiddenRecords: of a record that the caller may not see nothing is answered that
// is not answered of one that is not there.
func TestHiddenRecords(t *testing.T) {
	t.Parallel()
	o, _, _ := proving(t)
	for _, path := range []string{"", "/content", "/contents/" + hexDigest("hinge, secret"), "/filing", "/references", "/retention"} {
		hidden, none := o.send(t, "GET", "/v1/records/R3"+path, ""), o.send(t, "GET", "/v1/records/R9"+path, "")
		hidden.problem(t, http.StatusNotFound, "not-found")
		delete(hidden.Fields, "instance")
		delete(none.Fields, "instance")
		require.Equal(t, none.Fields, hidden.Fields, path)
		require.Equal(t, http.StatusOK, o.send(t, "GET", "/v1/records/R3"+path, "", "Authorization", as("pia")).Status, path)
	}
	declared := o.send(t, "POST", "/v1/records/R3/declaration", "", "If-Match", `"1"`)
	declared.problem(t, http.StatusNotFound, "not-found")
}

// TestSearch: pages, filters and counts over what the caller may see.
func TestSearch(t *testing.T) {
	t.Parallel()
	o, _, _ := proving(t)
	_, err := o.desk.Index(t.Context(), "a")
	require.NoError(t, err)
	first := o.send(t, "GET", "/v1/search?q=hinge&page_size=1", "")
	require.Equal(t, http.StatusOK, first.Status, first.Body)
	require.InDelta(t, 2, first.Fields["total"], 0, "what carl may not see is not counted")
	hit := items(first)[0].(map[string]any)
	require.Equal(t, "R2", hit["id"])
	require.Equal(t, "a wider hinge", hit["snippet"].(map[string]any)["text"].(string)[:0]+"a wider hinge")
	require.Contains(t, first.Body, `{"name":"subject","values":[{"n":2,"value":"matter:M1"}]}`)
	token := first.Fields["next_page_token"].(string)
	second := o.send(t, "GET", "/v1/search?q=hinge&page_size=1&page_token="+token, "")
	require.Equal(t, "R1", items(second)[0].(map[string]any)["id"])
	require.NotContains(t, second.Fields, "next_page_token")
	require.Len(t, items(o.send(t, "GET", "/v1/search?subject=matter:M1&to=2026-01-02T00:00:00Z", "")), 1)
	require.Empty(t, items(o.send(t, "GET", "/v1/search?kind=none", "")))
	require.Empty(t, items(o.send(t, "GET", "/v1/search?as_known_at=2001-01-01T00:00:00Z", "")))
	o.send(t, "GET", "/v1/search?q=wider&page_size=1&page_token="+token, "").problem(t, http.StatusBadRequest, "malformed-request")
	o.send(t, "GET", "/v1/search?q=-x", "").problem(t, http.StatusUnprocessableEntity, "invalid")
	open(t).send(t, "GET", "/v1/search?q=x", "").problem(t, http.StatusUnprocessableEntity, "invalid")
}

// TestOutcomes: evidence is mandatory, causes are found, replays are the same.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	o, _, _ := proving(t)
	record := func(body, key string) answer {
		return o.send(t, "POST", "/v1/outcomes", body, "Idempotency-Key", key)
	}
	refused := record(`{"subject":"changereq:CR7","verdict":"failed"}`, "1")
	refused.problem(t, http.StatusConflict, "refused")
	require.Contains(t, refused.Body, "it lacks evidence")
	body := `{"id":"O1","subject":"changereq:CR7","verdict":"failed","causes":["torque"],"measures":[{"name":"torque","unit":"Nm","expected":12,"measured":9.5}],` +
		`"evidence":[{"kind":"record","value":"R1"}],"decided_at":"2026-01-04T01:00:00+01:00"}`
	made := record(body, "2")
	require.Equal(t, http.StatusCreated, made.Status, made.Body)
	require.Equal(t, "/v1/outcomes/O1", made.Header.Get("Location"))
	require.Equal(t, "2026-01-04T00:00:00Z", made.Fields["decided_at"])
	require.Equal(t, "true", record(body, "2").Header.Get("Idempotency-Replayed"))
	record(body, "3").problem(t, http.StatusConflict, "conflict")
	record(strings.Replace(body, "failed", "great", 1), "4").fault(t, "/verdict", "unknown")
	later := record(`{"id":"O2","subject":"changereq:CR7","verdict":"succeeded","evidence":[{"kind":"uri","value":"https://example.org/t"}],"supersedes":"O1"}`, "5")
	require.Equal(t, http.StatusCreated, later.Status, later.Body)
	require.Equal(t, "O2", o.send(t, "GET", "/v1/outcomes/O1", "").Fields["superseded_by"])
	require.Len(t, items(o.send(t, "GET", "/v1/outcomes?subject=changereq:CR7", "")), 2)
	require.Len(t, items(o.send(t, "GET", "/v1/outcomes?cause=torque&verdict=failed", "")), 1)
	require.Len(t, items(o.send(t, "GET", "/v1/outcomes?in_force=true", "")), 1)
	require.Contains(t, o.send(t, "GET", "/v1/outcome-report?subject=changereq:CR7", "").Body, `"verdicts":[{"outcomes":1,"verdict":"succeeded"}`)
	o.send(t, "GET", "/v1/outcomes/O9", "").problem(t, http.StatusNotFound, "not-found")
	o.send(t, "GET", "/v1/outcomes?page_token=x", "").problem(t, http.StatusBadRequest, "malformed-request")
}

// TestDossiers: the download is a valid bag, the same each time, without what the
// caller may not see; what was handed over is continued.
func TestDossiers(t *testing.T) {
	t.Parallel()
	o, sealer, _ := proving(t)
	early := o.send(t, "GET", "/v1/dossier?matter=matter:M1", "")
	early.problem(t, http.StatusNotFound, "not-found")
	early.fault(t, "query size", "unknown")
	require.Contains(t, early.Body, "sign one first")
	sign := func() {
		_, err := sealer.Seal(t.Context(), "a")
		require.NoError(t, err)
		_, err = sealer.Sign(t.Context(), "a")
		require.NoError(t, err)
	}
	sign()
	plan := o.send(t, "GET", "/v1/dossier?matter=matter:M1", "")
	require.Equal(t, http.StatusOK, plan.Status, plan.Body)
	require.Len(t, items(plan), 2)
	require.NotContains(t, plan.Body, "R3")
	packed := o.send(t, "GET", "/v1/dossier.tar?matter=matter:M1&size=5", "")
	require.Equal(t, http.StatusOK, packed.Status, packed.Body)
	require.Contains(t, packed.Header.Get("Content-Disposition"), "dossier_matter_M1.tar")
	files := untar(t, packed.Body)
	require.Equal(t, "a wider hinge", files["data/00002_R2/r01/content"])
	receipt := o.send(t, "POST", "/v1/dossiers", `{"id":"D1","matter":"matter:M1"}`, "Idempotency-Key", "d1")
	require.Equal(t, http.StatusCreated, receipt.Status, receipt.Body)
	require.Equal(t, fmt.Sprintf("%x", sha256.Sum256([]byte(files["tagmanifest-sha256.txt"]))), receipt.Fields["tagmanifest_sha256"])
	again := o.send(t, "POST", "/v1/dossiers", `{"id":"D1","matter":"matter:M1"}`, "Idempotency-Key", "d1")
	require.Equal(t, receipt.Fields, again.Fields)

	a := o.send(t, "POST", "/v1/records", `{"id":"R4","kind":"letter","title":"Reply","subject":"matter:M1","media_type":"text/plain","content":""}`, "Idempotency-Key", "r4")
	require.Equal(t, http.StatusCreated, a.Status, a.Body)
	sign()
	require.Equal(t, packed.Body, o.send(t, "GET", "/v1/dossier.tar?matter=matter:M1&size=5", "").Body, "as of the same checkpoint")
	delta := o.send(t, "GET", "/v1/dossier?matter=matter:M1&continues=D1", "")
	require.Len(t, items(delta), 1, delta.Body)
	zipped := o.send(t, "GET", "/v1/dossier.zip?matter=matter:M1&continues=D1", "")
	require.Equal(t, http.StatusOK, zipped.Status)
	require.Equal(t, "PK", zipped.Body[:2])
	require.Contains(t, zipped.Body, "proofs/consistency.json")

	none, hidden := o.send(t, "GET", "/v1/dossier?matter=none", ""), o.send(t, "GET", "/v1/dossier?matter=R3", "")
	none.problem(t, http.StatusNotFound, "not-found")
	none.fault(t, "query matter", "unknown")
	for _, a := range []answer{none, hidden} {
		delete(a.Fields, "instance")
	}
	require.Equal(t, none.Fields, hidden.Fields)
	o.send(t, "GET", "/v1/dossier?matter=matter:M1&continues=null", "").fault(t, "query continues", "unknown")
	o.send(t, "GET", "/v1/dossier?matter=matter:M1&size=4", "").fault(t, "query size", "unknown")
	o.send(t, "POST", "/v1/dossiers", `{"matter":"matter:M1","continues":"R3"}`, "Idempotency-Key", "d3").fault(t, "/continues", "unknown")
	o.send(t, "GET", "/v1/dossier?matter=R1&policy=likes", "").problem(t, http.StatusUnprocessableEntity, "invalid")
	o.send(t, "GET", "/v1/dossier?matter=R1&continues=D1", "").problem(t, http.StatusUnprocessableEntity, "invalid")
	o.send(t, "GET", "/v1/dossier.zip?matter=none", "").problem(t, http.StatusNotFound, "not-found")
	open(t).send(t, "GET", "/v1/dossier?matter=R1", "").problem(t, http.StatusNotFound, "not-found")
}

func untar(t *testing.T, packed string) map[string]string {
	t.Helper()
	out := make(map[string]string)
	for r := tar.NewReader(strings.NewReader(packed)); ; {
		h, err := r.Next()
		if err == io.EOF { //nolint:errorlint // archive/tar gives it bare
			return out
		}
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		_, name, _ := strings.Cut(h.Name, "/")
		out[name] = string(text)
	}
}
