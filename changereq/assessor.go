package changereq

import (
	"cmp"
	"slices"
)

// compareRisks orders what several assessors say from the least to the most
// severe: by the highest residual band, then by the residual and the inherent
// score, then by the number of risks.
func compareRisks(a, b *Risks) int {
	residual := func(x Risk) Rating { return x.Residual }
	inherent := func(x Risk) Rating { return x.Inherent }
	return cmp.Or(
		cmp.Compare(a.Level, b.Level),
		cmp.Compare(a.highest(residual), b.highest(residual)),
		cmp.Compare(a.highest(inherent), b.highest(inherent)),
		cmp.Compare(len(a.Risks), len(b.Risks)),
	)
}

// highest is the largest score of one side of the risks.
func (r *Risks) highest(side func(Risk) Rating) int {
	top := 0
	for _, x := range r.Risks {
		top = max(top, side(x).score())
	}
	return top
}

// hearing takes in what one assessor says about the risks: it replaces what the
// same person said before and leaves everybody else's. The most severe opinion
// is the one that counts; of several alike, the first by author, so that it makes
// no difference in which order they were given.
func (a Assessment) hearing(said *Risks) Assessment {
	a.Opinions = slices.DeleteFunc(a.everyOpinion(), func(o Risks) bool { return o.By == said.By })
	a.Opinions = append(a.Opinions, said.clone())
	slices.SortFunc(a.Opinions, func(x, y Risks) int { return cmp.Compare(x.By, y.By) })
	top := slices.MaxFunc(a.Opinions, func(x, y Risks) int { return compareRisks(&x, &y) }).clone()
	a.Risk = &top
	return a
}

// everyOpinion is a copy of what all assessors said.
func (a *Assessment) everyOpinion() []Risks {
	if len(a.Opinions) == 0 && a.Risk != nil {
		return []Risks{a.Risk.clone()}
	}
	return cloneEach(a.Opinions, Risks.clone)
}

// needsBackOut reports whether any assessor's risks ask for a back-out plan.
func (a *Assessment) needsBackOut() bool {
	return slices.ContainsFunc(a.everyOpinion(), func(o Risks) bool { return o.BackOut })
}

func (r Risks) clone() Risks {
	r.Part = clonePart(r.Part)
	r.Risks = slices.Clone(r.Risks)
	return r
}

func clonePart(p Part) Part {
	p.Evidence = slices.Clone(p.Evidence)
	return p
}
