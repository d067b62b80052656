package supply

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/schedule"
)

// Position is a book made ready to answer demands. It does not change and is
// safe for concurrent use. It implements schedule.SupplyPosition.
type Position struct {
	book    *Book
	own     *schedule.Hours
	hours   map[string]*schedule.Hours // by calendar
	items   []itemInfo
	index   map[string]int32
	places  map[string]int32
	up      []int32 // parent of each place; -1 at the top
	usable  []bool
	levels  [][]int32 // items by low-level code, top first
	group   []string
	others  map[string][]int32 // demands of others by group
	members map[string][]int32 // items by group, in order of level
}

var _ schedule.SupplyPosition = (*Position)(nil)

type itemInfo struct {
	sources  []int32
	lots     []int32
	orders   []int32
	reserves []int32
	level    int32
}

// CycleError lists items of which each is made from the next, or may stand in
// for it, and the last from the first. It unwraps to schedule.ErrInvalid.
type CycleError struct{ Items []string }

func (e *CycleError) Error() string {
	return "supply: invalid: kits form a cycle: " + strings.Join(e.Items, " -> ") + " -> " + e.Items[0] + "; remove one of the lines"
}

// Unwrap makes errors.Is find the class.
func (e *CycleError) Unwrap() error { return schedule.ErrInvalid }

// Compile checks a book and makes it ready. The book must not change while the
// position is used. Errors: *schedule.ValidationError, *CycleError.
func Compile(b *Book) (*Position, error) {
	if err := b.Validate(); err != nil {
		return nil, err
	}
	p := &Position{book: b, hours: make(map[string]*schedule.Hours), index: make(map[string]int32, len(b.Items)), places: make(map[string]int32)}
	p.hours[""] = schedule.Always()
	for i := range b.Calendars {
		h, err := b.Calendars[i].Compile()
		if err != nil {
			return nil, err
		}
		p.hours[b.Calendars[i].ID] = h
	}
	p.own = p.hours[b.Calendar]
	p.compilePlaces()
	p.items = make([]itemInfo, len(b.Items))
	for i := range b.Items {
		p.index[b.Items[i].ID] = int32(i)
	}
	for i := range b.Sources {
		x := &p.items[p.index[b.Sources[i].Item]]
		x.sources = append(x.sources, int32(i))
	}
	for i := range b.Lots {
		x := &p.items[p.index[b.Lots[i].Item]]
		x.lots = append(x.lots, int32(i))
	}
	for i := range b.Orders {
		x := &p.items[p.index[b.Orders[i].Item]]
		x.orders = append(x.orders, int32(i))
	}
	for i := range b.Reservations {
		x := &p.items[p.index[b.Reservations[i].Item]]
		x.reserves = append(x.reserves, int32(i))
	}
	if err := p.compileLevels(); err != nil {
		return nil, err
	}
	p.compileGroups()
	return p, nil
}

func (p *Position) compilePlaces() {
	b := p.book
	p.up, p.usable = make([]int32, len(b.Places)), make([]bool, len(b.Places))
	for i := range b.Places {
		p.places[b.Places[i].ID] = int32(i)
	}
	for i := range b.Places {
		p.up[i] = -1
		if b.Places[i].Parent != "" {
			p.up[i] = p.places[b.Places[i].Parent]
		}
	}
	for i := range b.Places {
		p.usable[i] = true
		for at := int32(i); at >= 0; at = p.up[at] {
			p.usable[i] = p.usable[i] && !b.Places[at].NotUsable
		}
	}
}

// serves reports whether what lies at one place serves a demand at another.
func (p *Position) serves(at, demand string) bool {
	i, ok := p.places[at]
	if ok && !p.usable[i] {
		return false
	}
	if demand == "" || at == demand {
		return true
	}
	if !ok {
		return false
	}
	for want := p.places[demand]; i >= 0; i = p.up[i] {
		if i == want {
			return true
		}
	}
	return false
}

// compileLevels gives each item its low-level code: below everything that it
// goes into, so that all demands for it are known when its turn comes. Items
// that may stand in for one another share a level.
func (p *Position) compileLevels() error {
	n := len(p.items)
	team := make([]int32, n) // items joined by alternates, by their first member
	for i := range team {
		team[i] = int32(i)
	}
	for i := range p.book.Items {
		for _, id := range p.book.Items[i].Alternates {
			unite(team, int32(i), p.index[id])
		}
	}
	members := make([][]int32, n)
	for i := range team {
		t := root(team, int32(i))
		members[t] = append(members[t], int32(i))
	}
	waiting := make([]int, n) // lines that lead to a team
	for i := range p.book.Items {
		for _, line := range p.book.Items[i].Kit {
			waiting[root(team, p.index[line.Item])]++
		}
	}
	var ready []int32
	for t := range members {
		if len(members[t]) > 0 && waiting[t] == 0 {
			ready = append(ready, int32(t))
		}
	}
	level := make([]int32, n)
	done := 0
	for k := 0; k < len(ready); k++ {
		t := ready[k]
		for _, i := range members[t] {
			done++
			p.items[i].level = level[t]
			for len(p.levels) <= int(level[t]) {
				p.levels = append(p.levels, nil)
			}
			p.levels[level[t]] = append(p.levels[level[t]], i)
			for _, line := range p.book.Items[i].Kit {
				to := root(team, p.index[line.Item])
				level[to] = max(level[to], level[t]+1)
				if waiting[to]--; waiting[to] == 0 {
					ready = append(ready, to)
				}
			}
		}
	}
	if done < n {
		return p.cycle(team, waiting)
	}
	return nil
}

