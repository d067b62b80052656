package pgtest

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWithDatabase(t *testing.T) {
	t.Parallel()
	require.Equal(t, "host=/tmp user=ann dbname=first dbname=other", withDatabase("host=/tmp user=ann dbname=first", "other"))
	require.Equal(t, "postgres://ann:pw@host:5433/other?sslmode=disable",
		withDatabase("postgres://ann:pw@host:5433/first?sslmode=disable", "other"))
}

func TestVersion(t *testing.T) {
	t.Parallel()
	require.Equal(t, 15, version("/usr/lib/postgresql/15/bin"))
	require.Zero(t, version("/usr/lib/postgresql/old/bin"))
}

func TestLast(t *testing.T) {
	t.Parallel()
	require.Equal(t, "b\nc", last("a\nb\nc\n", 2))
	require.Equal(t, "a", last("a\n", 2))
}

func TestProcessesAreUnprivileged(t *testing.T) {
	t.Parallel()
	attr, owner, err := unprivileged()
	require.NoError(t, err)
	require.NotZero(t, owner, "the server does not run as root")
	require.Equal(t, os.Geteuid() == 0, attr.Credential != nil)
}
