package planning

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/supply"
)

// MaxNetted is how many plans of a tenant may want material at once.
const MaxNetted = 1000

// wanting lists the other plans that want material, by id, and their revisions as
// one text.
func wanting(ctx context.Context, tx register.Tx, plan string) (others []register.Row[head], stamp string, err error) {
	rows, err := all(ctx, tx, headBook(), register.Query{Key: "wanting"})
	if err != nil {
		return nil, "", err
	}
	if len(rows) > MaxNetted {
		return nil, "", &schedule.RefusedError{Command: "readiness", Unmet: []schedule.Unmet{{
			Condition: "plans", Ref: plan,
			Text: fmt.Sprintf("%d plans want material, more than the %d that are netted together: record what has begun and cancel what is not wanted any more", len(rows), MaxNetted),
		}}}
	}
	var b strings.Builder
	for i := range rows {
		if rows[i].ID != plan {
			others = append(others, rows[i])
			fmt.Fprintf(&b, "%q@%d ", rows[i].ID, rows[i].Rev)
		}
	}
	return others, b.String(), nil
}

// among is a position that serves the wants of other plans too, inside a View.
func (s *Service) among(ctx context.Context, tx register.Tx, tenant string, others []register.Row[head], p *supply.Position, asOf time.Time) (*supply.Position, error) {
	var demands []schedule.Demand
	for i := range others {
		n, err := s.networkOf(ctx, tx, tenant, &others[i])
		if err != nil {
			return nil, fmt.Errorf("plan %q: %w", others[i].ID, err)
		}
		wants, err := schedule.Demands(n, asOf)
		if _, ok := errors.AsType[*schedule.NoTimeError](err); ok {
			continue // no dates, no day of need: nothing is pegged to it in its own answer either
		}
		if err != nil {
			return nil, err
		}
		demands = append(demands, wants...)
	}
	return p.WithDemands(demands)
}