func root(team []int32, i int32) int32 {
	for team[i] != i {
		team[i] = team[team[i]]
		i = team[i]
	}
	return i
}

func unite(team []int32, a, b int32) {
	a, b = root(team, a), root(team, b)
	team[max(a, b)] = min(a, b)
}

// cycle walks along lines that still wait until it meets an item again.
func (p *Position) cycle(team []int32, waiting []int) error {
	users := make(map[int32][]int32) // what each team goes into, among those left
	for i := range p.book.Items {
		if waiting[root(team, int32(i))] == 0 {
			continue
		}
		for _, line := range p.book.Items[i].Kit {
			to := root(team, p.index[line.Item])
			users[to] = append(users[to], int32(i))
		}
	}
	at := int32(-1)
	for i := range p.book.Items {
		if waiting[root(team, int32(i))] > 0 {
			at = int32(i)
			break
		}
	}
	seen := make(map[int32]int)
	var path []int32
	for {
		t := root(team, at)
		if k, ok := seen[t]; ok {
			path = path[k:]
			break
		}
		seen[t] = len(path)
		path = append(path, at)
		at = users[t][0]
	}
	slices.Reverse(path)
	least := 0
	for k := range path {
		if path[k] < path[least] {
			least = k
		}
	}
	names := make([]string, len(path))
	for k := range path {
		names[k] = p.book.Items[path[(least+k)%len(path)]].ID
	}
	return &CycleError{Items: names}
}

// compileGroups joins items that are made from one another or may stand in.
func (p *Position) compileGroups() {
	team := make([]int32, len(p.items))
	for i := range team {
		team[i] = int32(i)
	}
	for i := range p.book.Items {
		for _, line := range p.book.Items[i].Kit {
			unite(team, int32(i), p.index[line.Item])
		}
		for _, id := range p.book.Items[i].Alternates {
			unite(team, int32(i), p.index[id])
		}
	}
	p.group = make([]string, len(p.items))
	p.members = make(map[string][]int32)
	for i := range team {
		p.group[i] = p.book.Items[root(team, int32(i))].ID
	}
	for _, level := range p.levels {
		for _, i := range level {
			p.members[p.group[i]] = append(p.members[p.group[i]], i)
		}
	}
	p.compileOthers()
}

func (p *Position) compileOthers() {
	p.others = make(map[string][]int32)
	for i := range p.book.Demands {
		g := p.Group(p.book.Demands[i].Item)
		p.others[g] = append(p.others[g], int32(i))
	}
}

// Group returns the first item of those joined to the item by kits and
// alternates; an item that is not in the book is a group of its own.
func (p *Position) Group(item string) string {
	if i, ok := p.index[item]; ok {
		return p.group[i]
	}
	return item
}

// Cover answers demands; see schedule.SupplyPosition.
func (p *Position) Cover(asOf time.Time, demands []schedule.Demand) ([]schedule.Coverage, error) {
	r, err := p.net(asOf, demands, false)
	if err != nil {
		return nil, err
	}
	return r.Coverages, nil
}

// Plan nets the demands together with those of the book and says, besides the
// answers, what to order and what to tell the suppliers.
func (p *Position) Plan(asOf time.Time, demands []schedule.Demand) (Result, error) {
	return p.net(asOf, demands, true)
}

// Result is all that netting finds.
type Result struct {
	Coverages []schedule.Coverage // of the demands, in their order
	Others    []schedule.Coverage // of the demands of the book, in their order; by Plan only
	Orders    []PlannedOrder      // that nobody has asked for yet
	Messages  []Message           // about orders that exist; by Plan only
	Left      []Leftover          // by Plan only
}

// Leftover is what no demand claims of a lot or an order.
type Leftover struct {
	Source   schedule.PegSource
	Ref      string
	Item     string
	Quantity int64
}

// PlannedOrder is an order to be asked for. Its ID depends only on the item, the
// place and the date of need, so that asking twice creates one requisition.
type PlannedOrder struct {
	ID       string
	Item     string
	Place    string
	Supplier string // empty if made here, or put together from stock
	Make     bool
	Quantity int64
	Orders   int64 // how many, if the supplier takes no larger ones; else 1
	Need     schedule.Date
	OrderBy  schedule.Date // last day; it has passed if Late
	Arrives  schedule.Date // at the place of use, if acted on by then, or at once if Late
	Late     bool
	Cost     int64
}

