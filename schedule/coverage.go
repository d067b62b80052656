package schedule

import "time"

// Verdict says whether what an activity needs is in place. The worst
// requirement decides for an activity, the worst activity for a gate.
type Verdict uint8

// The verdicts, from best to worst.
const (
	// Ready: everything is there in time without anybody acting: stock,
	// confirmed receipts, people assigned, prerequisites met.
	Ready Verdict = iota
	// ReadyIf: every gap can still be closed in time by a known action.
	ReadyIf
	// Late: gaps can be closed, but not in time.
	Late
	// Short: no known source closes a gap. A missing datum is Short, never Ready.
	Short
)

// String returns Ready, ReadyIf, Late or Short.
func (v Verdict) String() string {
	if v > Short {
		return "?"
	}
	return [...]string{"Ready", "ReadyIf", "Late", "Short"}[v]
}

// MarshalText writes the verdict as String does.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Demand asks a SupplyPosition for a material.
type Demand struct {
	ID       string // unique; reservations name it
	Plan     string
	Activity string
	Item     string
	Place    string // empty is anywhere
	Quantity int64
	Need     time.Time
	Priority int // the higher is served first on one date
}

// Call asks an Availability for people throughout the open time of Hours
// between Start and Finish.
type Call struct {
	ID       string
	Plan     string
	Activity string
	Skill    string
	Level    int
	Count    int
	Handover bool // others may go on at a change of shift
	Start    time.Time
	Finish   time.Time
	Hours    *Hours
	Priority int
}

// Coverage is the answer to a demand or a call.
type Coverage struct {
	Verdict Verdict
	Wanted  int64 // quantity or people
	Covered int64 // in place in time without anybody acting
	// Earliest is when all of it can be there; zero if never, or not known.
	Earliest time.Time
	// ActBy is the last day to act if the verdict is ReadyIf: that of the
	// earliest action, or of the cheapest option that is still open.
	ActBy   Date
	Pegs    []Peg
	Actions []Action
	// Cause is the binding fact in one sentence; empty if Ready.
	Cause string
}

// Peg ties part of a demand to one source. A unit of a source is pegged once.
type Peg struct {
	Source   PegSource
	Ref      string // of the lot, order or person
	Quantity int64
	At       time.Time // when it is there
}

// PegSource is a kind of source.
type PegSource string

// The kinds of source.
const (
	PegReserved    PegSource = "reserved"    // stock or an order kept for this demand
	PegStock       PegSource = "stock"       //
	PegSafety      PegSource = "safety"      // stock below its safety level
	PegReceipt     PegSource = "receipt"     // an order the supplier has, or confirmed
	PegRequisition PegSource = "requisition" // asked for, not ordered yet
	PegAlternate   PegSource = "alternate"   // stock or a receipt of an item that may stand in
	PegPlanned     PegSource = "planned"     // an order that nobody has asked for yet
	PegPerson      PegSource = "person"
)

// Action closes a gap if it is taken by a day.
type Action struct {
	// ID names what is to be done and is the same for every demand that waits
	// for it, and on every run over the same facts.
	ID       string
	Kind     ActionKind
	Ref      string // the item, skill or document
	From     string // the supplier, department or person
	Place    string
	Quantity int64
	By       Date      // last day; zero if it is past, see Late
	Need     Date      // the need it is for
	Arrives  time.Time // when it takes effect, if taken now
	// Option marks one of several ways to close the same gap: any one will do.
	// Actions without it are all needed.
	Option bool
	Cost   int64 // minor units of the house's currency; zero if it is not known
	Text   string
}

// ActionKind is a class of action.
type ActionKind string

// The kinds of action. Each but Expedite gives a way that is in time if its
// day has not passed.
const (
	ActOrder     ActionKind = "order"
	ActMake      ActionKind = "make"
	ActRelease   ActionKind = "release"   // turn a requisition into an order
	ActReplenish ActionKind = "replenish" // refill safety stock
	ActExpedite  ActionKind = "expedite"
	ActOvertime  ActionKind = "overtime"
	ActBorrow    ActionKind = "borrow"
	ActTrain     ActionKind = "train"
	ActHire      ActionKind = "hire"
	ActMove      ActionKind = "move"    // the activity itself
	ActObtain    ActionKind = "obtain"  // a document or an approval
	ActConfirm   ActionKind = "confirm" // that somebody is there
)

// SupplyPosition knows stock, orders and suppliers; schedule/supply has one.
type SupplyPosition interface {
	// Group names the set of items that an item competes with or is made from.
	// What is asked of one group does not change the answers of another.
	Group(item string) string
	// Cover answers demands, in their order. All demands of a group come in one
	// call. Within it each unit is given once, first to the earliest need.
	Cover(asOf time.Time, demands []Demand) ([]Coverage, error)
}

// Availability knows people; schedule/staff has one.
type Availability interface {
	// Group names the set of skills that share people with a skill. What is
	// asked of one group does not change the answers of another.
	Group(skill string) string
	// Assign answers calls, in their order. All calls of a group come in one
	// call. A person is given to one activity at a time, all people of a call or
	// none of them.
	Assign(asOf time.Time, calls []Call) ([]Coverage, error)
}
