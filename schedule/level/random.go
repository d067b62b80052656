package level

// random is the SplitMix64 generator (Steele, Lea & Flood 2014): eight bytes of
// state, and the same numbers on every machine and release of Go, which the
// promise of reproducible results rests on.
type random struct{ state uint64 }

// newRandom returns stream number stream of a seed. Streams are independent.
func newRandom(seed int64, stream uint64) *random {
	r := &random{state: uint64(seed)}
	r.state = r.next() ^ (stream+1)*0xd1342543de82ef95
	r.next()
	return r
}

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below returns a number in [0, n); n must be positive.
func (r *random) below(n int) int {
	return int((r.next() >> 32) * uint64(n) >> 32)
}

// chance is true with probability p/1024.
func (r *random) chance(p uint64) bool { return r.next()>>54 < p }
