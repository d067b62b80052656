package summary

import (
	"errors"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/bottleneck"
	"github.com/coordkit/coordkit/coordination/process/waiting"
)

// Waits are why work waits, where it waits most, and whether that comes back.
type Waits struct {
	TotalUs       int64        `json:"total_us"` // the shares sum to it exactly
	Instances     int64        `json:"instances"`
	Batches       int64        `json:"batches"`
	UnknownStarts int64        `json:"unknown_starts"` // of whose wait nothing is sure
	NoResource    int64        `json:"no_resource"`
	Causes        []Cause      `json:"causes"`
	Places        []Place      `json:"places"`
	Recurrences   []Recurrence `json:"recurrences"`
	Omitted       int64        `json:"omitted"`
}

// Cause is how long work waited for one cause: exclusively, while nothing else
// was true, and while it was true at all.
type Cause struct {
	Cause      string  `json:"cause"`
	Us         int64   `json:"us"`
	Share      float64 `json:"share"`
	SureUs     int64   `json:"sure_us"`
	PossibleUs int64   `json:"possible_us"`
}

// Place is an activity, a resource or a hand-off where work waits, ranked among
// its kind. Its scores stand apart; Reasons say what speaks for the rank.
type Place struct {
	Kind        string     `json:"kind"`
	From        string     `json:"from"` // of a hand-off
	Name        string     `json:"name"`
	Rank        int64      `json:"rank"`
	Instances   int64      `json:"instances"`
	WaitingUs   int64      `json:"waiting_us"`
	Share       float64    `json:"share"`
	MainCause   string     `json:"main_cause"`
	ChainShare  float64    `json:"chain_share"`
	Utilisation float64    `json:"utilisation"`
	Growth      float64    `json:"growth"`
	Turning     float64    `json:"turning"`
	Stability   Proportion `json:"stability"`
	Reasons     []string   `json:"reasons"`
}

// Recurrence is whether waiting at a place comes back in certain hours of the
// week, and when next.
type Recurrence struct {
	Kind      string     `json:"kind"`
	From      string     `json:"from"`
	Name      string     `json:"name"`
	Grain     string     `json:"grain"`
	Threshold float64    `json:"threshold"`
	Windows   int64      `json:"windows"`
	Hits      Proportion `json:"hits"`
	Longest   int64      `json:"longest"`
	Runs      int64      `json:"runs"`
	Patterns  []Pattern  `json:"patterns"`
	Warnings  []Warning  `json:"warnings"`
}

// Pattern is a window of the week in which work waits more often than chance
// would have it.
type Pattern struct {
	Weekday string     `json:"weekday"`
	Hour    int64      `json:"hour"`
	Hits    Proportion `json:"hits"`
	Queue   float64    `json:"queue"`
	P       float64    `json:"p"`
}

// Warning is that waiting is about to come back.
type Warning struct {
	From   time.Time  `json:"from"`
	Chance Proportion `json:"chance"`
	Reason string     `json:"reason"`
}

func waitsOf(log *process.Log, found *bottleneck.Report, party func(process.Event) string, zone *time.Location) (Waits, error) {
	a := found.Analysis
	w := Waits{
		TotalUs: a.Shares.Total(), Instances: int64(len(a.Waits)), Batches: int64(len(a.Batches)),
		Causes: []Cause{}, Places: []Place{}, Recurrences: []Recurrence{},
	}
	var sure, possible [waiting.Causes]process.Sum
	for i := range a.Waits {
		one := &a.Waits[i]
		if one.UnknownStart {
			w.UnknownStarts++
		}
		if one.NoResource {
			w.NoResource++
		}
		for c := range waiting.Causes {
			sure[c].Add(one.Sure[c])
			possible[c].Add(one.Possible[c])
		}
	}
	for c := range waiting.Causes {
		out := Cause{Cause: c.String(), Us: a.Shares[c], SureUs: whole(sure[c]), PossibleUs: whole(possible[c])}
		if w.TotalUs > 0 {
			out.Share = float64(out.Us) / float64(w.TotalUs)
		}
		w.Causes = append(w.Causes, out)
	}
	for _, kind := range []bottleneck.Kind{bottleneck.Activity, bottleneck.Resource, bottleneck.HandOff} {
		list, omitted := fill(found.All(kind), MaxPart/6, placeOf)
		w.Places = append(w.Places, list...)
		w.Omitted += omitted
	}
	return w, w.recur(log, found, party, zone)
}

func placeOf(f bottleneck.Finding) (Place, []string) {
	cause, _ := f.Causes.Main()
	out := Place{
		Kind: f.Kind.String(), From: cut(f.From), Name: cut(f.Name), Rank: int64(f.Rank), Instances: int64(f.Instances),
		WaitingUs: whole(f.Waiting), Share: f.Share, MainCause: cause.String(), ChainShare: f.ChainShare, Utilisation: f.Utilisation,
		Growth: f.Growth, Turning: f.Turning, Stability: proportion(f.Stability), Reasons: make([]string, 0, len(f.Reasons)),
	}
	names := []string{out.From, out.Name, "", ""}
	for _, r := range f.Reasons {
		out.Reasons = append(out.Reasons, cut(r))
		names = append(names, cut(r))
	}
	return out, names
}

// mostRecur is of how many places of each kind it is said whether waiting there
// comes back, and horizon how far the warnings look ahead.
const (
	mostRecur = 3
	horizon   = 7 * 24 * time.Hour
)

// recur looks at the places where most waits.
func (w *Waits) recur(log *process.Log, found *bottleneck.Report, party func(process.Event) string, zone *time.Location) error {
	last := int64(0)
	for i, e := range log.Events {
		if i == 0 || e.End > last {
			last = e.End
		}
	}
	for _, kind := range []bottleneck.Kind{bottleneck.Activity, bottleneck.Resource, bottleneck.HandOff} {
		for i, f := range found.All(kind) {
			if i == mostRecur || f.Waiting == (process.Sum{}) {
				break
			}
			r, err := found.Recur(log, f.Place, party, bottleneck.RecurConfig{Zone: zone, Grain: bottleneck.Shift})
			if errors.Is(err, bottleneck.ErrRecurrence) {
				continue // a log without duration, or one that is too long for it
			}
			if err != nil {
				return fmt.Errorf("recurrence at %v: %w", f.Place, err)
			}
			w.Recurrences = append(w.Recurrences, recurrenceOf(r, last))
		}
	}
	return nil
}

func recurrenceOf(r *bottleneck.Recurrence, now int64) Recurrence {
	out := Recurrence{
		Kind: r.Place.Kind.String(), From: cut(r.Place.From), Name: cut(r.Place.Name), Grain: "shift", Threshold: r.Threshold,
		Windows: int64(r.Windows), Hits: proportion(r.Hits), Longest: int64(r.Longest), Runs: int64(r.Runs),
		Patterns: []Pattern{}, Warnings: []Warning{},
	}
	for _, s := range r.Patterns() {
		out.Patterns = append(out.Patterns, Pattern{
			Weekday: s.Weekday.String(), Hour: int64(s.Hour), Hits: proportion(s.Hits), Queue: s.Queue, P: s.P,
		})
	}
	for _, warning := range r.Warn(now, horizon.Microseconds()) {
		out.Warnings = append(out.Warnings, Warning{From: at(warning.From), Chance: proportion(warning.Chance), Reason: cut(warning.Reason)})
	}
	return out
}
