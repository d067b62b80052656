package approval_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/changereq/approval"
)

var epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// evenly picks one of the items, each about as often: rapid's own choice
// prefers the first ones.
func evenly[T any](t *rapid.T, label string, items ...T) T {
	pick := 0
	for range 5 {
		pick *= 2
		if rapid.Bool().Draw(t, label) {
			pick++
		}
	}
	return items[pick%len(items)]
}

func several[T any](t *rapid.T, label string, items ...T) []T {
	var out []T
	for _, x := range items {
		if rapid.Bool().Draw(t, label) {
			out = append(out, x)
		}
	}
	return out
}

var crowd = []string{"ann", "bob", "cat", "dan", "eve", "fay"}

// policies makes policies of one or two stages that compile or nearly do.
func policies() *rapid.Generator[approval.Policy] {
	return rapid.Custom(func(t *rapid.T) approval.Policy {
		p := approval.Policy{ID: "random", Version: 1, Override: approval.From{Users: several(t, "overriders", crowd...)}}
		id := 0
		for range evenly(t, "stages", 1, 1, 2) {
			s := approval.Stage{
				Name:     "S" + strconv.Itoa(len(p.Stages)),
				Matching: evenly(t, "matching", approval.Distinct, approval.Distinct, approval.Shared),
			}
			for range evenly(t, "requirements", 1, 2, 3) {
				id++
				s.Requirements = append(s.Requirements, requirement(t, "R"+strconv.Itoa(id)))
			}
			p.Stages = append(p.Stages, s)
		}
		return p
	})
}

func requirement(t *rapid.T, id string) approval.Requirement {
	r := approval.Requirement{
		ID: id,
		From: evenly(t, "from", approval.From{Roles: []string{"pm"}}, approval.From{Users: several(t, "users", crowd...)},
			approval.From{Users: several(t, "users", crowd...), Roles: []string{"qa"}}),
		Need: evenly(t, "need", approval.Need{Kind: approval.Any}, approval.Need{Kind: approval.Count, Count: 2},
			approval.Need{Kind: approval.All}, approval.Need{Kind: approval.Percent, BasisPoints: 5000},
			approval.Need{Kind: approval.Percent, BasisPoints: 5000, Rounding: approval.HalfUp}),
		Optional: evenly(t, "optional", false, false, false, true),
		Veto:     evenly(t, "veto", approval.VetoAny, approval.VetoNone, approval.VetoListed),
		Expires:  evenly(t, "expires", approval.Duration(0), 0, approval.Duration(20*time.Hour)),
		Sticky:   evenly(t, "sticky", nil, nil, []approval.Class{approval.Schedule}),
		Allow:    evenly(t, "allow", nil, []approval.Duty{approval.Recommender}),
		When:     evenly(t, "when", nil, nil, []approval.Condition{{Fact: "risk", In: []string{"high"}}}),
	}
	if r.Veto == approval.VetoListed {
		r.Vetoers = approval.From{Users: several(t, "vetoers", crowd...)}
	}
	return r
}

// standing are the digests of what stands there in calm cases.
func standing() approval.Digests {
	return approval.Digests{{Class: approval.Editorial, Digest: "e1"}, {Class: approval.Schedule, Digest: "s1"}, {Class: approval.Scope, Digest: "c1"}}
}

func digests(t *rapid.T) approval.Digests {
	return approval.Digests{
		{Class: approval.Editorial, Digest: evenly(t, "editorial", approval.Digest("e1"), "e2")},
		{Class: approval.Schedule, Digest: evenly(t, "schedule", approval.Digest("s1"), "s1", "s1", "s2")},
		{Class: approval.Scope, Digest: evenly(t, "scope", approval.Digest("c1"), "c1", "c1", "c1", "c1", "c2")},
	}
}

