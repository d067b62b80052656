package lcg

// Var is a whole-number variable of a Solver.
type Var int32

// Side is a variable's lower side (even) or upper side (odd). The bound of the
// upper side of x is a lower bound of -x.
type Side int32

// Lower returns the side whose bound is the variable's minimum.
func (v Var) Lower() Side { return Side(2 * v) }

// Upper returns the side whose bound is minus the variable's maximum.
func (v Var) Upper() Side { return Side(2*v + 1) }

// Var returns the variable a side belongs to.
func (s Side) Var() Var { return Var(s >> 1) }

// Lit is the statement that a side has reached a bound.
type Lit struct {
	Side  Side
	Bound int32
}

// GE returns the literal v >= b.
func (v Var) GE(b int32) Lit { return Lit{v.Lower(), b} }

// LE returns the literal v <= b.
func (v Var) LE(b int32) Lit { return Lit{v.Upper(), -b} }

// Not returns the contrary of a literal.
func (l Lit) Not() Lit { return Lit{l.Side ^ 1, 1 - l.Bound} }

// Always is a literal that is true in every solver; it is the condition of
// what holds without one.
var Always = Lit{Side: -1} //nolint:gochecknoglobals // a constant that Go cannot express
