package level

// reach tells which activities the relations put after which.
type reach struct {
	words int
	bits  []uint64
}

// reach returns the transitive closure of the relations.
func (pr *project) reach() *reach {
	r := &reach{words: (pr.n + 63) / 64}
	r.bits = make([]uint64, pr.n*r.words)
	for k := pr.n - 1; k >= 0; k-- {
		i := int(pr.order[k])
		row := r.bits[i*r.words : (i+1)*r.words]
		for _, o := range pr.out.of(int32(i)) {
			row[o.node/64] |= 1 << (o.node % 64)
			for w, v := range r.bits[int(o.node)*r.words : int(o.node+1)*r.words] {
				row[w] |= v
			}
		}
	}
	return r
}

// has reports whether j comes after i by a chain of relations.
func (r *reach) has(i, j int) bool { return r.bits[i*r.words+j/64]>>(j%64)&1 == 1 }