func vote(t *rapid.T, at time.Time) approval.Vote {
	v := approval.Vote{
		By: evenly(t, "by", crowd...), At: at, Digests: digests(t),
		Kind: evenly(t, "kind", approval.Approve, approval.Approve, approval.Approve, approval.Approve, approval.Approve,
			approval.Reject, approval.Abstain, approval.RequestChanges),
		Changed: evenly(t, "changed", nil, nil, nil, []approval.Class{approval.Schedule}, []approval.Class{approval.Scope}),
	}
	if other := evenly(t, "for", crowd...); other != v.By && evenly(t, "delegated", false, false, true) {
		v.For = other
	}
	if evenly(t, "ended", false, false, false, true) {
		v.Ended = &approval.End{By: evenly(t, "ended by", v.By, "zoe"), At: at}
	}
	return v
}

// cases makes cases of up to a dozen votes an hour apart.
func cases() *rapid.Generator[approval.Case] {
	return rapid.Custom(func(t *rapid.T) approval.Case {
		c := approval.Case{
			Content: digests(t), Applicant: evenly(t, "applicant", "ann", "nobody"), Amender: evenly(t, "amender", "bob", "", ""),
			Recommender: evenly(t, "recommender", "cat", "", ""), Implementers: evenly(t, "implementers", nil, nil, []string{"dan", "eve"}),
			Facts: map[string][]string{"risk": {evenly(t, "risk", "high", "low")}},
			Directory: approval.Directory{Roles: map[string][]string{
				"pm": several(t, "pm", crowd...), "qa": several(t, "qa", crowd...),
			}},
		}
		calm := rapid.Bool().Draw(t, "calm") // else hardly anything is ever approved
		if calm {
			c.Content = standing()
		}
		n := rapid.IntRange(0, 12).Draw(t, "votes")
		for i := range n {
			v := vote(t, epoch.Add(time.Duration(i)*time.Hour))
			if calm {
				v = approval.Vote{By: v.By, For: v.For, At: v.At, Kind: approval.Approve, Digests: standing()}
			}
			v.ID = strconv.Itoa(i)
			c.Votes = append(c.Votes, v)
		}
		for range rapid.IntRange(0, 3).Draw(t, "delegations") {
			d := approval.Delegation{
				From: evenly(t, "from", crowd...), To: evenly(t, "to", crowd...), Scope: evenly(t, "scope", nil, nil, []string{"R1"}),
				Start: epoch.Add(time.Duration(rapid.IntRange(-2, 6).Draw(t, "start")) * time.Hour),
			}
			d.End = d.Start.Add(time.Duration(rapid.IntRange(1, 12).Draw(t, "length")) * time.Hour)
			if evenly(t, "revoked", false, false, false, true) {
				d.Revoked = &d.End
			}
			c.Delegations = append(c.Delegations, d)
		}
		for range rapid.IntRange(0, 2).Draw(t, "overrides") {
			first, second := evenly(t, "first", crowd...), evenly(t, "second", crowd...)
			o := approval.Override{Requirement: evenly(t, "overridden", "R1", "R2"), First: approval.Consent{By: first, At: epoch}, Digests: digests(t)}
			if rapid.Bool().Draw(t, "seconded") {
				o.Second = &approval.Consent{By: second, At: epoch}
			}
			c.Overrides = append(c.Overrides, o)
		}
		c.Now = epoch.Add(time.Duration(n+rapid.IntRange(0, 20).Draw(t, "later")) * time.Hour)
		return c
	})
}

// judged draws a policy that compiles, its judge and a case.
func judged(t *rapid.T) (approval.Policy, *approval.Judge, approval.Case) {
	for range 100 {
		p := policies().Draw(t, "policy")
		if j, _ := approval.Compile(p, approval.Known{}); j != nil {
			return p, j, cases().Draw(t, "case")
		}
	}
	t.Skip("no policy compiled")
	return approval.Policy{}, nil, approval.Case{}
}

func TestVerdictAgreesWithTryingEverything(t *testing.T) {
	t.Parallel()
	yes, no := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		p, j, c := judged(t)
		v := j.Verdict(&c)
		want := oracle{p, c}.approved()
		if v.Approved() != want {
			t.Fatalf("got %s, the oracle says approved: %v\n%v", v.State, want, v.Explain())
		}
		if want {
			yes++
		} else {
			no++
		}
		if d := cmp.Diff(v, j.Verdict(&c)); d != "" {
			t.Fatalf("judging twice gives two verdicts:\n%s", d)
		}
	})
	if yes*20 < no {
		t.Fatalf("only %d of %d cases were approved: the test says little", yes, yes+no)
	}
}

