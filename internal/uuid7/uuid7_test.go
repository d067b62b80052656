package uuid7_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/internal/uuid7"
)

func TestFormAndOrder(t *testing.T) {
	t.Parallel()
	now := time.UnixMilli(0x0192_3456_789a)
	clock := func() time.Time {
		now = now.Add(-time.Millisecond) // the clock steps back at every look
		return now
	}
	source := uuid7.New(clock)
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	previous := ""
	for range 10_000 {
		id := source.Next()
		require.Regexp(t, form, id)
		require.Greater(t, id, previous)
		previous = id
	}
}

func TestTime(t *testing.T) {
	t.Parallel()
	source := uuid7.New(func() time.Time { return time.UnixMilli(0x0192_3456_789a) })
	require.Equal(t, "01923456-789a-7000-", source.Next()[:19])
}
