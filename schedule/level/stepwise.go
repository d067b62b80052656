package level

import "slices"

// stepwise is a profile for capacities and horizons that are too wide for a
// packed one: for each resource the free capacity as a list of steps.
type stepwise struct {
	initial  [][]Step // per resource, the first at slot 0
	free     [][]Step
	uses     [][]int
	duration []int32
}

func newStepwise(pr *project) *stepwise {
	f := &stepwise{uses: make([][]int, pr.n), duration: make([]int32, pr.n)}
	for i := range pr.p.Resources {
		r := &pr.p.Resources[i]
		steps := []Step{{0, r.Capacity}}
		for _, s := range r.Steps {
			if s.Slot == 0 {
				steps = steps[:0]
			}
			steps = append(steps, s)
		}
		f.initial = append(f.initial, steps)
		f.free = append(f.free, slices.Clone(steps))
	}
	f.choose(pr)
	return f
}

func (f *stepwise) choose(pr *project) {
	copy(f.duration, pr.duration)
	for j := range f.uses {
		f.uses[j] = pr.p.Activities[j].Modes[pr.mode[j]].Uses
	}
}

func (f *stepwise) reset(mirrored bool, end int32) {
	for r := range f.free {
		f.free[r] = append(f.free[r][:0], f.initial[r]...)
		if mirrored && len(f.initial[r]) > 1 {
			f.free[r] = mirrorSteps(f.free[r][:0], f.initial[r], int(end))
		}
	}
}

// mirrorSteps appends the steps before slot end as seen from there; before
// slot 0 there is nothing.
func mirrorSteps(out, steps []Step, end int) []Step {
	for k, step := range slices.Backward(steps) {
		if step.Slot >= end {
			continue
		}
		upTo := end
		if k+1 < len(steps) {
			upTo = min(end, steps[k+1].Slot)
		}
		out = append(out, Step{end - upTo, step.Quantity})
	}
	return append(out, Step{end, 0})
}

// index returns the step in force at a slot.
func index(steps []Step, slot int) int {
	k, found := slices.BinarySearchFunc(steps, slot, func(s Step, t int) int { return s.Slot - t })
	if found {
		return k
	}
	return k - 1
}

func (f *stepwise) earliest(j, t int32) int32 {
	d := int(f.duration[j])
	if d == 0 {
		return t
	}
	for at := int(t); ; {
		from := at
		for r, use := range f.uses[j] {
			if use == 0 {
				continue
			}
			if at = after(f.free[r], use, at, d); at >= int(never) {
				return never
			}
		}
		if at == from {
			return int32(at)
		}
	}
}

// after returns the first start from t on with enough free for d slots.
func after(steps []Step, use, t, d int) int {
	for k := index(steps, t); k < len(steps) && steps[k].Slot < t+d; k++ {
		if steps[k].Quantity < use {
			if k+1 == len(steps) {
				return int(never)
			}
			t = steps[k+1].Slot
		}
	}
	return t
}

func (f *stepwise) take(j, t int32) {
	from, to := int(t), int(t+f.duration[j])
	if from == to {
		return
	}
	for r, use := range f.uses[j] {
		if use == 0 {
			continue
		}
		f.free[r] = split(split(f.free[r], from), to)
		for k := index(f.free[r], from); k < len(f.free[r]) && f.free[r][k].Slot < to; k++ {
			f.free[r][k].Quantity -= use
		}
	}
}

// split makes a step begin at a slot.
func split(steps []Step, slot int) []Step {
	k := index(steps, slot)
	if steps[k].Slot == slot {
		return steps
	}
	return slices.Insert(steps, k+1, Step{slot, steps[k].Quantity})
}
