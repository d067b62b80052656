package evidence

import (
	"context"
	"crypto/sha256"
)

// Timestamper has somebody else's clock confirm a digest, such as an authority
// of RFC 3161, whose token is DER. What it stamps is the digest of a signed
// checkpoint: one token dates every entry before it, so documents need none of
// their own. Implementations are safe for concurrent use.
type Timestamper interface {
	// Timestamp returns a token over the digest, to be kept beside the
	// checkpoint. It is retried by the caller, who chooses when.
	Timestamp(ctx context.Context, digest [sha256.Size]byte) (token []byte, err error)
	// CheckTimestamp checks a token against the digest; one that does not fit is
	// ErrMismatch, one that cannot be read ErrInvalid.
	CheckTimestamp(ctx context.Context, digest [sha256.Size]byte, token []byte) error
}

// CheckpointDigest is the digest of a signed checkpoint that a Timestamper
// stamps: SHA-256 of its bytes, signatures included.
func CheckpointDigest(signed []byte) [sha256.Size]byte { return sha256.Sum256(signed) }
