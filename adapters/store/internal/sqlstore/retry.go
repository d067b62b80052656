package sqlstore

import (
	"context"
	"math/rand/v2"
	"time"
)

// Tries is how often a unit of work runs at most. It meets few transient errors.
const Tries = 8

// Retry runs a unit of work again while its error is transient, up to that many
// times in all, after a pause of up to 5 ms that doubles to up to 250 ms, within
// ctx.
func Retry(ctx context.Context, tries int, transient func(error) bool, once func() error) error {
	pause := 5 * time.Millisecond
	for try := 1; ; try++ {
		err := once()
		if err == nil || try == tries || !transient(err) {
			return err
		}
		wait := time.NewTimer(rand.N(pause)) //nolint:gosec // jitter is no secret
		select {
		case <-ctx.Done():
			wait.Stop()
			return ctx.Err()
		case <-wait.C:
		}
		pause = min(2*pause, 250*time.Millisecond)
	}
}
