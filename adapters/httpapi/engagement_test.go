package httpapi_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/format"
	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/coordination"
)

// TestMeasures defines what a figure means, changes that, and computes it anew.
func TestMeasures(t *testing.T) {
	t.Parallel()
	o := watching(t)
	o.fileLog(t, "LOG1", days(30))
	made := o.send(t, post, "/v1/measures", `{"id":"M1","measure":{"formula":"mean-duration","lower":true}}`, "Idempotency-Key", "m")
	require.Equal(t, http.StatusCreated, made.Status, made.Body)
	require.Equal(t, `"1"`, made.Header.Get("ETag"))
	o.send(t, post, "/v1/measures", `{"id":"M1","measure":{"formula":"on-time","promise_us":1}}`, "Idempotency-Key", "n").problem(t, http.StatusConflict, "conflict")

	change := `{"formula":"cost-per-case","lower":true}`
	o.send(t, "PUT", "/v1/measures/M1", change).problem(t, http.StatusPreconditionRequired, "precondition-required")
	o.send(t, "PUT", "/v1/measures/none", change, "If-Match", `"1"`).problem(t, http.StatusNotFound, "not-found")
	got := o.send(t, "PUT", "/v1/measures/M1", change, "If-Match", `"1"`)
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	require.Len(t, got.Fields["versions"], 2)
	o.unchanged(t, func() {
		o.send(t, "PUT", "/v1/measures/M1", change, "If-Match", `"1"`).problem(t, http.StatusPreconditionFailed, "stale")
		o.send(t, "PUT", "/v1/measures/M1", `{"formula":"mean-waiting"}`, "If-Match", `"2"`).problem(t, http.StatusUnprocessableEntity, "invalid")
	})
	require.Equal(t, http.StatusNotModified, o.send(t, "GET", "/v1/measures/M1", "", "If-None-Match", `"2"`).Status)
	require.Equal(t, got.Body, o.send(t, "GET", "/v1/measures/M1", "").Body)
	require.Len(t, o.send(t, "GET", "/v1/measures", "").Fields["items"], 1)

	read := func(version, to string) answer {
		return o.send(t, post, "/v1/measures/M1/readings", `{`+version+`"source":{"record":"LOG1","zone":"UTC"},"window":{"from":"2025-09-01T00:00:00Z","to":"`+to+`"}}`)
	}
	old := read(`"version":1,`, "2025-09-11T00:00:00Z")
	require.Equal(t, []any{10., 9600.}, []any{old.Fields["cases"], old.Fields["value"]}, old.Body)
	newest := read("", "2025-09-11T00:00:00Z")
	require.Equal(t, []any{10., 5.}, []any{newest.Fields["cases"], newest.Fields["value"]}, newest.Body)
	read(`"version":3,`, "2025-09-11T00:00:00Z").problem(t, http.StatusNotFound, "not-found")
	read("", "2025-09-01T00:00:00Z").problem(t, http.StatusUnprocessableEntity, "invalid")
}

// at is a moment of the tests of engagements.
func at(day int) string { return time.Date(2025, 9, 1+day, 0, 0, 0, 0, time.UTC).Format(time.RFC3339) }

