package httpapi_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/coordination"
)

// TestReplay: the same key and request give the stored reply, byte for byte.
func TestReplay(t *testing.T) {
	t.Parallel()
	o := open(t)
	first := o.send(t, "POST", "/v1/change-requests", plain, "Idempotency-Key", "k1")
	require.Equal(t, http.StatusCreated, first.Status, first.Body)
	require.Empty(t, first.Header.Get("Idempotency-Replayed"))
	o.send(t, "PUT", "/v1/change-requests/CR7/content", `{"title":"since amended"}`, "If-Match", `"1"`)
	o.unchanged(t, func() {
		again := o.send(t, "POST", "/v1/change-requests", plain, "Idempotency-Key", "k1")
		require.Equal(t, first.Status, again.Status)
		require.Equal(t, first.Body, again.Body)
		require.Equal(t, "true", again.Header.Get("Idempotency-Replayed"))
		for _, h := range []string{"ETag", "Location", "Content-Type"} {
			require.Equal(t, first.Header.Get(h), again.Header.Get(h))
		}
		require.NotEqual(t, first.Header.Get("Request-Id"), again.Header.Get("Request-Id"))
	})
}

// TestKeysOfOtherRequests: another body, another operation, another blank.
func TestKeysOfOtherRequests(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.send(t, "POST", "/v1/change-requests", plain, "Idempotency-Key", "k1")
	record := `{"id":"R1","kind":"k","title":"t","media_type":"m","content":"aGk="}`
	require.Equal(t, http.StatusCreated, o.send(t, "POST", "/v1/records", record, "Idempotency-Key", "k2").Status)
	require.Equal(t, http.StatusCreated, o.send(t, "POST", "/v1/records", strings.Replace(record, "R1", "R2", 1), "Idempotency-Key", "k3").Status)
	link := `{"type":"seeAlso","target":{"kind":"uri","value":"urn:x"}}`
	require.Equal(t, http.StatusCreated, o.send(t, "POST", "/v1/records/R1/references", link, "Idempotency-Key", "k4").Status)
	o.unchanged(t, func() {
		for _, c := range []struct{ path, body, key string }{
			{"/v1/change-requests", strings.Replace(plain, "Raise", "Lower", 1), "k1"},
			{"/v1/change-requests", plain + " ", "k1"},
			{"/v1/records", record, "k1"},
			{"/v1/records/R2/references", link, "k4"},
		} {
			o.send(t, "POST", c.path, c.body, "Idempotency-Key", c.key).problem(t, http.StatusUnprocessableEntity, "key-reused")
		}
	})
	theirs := o.send(t, "POST", "/v1/change-requests", strings.Replace(plain, "CR7", "CR9", 1), "Idempotency-Key", "k1", "Authorization", as("ann"))
	require.Equal(t, http.StatusCreated, theirs.Status, "a key belongs to its principal")
}

// TestRefusalsAreNotKept: what did not happen may be tried again, differently.
func TestRefusalsAreNotKept(t *testing.T) {
	t.Parallel()
	o := open(t)
	bad := strings.Replace(plain, "Raise the limit", " ", 1)
	o.send(t, "POST", "/v1/change-requests", bad, "Idempotency-Key", "k1").problem(t, http.StatusUnprocessableEntity, "invalid")
	require.Equal(t, http.StatusCreated, o.send(t, "POST", "/v1/change-requests", plain, "Idempotency-Key", "k1").Status)
}

// TestKeysExpire: after 24 hours a key is new.
func TestKeysExpire(t *testing.T) {
	t.Parallel()
	c := newClock()
	o := open(t, func(cfg *httpapi.Config) { cfg.Now = c.tick })
	o.send(t, "POST", "/v1/change-requests", plain, "Idempotency-Key", "k1")
	c.advance(23 * time.Hour)
	require.Equal(t, "true", o.send(t, "POST", "/v1/change-requests", plain, "Idempotency-Key", "k1").Header.Get("Idempotency-Replayed"))
	c.advance(2 * time.Hour)
	o.send(t, "POST", "/v1/change-requests", plain, "Idempotency-Key", "k1").problem(t, http.StatusConflict, "conflict")
	other := o.send(t, "POST", "/v1/change-requests", strings.Replace(plain, "CR7", "CR8", 1), "Idempotency-Key", "k1")
	require.Equal(t, http.StatusCreated, other.Status, other.Body)
}

// TestTheSameRequestAtOnce: however many race, one thing is created, and all get
// the same reply.
func TestTheSameRequestAtOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	const racers = 8
	body := `{"content":{"title":"without an id of its own"}}`
	answers := make([]answer, racers)
	var wg sync.WaitGroup
	for i := range racers {
		wg.Go(func() { answers[i] = o.send(t, "POST", "/v1/change-requests", body, "Idempotency-Key", "k") })
	}
	wg.Wait()
	for _, a := range answers {
		require.Equal(t, http.StatusCreated, a.Status, a.Body)
		require.Equal(t, answers[0].Body, a.Body)
	}
	require.EqualValues(t, 1, o.journal(t))
}

// racing is a store in which somebody else always stores the reply first.
type racing struct{ coordination.Store }

func (r racing) Update(ctx context.Context, tenant string, fn func(context.Context, coordination.Tx) error) error {
	return r.Store.Update(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		if err := fn(ctx, tx); err != nil {
			return err
		}
		return coordination.ErrConflict
	})
}

func TestStillRunning(t *testing.T) {
	t.Parallel()
	o := open(t, func(c *httpapi.Config) { c.Store = racing{c.Store} })
	o.send(t, "POST", "/v1/change-requests", plain, "Idempotency-Key", "k").problem(t, http.StatusConflict, "in-progress")
}

// losing is a store in which the same request has just been answered by another
// process, which is only seen at the commit.
type losing struct {
	coordination.Store

	lost *bool
}

func (l losing) Update(ctx context.Context, tenant string, fn func(context.Context, coordination.Tx) error) error {
	err := l.Store.Update(ctx, tenant, fn)
	if err == nil && !*l.lost {
		*l.lost = true
		return coordination.ErrConflict
	}
	return err
}

// TestTheLoserFindsTheWinnersReply: losing the race against the same request is
// no error.
func TestTheLoserFindsTheWinnersReply(t *testing.T) {
	t.Parallel()
	o := open(t, func(c *httpapi.Config) { c.Store = losing{c.Store, new(bool)} })
	a := o.send(t, "POST", "/v1/change-requests", plain, "Idempotency-Key", "k")
	require.Equal(t, http.StatusCreated, a.Status, a.Body)
	require.Equal(t, "true", a.Header.Get("Idempotency-Replayed"))
	require.EqualValues(t, 1, o.journal(t))
}
