package sqlstore

import (
	"context"
	"math/rand/v2"
	"time"
)

// Retry runs a unit of work again while its error is transient: eight times at
// most, after a pause of up to 5 ms that doubles to up to 250 ms, within ctx.
func Retry(ctx context.Context, transient func(error) bool, once func() error) error {
	const tries = 8
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
