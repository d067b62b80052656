package risk

// stream is the source of random numbers of one thing: a hash of its id.
type stream uint64

// streamOf hashes an id with FNV-1a.
func streamOf(kind, id string) stream {
	h := uint64(14695981039346656037)
	for _, s := range [...]string{kind, "\x00", id} {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * 1099511628211
		}
	}
	return stream(h)
}

// uniform returns the number of a run, above 0 and below 1.
func (s stream) uniform(seed uint64, run int) float64 {
	x := mix(mix(seed^0x9e3779b97f4a7c15)^uint64(run)*0xd1342543de82ef95) ^ uint64(s)
	return (float64(mix(x)>>11) + 0.5) / (1 << 53)
}

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
