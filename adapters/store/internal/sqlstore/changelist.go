package sqlstore

import (
	"context"
	"math"
	"slices"

	"github.com/coordkit/coordkit/changereq"
)

// ChangeRequests implements changereq.Tx.
func (t *Tx) ChangeRequests(ctx context.Context, q changereq.Query) (out []changereq.Request, next string, err error) {
	after, err := goOn(q.After, q.Filter(), newestFirst(), changereq.ErrInvalid)
	if err != nil {
		return nil, "", err
	}
	if !allStorable(q.State, string(q.Category), q.Applicant, string(q.Item)) {
		return nil, "", nil // no such text is stored
	}
	if err := t.flush(ctx); err != nil {
		return nil, "", err
	}
	terms, err := t.rarestFirst(ctx, q.Terms())
	if err != nil {
		return nil, "", err
	}
	limit := changereq.ClampLimit(q.Limit)
	query, args := changeRequestList(q, terms)
	args = append([]any{t.tenant, after.at, after.id}, append(args, limit+1)...)
	err = t.run.Query(ctx, query, args, func(row Row) error {
		var (
			rev int64
			doc []byte
		)
		if err := row.Scan(&rev, &doc); err != nil {
			return err
		}
		r, err := readRequest(rev, doc)
		out = append(out, r)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	out, next = page(out, limit, func(r changereq.Request) string {
		return place{r.Opened.UnixMicro(), string(r.ID)}.token(q.Filter())
	})
	return out, next, nil
}

// changeRequestList picks the statement that leads by the filter which lets the
// fewest requests through, and its arguments between start and limit.
func changeRequestList(q changereq.Query, terms []string) (query string, args []any) {
	state, category := q.State, string(q.Category)
	switch {
	case q.Item != "":
		return changeRequestsByItem, append([]any{string(q.Item), state, category, q.Applicant}, four(terms)...)
	case len(terms) > 0:
		return changeRequestsByTerm, append([]any{terms[0], state, category, q.Applicant}, four(terms[1:])...)
	case q.Applicant != "":
		return changeRequestsByApplicant, []any{q.Applicant, state, category}
	case q.State != "":
		return changeRequestsByState, []any{state, category}
	case q.Category != "":
		return changeRequestsByCategory, []any{category}
	}
	return changeRequests, nil
}

func four(terms []string) []any {
	out := []any{"", "", "", ""}
	for i, term := range terms {
		out[i] = term
	}
	return out
}

// rarestFirst puts the word that the fewest requests have in front. Counting
// stops where a list is long anyway.
func (t *Tx) rarestFirst(ctx context.Context, terms []string) ([]string, error) {
	if len(terms) < 2 {
		return terms, nil
	}
	const enough = 500
	rarest, least := 0, math.MaxInt
	for i, term := range terms {
		n := 0
		if _, err := t.one(ctx, countTerm, []any{t.tenant, term, enough}, func(row Row) error { return row.Scan(&n) }); err != nil {
			return nil, err
		}
		if n < least {
			rarest, least = i, n
		}
	}
	return append([]string{terms[rarest]}, slices.Delete(slices.Clone(terms), rarest, rarest+1)...), nil
}
