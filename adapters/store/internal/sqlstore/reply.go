package sqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/coordination"
)

// IdempotentReply implements coordination.Tx.
func (t *Tx) IdempotentReply(ctx context.Context, principal, name string) (coordination.Reply, error) {
	var (
		r                = coordination.Reply{Principal: principal, Key: name}
		created, expires int64
	)
	if !allStorable(principal, name) {
		return coordination.Reply{}, fmt.Errorf("%w: reply", coordination.ErrNotFound)
	}
	found, err := t.find(ctx, replyKey(principal, name), lookup{replyByKey, lockReply}, func(row Row) error {
		return row.Scan(&r.Operation, &r.Digest, &r.Status, &r.Header, &r.Body, &created, &expires)
	}, principal, name)
	if err != nil {
		return coordination.Reply{}, err
	}
	if !found {
		return coordination.Reply{}, fmt.Errorf("%w: reply", coordination.ErrNotFound)
	}
	if len(r.Body) == 0 {
		r.Body = nil
	}
	r.Created, r.Expires = instant(created), instant(expires)
	return r, nil
}

// replyKey joins the two parts so that no two pairs look alike.
func replyKey(principal, name string) key {
	return key{kindReply, fmt.Sprintf("%d:%s%s", len(principal), principal, name)}
}

// PutIdempotentReply implements coordination.Tx. It reads what is kept under
// the key, so that the conflict is its own.
func (t *Tx) PutIdempotentReply(ctx context.Context, r coordination.Reply) error {
	if err := t.writable(); err != nil {
		return err
	}
	if !allStorable(r.Principal, r.Key, r.Operation, r.Digest, r.Header) || !exact(r.Created) || !exact(r.Expires) {
		return fmt.Errorf("%w: a reply holds text that is not valid UTF-8 or has a NUL character, or a time that is not in UTC and whole microseconds",
			coordination.ErrInvalid)
	}
	taken := fmt.Errorf("%w: the key already has a reply", coordination.ErrConflict)
	kept, err := t.IdempotentReply(ctx, r.Principal, r.Key)
	switch {
	case err == nil && kept.Expires.After(r.Created):
		return taken
	case unlessAbsent(kept, err) != nil:
		return err
	}
	values := []any{r.Operation, r.Digest, r.Status, r.Header, bytesOf(r.Body), r.Created.UnixMicro(), r.Expires.UnixMicro()}
	w := Write{SQL: insertReply, Taken: taken, Args: append([]any{t.tenant, r.Principal, r.Key}, values...)}
	if err == nil {
		w = Write{SQL: updateReply, One: true, Args: append(values, t.tenant, r.Principal, r.Key)}
	}
	return t.write(ctx, replyKey(r.Principal, r.Key), w)
}

// DropIdempotentReplies implements coordination.Tx.
func (t *Tx) DropIdempotentReplies(ctx context.Context, before time.Time, limit int) (int, error) {
	if err := t.writable(); err != nil {
		return 0, err
	}
	if err := t.flush(ctx); err != nil {
		return 0, err
	}
	query := dropReplies
	if t.locks() {
		query = dropRepliesShared
	}
	n := 0
	err := t.run.Query(ctx, query, []any{t.tenant, before.UnixMicro(), coordination.ClampLimit(limit)}, func(Row) error {
		n++
		return nil
	})
	return n, err
}
