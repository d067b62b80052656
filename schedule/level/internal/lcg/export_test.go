package lcg

// Learnt returns the clauses that conflicts have taught.
func Learnt(s *Solver) [][]Lit {
	var out [][]Lit
	for k := range s.clauses.all {
		if s.clauses.all[k].learnt {
			out = append(out, s.clauses.of(int32(k)))
		}
	}
	return out
}