// TestEngagements runs a job from its baseline over its exit test to the return
// of the problem.
func TestEngagements(t *testing.T) {
	t.Parallel()
	c := newClock() // begins on 5 January 2026
	o := open(t, func(cfg *httpapi.Config) {
		desk, err := coordination.NewDesk(coordination.Config{Store: cfg.Store, Now: c.tick, ReadLog: format.ForDesk})
		require.NoError(t, err)
		cfg.Desk = desk
	})
	o.fileLog(t, "OLD", days(10))
	require.Equal(t, http.StatusCreated,
		o.send(t, post, "/v1/measures", `{"id":"M1","measure":{"formula":"mean-waiting","from":"Register","to":"Check","lower":true}}`, "Idempotency-Key", "m").Status)
	// What happens later: ten fast days and then ten slow ones.
	var text strings.Builder
	text.WriteString("case,activity,time\n")
	for day := range 20 {
		wait := time.Minute
		if day >= 10 {
			wait = 3 * time.Hour
		}
		begin := time.Date(2025, 10, 1+day, 9, 0, 0, 0, time.UTC)
		fmt.Fprintf(&text, "n%d,Register,%s\nn%d,Check,%s\n", day, begin.Format(time.RFC3339), day, begin.Add(wait).Format(time.RFC3339))
	}
	o.fileLog(t, "NEW", text.String())

	ask := func(id, goal, end string) string {
		return `{"id":"` + id + `","aspect":"checks begin late","measure":"M1","goal":` + goal + `,"in_a_row":2,"min_cases":3,"end":"` + end +
			`","watch_until":"2026-12-01T00:00:00Z","relapse":1800,"relapse_in_a_row":2,` +
			`"baseline":{"source":{"record":"OLD","zone":"UTC"},"window":{"from":"` + at(0) + `","to":"` + at(10) + `"}}}`
	}
	o.send(t, post, "/v1/engagements", ask("E0", "3600", "2026-06-01T00:00:00Z"), "Idempotency-Key", "0").problem(t, http.StatusUnprocessableEntity, "invalid")
	made := o.send(t, post, "/v1/engagements", ask("E1", "600", "2026-06-01T00:00:00Z"), "Idempotency-Key", "1")
	require.Equal(t, http.StatusCreated, made.Status, made.Body)
	require.InDelta(t, 3600, object(t, made.Fields["baseline"])["value"], 0)
	require.Equal(t, http.StatusCreated, o.send(t, post, "/v1/engagements", ask("E2", "600", "2026-02-01T00:00:00Z"), "Idempotency-Key", "2").Status)

	tag := `"1"`
	read := func(from, to int) answer {
		got := o.send(t, post, "/v1/engagements/E1/readings",
			`{"source":{"record":"NEW","zone":"UTC"},"window":{"from":"`+at(from)+`","to":"`+at(to)+`"}}`, "If-Match", tag)
		if got.Status == http.StatusOK {
			tag = got.Header.Get("ETag")
		}
		return got
	}
	o.unchanged(t, func() {
		overlapping := read(0, 5)
		require.Equal(t, []string{"engagement"}, unmet(t, overlapping.Status, []byte(overlapping.Body)))
		tag = `"9"`
		read(30, 35).problem(t, http.StatusPreconditionFailed, "stale")
		tag = `"1"`
	})
	require.Equal(t, "measuring", read(30, 35).Fields["state"])
	require.Equal(t, "watching", read(35, 40).Fields["state"])
	require.Equal(t, "watching", read(40, 45).Fields["state"])
	returned := read(45, 50)
	require.Equal(t, "returned", returned.Fields["state"])
	require.Contains(t, returned.Fields["reason"], "2 readings in a row fall behind 1800")
	require.Len(t, returned.Fields["readings"], 4)
	over := read(50, 55)
	require.Equal(t, []string{"engagement"}, unmet(t, over.Status, []byte(over.Body)))

	refresh := func(tag string) answer {
		return o.send(t, post, "/v1/engagements/E2/refresh", "", "If-Match", tag)
	}
	o.unchanged(t, func() { require.Equal(t, "measuring", refresh(`"1"`).Fields["state"]) })
	c.advance(60 * 24 * time.Hour)
	require.Equal(t, "expired", refresh(`"1"`).Fields["state"])
	require.Equal(t, http.StatusCreated, o.send(t, post, "/v1/engagements", ask("E3", "600", "2026-06-01T00:00:00Z"), "Idempotency-Key", "3").Status)
	gone := o.send(t, post, "/v1/engagements/E3/withdrawal", `{"reason":"it is given up"}`, "If-Match", `"1"`)
	require.Equal(t, []any{"withdrawn", "it is given up"}, []any{gone.Fields["state"], gone.Fields["reason"]})
	require.Equal(t, gone.Body, o.send(t, "GET", "/v1/engagements/E3", "").Body)
	require.Equal(t, http.StatusNotModified, o.send(t, "GET", "/v1/engagements/E3", "", "If-None-Match", gone.Header.Get("ETag")).Status)
	require.Len(t, o.send(t, "GET", "/v1/engagements", "").Fields["items"], 3)
	require.Len(t, o.send(t, "GET", "/v1/engagements?state=expired", "").Fields["items"], 1)

	var kinds []string
	for _, e := range list(t, o.send(t, "GET", "/v1/journal?room=engagement&entity=E1", "").Fields["items"]) {
		kind, _ := object(t, e)["type"].(string)
		kinds = append(kinds, kind)
	}
	require.Equal(t, []string{
		"coordkit.engagement.proposed", "coordkit.engagement.read", "coordkit.engagement.watching", "coordkit.engagement.read", "coordkit.engagement.returned",
	}, kinds)
}

