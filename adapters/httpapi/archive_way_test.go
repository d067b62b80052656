package httpapi_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/adapters/httpapi/client"
	"github.com/coordkit/coordkit/adapters/httpapi/contracttest"
	"github.com/coordkit/coordkit/coordination"
)

const (
	plainJSON = "application/json"
	octets    = "application/octet-stream"
)

// archivist goes the way of an archive with the generated client.
type archivist struct {
	t    *testing.T
	api  *client.ClientWithResponses
	keys int
}

func newArchivist(t *testing.T, o *office) *archivist {
	t.Helper()
	api, err := client.NewClientWithResponses("http://desk", client.WithHTTPClient(contracttest.NewTransport(t, o.handler).Client()))
	require.NoError(t, err)
	return &archivist{t: t, api: api}
}

// key is one that was not used yet.
func (a *archivist) key() string {
	a.keys++
	return fmt.Sprint("k", a.keys)
}

// went checks that a command was carried out and gives the tag of what it was done to.
func (a *archivist) went(res *http.Response, body []byte, err error) string {
	a.t.Helper()
	require.NoError(a.t, err)
	require.Less(a.t, res.StatusCode, 300, string(body))
	return res.Header.Get("ETag")
}

// TestTheWayOfAnArchive: filed, arranged, lent, referred to, held, disposed of, judged,
// handed over and continued, taken out and in again: all of it by the generated client,
// with what is refused on the way.
func TestTheWayOfAnArchive(t *testing.T) {
	t.Parallel()
	o, c := wholeArchive(t)
	a, ctx, carl := newArchivist(t, o), t.Context(), by("carl")
	in := strings.NewReader

	// The file plan.
	s, err := a.api.AddScheduleWithBodyWithResponse(ctx, &client.AddScheduleParams{IdempotencyKey: a.key()}, plainJSON,
		in(`{"id":"S","from":"2026-01-01","phases":[{"trigger":"settled","period":{"years":1},"action":"destroy","approvals":1,"authority":"Act 1"}]}`), carl)
	a.went(s.HTTPResponse, s.Body, err)
	cl, err := a.api.AddPlanClassWithBodyWithResponse(ctx, &client.AddPlanClassParams{IdempotencyKey: a.key()}, plainJSON,
		in(`{"id":"letters","title":"Letters","schedule":"S","from":"2026-01-01T00:00:00Z"}`), carl)
	a.went(cl.HTTPResponse, cl.Body, err)

	// Filing.
	up, err := a.api.UploadContentWithBodyWithResponse(ctx, hexDigest("letter"), nil, octets, in("letter"), carl)
	a.went(up.HTTPResponse, up.Body, err)
	file := func(body string) {
		t.Helper()
		r, err := a.api.FileRecordWithBodyWithResponse(ctx, &client.FileRecordParams{IdempotencyKey: a.key()}, plainJSON, in(body), carl)
		a.went(r.HTTPResponse, r.Body, err)
	}
	file(`{"id":"R1","kind":"letter","title":"Complaint","subject":"matter:7","media_type":"text/plain","name":"a.txt","digest":"` + hexDigest("letter") + `"}`)
	file(`{"id":"R2","kind":"letter","title":"Answer","subject":"matter:7","media_type":"text/plain","content":"Ynl5ZQ==","references":[` +
		`{"type":"answers","target":{"kind":"record","value":"R1"}},{"type":"derivesFrom","target":{"kind":"text","value":"Draft 12"}}]}`)
	early, err := a.api.DeclareRecordWithResponse(ctx, "R1", &client.DeclareRecordParams{IfMatch: `"1"`}, carl)
	require.NoError(t, err)
	require.Equal(t, []string{"state", "class"}, unmet(t, early.StatusCode(), early.Body))
	sorted, err := a.api.ClassifyRecordWithBodyWithResponse(ctx, "R1", &client.ClassifyRecordParams{IfMatch: `"1"`}, plainJSON, in(`{"class":"letters"}`), carl)
	tag := a.went(sorted.HTTPResponse, sorted.Body, err)
	complete, err := a.api.CompleteRecordWithResponse(ctx, "R1", &client.CompleteRecordParams{IfMatch: tag}, carl)
	tag = a.went(complete.HTTPResponse, complete.Body, err)
	declared, err := a.api.DeclareRecordWithResponse(ctx, "R1", &client.DeclareRecordParams{IfMatch: tag}, carl)
	a.went(declared.HTTPResponse, declared.Body, err)

	// Paper.
	item, err := a.api.RegisterPaperItemWithBodyWithResponse(ctx, &client.RegisterPaperItemParams{IdempotencyKey: a.key()}, plainJSON,
		in(`{"prefix":"CK","title":"Complaint","kind":"document","home":"A1","copy":"original","record":"R1"}`), carl)
	tag = a.went(item.HTTPResponse, item.Body, err)
	code := item.JSON201.Barcode
	lent, err := a.api.LendItemWithBodyWithResponse(ctx, code, &client.LendItemParams{IfMatch: tag}, plainJSON, in(`{"to":"dora","purpose":"hearing","due":"2026-03-01T00:00:00Z"}`), carl)
	tag = a.went(lent.HTTPResponse, lent.Body, err)
	require.Equal(t, "A1", lent.JSON200.Home)
	back, err := a.api.ReturnItemWithBodyWithResponse(ctx, code, &client.ReturnItemParams{IfMatch: tag}, plainJSON, in(`{"condition":"good","pages":2}`), carl)
	a.went(back.HTTPResponse, back.Body, err)

	// References.
	open, err := a.api.ListOpenReferencesWithResponse(ctx, nil, carl)
	a.went(open.HTTPResponse, open.Body, err)
	require.Len(t, open.JSON200.Items, 1)
	file(`{"id":"D12","kind":"note","title":"Draft","media_type":"text/plain","content":"ZA=="}`)
	meant, err := a.api.ResolveReferenceWithBodyWithResponse(ctx, open.JSON200.Items[0].ID, &client.ResolveReferenceParams{IdempotencyKey: a.key()}, plainJSON, in(`{"record":"D12"}`), carl)
	a.went(meant.HTTPResponse, meant.Body, err)

	// Retention and a hold.
	happened, err := a.api.RecordTriggerWithBodyWithResponse(ctx, "R1", &client.RecordTriggerParams{IdempotencyKey: a.key()}, plainJSON, in(`{"trigger":"settled","at":"2026-01-05T00:00:00Z"}`), carl)
	a.went(happened.HTTPResponse, happened.Body, err)
	c.advance(400 * 24 * time.Hour)
	due, err := a.api.ListDueRecordsWithResponse(ctx, nil, carl)
	a.went(due.HTTPResponse, due.Body, err)
	require.Len(t, due.JSON200.Items, 1)
	hold, err := a.api.IssueHoldWithBodyWithResponse(ctx, &client.IssueHoldParams{IdempotencyKey: a.key()}, plainJSON, in(`{"id":"H1","matter":"Case 9","reason":"claim","scope":{"records":["R1"]}}`), carl)
	tag = a.went(hold.HTTPResponse, hold.Body, err)
	ask := in(`{"action":"destroy","records":["R1"]}`)
	held, err := a.api.PreviewDisposalWithBodyWithResponse(ctx, plainJSON, ask, carl)
	require.NoError(t, err)
	require.Equal(t, []string{"held"}, unmet(t, held.StatusCode(), held.Body))
	released, err := a.api.ReleaseHoldWithBodyWithResponse(ctx, "H1", &client.ReleaseHoldParams{IfMatch: tag}, plainJSON, in(`{"reason":"settled"}`), carl)
	a.went(released.HTTPResponse, released.Body, err)

	// Outcomes.
	judged, err := a.api.RecordOutcomeWithBodyWithResponse(ctx, &client.RecordOutcomeParams{IdempotencyKey: a.key()}, plainJSON,
		in(`{"id":"O1","subject":"matter:7","verdict":"failed","causes":["late"],"evidence":[{"kind":"record","value":"R2"}]}`), carl)
	a.went(judged.HTTPResponse, judged.Body, err)
	failed, err := a.api.ListOutcomesWithResponse(ctx, &client.ListOutcomesParams{Cause: new("late")}, carl)
	a.went(failed.HTTPResponse, failed.Body, err)
	require.Equal(t, "O1", failed.JSON200.Items[0].ID)

	// The dossier, and what it says of itself.
	o.sign(t)
	handed, err := a.api.HandOverDossierWithBodyWithResponse(ctx, &client.HandOverDossierParams{IdempotencyKey: a.key()}, plainJSON, in(`{"id":"D1","matter":"matter:7"}`), carl)
	a.went(handed.HTTPResponse, handed.Body, err)
	require.EqualValues(t, 3, handed.JSON201.Files)
	bag, err := a.api.DownloadDossierTarWithResponse(ctx, &client.DownloadDossierTarParams{Matter: "matter:7", Size: &handed.JSON201.Size}, carl)
	a.went(bag.HTTPResponse, bag.Body, err)
	first, err := a.api.ExamineBagWithBodyWithResponse(ctx, octets, bytes.NewReader(bag.Body), carl)
	a.went(first.HTTPResponse, first.Body, err)
	require.True(t, first.JSON200.Dossier.Fits)

	// Disposal.
	batch, err := a.api.AskDisposalWithBodyWithResponse(ctx, &client.AskDisposalParams{IdempotencyKey: a.key()}, plainJSON, in(`{"id":"B1","action":"destroy","reason":"due","records":["R1"]}`), carl)
	tag = a.went(batch.HTTPResponse, batch.Body, err)
	scope := `{"scope":"` + batch.JSON201.Scope + `"}`
	own, err := a.api.ApproveDisposalWithBodyWithResponse(ctx, "B1", &client.ApproveDisposalParams{IfMatch: tag}, plainJSON, in(scope), carl)
	require.NoError(t, err)
	require.Equal(t, []string{"separation"}, unmet(t, own.StatusCode(), own.Body))
	approved, err := a.api.ApproveDisposalWithBodyWithResponse(ctx, "B1", &client.ApproveDisposalParams{IfMatch: tag}, plainJSON, in(scope), by("pia"))
	tag = a.went(approved.HTTPResponse, approved.Body, err)
	gone, err := a.api.DestroyRecordWithBodyWithResponse(ctx, "B1", &client.DestroyRecordParams{IfMatch: tag}, plainJSON, in(`{"record":"R1"}`), carl)
	a.went(gone.HTTPResponse, gone.Body, err)
	certificate, err := a.api.GetCertificateWithResponse(ctx, "B1", carl)
	a.went(certificate.HTTPResponse, certificate.Body, err)
	require.Len(t, certificate.JSON200.Done, 1)

	// The dossier that continues it.
	file(`{"id":"R3","kind":"letter","title":"Second answer","subject":"matter:7","media_type":"text/plain","content":"ZGI=","references":[{"type":"supersedes","target":{"kind":"record","value":"R2"}}]}`)
	o.sign(t)
	delta, err := a.api.DownloadDossierZipWithResponse(ctx, &client.DownloadDossierZipParams{Matter: "matter:7", Continues: &handed.JSON201.Record}, carl)
	a.went(delta.HTTPResponse, delta.Body, err)
	second, err := a.api.ExamineBagWithBodyWithResponse(ctx, octets, bytes.NewReader(delta.Body), carl)
	a.went(second.HTTPResponse, second.Body, err)
	require.True(t, second.JSON200.Dossier.Fits, string(second.Body))
	require.Equal(t, first.JSON200.Dossier.Checkpoint, second.JSON200.Dossier.Before)
	require.EqualValues(t, 1, second.JSON200.Dossier.Tombstones)
	require.EqualValues(t, 1, second.JSON200.Dossier.Records)

	a.carriedOver(o, second.JSON200.Dossier.Checkpoint)
}

