package httpapi_test

import (
	"bytes"
	"crypto/ed25519"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	blobs "github.com/coordkit/coordkit/adapters/blob/memory"
	"github.com/coordkit/coordkit/adapters/format/bagit"
	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/coordination/handover"
)

// wholeArchive is an office with everything an archive has: uploads, search, log and
// dossiers, and a clock that can be put forward.
func wholeArchive(tb testing.TB, change ...func(*httpapi.Config, *coordination.Config)) (*office, *clock) {
	tb.Helper()
	c := newClock()
	key, err := audit.NewKey("example.org/a", ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize)))
	require.NoError(tb, err)
	return open(tb, func(cfg *httpapi.Config) {
		cfg.Now = c.tick
		kept, keys := blobs.New(), func(string) (audit.Key, error) { return key, nil }
		desk := coordination.Config{Store: cfg.Store, Now: c.tick, Blobs: kept, Searcher: new(search.Indexes)}
		for _, each := range change {
			each(cfg, &desk)
		}
		cfg.Desk, err = coordination.NewDesk(desk)
		require.NoError(tb, err)
		cfg.Evidence, err = audit.New(audit.Config{Store: cfg.Store, Key: keys, Now: c.tick, Blobs: kept})
		require.NoError(tb, err)
		cfg.Dossiers, err = handover.New(handover.Config{
			Desk: cfg.Desk, Store: cfg.Store, Sealer: cfg.Evidence, Key: keys, Packer: bagit.Packer{}, Unpacker: bagit.Unpacker{}, Prefix: "CK",
		})
		require.NoError(tb, err)
	}), c
}

// sign seals and signs the log over HTTP.
func (o *office) sign(tb testing.TB) {
	tb.Helper()
	for _, path := range []string{"seals", "checkpoints"} {
		a := o.send(tb, "POST", "/v1/evidence/"+path, "")
		require.Less(tb, a.Status, 300, a.Body)
	}
}

// destroyed destroys R1 as the rules say, under a batch.
func (o *office) destroyed(tb testing.TB, batch, record string) {
	tb.Helper()
	asked := o.made(tb, "/v1/disposals", map[string]any{"id": batch, "action": "destroy", "reason": "due", "records": []string{record}})
	at := "/v1/disposals/" + batch
	require.Equal(tb, http.StatusOK, o.command(tb, at, at+"/approvals", map[string]any{"scope": asked.Fields["scope"]}, "Authorization", as("pia")).Status)
	require.Equal(tb, http.StatusOK, o.command(tb, at, at+"/destructions", map[string]any{"record": record}).Status)
}

// TestDossiersOverHTTPTellAllOfARecord: contents that were uploaded, and what became of
// those that were destroyed, in the first dossier and in the one that continues it.
func TestDossiersOverHTTPTellAllOfARecord(t *testing.T) {
	t.Parallel()
	o, c := wholeArchive(t)
	o.filingPlan(t)
	o.declaredLetter(t)
	large := strings.Repeat("0123456789abcdef", 2<<16)
	require.Equal(t, http.StatusOK, o.upload(t, hexDigest(large), large).Status)
	o.made(t, "/v1/records", map[string]any{"id": "U1", "kind": "plan", "title": "Plan", "subject": "matter:1", "media_type": "m", "name": "plan.bin", "digest": hexDigest(large)})
	o.sign(t)
	receipt := o.made(t, "/v1/dossiers", map[string]any{"id": "D1", "matter": "matter:1"})
	require.InDelta(t, 2, receipt.Fields["files"], 0)
	files := untar(t, o.send(t, "GET", "/v1/dossier.tar?matter=matter:1", "").Body)
	require.Equal(t, large, files["data/00002_U1/r01/plan.bin"])
	require.Contains(t, files["metadata/custody.jsonl"], `"what":"declare"`)

	c.advance(370 * 24 * time.Hour)
	o.destroyed(t, "B1", "R1")
	o.made(t, "/v1/records", map[string]any{"id": "R2", "kind": "note", "title": "Note", "subject": "matter:1", "media_type": "m", "content": "dHdv"})
	o.sign(t)
	plan := o.send(t, "GET", "/v1/dossier?matter=matter:1", "")
	require.Equal(t, http.StatusOK, plan.Status, plan.Body)
	require.Equal(t, "destroyed", items(plan)[0].(map[string]any)["gone"])
	require.Contains(t, plan.Body, `"content":"`+hexDigest("one")+`","end":{"kind":"record","value":"R1"},"reason":"destroyed"`)
	require.Contains(t, o.send(t, "GET", "/v1/dossier?matter=matter:1&continues=D1", "").Body, `"proved":true,"record":"R1","state":"destroyed"`, "also of what was handed over before")
	delta := o.send(t, "GET", "/v1/dossier.tar?matter=matter:1&continues=D1", "")
	require.Equal(t, http.StatusOK, delta.Status, delta.Body)
	files = untar(t, delta.Body)
	require.Equal(t, "two", files["data/00001_R2/r01/content"])
	require.Contains(t, files["metadata/bates.jsonl"], `"CK0000003"`, "numbers go on")
	require.Contains(t, files["proofs/consistency.json"], `"size": `)
	require.Contains(t, files["metadata/tombstones.jsonl"], `"record":"R1","state":"destroyed","batch":"B1"`)
	require.Equal(t, http.StatusCreated, o.create(t, "/v1/dossiers", map[string]any{"matter": "matter:1", "continues": "D1"}).Status)
}