// P5: the votes of different people commute.
func TestVotesOfDifferentPeopleCommute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		_, j, c := judged(t)
		for i := range c.Votes { // at one instant, so that only the order differs
			c.Votes[i].At = epoch.Add(time.Hour)
		}
		before := j.Verdict(&c)
		for i := 1; i < len(c.Votes); i++ {
			a, b := &c.Votes[i-1], &c.Votes[i]
			if a.Person() != b.Person() && a.By != b.By && a.Person() != b.By && a.By != b.Person() && rapid.Bool().Draw(t, "swap") {
				c.Votes[i-1], c.Votes[i] = c.Votes[i], c.Votes[i-1]
			}
		}
		if after := j.Verdict(&c); before.State != after.State {
			t.Fatalf("the order of votes changed %s to %s", before.State, after.State)
		}
	})
}

// P5: saying the same again changes nothing, and more approval never
// un-approves, nor does a rejection ever approve.
func TestMoreVotesOnlyMoveTheirOwnWay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, _, c := judged(t)
		p.LastCall = evenly(t, "last call", approval.Duration(0), approval.Duration(5*time.Hour))
		j, _ := approval.Compile(p, approval.Known{})
		before := j.Verdict(&c)
		more := c
		more.Votes = append(slices.Clone(c.Votes), vote(t, c.Now))
		v := &more.Votes[len(c.Votes)]
		v.ID, v.Digests, v.Changed, v.Ended = "more", c.Content, nil, nil
		after := j.Verdict(&more)
		switch v.Kind {
		case approval.Approve:
			if before.Approved() && !after.Approved() {
				t.Fatalf("approval by %s turned %s into %s", v.By, before.State, after.State)
			}
		case approval.Reject, approval.RequestChanges:
			if !before.Approved() && after.Approved() {
				t.Fatalf("%s by %s turned %s into approval", v.Kind, v.By, before.State)
			}
		case approval.Abstain:
		}
		again := more
		again.Votes = append(slices.Clone(more.Votes), *v)
		if twice := j.Verdict(&again); twice.State != after.State {
			t.Fatalf("%s twice turned %s into %s", v.Kind, after.State, twice.State)
		}
	})
}

// P6: neither the applicant nor anybody standing in for the applicant, nor the
// applicant standing in for others, ever counts.
func TestTheApplicantNeverCounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		_, j, c := judged(t)
		c.Applicant = "ann"
		before, more := j.Verdict(&c), c
		v := vote(t, c.Now)
		v.ID, v.Kind, v.Digests, v.Changed, v.Ended = "more", approval.Approve, c.Content, nil, nil
		if rapid.Bool().Draw(t, "by the applicant") {
			v.By = "ann"
		} else {
			v.For = "ann"
		}
		hadOwn := slices.ContainsFunc(c.Votes, func(x approval.Vote) bool { return x.Person() == v.Person() })
		more.Votes = append(slices.Clone(c.Votes), v)
		more.Delegations = append(slices.Clone(c.Delegations),
			approval.Delegation{From: "ann", To: v.By, Start: epoch, End: c.Now.AddDate(1, 0, 0)},
			approval.Delegation{From: v.Person(), To: "ann", Start: epoch, End: c.Now.AddDate(1, 0, 0)})
		after := j.Verdict(&more)
		if !before.Approved() && after.Approved() && !hadOwn {
			t.Fatalf("the applicant's voice turned %s into approval", before.State)
		}
		for _, s := range after.Stages {
			for _, r := range s.Requirements {
				for _, x := range r.Voices {
					if x.Vote == "more" && (x.Status == approval.Counts || x.Status == approval.Spare) {
						t.Fatalf("the applicant's voice counts for %s", r.ID)
					}
				}
			}
		}
		for _, a := range after.Asked {
			if a.Person == "ann" || a.For == "ann" {
				t.Fatalf("the applicant is asked: %v", a)
			}
		}
	})
}

