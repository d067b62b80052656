package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// ErrUnknownOutcome says that the connection was lost during the commit: the
// unit of work took effect as a whole or not at all, and only looking tells
// which. Repeat it under the same ids or idempotency key.
var ErrUnknownOutcome = errors.New("postgres: connection lost during commit, outcome unknown")

// lostError is an error of a connection that was lost before the commit.
type lostError struct{ cause error }

func (e *lostError) Error() string { return "postgres: connection lost: " + e.cause.Error() }
func (e *lostError) Unwrap() error { return e.cause }

// takenError is a row that was there although the unit had reason to think
// otherwise. It shows the room's error, not the driver's.
type takenError struct{ taken error }

func (e *takenError) Error() string { return e.taken.Error() }
func (e *takenError) Unwrap() error { return e.taken }

// transient reports whether a unit of work that failed before its commit can
// succeed when it runs again.
func (db *DB) transient(err error) bool {
	if errors.Is(err, ErrUnknownOutcome) {
		return false
	}
	var (
		server *pgconn.PgError
		lost   *lostError
		taken  *takenError
	)
	switch {
	case errors.As(err, &lost), pgconn.SafeToRetry(err):
		return true
	case errors.As(err, &taken):
		return db.cfg.Serializable // its snapshot could not show what was there
	case errors.As(err, &server):
		return transientCode(server.Code)
	}
	return false
}

func transientCode(code string) bool {
	switch code {
	case "40001", // serialization failure
		"40P01",                   // deadlock
		"57P01", "57P02", "57P03", // the server shuts down, crashed, is starting
		"25006", // it became read-only: a failover
		"53300": // too many connections
		return true
	}
	return strings.HasPrefix(code, "08") // connection exceptions
}

func duplicate(err error) bool {
	var server *pgconn.PgError
	return errors.As(err, &server) && server.Code == "23505"
}

// committing classes an error of the statements that left with the COMMIT.
func committing(err error) error {
	var (
		server *pgconn.PgError
		taken  *takenError
	)
	switch {
	case errors.As(err, &taken), pgconn.SafeToRetry(err):
		return err
	case errors.As(err, &server) && server.Severity == "ERROR":
		return err // the server says that it did not commit
	}
	return fmt.Errorf("%w: %w", ErrUnknownOutcome, err)
}

// ended gives the error of the context in place of what its end caused.
func ended(ctx context.Context, err error) error {
	var server *pgconn.PgError
	if err == nil || ctx.Err() == nil || errors.Is(err, ErrUnknownOutcome) {
		return err
	}
	if pgconn.Timeout(err) || errors.Is(err, ctx.Err()) || errors.As(err, &server) && server.Code == "57014" {
		return ctx.Err()
	}
	return err
}
