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
	sum         []int64    // weights of all times but the last, which is at least their sum; nil for none
}

func drawConditional(t *rapid.T) *conditional {
	in := &conditional{high: 4, flags: rapid.Int32Range(2, 5).Draw(t, "flags"), times: rapid.Int32Range(2, 3).Draw(t, "times")}
	time := rapid.Int32Range(0, in.times-1)
	flag := rapid.Int32Range(-1, in.flags-1)
	theme := rapid.SampledFrom([]string{"arcs", "tasks", "groups", "moves", "sum"}).Draw(t, "theme")
	many := func(what string) int {
		most := 2
		if theme == what {
			most = 8
		}
		return rapid.IntRange(0, most).Draw(t, what)
	}
	for range many("arcs") {
		from, to := time.Draw(t, "from"), time.Draw(t, "to")
		if from != to {
			in.arcs = append(in.arcs, [4]int32{from, to, rapid.Int32Range(-1, 4).Draw(t, "weight"), flag.Draw(t, "flag")})
		}
	}
	in.capacity = rapid.Int32Range(1, 3).Draw(t, "capacity")
	for range many("tasks") {
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
	for range many("moves") {
		q := rapid.SampledFrom([]int32{-2, -1, 1, 2}).Draw(t, "quantity")
		in.moves = append(in.moves, [4]int32{time.Draw(t, "at"), q, rapid.Int32Range(0, 1).Draw(t, "offset"), flag.Draw(t, "flag")})
	}
	if theme == "sum" {
		for range in.times - 1 {
			in.sum = append(in.sum, rapid.Int64Range(1, 2).Draw(t, "factor"))
		}
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
	if in.sum != nil {
		s.AddLinear(vars[:in.times-1], in.sum, vars[in.times-1])
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
	sum := int64(0)
	for i, w := range in.sum {
		sum += w * int64(x[i])
	}
	if in.sum != nil && sum > int64(x[in.times-1]) {
		return false
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
		for range 3 {
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

// solutions lists every assignment that keeps the constraints.
func (in *conditional) solutions(x []int32) [][]int32 {
	n := int32(len(x))
	if n == in.times+in.flags {
		if in.keeps(x) {
			return [][]int32{slices.Clone(x)}
		}
		return nil
	}
	high := int32(1)
	if n < in.times {
		high = in.high
	}
	var out [][]int32
	for v := range high + 1 {
		out = append(out, in.solutions(append(x, v))...)
	}
	return out
}

// TestLearntIsImplied searches under many random assumptions and compares what
// was learnt with all solutions: none may be excluded. An explanation that leaves
// out one of its literals, or states a weaker one, is found here.
func TestLearntIsImplied(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		for range 15 {
			in := drawConditional(t)
			s, vars := in.build()
			all := in.solutions(nil)
			for range 12 {
				o := &lcg.Options{Conflicts: 50, Inputs: vars, Activity: rapid.Bool().Draw(t, "activity"), Restart: 100}
				for range rapid.IntRange(0, 4).Draw(t, "assumptions") {
					v := vars[rapid.IntRange(0, len(vars)-1).Draw(t, "var")]
					b := rapid.Int32Range(0, in.high).Draw(t, "bound")
					if rapid.Bool().Draw(t, "upper") {
						o.Assume = append(o.Assume, v.LE(b))
					} else {
						o.Assume = append(o.Assume, v.GE(b))
					}
				}
				for range vars {
					o.Wish = append(o.Wish, rapid.Int32Range(0, in.high).Draw(t, "wish"))
				}
				keeps := func(x []int32) bool {
					return !slices.ContainsFunc(o.Assume, func(l lcg.Lit) bool { return !holds(l, x) })
				}
				switch found := s.Solve(o); found {
				case lcg.Solved:
					require.True(t, in.keeps(o.Values) && keeps(o.Values), "%v", o.Values)
				case lcg.Refuted:
					require.False(t, slices.ContainsFunc(all, keeps))
				case lcg.Excluded:
					require.Empty(t, all)
				case lcg.GaveUp:
				}
			}
			for _, x := range all {
				for i, v := range vars {
					require.True(t, s.Lo(v) <= x[i] && x[i] <= s.Hi(v), "%v is out of bounds", x)
				}
				for _, c := range lcg.Learnt(s) {
					require.True(t, slices.ContainsFunc(c, func(l lcg.Lit) bool { return holds(l, x) }), "%v breaks %v", x, c)
				}
			}
		}
	})
}