// P16: a delegation that is not in force when the vote is cast has no effect.
func TestDelegationsOutsideTheirTimeDoNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		_, j, c := judged(t)
		before := j.Verdict(&c)
		end := epoch.Add(-time.Hour)
		more := c
		more.Delegations = append(slices.Clone(c.Delegations),
			approval.Delegation{From: evenly(t, "f", crowd...), To: evenly(t, "t", crowd...), Start: end.AddDate(-1, 0, 0), End: end},
			approval.Delegation{From: evenly(t, "f", crowd...), To: evenly(t, "t", crowd...), Start: c.Now.Add(time.Hour), End: c.Now.AddDate(1, 0, 0)})
		after := j.Verdict(&more)
		before.Next, after.Next, before.Turns, after.Turns = nil, nil, nil, nil // the second one begins
		if d := cmp.Diff(before, after); d != "" {
			t.Fatalf("a delegation not in force has an effect:\n%s", d)
		}
	})
}

// Between now and Turns nothing changes by itself but what becomes overdue.
func TestOnlyDatesPassBeforeTurns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		_, j, c := judged(t)
		before := j.Verdict(&c)
		later := c
		later.Now = c.Now.Add(time.Duration(rapid.Int64Range(0, int64(1000*time.Hour)).Draw(t, "later")))
		if before.Turns != nil && !later.Now.Before(*before.Turns) {
			later.Now = before.Turns.Add(-time.Microsecond)
		}
		dates := cmp.Options{cmpopts.IgnoreFields(approval.Verdict{}, "Next"), cmpopts.IgnoreFields(approval.RequirementVerdict{}, "Overdue")}
		if d := cmp.Diff(before, j.Verdict(&later), dates); d != "" {
			t.Fatalf("something turned before %v:\n%s", before.Turns, d)
		}
	})
}

// Between now and Next nothing changes by itself.
func TestNothingChangesBeforeNext(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p, _, c := judged(t)
		p.LastCall = evenly(t, "last call", approval.Duration(0), approval.Duration(5*time.Hour))
		j, _ := approval.Compile(p, approval.Known{})
		before := j.Verdict(&c)
		later := c
		later.Now = c.Now.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "hours")) * time.Hour)
		if before.Next != nil && !later.Now.Before(*before.Next) {
			later.Now = before.Next.Add(-time.Microsecond)
		}
		if d := cmp.Diff(before, j.Verdict(&later)); d != "" {
			t.Fatalf("something changed before %v:\n%s", before.Next, d)
		}
	})
}

// Who is asked can help: a stage that waits asks somebody, unless nobody can.
func TestSomebodyIsAskedWhileItCanBeHelped(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		_, j, c := judged(t)
		v := j.Verdict(&c)
		if (v.State == approval.Waiting || v.State == approval.Expired || v.State == approval.Outdated) && len(v.Asked) == 0 {
			t.Fatalf("%s and nobody is asked: %v", v.State, v.Explain())
		}
		// When all who are asked for themselves approve, and again, it moves on.
		for range 20 {
			if v.State != approval.Waiting && v.State != approval.Expired && v.State != approval.Outdated {
				return
			}
			stage := v.Stage
			for _, a := range v.Asked {
				if a.For == "" {
					c.Votes = append(c.Votes, approval.Vote{ID: "m" + strconv.Itoa(len(c.Votes)), By: a.Person, Kind: approval.Approve, At: c.Now, Digests: c.Content})
				}
			}
			v = j.Verdict(&c)
			if v.Stage == stage && (v.State == approval.Waiting || v.State == approval.Expired || v.State == approval.Outdated) && len(v.Asked) == 0 {
				t.Fatalf("stuck in %s: %v", v.State, v.Explain())
			}
		}
		t.Fatalf("all approve and it still waits: %v", v.Explain())
	})
}