// carriedOver takes the archive out and into another office, which answers the same.
func (a *archivist) carriedOver(o *office, at *client.LogState) {
	t, ctx, carl := a.t, a.t.Context(), by("carl")
	whole, err := a.api.DownloadArchiveWithResponse(ctx, carl)
	a.went(whole.HTTPResponse, whole.Body, err)
	closed := newArchivist(t, o)
	refused, err := closed.api.ImportArchiveWithBodyWithResponse(ctx, nil, octets, bytes.NewReader(whole.Body), carl)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, refused.StatusCode(), "it is not switched on")
	there, _ := wholeArchive(t, func(c *httpapi.Config, _ *coordination.Config) { c.Imports = true })
	b := newArchivist(t, there)
	junk, err := b.api.ImportArchiveWithBodyWithResponse(ctx, nil, octets, strings.NewReader("no archive at all"), carl)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, junk.StatusCode())
	changed := bytes.Replace(whole.Body, []byte("Complaint"), []byte("Compliant"), 1)
	altered, err := b.api.ImportArchiveWithBodyWithResponse(ctx, nil, octets, bytes.NewReader(changed), carl)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnprocessableEntity, altered.StatusCode(), string(altered.Body))
	require.Empty(t, items(there.send(t, "GET", "/v1/records", "")), "nothing of it was taken in")
	for n := range 2 {
		taken, err := b.api.ImportArchiveWithBodyWithResponse(ctx, nil, octets, bytes.NewReader(whole.Body), carl)
		b.went(taken.HTTPResponse, taken.Body, err)
		require.EqualValues(t, 5, taken.JSON200.Records)
		require.Empty(t, taken.JSON200.Findings)
		require.Equal(t, n == 0, taken.JSON200.New > 0)
		require.Equal(t, *at, taken.JSON200.Log, "the same root")
	}
	for _, path := range []string{
		"/v1/records", "/v1/records/R1/filing", "/v1/records/R2/references", "/v1/paper-items", "/v1/holds", "/v1/disposals/B1/certificate", "/v1/outcomes", "/v1/classes", "/v1/schedules",
		"/v1/records/R2/content", "/v1/records/D1/content",
	} {
		want, got := o.send(t, "GET", path, ""), there.send(t, "GET", path, "")
		require.Equal(t, revs.ReplaceAllString(want.Body, ""), revs.ReplaceAllString(got.Body, ""), path)
	}
	there.send(t, "GET", "/v1/records/R1/content", "").problem(t, http.StatusGone, "gone")
}