// Requisition returns the order as a draft, for Create.
func (o PlannedOrder) Requisition() Order {
	return Order{ID: o.ID, Item: o.Item, Place: o.Place, Supplier: o.Supplier, Quantity: o.Quantity, NeedBy: o.Need, Due: o.Arrives}
}

// Message asks to change an order that exists. Nothing is changed by itself.
type Message struct {
	Kind     MessageKind
	Order    string
	Item     string
	Quantity int64         // for decrease: what is too much
	To       schedule.Date // for expedite and defer: when it is needed
	Text     string
}

// MessageKind is a class of message.
type MessageKind string

// The kinds of message.
const (
	Expedite MessageKind = "expedite"
	Defer    MessageKind = "defer"
	Decrease MessageKind = "decrease"
	Cancels  MessageKind = "cancel"
)

// check refuses demands that cannot be answered at all. Demands for items that
// are not in the book are answered: Short.
func check(demands []schedule.Demand) error {
	f := &schedule.Faults{}
	seen := make(map[string]bool, len(demands))
	for i, d := range demands {
		if d.ID == "" || seen[d.ID] {
			f.Addf(fmt.Sprintf("/demands/%d/id", i), "duplicate", "needs an id that no other has: %q", d.ID)
		}
		seen[d.ID] = true
		if d.Quantity < 1 || d.Quantity > MaxQuantity {
			f.Addf(fmt.Sprintf("/demands/%d/quantity", i), "out_of_range", "must be from 1 to %d", int64(MaxQuantity))
		}
		if y := d.Need.Year(); y < 1900 || y > 2200 {
			f.Addf(fmt.Sprintf("/demands/%d/need", i), "out_of_range", "lies outside the years 1900 to 2200")
		}
	}
	return f.Err()
}

func (p *Position) hoursOfPlace(place string) *schedule.Hours {
	if i, ok := p.places[place]; ok && p.book.Places[i].Calendar != "" {
		return p.hours[p.book.Places[i].Calendar]
	}
	return p.own
}

func byDate(a, b *want) int {
	return cmp.Or(cmp.Compare(a.need, b.need), -cmp.Compare(a.priority, b.priority), cmp.Compare(a.id, b.id), cmp.Compare(a.seq, b.seq))
}

// With returns the position as it would be with some orders added, or in the
// place of those with the same ids: an order placed now, a receipt pulled in.
// The second result lists the items concerned. Errors: *schedule.ValidationError.
func (p *Position) With(orders ...Order) (*Position, []string, error) {
	f := &schedule.Faults{}
	v := validator{f: f, places: make(map[string]int, len(p.places)), items: make(map[string]int)}
	for id := range p.places {
		v.places[id] = 0
	}
	for i := range orders {
		o, at := &orders[i], fmt.Sprintf("/orders/%d", i)
		if k, ok := p.index[o.Item]; ok {
			v.items[o.Item] = int(k)
		}
		v.order(at, o)
	}
	if err := f.Err(); err != nil {
		return nil, nil, err
	}
	out, book := *p, *p.book
	book.Orders = slices.Clone(p.book.Orders)
	out.book, out.items = &book, slices.Clone(p.items)
	var items []string
	for _, o := range orders {
		items = append(items, o.Item)
		if k := slices.IndexFunc(book.Orders, func(x Order) bool { return x.ID == o.ID }); k >= 0 {
			was := &out.items[p.index[book.Orders[k].Item]]
			was.orders = slices.DeleteFunc(slices.Clone(was.orders), func(i int32) bool { return i == int32(k) })
			items = append(items, book.Orders[k].Item)
			book.Orders[k] = o
			now := &out.items[p.index[o.Item]]
			now.orders = append(slices.Clip(now.orders), int32(k))
			continue
		}
		now := &out.items[p.index[o.Item]]
		now.orders = append(slices.Clip(now.orders), int32(len(book.Orders)))
		book.Orders = append(book.Orders, o)
	}
	return &out, items, nil
}

// WithDemands returns the position as it would be with demands of others besides
// those of the book, such as those of other plans: Cover and Plan serve them with
// the demands asked about. A demand for an item that is not in the book takes
// nothing from anybody and is left out. Errors: *schedule.ValidationError.
func (p *Position) WithDemands(others []schedule.Demand) (*Position, error) {
	if len(others) == 0 {
		return p, nil
	}
	out, book := *p, *p.book
	book.Demands = slices.Clone(p.book.Demands)
	for i := range others {
		if _, ok := p.index[others[i].Item]; ok {
			book.Demands = append(book.Demands, others[i])
		}
	}
	if err := check(book.Demands); err != nil {
		return nil, err
	}
	out.book = &book
	out.compileOthers()
	return &out, nil
}
