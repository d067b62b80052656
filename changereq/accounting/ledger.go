package accounting

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Config says what to account for.
type Config struct {
	// AsOf is the instant to look at; later events do not count. The zero time
	// is that of the last event added.
	AsOf time.Time
	// Notice is how long a notice may be owed before it is overdue; 0 is for ever.
	Notice time.Duration
	// Emergency says which lifecycles are for emergencies; nil means none.
	Emergency func(changereq.LifecycleRef) bool
	// Leads are times between states to account for beside the built-in ones.
	Leads []Lead
	// Landings are shares of imported steps to account for beside the built-in
	// ones.
	Landings []Landing
}

// Lead is the time from first coming into one of the states From to first
// coming, later, into one of the states To.
type Lead struct {
	Name     string
	From, To []string
}

// Landing is, of the imported steps into one of the states, those that say where
// the source records them. The step that opens a history is none.
type Landing struct {
	Name   string
	States []string
}

// Ledger folds events. The events of one request are added in order of Seq,
// those of different requests in any order. It is not safe for concurrent use.
type Ledger struct {
	cfg     Config
	matters map[changereq.ID]*matter
	landed  []Share // parallel to cfg.Landings
	last    time.Time
}

// New returns an empty ledger.
func New(cfg Config) *Ledger {
	l := &Ledger{cfg: cfg, matters: make(map[changereq.ID]*matter)}
	for _, x := range cfg.Landings {
		l.landed = append(l.landed, Share{Name: x.Name})
	}
	return l
}

// Add folds one event, unless it happened after the date of the account.
func (l *Ledger) Add(ev changereq.Event) {
	if !l.cfg.AsOf.IsZero() && ev.At.After(l.cfg.AsOf) {
		return
	}
	if ev.At.After(l.last) {
		l.last = ev.At
	}
	m := l.matters[ev.Request]
	if m == nil {
		m = &matter{
			owed: make(map[string]notice), results: make(map[changereq.ItemID]bool), began: make([]time.Time, len(l.cfg.Leads)),
			leads: make([]*int64, len(l.cfg.Leads)),
		}
		l.matters[ev.Request] = m
	}
	m.add(ev, l.cfg.Leads)
	if d, imported := ev.Data.(changereq.FactRecordedData); imported && d.From != "" {
		for i, x := range l.cfg.Landings {
			l.landed[i].count(slices.Contains(x.States, d.To), d.Reference != "")
		}
	}
}

// Report is what a ledger adds up to. Every list is in order of its names, but
// for Leads and Shares, which are in the order of the package documentation.
type Report struct {
	AsOf      time.Time `json:"as_of"`
	Requests  int       `json:"requests"`
	States    []Count   `json:"states"`
	Outcomes  []Count   `json:"outcomes"`
	Ages      []Spread  `json:"ages"`
	Leads     []Spread  `json:"leads"`
	Shares    []Share   `json:"shares"`
	Approvers []Spread  `json:"approvers"`
}

// Report sums up what was added.
func (l *Ledger) Report() Report {
	at := l.cfg.AsOf
	if at.IsZero() {
		at = l.last
	}
	var (
		states, outcomes   = make(map[string]int), make(map[string]int)
		ages, approvers    = make(map[string][]int64), make(map[string][]int64)
		submit, told       []int64
		effective, restore []int64
		shares             = newShares()
		own                = make([][]int64, len(l.cfg.Leads))
		overdue, owed      int
	)
	for _, id := range slices.Sorted(maps.Keys(l.matters)) {
		m := l.matters[id]
		states[m.state]++
		if m.outcome != "" {
			outcomes[string(m.outcome)]++
		}
		if m.category != lifecycle.Done && m.category != lifecycle.Void {
			ages[m.state] = append(ages[m.state], between(m.entered, at))
		}
		submit = appendBetween(submit, m.submitted, m.decided)
		told = appendBetween(told, m.decided, m.told)
		effective = appendBetween(effective, m.approved, m.effective)
		restore = appendBetween(restore, m.backedOut, m.restored)
		for _, d := range m.answers {
			approvers[d.by] = append(approvers[d.by], d.after)
		}
		for i, us := range m.leads {
			if us != nil {
				own[i] = append(own[i], *us)
			}
		}
		shares.add(m, l.cfg.Emergency)
		for _, n := range m.owed {
			owed++
			if l.cfg.Notice > 0 && at.Sub(n.at) > l.cfg.Notice {
				overdue++
			}
		}
	}
	r := Report{
		AsOf: at, Requests: len(l.matters), States: counts(states), Outcomes: counts(outcomes), Ages: spreads(ages),
		Approvers: spreads(approvers), Shares: append(shares.list(), Share{"overdue", overdue, owed}),
		Leads: []Spread{
			spread("submit-decision", submit), spread("decision-told", told), spread("decision-effective", effective),
			spread("restore", restore),
		},
	}
	r.Shares = append(r.Shares, l.landed...)
	for i, lead := range l.cfg.Leads {
		r.Leads = append(r.Leads, spread(lead.Name, own[i]))
	}
	return r
}

// appendBetween adds the time between two instants that have both happened.
func appendBetween(list []int64, a, b time.Time) []int64 {
	if a.IsZero() || b.IsZero() {
		return list
	}
	return append(list, between(a, b))
}

func counts(m map[string]int) []Count {
	out := make([]Count, 0, len(m))
	for name, n := range m {
		out = append(out, Count{name, n})
	}
	slices.SortFunc(out, func(a, b Count) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func spreads(m map[string][]int64) []Spread {
	out := make([]Spread, 0, len(m))
	for name, us := range m {
		out = append(out, spread(name, us))
	}
	slices.SortFunc(out, func(a, b Spread) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// shareCounts counts what the shares are of.
type shareCounts struct {
	firstPass, reApproved, failed, emergency, unauthorised, verified Share
}

func newShares() *shareCounts {
	return &shareCounts{
		Share{Name: "first-pass"},
		Share{Name: "re-approved"},
		Share{Name: "failed"},
		Share{Name: "emergency"},
		Share{Name: "unauthorised"},
		Share{Name: "verified"},
	}
}

func (s *shareCounts) list() []Share {
	return []Share{s.firstPass, s.reApproved, s.failed, s.emergency, s.unauthorised, s.verified}
}

func (s *shareCounts) add(m *matter, emergency func(changereq.LifecycleRef) bool) {
	s.firstPass.count(!m.decided.IsZero(), m.firstPass)
	s.reApproved.count(m.approvals > 0, m.approvals > 1)
	ended := m.outcome == changereq.OutcomeImplemented || m.outcome == changereq.OutcomeBackedOut
	failed := m.review == changereq.ReviewFailed || m.review == changereq.ReviewBackedOut
	s.failed.count(ended, m.outcome == changereq.OutcomeBackedOut || failed)
	s.emergency.count(true, emergency != nil && emergency(m.lifecycle))
	s.unauthorised.N += m.unauthorised
	s.unauthorised.Of += m.released
	allVerified := true
	for _, verified := range m.results {
		allVerified = allVerified && verified
	}
	s.verified.count(!m.effective.IsZero(), allVerified)
}

func (s *Share) count(among, counts bool) {
	if among {
		s.Of++
		if counts {
			s.N++
		}
	}
}
