package paper

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
)

// House is the items of an archive. The zero House is empty.
type House struct{ items map[Barcode]Item }

// NewHouse takes items as they are kept. For a decision on some of them, they have
// to be here with the containers they are in and with what they contain.
func NewHouse(items ...Item) *House {
	h := &House{items: make(map[Barcode]Item, len(items))}
	for _, i := range items {
		h.items[i.Barcode] = i
	}
	return h
}

// Item is the item of a barcode, or ErrNotFound.
func (h *House) Item(code Barcode) (Item, error) {
	i, ok := h.items[code]
	if !ok {
		return Item{}, fmt.Errorf("%w: item %s", ErrNotFound, code)
	}
	return i, nil
}

// Items are all items, by barcode.
func (h *House) Items() []Item {
	out := make([]Item, 0, len(h.items))
	for _, code := range slices.Sorted(maps.Keys(h.items)) {
		out = append(out, h.items[code])
	}
	return out
}

// Place is where an item is.
type Place struct {
	Shelf     Shelf     // it, or the outermost container it is in, stands here
	Borrower  string    // it, or a container it is in, is out with this person
	Missing   bool      // it, or a container it is in, cannot be found
	Container []Barcode // that it is in, from the innermost
}

// Where is where an item is: a content is where its container is.
func (h *House) Where(code Barcode) (Place, error) {
	i, err := h.Item(code)
	if err != nil {
		return Place{}, err
	}
	var p Place
	for {
		p.Missing = p.Missing || !i.Missing.IsZero()
		if i.Loan != nil {
			p.Borrower = i.Loan.To
			return p, nil
		}
		if i.In == "" {
			p.Shelf = i.At
			return p, nil
		}
		p.Container = append(p.Container, i.In)
		i = h.items[i.In]
	}
}

