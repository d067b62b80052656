package lcg_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/schedule/level/internal/lcg"
)

// instance is a small set of constraints in a form that brute force can judge.
type instance struct {
	high     int32
	arcs     [][3]int32 // from, to, weight
	clauses  [][]lcg.Lit
	lengths  []int32
	demands  []int32
	capacity int32
	weights  []int64 // of a sum that the last variable bounds; nil for none
}

func drawInstance(t *rapid.T) *instance {
	in := &instance{high: 5, capacity: rapid.Int32Range(1, 3).Draw(t, "capacity")}
	vars := rapid.IntRange(2, 5).Draw(t, "vars")
	for range vars {
		in.lengths = append(in.lengths, rapid.Int32Range(0, 3).Draw(t, "length"))
		in.demands = append(in.demands, rapid.Int32Range(0, in.capacity).Draw(t, "demand"))
	}
	variable := rapid.IntRange(0, vars-1)
	for range rapid.IntRange(0, 3).Draw(t, "arcs") {
		from, to := variable.Draw(t, "from"), variable.Draw(t, "to")
		if from != to {
			in.arcs = append(in.arcs, [3]int32{int32(from), int32(to), rapid.Int32Range(-2, 3).Draw(t, "weight")})
		}
	}
	for range rapid.IntRange(0, 6).Draw(t, "clauses") {
		var c []lcg.Lit
		for range rapid.IntRange(1, 3).Draw(t, "size") {
			v := lcg.Var(variable.Draw(t, "var"))
			b := rapid.Int32Range(0, in.high).Draw(t, "bound")
			if rapid.Bool().Draw(t, "upper") {
				c = append(c, v.LE(b))
			} else {
				c = append(c, v.GE(b))
			}
		}
		in.clauses = append(in.clauses, c)
	}
	if rapid.Bool().Draw(t, "sum") {
		for range vars - 1 {
			in.weights = append(in.weights, rapid.Int64Range(1, 2).Draw(t, "factor"))
		}
	}
	return in
}

func (in *instance) build() (*lcg.Solver, []lcg.Var) {
	s := lcg.New()
	var vars []lcg.Var
	for range in.lengths {
		vars = append(vars, s.NewVar(0, in.high))
	}
	for _, a := range in.arcs {
		s.AddArc(vars[a[0]], vars[a[1]], a[2], lcg.Always)
	}
	rows := make([][]int32, in.high+4)
	for t := range rows {
		rows[t] = []int32{in.capacity}
	}
	table := lcg.NewTimetable(1, rows)
	for i, v := range vars {
		table.AddTask(v, in.lengths[i], []int32{in.demands[i]}, lcg.Always)
	}
	table.Post(s)
	if in.weights != nil {
		s.AddLinear(vars[:len(vars)-1], in.weights, vars[len(vars)-1])
	}
	for _, c := range in.clauses {
		s.AddClause(c...)
	}
	return s, vars
}

func holds(l lcg.Lit, x []int32) bool {
	v := x[l.Side.Var()]
	if l.Side&1 == 1 {
		v = -v
	}
	return v >= l.Bound
}

// keeps judges an assignment by the definitions of the constraints.
func (in *instance) keeps(x []int32) bool {
	for _, a := range in.arcs {
		if x[a[1]] < x[a[0]]+a[2] {
			return false
		}
	}
	for _, c := range in.clauses {
		met := false
		for _, l := range c {
			met = met || holds(l, x)
		}
		if !met {
			return false
		}
	}
	for t := range in.high + 4 {
		sum := int32(0)
		for i, s := range x {
			if s <= t && t < s+in.lengths[i] {
				sum += in.demands[i]
			}
		}
		if sum > in.capacity {
			return false
		}
	}
	sum := int64(0)
	for i, w := range in.weights {
		sum += w * int64(x[i])
	}
	return in.weights == nil || sum <= int64(x[len(x)-1])
}

// count returns the number of solutions by enumeration.
func (in *instance) count(x []int32) int {
	if len(x) == len(in.lengths) {
		if in.keeps(x) {
			return 1
		}
		return 0
	}
	n := 0
	for v := range in.high + 1 {
		n += in.count(append(x, v))
	}
	return n
}

// TestEnumeration finds every solution by forbidding each one found. It fails
// if a learnt clause or an explanation excludes a solution, and if propagation
// lets a wrong one pass.
func TestEnumeration(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawInstance(t)
		s, vars := in.build()
		want := in.count(nil)
		o := &lcg.Options{Conflicts: 1 << 20, Inputs: vars, Activity: rapid.Bool().Draw(t, "activity"), Restart: 2}
		got := 0
		for s.Solve(o) == lcg.Solved {
			require.True(t, in.keeps(o.Values), "%v", o.Values)
			got++
			require.LessOrEqual(t, got, want)
			var other []lcg.Lit
			for i, v := range vars {
				other = append(other, v.LE(o.Values[i]-1), v.GE(o.Values[i]+1))
			}
			s.AddClause(other...)
		}
		require.Equal(t, want, got)
	})
}

func TestAssumptions(t *testing.T) {
	t.Parallel()
	s := lcg.New()
	a, b := s.NewVar(0, 9), s.NewVar(0, 9)
	s.AddArc(a, b, 4, lcg.Always)
	o := &lcg.Options{Conflicts: 100, Inputs: []lcg.Var{a, b}, Assume: []lcg.Lit{a.GE(6)}}
	require.Equal(t, lcg.Refuted, s.Solve(o))
	o.Assume = []lcg.Lit{a.GE(5)}
	require.Equal(t, lcg.Solved, s.Solve(o))
	require.Equal(t, []int32{5, 9}, o.Values)
	s.Force(b.LE(3))
	require.Equal(t, lcg.Excluded, s.Solve(o))
}

func TestStopAndLimit(t *testing.T) {
	t.Parallel()
	s := lcg.New()
	v := s.NewVar(0, 1)
	require.Equal(t, lcg.GaveUp, s.Solve(&lcg.Options{Inputs: []lcg.Var{v}}))
	stop := func() bool { return true }
	require.Equal(t, lcg.GaveUp, s.Solve(&lcg.Options{Conflicts: 9, Inputs: []lcg.Var{v}, Stop: stop}))
}
