// Package uuid7 makes UUIDs of version 7 (RFC 9562): ordered by time, so that
// they are kind to indexes. Nothing may rely on that order for facts.
package uuid7

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"sync"
	"time"
)

// Source makes ids that rise strictly within it, also when the clock stands
// still or steps back. Safe for concurrent use.
type Source struct {
	now  func() time.Time
	mu   sync.Mutex
	last uint64 // milliseconds << 12 | counter
}

// New returns a source over a clock.
func New(now func() time.Time) *Source { return &Source{now: now} }

// Next returns the next id in its canonical text form.
func (s *Source) Next() string {
	stamp := s.stamp()
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], stamp>>12<<16|0x7000|stamp&0xfff)
	_, _ = rand.Read(b[8:]) // never fails since Go 1.24
	b[8] = b[8]&0x3f | 0x80
	var out [36]byte
	hex.Encode(out[0:8], b[0:4])
	hex.Encode(out[9:13], b[4:6])
	hex.Encode(out[14:18], b[6:8])
	hex.Encode(out[19:23], b[8:10])
	hex.Encode(out[24:36], b[10:16])
	out[8], out[13], out[18], out[23] = '-', '-', '-', '-'
	return string(out[:])
}

// stamp is the time in milliseconds with a 12-bit counter behind it, counted on
// where the clock has not moved (RFC 9562, section 6.2, method 1).
func (s *Source) stamp() uint64 {
	ms := uint64(max(s.now().UnixMilli(), 0))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = max(ms<<12, s.last+1)
	return s.last
}
