package register

import "context"

// HistoriesByID are the events of several values, those of each in their order. More
// values than MaxLimit are ErrInvalid.
func (r Register[T]) HistoriesByID(ctx context.Context, tx Tx, ids []string) (map[string][]Event, error) {
	out := make(map[string][]Event, len(ids))
	err := r.Histories(ctx, tx, ids, func(ev *Event) { out[ev.Sheet] = append(out[ev.Sheet], *ev) })
	return out, err
}

// Retell is the value that events make, all of them by Evolve, of what it begins with.
// A register whose values do not follow from events is ErrInvalid.
func (r Register[T]) Retell(begin T, events []Event) (T, error) {
	if r.Evolve == nil {
		return begin, invalid("the values of book %q do not follow from their events", r.Book)
	}
	for i := range events {
		var err error
		if begin, err = r.Evolve(begin, events[i]); err != nil {
			return begin, err
		}
	}
	return begin, nil
}

// Again is the sheet that its history gives, see Retell, at the revision of s: what is
// stored is right if it has the same keys, the same body and as many events. A sheet of
// which no event tells is ErrInvalid.
func (r Register[T]) Again(s *Sheet, begin T, events []Event) (Sheet, error) {
	if len(events) == 0 {
		return Sheet{}, invalid("no event tells of sheet %q of book %q", clip(s.ID), r.Book)
	}
	value, err := r.Retell(begin, events)
	if err != nil {
		return Sheet{}, err
	}
	return r.sheet(&Row[T]{ID: s.ID, Rev: s.Rev, Events: int64(len(events)), Value: value})
}
