package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
)

func server(severity, code string) error {
	return fmt.Errorf("wrapped: %w", &pgconn.PgError{Severity: severity, Code: code})
}

func TestTransient(t *testing.T) {
	t.Parallel()
	committed, serializable := &DB{}, &DB{cfg: Config{Serializable: true}}
	for _, code := range []string{"40001", "40P01", "08006", "57P01", "57P02", "57P03", "25006", "53300"} {
		require.True(t, committed.transient(server("ERROR", code)), code)
	}
	for _, code := range []string{"23505", "42P01", "57014", "22021", "25P02"} {
		require.False(t, committed.transient(server("ERROR", code)), code)
	}
	require.True(t, committed.transient(&lostError{io.ErrUnexpectedEOF}))
	require.False(t, committed.transient(io.ErrUnexpectedEOF))
	require.False(t, committed.transient(committing(server("FATAL", "57P01"))), "an unknown outcome is never repeated")
	taken := &takenError{&archive.ConflictError{}}
	require.False(t, committed.transient(taken))
	require.True(t, serializable.transient(taken))
}

func TestCommitting(t *testing.T) {
	t.Parallel()
	for _, known := range []error{server("ERROR", "40001"), &takenError{archive.ErrConflict}} {
		require.NotErrorIs(t, committing(known), ErrUnknownOutcome)
	}
	for _, unknown := range []error{server("FATAL", "57P01"), io.ErrUnexpectedEOF, context.Canceled} {
		err := committing(unknown)
		require.ErrorIs(t, err, ErrUnknownOutcome)
		require.ErrorIs(t, err, errors.Unwrap(fmt.Errorf("%w", unknown)))
	}
}

func TestEnded(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	require.ErrorIs(t, ended(ctx, io.EOF), io.EOF)
	cancel()
	require.Equal(t, context.Canceled, ended(ctx, server("ERROR", "57014")))
	require.Equal(t, context.Canceled, ended(ctx, fmt.Errorf("x: %w", context.Canceled)))
	require.ErrorIs(t, ended(ctx, archive.ErrConflict), archive.ErrConflict, "the caller's own error stays")
}
