package level

// profile is the free capacity of the renewable resources over time, as the
// schedule generator sees it.
type profile interface {
	// reset frees everything. A mirrored profile runs backward from slot end.
	reset(mirrored bool, end int32)
	// earliest returns the first start from t on at which activity j fits, or
	// never.
	earliest(j, t int32) int32
	// take holds what activity j uses from t on; it must fit.
	take(j, t int32)
	// choose follows a change of modes.
	choose(pr *project)
}

// never is a time after every horizon.
const never = int32(1) << 30

const (
	laneBits  = 16
	lanes     = 4
	laneMax   = 1<<(laneBits-1) - 1
	guardBits = uint64(0x8000_8000_8000_8000)
)

// packed is a profile with four resources in one word of each slot: 15 bits of
// free capacity and a guard bit that is always set. Subtracting a packed
// request clears the guard of each resource that has too little, so that one
// subtraction and one mask test all four, and no lane borrows from another.
type packed struct {
	words    int      // words of a slot
	slots    int32    // length of the profile
	initial  []uint64 // capacity with guards; one slot if constant, else all
	constant bool
	free     []uint64
	touched  int32 // slots from here on are as reset
	mirrored bool
	end      int32
	demand   []uint64 // words of each activity in its mode
	idle     []bool   // activities that use nothing
	duration []int32
}

// packable reports whether the resources of a problem fit a packed profile.
func packable(p *Problem, horizon int32) bool {
	const mostWords = 1 << 24
	words := (len(p.Resources) + lanes - 1) / lanes
	if int(horizon)*max(1, words) > mostWords {
		return false
	}
	for i := range p.Resources {
		r := &p.Resources[i]
		if r.Capacity > laneMax {
			return false
		}
		for _, s := range r.Steps {
			if s.Quantity > laneMax {
				return false
			}
		}
	}
	return true
}

func newPacked(pr *project) *packed {
	words := max(1, (len(pr.p.Resources)+lanes-1)/lanes)
	f := &packed{
		words: words, slots: pr.horizon, constant: true,
		demand: make([]uint64, pr.n*words), idle: make([]bool, pr.n), duration: make([]int32, pr.n),
	}
	for i := range pr.p.Resources {
		f.constant = f.constant && len(pr.p.Resources[i].Steps) == 0
	}
	length := 1
	if !f.constant {
		length = int(f.slots)
	}
	f.initial = make([]uint64, length*words)
	for i := range f.initial {
		f.initial[i] = guardBits
	}
	for r := range pr.p.Resources {
		res := &pr.p.Resources[r]
		level, next := res.Capacity, 0
		for t := range length {
			for ; next < len(res.Steps) && res.Steps[next].Slot <= t; next++ {
				level = res.Steps[next].Quantity
			}
			f.initial[t*words+r/lanes] |= uint64(level) << (r % lanes * laneBits)
		}
	}
	f.free = make([]uint64, int(f.slots)*words)
	f.touched = f.slots
	f.reset(false, 0)
	f.choose(pr)
	return f
}

func (f *packed) choose(pr *project) {
	copy(f.duration, pr.duration)
	clear(f.demand)
	for j := range pr.n {
		f.idle[j] = true
		for r, use := range pr.p.Activities[j].Modes[pr.mode[j]].Uses {
			if use > 0 && pr.duration[j] > 0 {
				f.idle[j] = false
				f.demand[j*f.words+r/lanes] |= uint64(min(use, laneMax+1)) << (r % lanes * laneBits)
			}
		}
	}
}

func (f *packed) reset(mirrored bool, end int32) {
	if f.constant {
		if f.words == 1 {
			row := f.initial[0]
			free := f.free[:f.touched]
			for i := range free {
				free[i] = row
			}
		} else {
			for t := range int(f.touched) {
				copy(f.free[t*f.words:(t+1)*f.words], f.initial)
			}
		}
		f.touched = 0
		return
	}
	upTo := f.touched
	if mirrored != f.mirrored || end != f.end {
		upTo = f.slots
		f.mirrored, f.end = mirrored, end
	}
	if !mirrored {
		copy(f.free[:int(upTo)*f.words], f.initial)
	} else {
		for t := range upTo {
			row := f.free[int(t)*f.words : int(t+1)*f.words]
			if back := int(end - 1 - t); back >= 0 {
				copy(row, f.initial[back*f.words:])
			} else {
				for w := range row {
					row[w] = guardBits
				}
			}
		}
	}
	f.touched = 0
}

func (f *packed) earliest(j, t int32) int32 {
	d := f.duration[j]
	if f.idle[j] {
		return t
	}
	if f.words > 1 {
		return f.earliestWide(j, t)
	}
	need, free := f.demand[j], f.free
	// Slots [unseen, end) are still to be tested, the last one first: a
	// conflict at u moves the start past u, and what lies after u was seen.
	end, unseen := t+d, t
	for int(end) <= len(free) {
		u := end - 1
		for u >= unseen && (free[u]-need)&guardBits == guardBits {
			u--
		}
		if u < unseen {
			return t
		}
		unseen, t = end, u+1
		end = t + d
	}
	return never
}

func (f *packed) earliestWide(j, t int32) int32 {
	need := f.demand[int(j)*f.words : int(j+1)*f.words]
	d := f.duration[j]
	end, unseen := t+d, t
	for end <= f.slots {
		u := end - 1
		for u >= unseen && f.fits(need, u) {
			u--
		}
		if u < unseen {
			return t
		}
		unseen, t = end, u+1
		end = t + d
	}
	return never
}

func (f *packed) fits(need []uint64, slot int32) bool {
	row := f.free[int(slot)*f.words:]
	row = row[:len(need)]
	for w, v := range need {
		if (row[w]-v)&guardBits != guardBits {
			return false
		}
	}
	return true
}

func (f *packed) take(j, t int32) {
	if f.idle[j] {
		return
	}
	end := t + f.duration[j]
	f.touched = max(f.touched, end)
	if f.words == 1 {
		need := f.demand[j]
		held := f.free[t:end]
		for u := range held {
			held[u] -= need
		}
		return
	}
	need := f.demand[int(j)*f.words : int(j+1)*f.words]
	for u := t; u < end; u++ {
		row := f.free[int(u)*f.words:]
		for w, v := range need {
			row[w] -= v
		}
	}
}
