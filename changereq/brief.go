package changereq

import (
	"slices"
	"time"
)

// Brief is the numbered, frozen page a decision is made on: a copy of the
// content and the assessment as they stood, with the coordinator's options and
// recommendation. Issuing another brief never changes an earlier one.
type Brief struct {
	Number         int        `json:"number"` // 1 to n within a request
	Applicant      string     `json:"applicant"`
	Content        Content    `json:"content"`
	Assessment     Assessment `json:"assessment"`
	Material       Digest     `json:"material"`          // of the content and assessment it presents
	Missing        []string   `json:"missing,omitempty"` // parts of the assessment that an emergency has to do without
	Options        []Option   `json:"options,omitempty"`
	Recommendation string     `json:"recommendation"`
	DecideBy       *time.Time `json:"decide_by,omitempty"`
	By             string     `json:"by"`
	At             time.Time  `json:"at"`
	Digest         Digest     `json:"digest"` // of everything above
}

// Option is one thing that could be decided.
type Option struct {
	Title   string `json:"title"`
	Summary string `json:"summary,omitempty"`
}

func (b *Brief) clone() *Brief {
	if b == nil {
		return nil
	}
	x := *b
	x.Content, x.Assessment = x.Content.Clone(), x.Assessment.clone()
	x.Options, x.Missing = slices.Clone(x.Options), slices.Clone(x.Missing)
	x.DecideBy = clonePtr(x.DecideBy)
	return &x
}

// digest computes what Digest must hold.
func (b *Brief) digest() Digest {
	return sum(func(w writer) {
		w.count(b.Number)
		w.text(b.Applicant)
		w.text(string(DigestsOf(b.Content, b.Assessment).Editorial))
		w.text(string(b.Material))
		w.count(len(b.Options))
		for _, o := range b.Options {
			w.text(o.Title)
			w.text(o.Summary)
		}
		w.text(b.Recommendation)
		if b.DecideBy != nil {
			w.time(*b.DecideBy)
		}
		w.text(b.By)
		w.time(b.At)
		if len(b.Missing) > 0 { // nothing for the others, whose digests stay what they were
			w.texts(b.Missing)
		}
	})
}
