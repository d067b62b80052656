package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/coordkit/coordkit/coordination/notice"
)

// Obligation implements notice.Tx.
func (t *Tx) Obligation(ctx context.Context, id string) (notice.Obligation, error) {
	var o notice.Obligation
	k := key{kindObligation, id}
	found, err := t.find(ctx, k, lookup{obligationByID, lockObligation}, func(row Row) error {
		var err error
		o, err = readObligation(row)
		return err
	}, id)
	if err != nil {
		return notice.Obligation{}, err
	}
	t.known[k] = standing{rev: o.Rev, events: o.Events}
	if !found {
		return notice.Obligation{}, fmt.Errorf("%w: obligation %q", notice.ErrNotFound, id)
	}
	return o, nil
}

func readObligation(row Row) (notice.Obligation, error) {
	var (
		o               notice.Obligation
		state           string
		owedAt, updated int64
		due, answerBy   sql.NullInt64
		acknowledge     int64
	)
	err := row.Scan(&o.ID, &o.Rev, &o.Events, &o.Recipient, &o.About, &o.Subject, &o.OwedBy, &owedAt, &state,
		&o.Evidence, &o.Reason, &updated, &o.UpdatedBy, &o.Digest, &due, &acknowledge, &answerBy)
	o.Due, o.Acknowledge, o.AnswerBy = maybe(due), acknowledge != 0, maybe(answerBy)
	o.State, o.OwedAt, o.Updated = notice.State(state), instant(owedAt), instant(updated)
	return o, err
}

// maybe is an instant that there may be none of.
func maybe(micros sql.NullInt64) *time.Time {
	if !micros.Valid {
		return nil
	}
	at := instant(micros.Int64)
	return &at
}

// micros is an instant as it is stored, NULL where there is none.
func micros(at *time.Time) sql.NullInt64 {
	if at == nil {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: at.UnixMicro(), Valid: true}
}

// Obligations implements notice.Tx.
func (t *Tx) Obligations(ctx context.Context, q notice.Query) (out []notice.Obligation, next string, err error) {
	after, err := goOn(q.After, q.Filter(), oldestFirst(), notice.ErrInvalid)
	if err != nil {
		return nil, "", err
	}
	if !allStorable(q.Recipient, string(q.State)) {
		return nil, "", nil
	}
	if err := t.flush(ctx); err != nil {
		return nil, "", err
	}
	query, args := obligations, []any{t.tenant, after.at, after.id}
	switch {
	case q.Recipient != "" && q.State != "":
		query, args = obligationsByRecipientState, append(args, q.Recipient, string(q.State))
	case q.Recipient != "":
		query, args = obligationsByRecipient, append(args, q.Recipient)
	case q.State != "":
		query, args = obligationsByState, append(args, string(q.State))
	}
	limit := notice.ClampLimit(q.Limit)
	if out, err = t.obligations(ctx, query, append(args, limit+1)); err != nil {
		return nil, "", err
	}
	out, next = page(out, limit, func(o notice.Obligation) string {
		return place{o.OwedAt.UnixMicro(), o.ID}.token(q.Filter())
	})
	return out, next, nil
}

func (t *Tx) obligations(ctx context.Context, query string, args []any) ([]notice.Obligation, error) {
	var out []notice.Obligation
	err := t.run.Query(ctx, query, args, func(row Row) error {
		o, err := readObligation(row)
		out = append(out, o)
		return err
	})
	return out, err
}

// PutObligation implements notice.Tx.
func (t *Tx) PutObligation(ctx context.Context, o notice.Obligation, ev ...notice.Event) (notice.Obligation, error) {
	if err := t.writable(); err != nil {
		return notice.Obligation{}, err
	}
	if err := o.Storable(); err != nil {
		return notice.Obligation{}, err
	}
	entries, err := obligationEntries(&o, ev)
	if err != nil {
		return notice.Obligation{}, err
	}
	k := key{kindObligation, o.ID}
	had, err := t.stands(k, o.Rev == 0, func() error { return unlessAbsent(t.Obligation(ctx, o.ID)) })
	switch {
	case err != nil:
		return notice.Obligation{}, err
	case had.rev != o.Rev:
		return notice.Obligation{}, fmt.Errorf("%w: obligation %q is at revision %d, not %d; read it again",
			notice.ErrConflict, o.ID, had.rev, o.Rev)
	case had.events+int64(len(ev)) != o.Events:
		return notice.Obligation{}, gap(notice.ErrInvalid, had.events, o.Events)
	}
	acknowledge := int64(0)
	if o.Acknowledge {
		acknowledge = 1
	}
	values := []any{
		o.Events, o.Recipient, o.About, o.Subject, o.OwedBy, o.OwedAt.UnixMicro(), string(o.State),
		o.Evidence, o.Reason, o.Updated.UnixMicro(), o.UpdatedBy, o.Digest, micros(o.Due), acknowledge, micros(o.AnswerBy),
	}
	w := Write{SQL: updateObligation, One: true, Args: append(values, t.tenant, o.ID, o.Rev)}
	if o.Rev == 0 {
		w = Write{
			SQL: insertObligation, Args: append([]any{t.tenant, o.ID, 1}, values...),
			Taken: fmt.Errorf("%w: obligation %q is already owed", notice.ErrConflict, o.ID),
		}
	}
	if err := t.write(ctx, k, w); err != nil {
		return notice.Obligation{}, err
	}
	o.Rev++
	t.known[k] = standing{rev: o.Rev, events: o.Events}
	return o, t.append(ctx, entries, notice.ErrConflict)
}

// ClaimObligations implements notice.Tx.
func (t *Tx) ClaimObligations(ctx context.Context, now, until time.Time, limit int) ([]notice.Obligation, error) {
	if err := t.writable(); err != nil {
		return nil, err
	}
	if err := t.flush(ctx); err != nil {
		return nil, err
	}
	query := claimObligations
	if t.locks() {
		query = claimObligationsShared
	}
	out, err := t.obligations(ctx, query, []any{t.tenant, now.UnixMicro(), notice.ClampLimit(limit), until.UnixMicro()})
	slices.SortFunc(out, func(a, b notice.Obligation) int {
		return cmp.Or(a.OwedAt.Compare(b.OwedAt), cmp.Compare(a.ID, b.ID))
	})
	return out, err
}
