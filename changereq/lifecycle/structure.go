package lifecycle

// structure finds what is wrong with the states and edges, whatever the guards say.
func (s *Shape) structure(settings) []Finding {
	return nil
}

// guarding finds what is wrong with the guards on the edges.
func (s *Shape) guarding(map[string]traits) []Finding {
	return nil
}

// register learns the guards.
func register[V any](guards []Guard[V]) (map[string]traits, []Finding) {
	return nil, nil
}