// Content is what a container holds, nested containers and theirs included, by
// barcode.
func (h *House) Content(code Barcode) []Barcode {
	var out []Barcode
	for c := range h.items {
		if c != code && h.inside(c, code) {
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return out
}

// inside reports whether an item is the other or somewhere in it.
func (h *House) inside(code, container Barcode) bool {
	for ; code != ""; code = h.items[code].In {
		if code == container {
			return true
		}
	}
	return false
}

// Command is something done with items; the types below are all.
type Command interface{ command() string }

type (
	// Register takes in an item under a barcode that was never given before. It
	// stands at its home.
	Register struct {
		Item Item `json:"item"`
	}
	// Move puts an item on a shelf, out of a container if it is in one.
	Move struct {
		Code Barcode `json:"code"`
		To   Shelf   `json:"to"`
	}
	// Rehome changes where an item belongs.
	Rehome struct {
		Code Barcode `json:"code"`
		To   Shelf   `json:"to"`
	}
	// Put puts an item into a container.
	Put struct {
		Code Barcode `json:"code"`
		Into Barcode `json:"into"`
	}
	// Lend gives an item out, with all it contains.
	Lend struct {
		Code    Barcode   `json:"code"`
		To      string    `json:"to"`
		Purpose string    `json:"purpose"`
		Due     time.Time `json:"due"`
	}
	// Return takes it back, to its home.
	Return struct {
		Code      Barcode `json:"code"`
		Condition string  `json:"condition"`
		Pages     int     `json:"pages"`
	}
	// Miss says that an item cannot be found.
	Miss struct {
		Code Barcode `json:"code"`
	}
	// Find says that a missing item was found, on a shelf.
	Find struct {
		Code Barcode `json:"code"`
		On   Shelf   `json:"on"`
	}
	// Verify says that an item and an electronic record are the same.
	Verify struct {
		Code   Barcode          `json:"code"`
		Record archive.RecordID `json:"record"`
		Digest archive.Digest   `json:"digest"`
	}
	// Remove says that an item is gone: destroyed or handed over. What still
	// contains something is not.
	Remove struct {
		Code   Barcode `json:"code"`
		Reason string  `json:"reason"`
	}
)

func (Register) command() string { return "register" }
func (Move) command() string     { return "move" }
func (Rehome) command() string   { return "rehome" }
func (Put) command() string      { return "put" }
func (Lend) command() string     { return "lend" }
func (Return) command() string   { return "return" }
func (Miss) command() string     { return "miss" }
func (Find) command() string     { return "find" }
func (Verify) command() string   { return "verify" }
func (Remove) command() string   { return "remove" }

// Event is what was done, when and by whom.
type Event struct {
	At    time.Time
	Actor string
	Done  Command
}

// Decide gives the event of a command. What is malformed is ErrInvalid, an item
// that is not there ErrNotFound, what the state of the house forbids a
// *archive.RefusedError that names everything that stands against it.
func (h *House) Decide(cmd Command, actor string, now time.Time) (Event, error) {
	if cmd == nil || strings.TrimSpace(actor) == "" {
		return Event{}, fmt.Errorf("%w: somebody does something; say who and what", ErrInvalid)
	}
	d := decision{house: h, now: now, command: cmd.command()}
	var err error
	switch c := cmd.(type) {
	case Register:
		err = d.register(c)
	case Move:
		err = d.shelf(c.Code, c.To)
	case Rehome:
		err = d.rehome(c)
	case Put:
		err = d.put(c)
	case Lend:
		err = d.lend(c)
	case Return:
		err = d.back(c)
	case Miss:
		err = d.miss(c)
	case Find:
		err = d.found(c)
	case Verify:
		err = d.verify(c)
	case Remove:
		err = d.remove(c)
	default:
		err = fmt.Errorf("%w: %T is no command of a house", ErrInvalid, cmd)
	}
	if err != nil {
		return Event{}, err
	}
	return Event{At: now, Actor: actor, Done: cmd}, nil
}

type decision struct {
	house   *House
	now     time.Time
	command string
	unmet   []archive.Unmet
}

func (d *decision) needf(met bool, condition string, code Barcode, format string, args ...any) {
	if !met {
		d.unmet = append(d.unmet, archive.Unmet{Condition: condition, Ref: string(code), Text: fmt.Sprintf(format, args...)})
	}
}

func (d *decision) err() error {
	if len(d.unmet) == 0 {
		return nil
	}
	return &archive.RefusedError{Command: d.command, Unmet: d.unmet}
}

// here needs an item to be in the house: not gone, not out, not missing, itself or what it is in.
func (d *decision) here(code Barcode) (Item, error) {
	i, err := d.house.Item(code)
	if err != nil {
		return i, err
	}
	p, err := d.house.Where(code)
	if err != nil {
		return i, err
	}
	d.needf(i.Gone.IsZero(), "gone", code, "%s is gone since %s", code, i.Gone.Format(time.DateOnly))
	d.needf(p.Borrower == "", "on-loan", code, "%s is on loan to %s: it has to come back first", code, p.Borrower)
	d.needf(!p.Missing, "missing", code, "%s is missing: it has to be found first", code)
	return i, nil
}

func (d *decision) register(c Register) error {
	i := c.Item
	if code, err := ParseBarcode(string(i.Barcode)); err != nil || code != i.Barcode {
		return fmt.Errorf("%w: %q is no barcode", ErrInvalid, i.Barcode)
	}
	if strings.TrimSpace(i.Title) == "" || i.Home == "" || (i.Kind != Document && i.Kind != Container) || i.Pages < 0 ||
		!slices.Contains([]Copy{Original, Certified, Plain, ""}, i.Copy) || i.Loan != nil || i.In != "" || i.Twin != nil || !i.Gone.IsZero() || !i.Missing.IsZero() {
		return fmt.Errorf("%w: a new item has a title, a home and a kind, and nothing has happened to it", ErrInvalid)
	}
	_, taken := d.house.items[i.Barcode]
	d.needf(!taken, "barcode", i.Barcode, "%s was given already, and is never given again", i.Barcode)
	return d.err()
}

func (d *decision) shelf(code Barcode, to Shelf) error {
	if to == "" {
		return fmt.Errorf("%w: say which shelf", ErrInvalid)
	}
	if _, err := d.here(code); err != nil {
		return err
	}
	return d.err()
}

func (d *decision) rehome(c Rehome) error {
	if c.To == "" {
		return fmt.Errorf("%w: say which shelf", ErrInvalid)
	}
	i, err := d.house.Item(c.Code)
	if err != nil {
		return err
	}
	d.needf(i.Gone.IsZero(), "gone", c.Code, "%s is gone", c.Code)
	d.needf(i.Loan == nil, "on-loan", c.Code, "%s is on loan: a loan never changes the home", c.Code)
	return d.err()
}

func (d *decision) put(c Put) error {
	if _, err := d.here(c.Code); err != nil {
		return err
	}
	into, err := d.here(c.Into)
	if err != nil {
		return err
	}
	d.needf(into.Kind == Container, "container", c.Into, "%s is no container", c.Into)
	d.needf(!d.house.inside(c.Into, c.Code), "circle", c.Code, "%s cannot be put into itself or into what it holds", c.Code)
	return d.err()
}

func (d *decision) lend(c Lend) error {
	var fields []archive.Field
	if !c.Due.After(d.now) {
		fields = append(fields, archive.Field{Pointer: "/due", Code: "out_of_range", Text: "is over: say by when it has to come back"})
	}
	if strings.TrimSpace(c.Purpose) == "" {
		fields = append(fields, archive.Field{Pointer: "/purpose", Code: "required", Text: "is empty: say what it is lent for"})
	}
	if strings.TrimSpace(c.To) == "" {
		fields = append(fields, archive.Field{Pointer: "/to", Code: "required", Text: "is empty: say who borrows it"})
	}
	if len(fields) > 0 {
		return &archive.ValidationError{Fields: fields}
	}
	if _, err := d.here(c.Code); err != nil {
		return err
	}
	for _, code := range d.house.Content(c.Code) {
		i := d.house.items[code]
		d.needf(i.Loan == nil, "on-loan", code, "%s, which belongs in it, is on loan to another", code)
	}
	return d.err()
}

func (d *decision) back(c Return) error {
	if strings.TrimSpace(c.Condition) == "" || c.Pages < 0 {
		return fmt.Errorf("%w: say in what condition it came back, and with how many pages", ErrInvalid)
	}
	i, err := d.house.Item(c.Code)
	if err != nil {
		return err
	}
	d.needf(i.Loan != nil, "on-loan", c.Code, "%s is not on loan", c.Code)
	return d.err()
}

func (d *decision) miss(c Miss) error {
	i, err := d.house.Item(c.Code)
	if err != nil {
		return err
	}
	d.needf(i.Gone.IsZero(), "gone", c.Code, "%s is gone", c.Code)
	d.needf(i.Missing.IsZero(), "missing", c.Code, "%s is missing already", c.Code)
	return d.err()
}

func (d *decision) found(c Find) error {
	if c.On == "" {
		return fmt.Errorf("%w: say where it was found", ErrInvalid)
	}
	i, err := d.house.Item(c.Code)
	if err != nil {
		return err
	}
	d.needf(!i.Missing.IsZero(), "missing", c.Code, "%s is not missing: move it", c.Code)
	return d.err()
}

func (d *decision) verify(c Verify) error {
	if c.Record == "" || !c.Digest.Valid() {
		return fmt.Errorf("%w: say which record, and which content of it", ErrInvalid)
	}
	if _, err := d.here(c.Code); err != nil {
		return err
	}
	return d.err()
}

func (d *decision) remove(c Remove) error {
	if strings.TrimSpace(c.Reason) == "" {
		return fmt.Errorf("%w: say why it goes", ErrInvalid)
	}
	if _, err := d.here(c.Code); err != nil {
		return err
	}
	content := d.house.Content(c.Code)
	d.needf(len(content) == 0, "content", c.Code, "%s still holds %d items: take them out first", c.Code, len(content))
	return d.err()
}

// Evolve applies an event. It is total: what does not fit changes nothing.
func (h *House) Evolve(ev Event) {
	if h.items == nil {
		h.items = make(map[Barcode]Item)
	}
	if r, ok := ev.Done.(Register); ok {
		i := r.Item
		i.At = i.Home
		h.items[i.Barcode] = i
		return
	}
	code := Of(ev.Done)
	i, ok := h.items[code]
	if !ok {
		return
	}
	switch c := ev.Done.(type) {
	case Move:
		i.At, i.In = c.To, ""
	case Rehome:
		i.Home = c.To
	case Put:
		i.At, i.In = "", c.Into
	case Lend:
		i.At, i.In, i.Custodian = "", "", c.To
		i.Loan = &Loan{To: c.To, Purpose: c.Purpose, Out: ev.At, Due: c.Due}
	case Return:
		i.Loan, i.At, i.Custodian, i.Pages, i.Missing = nil, i.Home, ev.Actor, c.Pages, time.Time{}
	case Miss:
		i.Missing = ev.At
	case Find:
		i.Missing, i.Loan, i.In, i.At = time.Time{}, nil, "", c.On
	case Verify:
		i.Twin = &Twin{Record: c.Record, Digest: c.Digest, VerifiedBy: ev.Actor, VerifiedAt: ev.At}
	case Remove:
		i.Gone, i.At, i.In = ev.At, "", ""
	}
	h.items[code] = i
}

// Of is the item that a command is about.
func Of(cmd Command) Barcode {
	switch c := cmd.(type) {
	case Register:
		return c.Item.Barcode
	case Move:
		return c.Code
	case Rehome:
		return c.Code
	case Put:
		return c.Code
	case Lend:
		return c.Code
	case Return:
		return c.Code
	case Miss:
		return c.Code
	case Find:
		return c.Code
	case Verify:
		return c.Code
	case Remove:
		return c.Code
	}
	return ""
}

// Difference is what an inventory found to be other than it should be.
type Difference struct {
	Code  Barcode
	Kind  DifferenceKind
	Shelf Shelf // where it was scanned; where it should be, if it was not
	Known Place // where the house has it
}

// DifferenceKind says what is other.
type DifferenceKind string

// The kinds of difference.
const (
	NotScanned DifferenceKind = "not-scanned" // should stand on the shelf and was not found there
	Elsewhere  DifferenceKind = "elsewhere"   // stands on another shelf than known
	NotOut     DifferenceKind = "not-out"     // stands here and counts as lent
	NotMissing DifferenceKind = "not-missing" // stands here and counts as missing
	NotGone    DifferenceKind = "not-gone"    // stands here and counts as gone
	NotKnown   DifferenceKind = "not-known"   // nobody has registered it
)

// Reconcile compares the barcodes scanned on a shelf with what the house has
// there, nested content included. It changes nothing: what is to be done about a
// difference is somebody's decision. By barcode.
func (h *House) Reconcile(shelf Shelf, scanned []Barcode) []Difference {
	seen := make(map[Barcode]bool, len(scanned))
	var out []Difference
	for _, code := range scanned {
		if seen[code] {
			continue
		}
		seen[code] = true
		i, ok := h.items[code]
		p, _ := h.Where(code)
		d := Difference{Code: code, Shelf: shelf, Known: p}
		switch {
		case !ok:
			d.Kind = NotKnown
		case !i.Gone.IsZero():
			d.Kind = NotGone
		case p.Missing:
			d.Kind = NotMissing
		case p.Borrower != "":
			d.Kind = NotOut
		case p.Shelf != shelf:
			d.Kind = Elsewhere
		default:
			continue
		}
		out = append(out, d)
	}
	for code, i := range h.items {
		if p, err := h.Where(code); err == nil && p.Shelf == shelf && i.Gone.IsZero() && !p.Missing && !seen[code] {
			out = append(out, Difference{Code: code, Kind: NotScanned, Shelf: shelf, Known: p})
		}
	}
	slices.SortFunc(out, func(a, b Difference) int { return strings.Compare(string(a.Code), string(b.Code)) })
	return out
}
