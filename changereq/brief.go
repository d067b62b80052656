package changereq

import (
	"encoding/json"
	"slices"
	"time"
)

// Brief is the numbered, frozen page a decision is made on: a copy of the
// content and the assessment as they stood, with the coordinator's options and
// recommendation. Issuing another brief never changes an earlier one.
type Brief struct {
	Number         int            `json:"number"` // 1 to n within a request
	Request        ID             `json:"request"`
	RequestNumber  string         `json:"request_number"`
	Applicant      string         `json:"applicant"`
	Content        Content        `json:"content"`
	Assessment     Assessment     `json:"assessment"`
	WhereUsed      *WhereUsed     `json:"where_used,omitempty"` // what else the change reaches, as far as it was looked up
	PresentValues  []PresentValue `json:"present_values,omitempty"`
	Material       Digest         `json:"material"`          // of the content and assessment it presents
	Missing        []string       `json:"missing,omitempty"` // parts of the assessment that an emergency has to do without
	Options        []Option       `json:"options,omitempty"`
	Recommendation string         `json:"recommendation"`
	DecideBy       *time.Time     `json:"decide_by,omitempty"`
	By             string         `json:"by"`
	At             time.Time      `json:"at"`
	Digest         Digest         `json:"digest"` // of everything else
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
	x.WhereUsed, x.PresentValues = x.WhereUsed.clone(), slices.Clone(x.PresentValues)
	x.Options, x.Missing = slices.Clone(x.Options), slices.Clone(x.Missing)
	x.DecideBy = clonePtr(x.DecideBy)
	return &x
}

// Intact reports whether the brief still is what was issued: whether Digest is
// that of everything else in it.
func (b *Brief) Intact() bool { return b.Digest == b.digest() }

// digest is over the JSON of the brief without its digest, so that it covers
// every field there is, evidence and authors included.
func (b *Brief) digest() Digest {
	x := *b
	x.Digest = ""
	raw, err := json.Marshal(&x)
	if err != nil { // only a year that no command lets in
		return ""
	}
	return sum(func(w writer) { _, _ = w.h.Write(raw) })
}
