package crashtest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coordkit/coordkit/adapters/store/postgres"
	"github.com/coordkit/coordkit/adapters/store/sqlite"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/internal/pgtest"
)

// The test binary is its own writer: with these set it writes to a store until
// it is killed.
const (
	storeVariable = "COORDKIT_CRASH_STORE" // sqlite:PATH or postgres:DSN
	roundVariable = "COORDKIT_CRASH_ROUND"
)

const (
	tenant  = "acme"
	writers = 4
)

func TestMain(m *testing.M) {
	if name := os.Getenv(storeVariable); name != "" {
		fmt.Fprintln(os.Stderr, write(context.Background(), name, os.Getenv(roundVariable)))
		os.Exit(1) // a writer goes on until it is killed
	}
	os.Exit(pgtest.Main(m))
}

// store is what the rounds need of a backend.
type store interface {
	coordination.Store
	io.Closer
	Migrate(ctx context.Context) error
}

func open(ctx context.Context, name string) (store, error) {
	kind, where, _ := strings.Cut(name, ":")
	if kind == "sqlite" {
		return sqlite.Open(ctx, where, sqlite.Config{})
	}
	return postgres.Open(ctx, where, postgres.Config{})
}

// write runs units of work and says on standard output which were acknowledged.
func write(ctx context.Context, name, round string) error {
	s, err := open(ctx, name)
	if err != nil {
		return err
	}
	errs := make([]error, writers)
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for n := 0; errs[w] == nil; n++ {
				id := fmt.Sprintf("%s-%d-%d", round, w, n)
				shared := changereq.ID(fmt.Sprint("shared", n%3))
				errs[w] = s.Update(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
					return unit(ctx, tx, shared, id)
				})
				if errs[w] == nil {
					_, errs[w] = fmt.Fprintln(os.Stdout, id) // one write: never torn
				}
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// unit leaves its id in three rooms: in an event of a shared request, as a
// record, and as an obligation.
func unit(ctx context.Context, tx coordination.Tx, shared changereq.ID, id string) error {
	r, err := tx.ChangeRequest(ctx, shared)
	if err != nil && !errors.Is(err, changereq.ErrNotFound) {
		return err
	}
	var data []changereq.Data
	if r.Events == 0 {
		data = append(data, changereq.OpenedData{Number: "CR-1", State: "draft", Applicant: "ann", Content: changereq.Content{Title: "t"}})
	}
	var events []changereq.Event
	for _, d := range append(data, changereq.HeldData{Reason: id}, changereq.ReleasedData{}) {
		ev := changereq.Event{Request: shared, Seq: r.Events + 1, At: now(), Actor: "ann", Data: d}
		r, events = changereq.Evolve(r, ev), append(events, ev)
	}
	if _, err := tx.PutChangeRequest(ctx, r, events...); err != nil {
		return err
	}
	content := []byte(strings.Repeat(id, 100))
	filed, err := archive.DecideFile(archive.File{
		ID: archive.RecordID(id), Kind: archive.KindBrief, Title: id, MediaType: "text/plain", Content: content,
	}, "ann", now())
	if err != nil {
		return err
	}
	if _, err := tx.PutContent(ctx, archive.DigestOf(content), content); err != nil {
		return err
	}
	if _, err := tx.PutRecord(ctx, archive.Fold(filed), filed...); err != nil {
		return err
	}
	owed := notice.Event{Obligation: id, Seq: 1, At: now(), Actor: "ann", Data: notice.OwedData{
		Recipient: "bob", About: "changereq:" + string(shared), Subject: "held",
	}}
	if _, err := tx.PutObligation(ctx, notice.Fold([]notice.Event{owed}), owed); err != nil {
		return err
	}
	return note(ctx, tx, string(shared), id)
}

// book is the register of what the units noted: a sheet for each shared request,
// whose body and key are the last of them.
const book = "unit"

func note(ctx context.Context, tx register.Tx, shared, id string) error {
	last := register.Register[string]{Book: book, Keys: func(id string) []register.Key { return []register.Key{{Name: "last", Value: id}} }}
	row, err := last.Get(ctx, tx, shared)
	if err != nil && !errors.Is(err, register.ErrNotFound) {
		return err
	}
	row.ID, row.Value = shared, id
	data, err := json.Marshal(id)
	if err != nil {
		return err
	}
	_, err = last.Put(ctx, tx, row, register.Event{Kind: "noted", At: now(), Actor: "ann", Data: data})
	return err
}
