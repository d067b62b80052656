package process

import (
	"math/big"
	"math/bits"
)

// Sum is an exact sum of integers in 128 bits. Sums of integers do not depend
// on the order in which they are made, so that shards add up to the same bytes
// as the whole.
type Sum struct {
	hi int64
	lo uint64
}

// Add adds v.
func (s *Sum) Add(v int64) { s.Merge(Sum{hi: v >> 63, lo: uint64(v)}) }

// addProduct adds a·b, neither of which is below zero.
func (s *Sum) addProduct(a, b int64) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	s.Merge(Sum{hi: int64(hi), lo: lo})
}

// Merge adds another sum.
func (s *Sum) Merge(t Sum) {
	lo, carry := bits.Add64(s.lo, t.lo, 0)
	hi, _ := bits.Add64(uint64(s.hi), uint64(t.hi), carry)
	s.lo, s.hi = lo, int64(hi)
}

// Big gives the sum.
func (s Sum) Big() *big.Int {
	v := new(big.Int).Lsh(big.NewInt(s.hi), 64)
	return v.Add(v, new(big.Int).SetUint64(s.lo))
}

// Int64 gives the sum, and whether 64 bits hold it.
func (s Sum) Int64() (v int64, fits bool) {
	v = int64(s.lo)
	return v, s.hi == v>>63
}

// over gives the sum divided by d as the nearest float.
func (s Sum) over(d *big.Int) float64 {
	f, _ := new(big.Rat).SetFrac(s.Big(), d).Float64()
	return f
}

// Seconds gives a sum of microseconds in seconds.
func (s Sum) Seconds() float64 { return s.over(big.NewInt(1_000_000)) }

// squares is an exact sum of squares in 192 bits: no number of durations that a
// log can have overflows it.
type squares struct{ hi, mid, lo uint64 }

func (s *squares) add(v int64) {
	if v < 0 {
		v = -v
	}
	hi, lo := bits.Mul64(uint64(v), uint64(v))
	s.merge(squares{mid: hi, lo: lo})
}

func (s *squares) merge(t squares) {
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, t.lo, 0)
	s.mid, carry = bits.Add64(s.mid, t.mid, carry)
	s.hi, _ = bits.Add64(s.hi, t.hi, carry)
}

func (s squares) big() *big.Int {
	v := new(big.Int).SetUint64(s.hi)
	v.Lsh(v, 64).Add(v, new(big.Int).SetUint64(s.mid))
	return v.Lsh(v, 64).Add(v, new(big.Int).SetUint64(s.lo))
}