// TestObservations files what was watched by hand and sums it up.
func TestObservations(t *testing.T) {
	t.Parallel()
	o := watching(t)
	session := func(id string, hour int, more string) string {
		return fmt.Sprintf(`{"id":"%s","method":"stopwatch","window":{"from":"2026-01-05T%02d:00:00Z","to":"2026-01-05T%02d:00:00Z"},"places":["desk","door"]%s}`, id, hour, hour+1, more)
	}
	timings := `,"timings":[{"activity":"Check","start":"2026-01-05T09:00:00Z","end":"2026-01-05T09:10:00Z"},{"case":"7","activity":"Check","resource":"Ann","start":"2026-01-05T09:20:00Z","end":"2026-01-05T09:34:00Z"}]`
	looks := `,"looks":[{"at":"2026-01-05T11:10:00Z","place":"desk","seen":"busy"},{"at":"2026-01-05T11:20:00Z","place":"desk","seen":"starved"},` +
		`{"at":"2026-01-05T11:30:00Z","place":"desk","seen":"blocked"},{"at":"2026-01-05T11:40:00Z","place":"door","seen":"away"}],"breaks":[{"from":"2026-01-05T11:50:00Z","to":"2026-01-05T12:00:00Z"}]`
	made := o.send(t, post, "/v1/observations", session("S1", 9, timings), "Idempotency-Key", "1")
	require.Equal(t, http.StatusCreated, made.Status, made.Body)
	require.Equal(t, "carl", made.Fields["observer"])
	require.Equal(t, http.StatusCreated, o.send(t, post, "/v1/observations", session("S2", 11, looks), "Idempotency-Key", "2").Status)
	o.unchanged(t, func() {
		o.send(t, post, "/v1/observations", session("S1", 9, ""), "Idempotency-Key", "3").problem(t, http.StatusConflict, "conflict")
		o.send(t, post, "/v1/observations", session("S3", 10, timings), "Idempotency-Key", "4").problem(t, http.StatusUnprocessableEntity, "invalid")
	})
	require.Equal(t, made.Body, o.send(t, "GET", "/v1/observations/S1", "").Body)
	require.Equal(t, http.StatusNotModified, o.send(t, "GET", "/v1/observations/S1", "", "If-None-Match", `"1"`).Status)
	require.Len(t, o.send(t, "GET", "/v1/observations", "").Fields["items"], 2)
	require.Len(t, o.send(t, "GET", "/v1/observations?from=2026-01-05T10:00:00Z", "").Fields["items"], 1)
	require.Len(t, o.send(t, "GET", "/v1/observations?to=2026-01-05T10:00:00Z&from=2026-01-05T09:00:00Z", "").Fields["items"], 1)

	o.send(t, "PUT", "/v1/observations/S1", session("S9", 9, timings), "If-Match", `"1"`).problem(t, http.StatusUnprocessableEntity, "invalid")
	o.send(t, "PUT", "/v1/observations/S1", session("S1", 9, timings), "If-Match", `"2"`).problem(t, http.StatusPreconditionFailed, "stale")
	o.send(t, "PUT", "/v1/observations/none", session("", 9, timings)[:1]+session("none", 9, timings)[1:], "If-Match", `"1"`).problem(t, http.StatusNotFound, "not-found")
	fixed := o.send(t, "PUT", "/v1/observations/S1", session("S1", 9, timings+`,"observer":"ida"`), "If-Match", `"1"`)
	require.Equal(t, []any{"ida", 2.}, []any{fixed.Fields["observer"], fixed.Fields["rev"]})

	const period = "/v1/observation-summary?from=2026-01-05T08:00:00Z&to=2026-01-05T13:00:00Z"
	got := o.send(t, "GET", period, "")
	require.Equal(t, http.StatusOK, got.Status, got.Body)
	timed := object(t, list(t, got.Fields["timings"])[0])
	require.Equal(t, []any{"Check", 2., 12 * 60e6}, []any{timed["activity"], timed["n"], timed["mean_us"]})
	require.Greater(t, timed["high_us"], timed["mean_us"])
	require.Greater(t, timed["needed"], 2.)
	places := list(t, got.Fields["places"])
	require.Len(t, places, 3)
	require.InDelta(t, 3, object(t, object(t, places[0])["busy"])["of"], 0)
	require.Equal(t, []any{2., 110 * 60e6, 5 * 3600e6, 2.}, []any{got.Fields["sessions"], got.Fields["watched_us"], got.Fields["period_us"], got.Fields["cases"]})
	require.Len(t, got.Fields["gaps"], 3)

	hidden := o.send(t, "GET", period+"&least=3&wanted=0.5", "")
	require.Empty(t, hidden.Fields["timings"], "two times are fewer than three")
	require.Len(t, hidden.Fields["places"], 1, "only all together: one place alone would give the other away")
	require.InDelta(t, 3, hidden.Fields["hidden"], 0)
	o.send(t, "GET", "/v1/observation-summary?from=2026-01-05T08:00:00Z&to=2026-01-05T08:00:00Z", "").problem(t, http.StatusUnprocessableEntity, "invalid")

	const rounds = "/v1/observation-rounds?from=2026-01-05T08:00:00Z&to=2026-01-05T13:00:00Z&n=5&seed=7"
	first := o.send(t, "GET", rounds, "")
	require.Len(t, first.Fields["times"], 5)
	require.Equal(t, first.Body, o.send(t, "GET", rounds, "").Body)
	o.send(t, "GET", "/v1/observation-rounds?from=2026-01-05T08:00:00Z&to=2026-01-05T07:00:00Z&n=5", "").problem(t, http.StatusUnprocessableEntity, "invalid")
}
