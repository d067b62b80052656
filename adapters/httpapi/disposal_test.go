package httpapi_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTransferOverHTTP: what is transferred goes once the receiver has named every
// content of it, and what he misses or misstates is said by name.
func TestTransferOverHTTP(t *testing.T) {
	t.Parallel()
	o, c := wholeArchive(t)
	o.made(t, "/v1/schedules", map[string]any{"id": "S", "from": "2026-01-01", "phases": []any{map[string]any{
		"trigger": "filed", "period": map[string]any{"years": 1}, "action": "transfer", "approvals": 1, "authority": "Act 1",
	}}})
	o.made(t, "/v1/classes", map[string]any{"id": "letters", "title": "Letters", "schedule": "S", "from": "2026-01-01T00:00:00Z"})
	for id, text := range map[string]string{"R1": "b25l", "R2": "dHdv"} {
		o.made(t, "/v1/records", map[string]any{"id": id, "kind": "letter", "title": "Letter", "subject": "matter:1", "media_type": "m", "content": text})
		require.Equal(t, http.StatusOK, o.command(t, "/v1/records/"+id+"/filing", "/v1/records/"+id+"/classifications", map[string]any{"class": "letters"}).Status)
	}
	scan := "a scan"
	require.Equal(t, http.StatusOK, o.upload(t, hexDigest(scan), scan).Status)
	require.Equal(t, http.StatusOK, o.command(t, "/v1/records/R1/filing", "/v1/records/R1/renditions", map[string]any{"purpose": "scan", "derived_from": hexDigest("one"), "digest": hexDigest(scan)}).Status)
	c.advance(370 * 24 * time.Hour)
	asked := o.made(t, "/v1/disposals", map[string]any{"id": "B1", "action": "transfer", "reason": "due", "records": []string{"R1", "R2"}})
	do := func(path string, body map[string]any, header ...string) answer {
		return o.command(t, "/v1/disposals/B1", "/v1/disposals/B1/"+path, body, header...)
	}
	item := func(record string, texts ...string) map[string]any {
		digests := []string{}
		for _, text := range texts {
			digests = append(digests, hexDigest(text))
		}
		return map[string]any{"record": record, "digests": digests}
	}
	receipt := func(items ...any) map[string]any {
		return map[string]any{"receiver": "National Archive", "items": items}
	}
	whole := receipt(item("R1", "one", scan), item("R2", "two"))
	require.Equal(t, []string{"approved"}, do("receipts", whole).unmet())
	require.Equal(t, http.StatusOK, do("approvals", map[string]any{"scope": asked.Fields["scope"]}, "Authorization", as("pia")).Status)
	require.Equal(t, []string{"receipt"}, do("hand-overs", map[string]any{"record": "R1"}).unmet())
	o.unchanged(t, func() {
		missing := do("receipts", receipt(item("R1", "one", scan)))
		require.Equal(t, []string{"missing"}, missing.unmet())
		require.Contains(t, missing.Body, `"ref":"R2"`)
		less := do("receipts", receipt(item("R1", "one"), item("R2", "two")))
		require.Equal(t, []string{"missing"}, less.unmet())
		require.Contains(t, less.Body, hexDigest(scan))
		wrong := do("receipts", receipt(item("R1", "one", scan), item("R2", "three")))
		require.Equal(t, []string{"missing", "misstated"}, wrong.unmet())
		require.Contains(t, wrong.Body, hexDigest("three"))
		require.Equal(t, []string{"scope"}, do("receipts", receipt(item("R1", "one", scan), item("R2", "two"), item("R3", "x"))).unmet())
		do("receipts", receipt()).problem(t, http.StatusBadRequest, "malformed-request")
		o.send(t, "POST", "/v1/disposals/B9/receipts", `{"receiver":"x","items":[{"record":"R1","digests":["`+hexDigest("one")+`"]}]}`, "If-Match", `"1"`).problem(t, http.StatusNotFound, "not-found")
	})
	taken := do("receipts", whole)
	require.Equal(t, http.StatusOK, taken.Status, taken.Body)
	require.Equal(t, "National Archive", taken.Fields["receipt"].(map[string]any)["receiver"])
	require.Equal(t, http.StatusOK, o.send(t, "GET", "/v1/records/R1/content", "").Status, "nothing goes by it")
	for _, id := range []string{"R1", "R2"} {
		gone := do("hand-overs", map[string]any{"record": id})
		require.Equal(t, http.StatusOK, gone.Status, gone.Body)
		left := o.send(t, "GET", "/v1/records/"+id+"/content", "")
		left.problem(t, http.StatusGone, "gone")
		require.Equal(t, "transferred", left.Fields["gone"].(map[string]any)["state"])
	}
	certificate := o.send(t, "GET", "/v1/disposals/B1/certificate", "")
	require.Len(t, certificate.Fields["done"], 2)
	require.Len(t, certificate.Fields["receipt"].(map[string]any)["items"], 2)
	require.Empty(t, certificate.Fields["open"])

	o.sign(t)
	dossier := untar(t, o.send(t, "GET", "/v1/dossier.tar?matter=matter:1", "").Body)
	require.Contains(t, dossier["metadata/tombstones.jsonl"], `"receiver":"National Archive"`)
	require.Contains(t, dossier["metadata/withheld.jsonl"], `"reason":"transferred","content":"`+hexDigest(scan))
}
