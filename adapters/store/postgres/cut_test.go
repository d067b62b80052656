package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/internal/sqltest"
	"github.com/coordkit/coordkit/adapters/store/postgres"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/internal/pgtest"
)

// The connection is cut at each step of a unit of work, before the server gets
// the client's message and after it has answered it. The unit is run again, or
// its outcome is reported as unknown; it is there as a whole or not at all; and
// repeating it under its id leaves exactly one effect.
func TestCutConnection(t *testing.T) {
	t.Parallel()
	dsn := pgtest.Database(t, migrate)
	direct := openDSN(t, dsn, postgres.Config{})
	relay := newRelay(t, dsn)
	db := openDSN(t, relay.dsn, postgres.Config{MaxOpenConns: 1})
	again, unknown := 0, 0
	for step := int64(1); step <= 6; step++ {
		for _, answered := range []bool{false, true} {
			id := fmt.Sprint("cut", step, answered)
			require.NoError(t, create(t.Context(), db, id+"warm", nil)) // connected, statements prepared
			runs := 0
			relay.arm(step, answered)
			err := create(t.Context(), db, id, &runs)
			relay.disarm()
			if runs > 1 {
				again++
			}
			stored := count(t, direct, id)
			switch {
			case err == nil:
				require.Equal(t, 2, stored, id)
			case errors.Is(err, postgres.ErrUnknownOutcome):
				unknown++
				require.Contains(t, []int{0, 2}, stored, id)
			default:
				require.NoError(t, err, id)
			}
			require.NoError(t, create(t.Context(), db, id, nil), "repeated under its id")
			require.Equal(t, 2, count(t, direct, id))
		}
	}
	require.Positive(t, again, "no unit ran again")
	require.Positive(t, unknown, "no outcome was unknown")
	t.Logf("%d units ran again, %d outcomes were unknown", again, unknown)
}

// create stores a request and a record, unless they are there.
func create(ctx context.Context, db *postgres.DB, id string, runs *int) error {
	return db.Update(ctx, sqltest.Tenant, func(ctx context.Context, tx coordination.Tx) error {
		if runs != nil {
			*runs++
		}
		if _, err := tx.ChangeRequest(ctx, changereq.ID(id)); !errors.Is(err, changereq.ErrNotFound) {
			return err
		}
		r, events := sqltest.Opened(id, "cut off")
		if _, err := tx.PutChangeRequest(ctx, r, events...); err != nil {
			return err
		}
		record, filed, _ := sqltest.Filed(id, 1)
		_, err := tx.PutRecord(ctx, record, filed...)
		return err
	})
}

// count says how many of the two parts of a unit are there.
func count(t *testing.T, db *postgres.DB, id string) int {
	t.Helper()
	n := 0
	require.NoError(t, db.View(t.Context(), sqltest.Tenant, func(ctx context.Context, tx coordination.Tx) error {
		r, err := tx.ChangeRequest(ctx, changereq.ID(id))
		if err == nil {
			require.EqualValues(t, 1, r.Rev)
			n++
		}
		if _, err := tx.Record(ctx, archive.RecordID(id)); err == nil {
			n++
		}
		return nil
	}))
	return n
}

// relay passes bytes between client and server until it is told to cut.
type relay struct {
	dsn      string
	network  string
	server   string
	left     atomic.Int64 // messages until the cut; negative: never
	answered atomic.Bool
}

func newRelay(t *testing.T, dsn string) *relay {
	t.Helper()
	config, err := pgx.ParseConfig(dsn)
	require.NoError(t, err)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	r := &relay{}
	r.disarm()
	r.network, r.server = pgconn.NetworkAddress(config.Host, config.Port)
	host, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	r.dsn = fmt.Sprintf("host=%s port=%s user=%s password=%s dbname=%s sslmode=disable",
		host, port, config.User, "'"+config.Password+"'", config.Database)
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go r.pass(client)
		}
	}()
	return r
}

func (r *relay) arm(step int64, answered bool) {
	r.answered.Store(answered)
	r.left.Store(step)
}

func (r *relay) disarm() { r.left.Store(-1 << 40) }

func (r *relay) pass(client net.Conn) {
	defer func() { _ = client.Close() }()
	server, err := (&net.Dialer{}).DialContext(context.Background(), r.network, r.server)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	cut := make(chan struct{})
	answer := make(chan struct{}, 1)
	go func() { // what the server answers
		defer func() { _ = client.Close() }()
		buffer := make([]byte, 1<<16)
		for {
			n, err := server.Read(buffer)
			select {
			case <-cut:
				answer <- struct{}{}
				return
			default:
			}
			if err != nil {
				return
			}
			if _, err := client.Write(buffer[:n]); err != nil {
				return
			}
		}
	}()
	buffer := make([]byte, 1<<16)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		now := r.left.Add(-1) == 0
		if now && !r.answered.Load() {
			return
		}
		if now {
			close(cut)
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
		if now {
			<-answer
			return
		}
	}
}
