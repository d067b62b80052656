package schedule

import (
	"slices"
	"sync"
	"time"
)

// Network is a plan made ready for arithmetic: checked, with compiled calendars
// and activities in an order in which every relation points forward. It does
// not change and is safe for concurrent use.
type Network struct {
	plan  *Plan
	index map[string]int32
	hours []*Hours // of each activity
	work  []int64  // planned open time of each activity
	order []int32  // activities, from before to
	rank  []int32  // position of each activity in order
	in    adjacency
	out   adjacency
	arcs  []arc

	asLate    bool // some activity is wanted as late as possible
	calendars map[string]*Hours

	scopeOnce sync.Once
	scopes    map[int32]gateScope
}

// arc is a relation between activities by index.
type arc struct {
	from, to int32
	kind     Kind
	lag      int64
	hours    *Hours // the lag is counted in
}

// adjacency lists arcs by activity without a slice for each.
type adjacency struct {
	start []int32
	arcs  []int32
}

func (a *adjacency) of(i int32) []int32 { return a.arcs[a.start[i]:a.start[i+1]] }

func adjacent(n int, arcs []arc, end func(*arc) int32) adjacency {
	a := adjacency{start: make([]int32, n+1), arcs: make([]int32, len(arcs))}
	for i := range arcs {
		a.start[end(&arcs[i])+1]++
	}
	for i := range n {
		a.start[i+1] += a.start[i]
	}
	at := slices.Clone(a.start)
	for i := range arcs {
		e := end(&arcs[i])
		a.arcs[at[e]] = int32(i)
		at[e]++
	}
	return a
}

// Compile checks a plan and makes it ready. The plan must not change while the
// network is used. Errors: *ValidationError, *CycleError, *NoTimeError for
// calendars that have no common open time.
func Compile(p *Plan) (*Network, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	n := &Network{plan: p, index: make(map[string]int32, len(p.Activities)), calendars: make(map[string]*Hours)}
	for i := range p.Activities {
		n.index[p.Activities[i].ID] = int32(i)
	}
	if err := n.compileCalendars(); err != nil {
		return nil, err
	}
	n.compileRelations()
	if err := n.sort(); err != nil {
		return nil, err
	}
	return n, nil
}

func (n *Network) compileCalendars() error {
	p := n.plan
	n.calendars[""] = Always()
	for i := range p.Calendars {
		h, err := p.Calendars[i].Compile()
		if err != nil {
			return err
		}
		n.calendars[p.Calendars[i].ID] = h
	}
	type pair struct{ work, place string }
	common := make(map[pair]*Hours)
	n.hours = make([]*Hours, len(p.Activities))
	n.work = make([]int64, len(p.Activities))
	for i := range p.Activities {
		a := &p.Activities[i]
		key := pair{a.Calendar, a.Place}
		if key.work == "" {
			key.work = p.Calendar
		}
		h := common[key]
		if h == nil {
			h = n.calendars[key.work]
			if key.place != "" && key.place != key.work {
				h = Common(h, n.calendars[key.place])
				if at := yearStart(firstYear); h.next(at) == never {
					return &NoTimeError{Calendar: h.name, Activity: a.ID, From: timeAt(at)}
				}
			}
			common[key] = h
		}
		n.hours[i] = h
		n.work[i] = a.work().Microseconds()
		n.asLate = n.asLate || a.AsLate
	}
	return nil
}

// work is the planned open time of an activity.
func (a *Activity) work() time.Duration {
	switch {
	case a.Actual.Cancelled:
		return 0
	case a.Duration > 0 || a.Effort == 0:
		return a.Duration
	}
	heads := int64(0)
	for _, r := range a.Needs {
		if r.Staff != nil {
			heads += int64(r.Staff.Count)
		}
	}
	heads = max(heads, 1)
	const minute = int64(time.Minute)
	minutes := (int64(a.Effort) + heads*minute - 1) / (heads * minute) // rounded up
	return time.Duration(minutes * minute)
}

func (n *Network) compileRelations() {
	p := n.plan
	n.arcs = make([]arc, len(p.Relations))
	for i, r := range p.Relations {
		a := arc{from: n.index[r.From], to: n.index[r.To], kind: r.Kind, lag: r.Lag.Time.Microseconds(), hours: n.calendars[""]}
		if r.Lag.In == Working {
			a.hours = n.hours[a.to]
			if r.Lag.Calendar != "" {
				a.hours = n.calendars[r.Lag.Calendar]
			}
		}
		n.arcs[i] = a
	}
	n.in = adjacent(len(p.Activities), n.arcs, func(a *arc) int32 { return a.to })
	n.out = adjacent(len(p.Activities), n.arcs, func(a *arc) int32 { return a.from })
}

// sort puts activities in an order in which every relation points forward;
// where several could come next it takes the first of the plan's list that
// became free. What is left over holds a cycle.
func (n *Network) sort() error {
	count := len(n.plan.Activities)
	waiting := make([]int32, count)
	for i := range n.arcs {
		waiting[n.arcs[i].to]++
	}
	n.order = make([]int32, 0, count)
	for i := range waiting {
		if waiting[i] == 0 {
			n.order = append(n.order, int32(i))
		}
	}
	for k := 0; k < len(n.order); k++ {
		for _, r := range n.out.of(n.order[k]) {
			to := n.arcs[r].to
			if waiting[to]--; waiting[to] == 0 {
				n.order = append(n.order, to)
			}
		}
	}
	if len(n.order) < count {
		return n.cycle(waiting)
	}
	n.rank = make([]int32, count)
	for k, i := range n.order {
		n.rank[i] = int32(k)
	}
	return nil
}

// cycle walks back from an activity that still waits, always to one that waits
// too, until it meets one it has seen.
func (n *Network) cycle(waiting []int32) error {
	at := int32(slices.IndexFunc(waiting, func(w int32) bool { return w > 0 }))
	seen := make(map[int32]int)
	var path []int32
	for {
		if k, ok := seen[at]; ok {
			path = path[k:]
			break
		}
		seen[at] = len(path)
		path = append(path, at)
		for _, r := range n.in.of(at) {
			if from := n.arcs[r].from; waiting[from] > 0 {
				at = from
				break
			}
		}
	}
	slices.Reverse(path)
	// Begin with the activity that comes first in the plan, for the same text
	// whichever way the cycle was met.
	least := 0
	for k := range path {
		if path[k] < path[least] {
			least = k
		}
	}
	ids := make([]string, len(path))
	for k := range path {
		ids[k] = n.plan.Activities[path[(least+k)%len(path)]].ID
	}
	return &CycleError{Activities: ids}
}

// Plan returns the plan the network was made of.
func (n *Network) Plan() *Plan { return n.plan }

// Hours returns the common open time of an activity's calendars, nil for an
// unknown activity.
func (n *Network) Hours(activity string) *Hours {
	i, ok := n.index[activity]
	if !ok {
		return nil
	}
	return n.hours[i]
}

// Work returns the planned open time of an activity: its duration, or its
// effort shared by its people. Zero for an unknown activity.
func (n *Network) Work(activity string) time.Duration {
	i, ok := n.index[activity]
	if !ok {
		return 0
	}
	return time.Duration(n.work[i]) * time.Microsecond
}
