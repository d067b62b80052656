package lcg_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/schedule/level/internal/lcg"
)

// conditional is a small set of the constraints that depend on literals, in a
// form that brute force can judge. Flags are variables of zero or one; flag -1
// always holds.
type conditional struct {
	high, flags int32
	times       int32
	arcs        [][4]int32 // from, to, weight, flag
	tasks       [][4]int32 // time, length, demand, flag
	capacity    int32
	groups      [][]int32 // flags of which exactly one holds
	weights     [][]int64 // by group and member
	budget      int64
	shortest    [2]int32 // to >= from + the least weight in group 0; equal times for none
	atLeast     []int32  // flags
	least       int32
	only        int32
	moves       [][4]int32 // time, quantity, offset, flag
	given       [][2]int32 // slot, quantity
}

func drawConditional(t *rapid.T) *conditional {
	in := &conditional{high: 3, flags: rapid.Int32Range(3, 6).Draw(t, "flags"), times: rapid.Int32Range(2, 3).Draw(t, "times")}
	time := rapid.Int32Range(0, in.times-1)
	flag := rapid.Int32Range(-1, in.flags-1)
	for range rapid.IntRange(0, 5).Draw(t, "arcs") {
		from, to := time.Draw(t, "from"), time.Draw(t, "to")
		if from != to {
			in.arcs = append(in.arcs, [4]int32{from, to, rapid.Int32Range(-1, 4).Draw(t, "weight"), flag.Draw(t, "flag")})
		}
	}
	in.capacity = rapid.Int32Range(1, 3).Draw(t, "capacity")
	for range rapid.IntRange(0, 4).Draw(t, "tasks") {
		in.tasks = append(in.tasks, [4]int32{
			time.Draw(t, "start"), rapid.Int32Range(1, 3).Draw(t, "length"), rapid.Int32Range(1, in.capacity).Draw(t, "demand"), flag.Draw(t, "flag"),
		})
	}
	least, most := int64(0), int64(0)
	for from := int32(0); from+1 < in.flags && rapid.IntRange(0, 3).Draw(t, "group") > 0; {
		size := rapid.Int32Range(2, min(3, in.flags-from)).Draw(t, "size")
		var group []int32
		var weights []int64
		for k := range size {
			group = append(group, from+k)
			weights = append(weights, rapid.Int64Range(0, 4).Draw(t, "weight"))
		}
		in.groups, in.weights = append(in.groups, group), append(in.weights, weights)
		least, most = least+slices.Min(weights), most+slices.Max(weights)
		from += size
	}
	in.budget = rapid.Int64Range(max(0, least-1), most).Draw(t, "budget")
	in.shortest = [2]int32{time.Draw(t, "from"), time.Draw(t, "to")}
	if rapid.Bool().Draw(t, "counted") {
		for f := range in.flags {
			if rapid.Bool().Draw(t, "member") {
				in.atLeast = append(in.atLeast, f)
			}
		}
		in.least, in.only = rapid.Int32Range(1, 3).Draw(t, "count"), flag.Draw(t, "only")
	}
	for range rapid.IntRange(0, 4).Draw(t, "moves") {
		q := rapid.SampledFrom([]int32{-2, -1, 1, 2}).Draw(t, "quantity")
		in.moves = append(in.moves, [4]int32{time.Draw(t, "at"), q, rapid.Int32Range(0, 1).Draw(t, "offset"), flag.Draw(t, "flag")})
	}
	in.given = [][2]int32{{0, rapid.Int32Range(0, 2).Draw(t, "initial")}, {rapid.Int32Range(1, 9).Draw(t, "slot"), rapid.Int32Range(0, 2).Draw(t, "receipt")}}
	return in
}

