package memory

import (
	"context"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/coordination"
)

// placeReply orders replies by the time at which they expire.
func placeReply() layout[coordination.Reply] {
	return layout[coordination.Reply]{at: func(r *coordination.Reply) int64 { return r.Expires.UnixMicro() }, key: all[coordination.Reply]}
}

// replyID joins principal and key so that no two pairs give the same and that
// ids are in the order of the pairs.
func replyID(principal, key string) string { return principal + end + key }

// IdempotentReply of coordination.Tx.
func (x *tx) IdempotentReply(_ context.Context, principal, key string) (coordination.Reply, error) {
	r := x.replies.get(replyID(principal, key))
	if r == nil {
		return coordination.Reply{}, coordination.ErrNotFound
	}
	out := *r
	out.Body = append([]byte(nil), r.Body...)
	return out, nil
}

// PutIdempotentReply of coordination.Tx.
func (x *tx) PutIdempotentReply(_ context.Context, r coordination.Reply) error {
	if err := x.writable(); err != nil {
		return err
	}
	if !storable(r.Principal, r.Key, r.Operation, r.Digest, r.Header) {
		return unstorable(coordination.ErrInvalid, "reply")
	}
	if !exact(r.Created) || !exact(r.Expires) {
		return fmt.Errorf("%w: a time of the reply is not in UTC and whole microseconds: truncate it", coordination.ErrInvalid)
	}
	w := x.replies.touch(replyID(r.Principal, r.Key))
	if kept := w.current(); kept != nil && kept.Expires.After(r.Created) {
		return fmt.Errorf("%w: the key was used before and its reply is kept", coordination.ErrConflict)
	}
	r.Body = append([]byte(nil), r.Body...)
	x.replies.put(w, r)
	return nil
}

// DropIdempotentReplies of coordination.Tx.
func (x *tx) DropIdempotentReplies(_ context.Context, before time.Time, limit int) (int, error) {
	if err := x.writable(); err != nil {
		return 0, err
	}
	expired := 0
	for _, f := range x.replies.list(nil, nil, ascending, coordination.ClampLimit(limit)) {
		if !f.value.Expires.Before(before) {
			break
		}
		x.replies.remove(x.replies.touch(f.id))
		expired++
	}
	return expired, nil
}
