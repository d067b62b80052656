// Owntx commits a decision together with a row of the program's own table, in
// one transaction that the program itself begins and ends.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/coordkit/coordkit/adapters/store/sqlite"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
)

const tenant = "acme"

var (
	ann   = changereq.Actor{ID: "ann"}
	carol = changereq.Actor{ID: "carol", Roles: []string{changereq.RoleCoordinator}}
	paul  = changereq.Actor{ID: "paul", Roles: []string{changereq.RoleProductManager}}
)

// errOverBudget is a rule of the program, of which the library knows nothing.
var errOverBudget = errors.New("over budget")

func main() {
	dir, err := os.MkdirTemp("", "owntx")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := run(context.Background(), filepath.Join(dir, "office.db")); err != nil {
		log.Print(err)
	}
}

// clock stands still, so that the output is the same every time.
func clock() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }

func run(ctx context.Context, path string) error {
	store, err := sqlite.Open(ctx, path, sqlite.Config{})
	if err != nil {
		return err
	}
	defer store.Close()
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	desk, err := coordination.NewDesk(coordination.Config{Store: store, Now: clock})
	if err != nil {
		return err
	}
	// The program's own connection to the same file, with its own table.
	own, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(5000)")
	if err != nil {
		return err
	}
	defer own.Close()
	if _, err := own.ExecContext(ctx, `CREATE TABLE budget (request TEXT PRIMARY KEY, amount INTEGER NOT NULL)`); err != nil {
		return err
	}
	for _, amount := range []int{40_000, 70_000} {
		cr, err := prepare(ctx, desk)
		if err != nil {
			return err
		}
		err = approveWithBudget(ctx, own, desk, cr, amount)
		fmt.Printf("%s with %d: %v\n", cr.Number, amount, err)
		if err := show(ctx, own, desk, cr.ID); err != nil {
			return err
		}
	}
	return nil
}

// approveWithBudget books the amount and approves the request: both or neither.
func approveWithBudget(ctx context.Context, own *sql.DB, desk *coordination.Desk, cr changereq.Request, amount int) error {
	order := desk.Prepare(tenant, paul, cr.ID, cr.Rev, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved})
	tx, err := own.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after the commit

	office, err := sqlite.FromTx(tx, tenant)
	if err != nil {
		return err
	}
	if _, err := desk.DoTx(ctx, office, order); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO budget (request, amount) VALUES ($1, $2)`, string(cr.ID), amount); err != nil {
		return err
	}
	var total int
	if err := tx.QueryRowContext(ctx, `SELECT sum(amount) FROM budget`).Scan(&total); err != nil {
		return err
	}
	if total > 100_000 {
		return fmt.Errorf("%w: %d of 100000", errOverBudget, total)
	}
	return tx.Commit()
}

// prepare brings a request before the product manager.
func prepare(ctx context.Context, desk *coordination.Desk) (changereq.Request, error) {
	cr, err := desk.Open(ctx, tenant, ann, changereq.Open{Content: changereq.Content{
		Title: "Second press", Description: "Buy a second press.", Justification: "The first one is the bottleneck.",
	}})
	for _, step := range []struct {
		who changereq.Actor
		cmd changereq.Command
	}{
		{ann, changereq.Move{Event: "submit"}},
		{carol, changereq.Move{Event: "receive"}},
		{carol, changereq.Assess{Parts: changereq.Assessment{
			Relevance: &changereq.Relevance{Verdict: changereq.Relevant},
			Risk:      &changereq.Risks{Summary: "none found"},
			Benefit:   &changereq.Estimate{Summary: "a day less in the queue"},
			Cost:      &changereq.Estimate{Summary: "the press"},
		}}},
		{carol, changereq.Move{Event: "admit"}},
		{carol, changereq.IssueBrief{Recommendation: "Approve."}},
		{carol, changereq.Move{Event: "present"}},
	} {
		if err != nil {
			return changereq.Request{}, err
		}
		cr, err = desk.Do(ctx, tenant, step.who, cr.ID, cr.Rev, step.cmd)
	}
	return cr, err
}

func show(ctx context.Context, own *sql.DB, desk *coordination.Desk, id changereq.ID) error {
	cr, err := desk.ChangeRequest(ctx, tenant, id)
	if err != nil {
		return err
	}
	var booked int
	if err := own.QueryRowContext(ctx, `SELECT count(*) FROM budget WHERE request = $1`, string(id)).Scan(&booked); err != nil {
		return err
	}
	fmt.Printf("  the office says %s, the budget has %d row\n", cr.State, booked)
	return nil
}
