package coordination

import (
	"context"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/sampling"
	"github.com/coordkit/coordkit/coordination/register"
)

// BookObservation is the book of what people observed by hand.
const BookObservation = "observation"

// Observation is a session by hand with its revision.
type Observation = register.Row[sampling.Session]

func observations() register.Register[sampling.Session] {
	return register.Register[sampling.Session]{Book: BookObservation, Keys: func(s sampling.Session) []register.Key {
		return []register.Key{{Name: "from", Value: register.Sortable(process.Time(s.Window.From))}}
	}, Evolve: last[sampling.Session]}
}

// FileObservation keeps a session, or what corrects it: rev 0 files a new one,
// else it is the revision the actor has seen. The observer is the actor unless
// the session names another. The error is sampling.ErrInvalid, or
// register.ErrConflict.
func (d *Desk) FileObservation(
	ctx context.Context, tenant string, actor changereq.Actor, rev int64, s sampling.Session,
) (Observation, error) {
	if s.ID == "" {
		s.ID = d.cfg.NewID()
	}
	return change(ctx, d, tenant, func(ctx context.Context, tx Tx, now time.Time) (Observation, error) {
		return d.FileObservationTx(ctx, tx, actor, now, rev, s)
	})
}

// FileObservationTx is FileObservation inside the caller's transaction; the
// session needs an id.
func (*Desk) FileObservationTx(
	ctx context.Context, tx Tx, actor changereq.Actor, now time.Time, rev int64, s sampling.Session,
) (Observation, error) {
	if s.Observer == "" {
		s.Observer = actor.ID
	}
	if err := s.Validate(); err != nil {
		return Observation{}, err
	}
	row, kind := Observation{ID: s.ID}, "filed"
	if rev != 0 {
		var err error
		if row, err = observations().Get(ctx, tx, s.ID); err != nil {
			return Observation{}, err
		}
		row.Rev, kind = rev, "corrected"
	}
	row.Value = s
	return record(ctx, tx, observations(), row, kind, actor.ID, now, s)
}

// Observation returns one session, or register.ErrNotFound.
func (d *Desk) Observation(ctx context.Context, tenant, id string) (Observation, error) {
	return rowOf(ctx, d, tenant, observations(), id)
}

// Observations returns a page of sessions that begin in a time, in order of
// their begin and then of ids; the zero Interval is all time.
func (d *Desk) Observations(
	ctx context.Context, tenant string, begin process.Interval, q register.Query,
) ([]Observation, string, error) {
	q.Key = "from"
	if begin != (process.Interval{}) {
		q.From, q.To = register.Sortable(process.Time(begin.From)), register.Sortable(process.Time(begin.To))
	}
	return pageOf(ctx, d, tenant, observations(), q)
}

// Watched is what the sessions of a period found together.
type Watched struct {
	Sessions int
	Timings  []sampling.Summary // by activity
	Places   []sampling.Sampled // by place, and at last over all as ""
	Coverage sampling.Coverage
	Hidden   int // activities and places that Least hides
}

// WatchQuery asks what was observed by hand.
type WatchQuery struct {
	Period   process.Interval // in which the sessions begin
	Calendar *process.Calendar
	Places   []string // that there are; coverage is counted over them
	Wanted   float64  // error that is wanted: of means relative, of shares absolute; 0 is 0.05
	Least    int      // figures that rest on fewer observations are hidden, with what would give them away
}

// MaxWatched is how many sessions are looked at together.
const MaxWatched = 2000

// Watched sums up the sessions of a period. More than MaxWatched sessions are
// process.ErrLimit.
func (d *Desk) Watched(ctx context.Context, tenant string, q WatchQuery) (Watched, error) {
	if q.Period.To <= q.Period.From {
		return Watched{}, fmt.Errorf("%w: the period is empty", sampling.ErrInvalid)
	}
	if q.Wanted == 0 {
		q.Wanted = 0.05
	}
	var sessions []sampling.Session
	for list := (register.Query{Limit: register.MaxLimit}); ; {
		page, next, err := d.Observations(ctx, tenant, q.Period, list)
		if err != nil {
			return Watched{}, err
		}
		for _, o := range page {
			sessions = append(sessions, o.Value)
		}
		if len(sessions) > MaxWatched {
			return Watched{}, fmt.Errorf("%w of %d sessions: choose a shorter period", process.ErrLimit, MaxWatched)
		}
		if next == "" {
			break
		}
		list.After = next
	}
	out := Watched{
		Sessions: len(sessions), Timings: sampling.Summarise(sessions, q.Wanted), Places: sampling.Tally(sessions, q.Wanted),
		Coverage: sampling.Cover(q.Period, q.Calendar, q.Places, sessions),
	}
	out.hide(q.Least)
	return out, nil
}

// hide takes out what rests on too few observations, and one more where a total
// would give the only hidden figure away.
func (w *Watched) hide(least int) {
	var timings, places []sampling.Cell
	for _, t := range w.Timings {
		timings = append(timings, sampling.Cell{Row: "timings", Column: t.Activity, Cases: int(t.Times.Count)})
	}
	for _, p := range w.Places {
		if p.Place != "" {
			places = append(places, sampling.Cell{Row: "places", Column: p.Place, Cases: p.Looks})
		}
	}
	hidden := make(map[[2]string]bool)
	for _, c := range append(sampling.Suppress(timings, least), sampling.Suppress(places, least)...) {
		if c.Hidden {
			hidden[[2]string{c.Row, c.Column}] = true
		}
	}
	w.Hidden = len(hidden)
	w.Timings = keepIf(w.Timings, func(t sampling.Summary) bool { return !hidden[[2]string{"timings", t.Activity}] })
	w.Places = keepIf(w.Places, func(p sampling.Sampled) bool {
		return !hidden[[2]string{"places", p.Place}] && (p.Place != "" || p.Looks >= least)
	})
}

func keepIf[T any](list []T, is func(T) bool) []T {
	var out []T
	for _, v := range list {
		if is(v) {
			out = append(out, v)
		}
	}
	return out
}
