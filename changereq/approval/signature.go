package approval

import (
	"encoding/binary"
	"slices"
	"time"
)

// Statement is what a signature of an approval binds together: the request, the
// content and the brief that were seen, what the signature means, who signs and
// when. See 21 CFR 11.50 and 11.70.
type Statement struct {
	Request string
	Content Digest
	Brief   int
	Kind    Kind
	Meaning string
	By      string
	For     string
	At      time.Time
}

// Bytes writes the statement in its canonical form, the one that is signed:
// every text length-prefixed, numbers in eight bytes, big endian, time in
// microseconds since 1970. No two different statements share an encoding.
func (s Statement) Bytes() []byte {
	const version = "coordkit approval 1"
	out := make([]byte, 0, 256)
	for _, text := range []string{version, s.Request, string(s.Content), string(s.Kind), s.Meaning, s.By, s.For} {
		out = binary.BigEndian.AppendUint64(out, uint64(len(text)))
		out = append(out, text...)
	}
	out = binary.BigEndian.AppendUint64(out, uint64(s.Brief))
	return binary.BigEndian.AppendUint64(out, uint64(s.At.UnixMicro()))
}

// Signature is a signature under a Statement, as the signer made it.
type Signature struct {
	Name    string `json:"name"` // the signer's, as printed
	Meaning string `json:"meaning"`
	Key     string `json:"key,omitempty"` // names the key, opaque here
	Value   []byte `json:"value"`
}

func (s *Signature) clone() *Signature {
	if s == nil {
		return nil
	}
	x := *s
	x.Value = slices.Clone(x.Value)
	return &x
}
