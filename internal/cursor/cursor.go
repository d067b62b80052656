// Package cursor makes the opaque tokens that continue a list: a version, a hash
// of the filters they belong to, and the sort key of the last entry seen. A
// token grants nothing, so it carries no secret.
package cursor

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
)

// The ways a token can be wrong.
var (
	ErrMalformed = errors.New("cursor: not a token of this list")
	ErrFilter    = errors.New("cursor: token of a list with other filters")
)

const (
	version  = 1
	hashSize = 8
	maxToken = 4096
)

// Encode makes the token that continues after key in the list with that filter.
func Encode(filter string, key ...string) string {
	h := sha256.Sum256([]byte(filter))
	raw := append([]byte{version}, h[:hashSize]...)
	for _, k := range key {
		raw = binary.AppendUvarint(raw, uint64(len(k)))
		raw = append(raw, k...)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// Decode returns the key of a token that Encode made for that filter and that
// many parts.
func Decode(token, filter string, parts int) ([]string, error) {
	if len(token) > maxToken {
		return nil, ErrMalformed
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < 1+hashSize || raw[0] != version {
		return nil, ErrMalformed
	}
	if h := sha256.Sum256([]byte(filter)); !bytes.Equal(raw[1:1+hashSize], h[:hashSize]) {
		return nil, ErrFilter
	}
	raw = raw[1+hashSize:]
	key := make([]string, parts)
	for i := range key {
		n, width := binary.Uvarint(raw)
		if width <= 0 || n > uint64(len(raw)-width) {
			return nil, ErrMalformed
		}
		key[i], raw = string(raw[width:width+int(n)]), raw[width+int(n):]
	}
	if len(raw) != 0 {
		return nil, ErrMalformed
	}
	return key, nil
}
