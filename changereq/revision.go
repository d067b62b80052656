package changereq

import (
	"slices"
	"strings"
	"time"
)

// RevisionRef names a revision of an item.
type RevisionRef struct {
	Item     ItemID `json:"item"`
	Revision string `json:"revision"`
}

// Revision is a revision as whoever keeps the specifications knows it.
type Revision struct {
	RevisionRef

	Predecessor string    `json:"predecessor,omitempty"` // the revision it grew from
	Digest      Digest    `json:"digest,omitempty"`      // of its canonical content, whatever order its lines are stored in
	Released    bool      `json:"released"`
	ReleasedAt  time.Time `json:"released_at"`     // when it came into force
	Cites       []ID      `json:"cites,omitempty"` // the requests it names as its reason
}

// unlike lists in what the registry contradicts a recorded result. revisions
// holds what the registry knows, nil when there is none to ask.
func (r *Request) unlike(a *AffectedItem, x *Result, revisions map[RevisionRef]Revision) []Unmet {
	if revisions == nil || x.Unchanged || a.Action == ActionRemove {
		return nil
	}
	known, ok := revisions[RevisionRef{Item: a.Item, Revision: x.Revision}]
	var wrong []string
	say := func(is bool, words ...string) {
		if is {
			wrong = append(wrong, strings.Join(words, ""))
		}
	}
	if say(!ok, "it is not known there"); ok {
		say(!known.Released, "it is not released there")
		say(known.Predecessor != x.Predecessor, "there it grew from ", quoted(known.Predecessor), ", not from ", quoted(x.Predecessor))
		say(!slices.Contains(known.Cites, r.ID), "there it does not cite this request")
		say(known.Digest != "" && x.Digest != "" && known.Digest != x.Digest, "there its content has another digest")
		base := revisions[RevisionRef{Item: a.Item, Revision: a.Base}]
		say(a.Action == ActionModify && known.Digest != "" && known.Digest == base.Digest,
			"its content is that of "+a.Base+", so nothing was modified")
	}
	var out []Unmet
	for _, text := range wrong {
		u := unmet("incorporated", "revision %s of %s differs from the registry: %s; record what is there, or have it put right", x.Revision, a.Item, text)
		u.Ref = string(a.Item)
		out = append(out, u)
	}
	return out
}

func quoted(revision string) string {
	if revision == "" {
		return "nothing"
	}
	return revision
}
