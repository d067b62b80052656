package changereq

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DueRequests returns a page of what is due now over all requests, most urgent
// first; see Due. next continues after the page and is empty at the end. What
// becomes due while somebody reads on appears, if it is less urgent than the
// place reached.
func (s *Service) DueRequests(ctx context.Context, tenant, after string, limit int) (page []Escalation, next string, err error) {
	from, err := readMark(after)
	if err != nil {
		return nil, "", err
	}
	limits, err := s.deadlines(ctx, tenant)
	if err != nil {
		return nil, "", err
	}
	now, limit := Instant(s.cfg.Now()), ClampLimit(limit)
	err = s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx Tx) error {
		page = nil
		for _, q := range limits.queries(from, now, limit+1) {
			rows, err := tx.ChangeRequestsDue(ctx, q)
			if err != nil {
				return err
			}
			for i := range rows {
				page = append(page, ofKind(Due(&rows[i], limits, now), q.Kind)...)
			}
		}
		return nil
	})
	if err != nil {
		return nil, "", err
	}
	slices.SortFunc(page, func(a, b Escalation) int { return a.mark().compare(b.mark()) })
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1].mark().text()
	}
	return page, next, nil
}

func (s *Service) deadlines(ctx context.Context, tenant string) (Deadlines, error) {
	if s.cfg.Deadlines == nil {
		return Deadlines{}, nil
	}
	return s.cfg.Deadlines(ctx, tenant)
}

func ofKind(list []Escalation, kind DueKind) []Escalation {
	return slices.DeleteFunc(list, func(e Escalation) bool { return e.Kind != kind })
}

func (e Escalation) mark() DueMark { return DueMark{Due: e.Due, Kind: e.Kind, ID: e.Request} }

// queries are the lists that together hold what is due after a mark, each in
// its own order, which adding the limit of its kind leaves as it is.
func (l Deadlines) queries(from *DueMark, now time.Time, limit int) []DueQuery {
	var out []DueQuery
	for _, kind := range DueKinds() {
		states := []string{""}
		if kind == DueState {
			states = slices.Sorted(maps.Keys(l.States))
		}
		for _, state := range states {
			shift, limited := l.shift(kind, state)
			if !limited {
				continue
			}
			q := DueQuery{Kind: kind, State: state, Until: now.Add(-shift), Limit: limit}
			if from != nil {
				q.AfterAt, q.AfterID = from.before(kind, shift)
			}
			out = append(out, q)
		}
	}
	return out
}

// before is the place in the list of a kind behind which everything comes after
// the mark. No id is empty, so an instant without one is before all that bear it.
func (m DueMark) before(kind DueKind, shift time.Duration) (time.Time, ID) {
	at := m.Due.Add(-shift)
	kinds := DueKinds()
	switch own, other := slices.Index(kinds, m.Kind), slices.Index(kinds, kind); {
	case own == other:
		return at, m.ID
	case own < other:
		return at, ""
	}
	return at.Add(time.Microsecond), ""
}

// text writes a mark as a page token; readMark reads it back.
func (m DueMark) text() string {
	return base64.RawURLEncoding.EncodeToString([]byte(fmt.Sprintf("due %d %s %s", m.Due.UnixMicro(), m.Kind, m.ID)))
}

func readMark(token string) (*DueMark, error) {
	if token == "" {
		return nil, nil //nolint:nilnil // the beginning
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	parts := strings.Split(string(raw), " ")
	if err == nil && len(parts) == 4 && parts[0] == "due" && slices.Contains(DueKinds(), DueKind(parts[2])) && ValidID(parts[3]) {
		if at, err := strconv.ParseInt(parts[1], 10, 64); err == nil {
			return &DueMark{Due: time.UnixMicro(at).UTC(), Kind: DueKind(parts[2]), ID: ID(parts[3])}, nil
		}
	}
	return nil, fmt.Errorf("%w: after is no continuation of this list: pass on what its last page gave", ErrInvalid)
}
