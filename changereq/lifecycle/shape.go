package lifecycle

// Shape is a lifecycle without its guards: the states and the ways between them, names interned.
// It folds spellings and judges histories, for which guards are not asked. A Shape is immutable and safe for
// concurrent use.
type Shape struct {
	def     Definition
	states  names
	initial []int
	arcs    []arc
	out     [][]int // state -> indexes into arcs, in definition order
	in      [][]int
}

// arc is an edge between declared states.
type arc struct {
	edge     int // index into def.Edges
	from, to int
}

// names gives every name a small integer.
type names struct {
	list  []string
	index map[string]int
}

// add interns a name; false says that it was there already.
func (n *names) add(name string) bool {
	if _, known := n.index[name]; known {
		return false
	}

	if n.index == nil {
		n.index = make(map[string]int)
	}

	n.index[name] = len(n.list)
	n.list = append(n.list, name)

	return true
}

// CompileShape checks what can be checked without guards and returns the shape. If any finding is an error, the
// shape is nil. All findings come at once, in an order that depends on the definition only.
func CompileShape(def Definition, options ...Option) (*Shape, []Finding) {
	shape, findings := newShape(def)
	findings = append(findings, shape.structure(collect(options))...)

	if blocking(findings) {
		return nil, findings
	}

	return shape, findings
}

// Definition returns a copy of the definition.
func (s *Shape) Definition() Definition { return s.def.clone() }

// State returns the declared state of that name.
func (s *Shape) State(name string) (State, bool) {
	id, ok := s.states.index[name]
	if !ok {
		return State{}, false
	}

	return s.def.States[id], true
}

// Fold returns the state that a spelling means: the alias's state, or the name itself. ok is false, and the
// spelling comes back unchanged, when the lifecycle has no such state. Spellings are compared exactly.
func (s *Shape) Fold(raw string) (state string, ok bool) {
	if state, ok := s.def.Aliases[raw]; ok {
		return state, true
	}

	_, ok = s.states.index[raw]

	return raw, ok
}