// build returns the solver with the times first and then the flags.
func (in *conditional) build() (*lcg.Solver, []lcg.Var) {
	s := lcg.New()
	var vars []lcg.Var
	for range in.times {
		vars = append(vars, s.NewVar(0, in.high))
	}
	for range in.flags {
		vars = append(vars, s.NewVar(0, 1))
	}
	lit := func(flag int32) lcg.Lit {
		if flag < 0 {
			return lcg.Always
		}
		return vars[in.times+flag].GE(1)
	}
	for _, a := range in.arcs {
		s.AddArc(vars[a[0]], vars[a[1]], a[2], lit(a[3]))
	}
	rows := make([][]int32, in.high+4)
	for t := range rows {
		rows[t] = []int32{in.capacity}
	}
	table := lcg.NewTimetable(1, rows)
	for _, x := range in.tasks {
		table.AddTask(vars[x[0]], x[1], []int32{x[2]}, lit(x[3]))
	}
	table.Post(s)
	var groups []lcg.Choice
	for k, g := range in.groups {
		c := lcg.Choice{Weights: in.weights[k]}
		for _, f := range g {
			c.Lits = append(c.Lits, lit(f))
			for _, o := range c.Lits[:len(c.Lits)-1] {
				s.AddClause(lit(f).Not(), o.Not())
			}
		}
		s.AddClause(c.Lits...)
		groups = append(groups, c)
	}
	if groups != nil {
		s.AddBudget(groups, in.budget)
		if in.shortest[0] != in.shortest[1] {
			s.AddShortest(vars[in.shortest[0]], vars[in.shortest[1]], groups[0])
		}
	}
	if in.atLeast != nil {
		var lits []lcg.Lit
		for _, f := range in.atLeast {
			lits = append(lits, lit(f))
		}
		s.AddAtLeast(lits, int(in.least), lit(in.only))
	}
	res := lcg.NewReservoir([]lcg.Level{{Slot: in.given[0][0], Quantity: int64(in.given[0][1])}, {Slot: in.given[1][0], Quantity: int64(in.given[1][1])}})
	for _, m := range in.moves {
		if m[1] < 0 {
			res.AddDraw(vars[m[0]], m[2], int64(-m[1]), lit(m[3]))
		} else {
			res.AddSupply(vars[m[0]], m[2], int64(m[1]), lit(m[3]))
		}
	}
	res.Post(s)
	return s, vars
}

// keeps judges an assignment by the definitions of the constraints.
func (in *conditional) keeps(x []int32) bool {
	on := func(flag int32) bool { return flag < 0 || x[in.times+flag] == 1 }
	for _, a := range in.arcs {
		if on(a[3]) && x[a[1]] < x[a[0]]+a[2] {
			return false
		}
	}
	for t := range in.high + 4 {
		sum := int32(0)
		for _, k := range in.tasks {
			if on(k[3]) && x[k[0]] <= t && t < x[k[0]]+k[1] {
				sum += k[2]
			}
		}
		if sum > in.capacity {
			return false
		}
	}
	spent := int64(0)
	for k, g := range in.groups {
		held := 0
		for n, f := range g {
			if !on(f) {
				continue
			}
			held++
			spent += in.weights[k][n]
			if k == 0 && x[in.shortest[1]] < x[in.shortest[0]]+int32(in.weights[0][n]) && in.shortest[0] != in.shortest[1] {
				return false
			}
		}
		if held != 1 {
			return false
		}
	}
	if in.groups != nil && spent > in.budget {
		return false
	}
	if in.atLeast != nil && on(in.only) {
		held := int32(0)
		for _, f := range in.atLeast {
			if on(f) {
				held++
			}
		}
		if held < in.least {
			return false
		}
	}
	for t := range int32(20) {
		left := int32(0)
		for _, g := range in.given {
			if g[0] <= t {
				left += g[1]
			}
		}
		for _, m := range in.moves {
			if on(m[3]) && x[m[0]]+m[2] <= t {
				left += m[1]
			}
		}
		if left < 0 {
			return false
		}
	}
	return true
}

func (in *conditional) count(x []int32) int {
	switch n := int32(len(x)); {
	case n == in.times+in.flags:
		if in.keeps(x) {
			return 1
		}
		return 0
	case n < in.times:
		sum := 0
		for v := range in.high + 1 {
			sum += in.count(append(x, v))
		}
		return sum
	}
	return in.count(append(x, 0)) + in.count(append(x, 1))
}

// TestConditionalEnumeration finds every solution by forbidding each one found,
// for constraints that hold under conditions, budgets, counts and stocks. Short
// runs between restarts and random wishes bring up many different conflicts.
func TestConditionalEnumeration(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		for range 5 {
			drawConditional(t).enumerate(t)
		}
	})
}

func (in *conditional) enumerate(t *rapid.T) {
	s, vars := in.build()
	want := in.count(nil)
	o := &lcg.Options{Conflicts: 1 << 20, Inputs: vars, Activity: rapid.Bool().Draw(t, "activity"), Restart: 1 + rapid.IntRange(0, 20).Draw(t, "restart")}
	for range vars {
		o.Wish = append(o.Wish, rapid.Int32Range(0, in.high).Draw(t, "wish"))
	}
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
}
