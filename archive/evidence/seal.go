package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Salt is the random half of a seal: 32 bytes of a cryptographic source, a fresh
// one for every value. The zero salt is for values that need never be erased;
// whoever can guess such a value can confirm it from the seal.
type Salt [32]byte

// Seal is SHA-256 of a salt followed by a value. It binds to the value and, with a
// random salt, tells nothing about it: after the salt is erased the value cannot
// even be confirmed by guessing.
type Seal [sha256.Size]byte

// Close seals a value. All salts have one length, so that no other pair of
// salt and value has the same seal.
func Close(salt Salt, value []byte) Seal {
	const usual = 1024 // most events are shorter; longer ones take one allocation
	if len(value) <= usual {
		var buf [len(salt) + usual]byte
		return sha256.Sum256(append(append(buf[:0], salt[:]...), value...))
	}
	h := sha256.New()
	h.Write(salt[:])
	h.Write(value)
	return Seal(h.Sum(nil))
}

// String is the seal in lower-case hexadecimal.
func (s Seal) String() string { return hex.EncodeToString(s[:]) }

// ParseSeal reads what String wrote; anything else is ErrInvalid.
func ParseSeal(text string) (Seal, error) {
	var s Seal
	if len(text) != hex.EncodedLen(len(s)) {
		return s, fmt.Errorf("%w: a seal has %d hexadecimal digits, this has %d characters", ErrInvalid, hex.EncodedLen(len(s)), len(text))
	}
	if _, err := hex.Decode(s[:], []byte(text)); err != nil || s.String() != text {
		return Seal{}, fmt.Errorf("%w: a seal is lower-case hexadecimal", ErrInvalid)
	}
	return s, nil
}

// Opening shows what a seal holds. It stands in a row of its own, which may be
// erased: erase salt and value together.
type Opening struct {
	Salt  Salt
	Value []byte
}

// Opens reports whether the opening is the one that was sealed.
func (o Opening) Opens(s Seal) bool { return Close(o.Salt, o.Value) == s }
