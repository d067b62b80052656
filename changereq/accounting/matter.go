package accounting

import (
	"slices"
	"time"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// matter is what the accounts keep of one request.
type matter struct {
	lifecycle changereq.LifecycleRef
	applicant string
	state     string
	category  lifecycle.Category
	outcome   changereq.Outcome
	review    changereq.ReviewVerdict

	opening   string // the state it was opened in
	entered   time.Time
	submitted time.Time
	briefed   map[int]time.Time // when each brief was issued
	decided   time.Time         // first decision on a brief
	approved  time.Time         // first approval
	told      time.Time
	effective time.Time
	backedOut time.Time
	restored  time.Time

	returned  bool // sent back to intake before the first decision
	firstPass bool
	approvals int
	standing  bool // an approval or authorisation holds
	answers   []answer
	answered  map[onBrief]bool

	owed                   map[string]notice
	results                map[changereq.ItemID]bool // verified, or signed as unchanged
	released, unauthorised int

	began []time.Time // of each lead of one's own; zero until it began
	leads []*int64
}

// answer is somebody's first answer to a brief, that long after it was issued.
type answer struct {
	by    string
	after int64
}

type onBrief struct {
	by    string
	brief int
}

// notice is a notice that is owed.
type notice struct {
	recipient string
	at        time.Time
}

func (m *matter) add(ev changereq.Event, leads []Lead) {
	switch d := ev.Data.(type) {
	case changereq.OpenedData:
		m.lifecycle, m.applicant, m.opening = d.Lifecycle, d.Applicant, d.State
		m.enter(ev.At, d.State, d.Category, leads)
	case changereq.ImportedData:
		m.lifecycle, m.applicant = d.Lifecycle, d.Applicant
	case changereq.FactRecordedData:
		m.enter(ev.At, d.To, d.Category, leads)
	case changereq.MovedData:
		m.moved(ev.At, d)
		m.enter(ev.At, d.To, d.Category, leads)
	case changereq.MigratedData:
		m.lifecycle = d.After
		m.enter(ev.At, d.To, d.Category, leads)
	case changereq.BriefIssuedData:
		if m.briefed == nil {
			m.briefed = make(map[int]time.Time)
		}
		m.briefed[d.Brief.Number] = ev.At
	case changereq.VoteCastData:
		m.answer(ev.At, d.Vote.By, d.Vote.Brief)
	case changereq.DecidedData:
		m.decide(ev, d)
	case changereq.AuthorisedData:
		m.standing = true
	case changereq.ApprovalLapsedData:
		m.standing = false
	case changereq.ReviewedData:
		m.review = d.Verdict
	case changereq.ResultRecordedData:
		m.results[d.Result.Item] = d.Result.Unchanged
		if d.Result.Released {
			m.released++
			if !m.standing {
				m.unauthorised++
			}
		}
	case changereq.ResultVerifiedData:
		m.results[d.Item] = true
	case changereq.RestoredData:
		if !m.backedOut.IsZero() {
			m.restored = ev.At
		}
	case changereq.ObligationOwedData:
		m.owed[d.Obligation.ID] = notice{d.Obligation.Recipient, d.Obligation.OwedAt}
	case changereq.ObligationChangedData:
		m.settle(ev.At, d)
	}
}

// enter notes that the request came into a state; staying in it is nothing new.
func (m *matter) enter(at time.Time, state string, category lifecycle.Category, leads []Lead) {
	m.category = category
	if m.state == state {
		return
	}
	m.state, m.entered = state, at
	for i, lead := range leads {
		switch {
		case m.leads[i] != nil:
		case m.began[i].IsZero():
			if slices.Contains(lead.From, state) {
				m.began[i] = at
			}
		case slices.Contains(lead.To, state):
			us := between(m.began[i], at)
			m.leads[i] = &us
		}
	}
}

func (m *matter) moved(at time.Time, d changereq.MovedData) {
	if m.submitted.IsZero() && d.From == m.opening && d.To != d.From {
		m.submitted = at
	}
	if d.Category == lifecycle.Intake && (m.category == lifecycle.Assess || m.category == lifecycle.Decide) && m.decided.IsZero() {
		m.returned = true
	}
	if d.ClearsDecision {
		m.standing = false
	}
	if d.ClearsOutcome {
		m.outcome = ""
	}
	if d.Outcome != "" {
		m.outcome = d.Outcome
	}
	if d.Outcome == changereq.OutcomeBackedOut {
		m.backedOut, m.restored = at, time.Time{}
	}
	if d.Category == lifecycle.Done && m.outcome == changereq.OutcomeImplemented {
		m.effective = at
	}
}

func (m *matter) decide(ev changereq.Event, d changereq.DecidedData) {
	v := d.Decision.Verdict
	m.standing = v.Approves()
	if v == changereq.Dismissed {
		return // in triage, on no brief
	}
	if m.decided.IsZero() {
		m.decided = ev.At
		m.firstPass = v.Approves() && !m.returned
	}
	if v.Approves() {
		if m.approvals++; m.approvals == 1 {
			m.approved = ev.At
		}
	}
	m.answer(ev.At, d.Decision.By, d.Decision.Brief)
}

// answer notes how long somebody took to answer a brief; a decision casts the
// vote of whoever makes it, and counts once with it.
func (m *matter) answer(at time.Time, by string, brief int) {
	issued, known := m.briefed[brief]
	if key := (onBrief{by, brief}); known && !m.answered[key] {
		if m.answered == nil {
			m.answered = make(map[onBrief]bool)
		}
		m.answered[key] = true
		m.answers = append(m.answers, answer{by, between(issued, at)})
	}
}

func (m *matter) settle(at time.Time, d changereq.ObligationChangedData) {
	n, owed := m.owed[d.Obligation]
	if !owed {
		return
	}
	delete(m.owed, d.Obligation)
	told := d.State == changereq.ObligationSent || d.State == changereq.ObligationAcknowledged
	if told && n.recipient == m.applicant && !m.decided.IsZero() && !n.at.Before(m.decided) && m.told.IsZero() {
		m.told = at
	}
}
