package summary

import (
	"fmt"
	"time"

	"github.com/coordkit/coordkit/coordination/process"
)

// Figures are the statistics of a log.
type Figures struct {
	Duration   Lapse      `json:"duration"`  // of cases
	WorkedUs   int64      `json:"worked_us"` // of all cases: something was done
	IdleUs     int64      `json:"idle_us"`   // nothing was done; both sum to all durations
	WaitingUs  int64      `json:"waiting_us"`
	Pairs      int64      `json:"pairs"` // neighbouring events of a case
	HandedOff  int64      `json:"handed_off"`
	Activities []Activity `json:"activities"`
	Edges      []Edge     `json:"edges"`
	Variants   []Variant  `json:"variants"`
	Resources  []Resource `json:"resources"`
	HandOffs   []HandOff  `json:"hand_offs"`
	Costs      []Cost     `json:"costs"`
	Stages     []Stage    `json:"stages"`
	StageEdges []Flow     `json:"stage_edges"`
	Flow       InProgress `json:"flow"`
	Omitted    int64      `json:"omitted"` // entries of all lists together
}

// Activity is how often an activity came and how long it took.
type Activity struct {
	Name          string `json:"name"`
	N             int64  `json:"n"`
	Starts        int64  `json:"starts"`
	Ends          int64  `json:"ends"`
	Service       Lapse  `json:"service"`
	UnknownStarts int64  `json:"unknown_starts"`
	ReworkCases   int64  `json:"rework_cases"`
	ReworkExtra   int64  `json:"rework_extra"`
}

// Edge is how often an activity came next after another, and after what time.
type Edge struct {
	From      string `json:"from"`
	To        string `json:"to"`
	Time      Lapse  `json:"time"`
	TotalUs   int64  `json:"total_us"`
	OverlapUs int64  `json:"overlap_us"`
}

// Variant is a way that cases went.
type Variant struct {
	Activities []string `json:"activities"`
	Cases      int64    `json:"cases"`
}

// Resource is what somebody or something did.
type Resource struct {
	Name        string  `json:"name"`
	Instances   int64   `json:"instances"`
	Cases       int64   `json:"cases"`
	WorkUs      int64   `json:"work_us"`
	BusyUs      int64   `json:"busy_us"`
	Most        int64   `json:"most"` // things at once
	Utilisation float64 `json:"utilisation"`
}

// HandOff is how work goes from one party to another.
type HandOff struct {
	From      string `json:"from"`
	To        string `json:"to"`
	Time      Lapse  `json:"time"`
	OverlapUs int64  `json:"overlap_us"`
	Returned  int64  `json:"returned"`
}

// Cost is what an activity cost, in millionths of the unit of the currency.
type Cost struct {
	Activity    string `json:"activity"`
	Currency    string `json:"currency"`
	Events      int64  `json:"events"`
	TotalMicros int64  `json:"total_micros"`
}

// Stage is a group of activities; stages sum to the log exactly.
type Stage struct {
	Name      string `json:"name"`
	Events    int64  `json:"events"`
	ServiceUs int64  `json:"service_us"`
	Inside    int64  `json:"inside"` // pairs within the stage
	WaitingUs int64  `json:"waiting_us"`
}

// Flow is what goes from one stage to another.
type Flow struct {
	From      string `json:"from"`
	To        string `json:"to"`
	N         int64  `json:"n"`
	WaitingUs int64  `json:"waiting_us"`
}

// InProgress is how cases come and go in windows of one length.
type InProgress struct {
	WindowUs     int64    `json:"window_us"`
	ArrivalGapUs int64    `json:"arrival_gap_us"` // 0 for fewer than two cases
	Windows      []Window `json:"windows"`
}

// Window is one of them.
type Window struct {
	From     time.Time `json:"from"`
	Arrived  int64     `json:"arrived"`
	Departed int64     `json:"departed"`
	Open     int64     `json:"open"` // at its begin
	Mean     float64   `json:"mean"` // open over the window
}

func figuresOf(
	log *process.Log, cases *process.Cases, s *process.Statistics, party func(process.Event) string, config Config,
) (Figures, error) {
	handed := process.MeasureHandOffs(cases, party)
	f := Figures{
		Duration: lapse(s.Duration), WaitingUs: whole(s.Waiting()), Pairs: int64(handed.Pairs), HandedOff: int64(handed.Between),
	}
	var worked, idle process.Sum
	for _, c := range process.SplitCases(cases) {
		worked.Add(c.Worked)
		idle.Add(c.Idle)
	}
	f.WorkedUs, f.IdleUs = whole(worked), whole(idle)
	var omitted [8]int64
	f.Activities, omitted[0] = fill(s.Activities, MaxPart/6, activities(log, cases, s))
	f.Edges, omitted[1] = fill(s.Edges, MaxPart/4, func(e process.Edge) (Edge, []string) {
		out := Edge{From: cut(e.From), To: cut(e.To), Time: lapse(e.Time), TotalUs: whole(e.Time.Sum), OverlapUs: whole(e.Overlap)}
		return out, []string{out.From, out.To}
	})
	f.Variants, omitted[2] = fill(s.Variants, MaxPart/5, func(v process.Variant) (Variant, []string) {
		out := Variant{Cases: int64(v.Cases), Activities: make([]string, 0, len(v.Activities))}
		for _, name := range v.Activities {
			out.Activities = append(out.Activities, cut(name))
		}
		return out, out.Activities
	})
	f.Resources, omitted[3] = fill(process.MeasureLoads(log, config.Calendars), MaxPart/10, func(l process.Load) (Resource, []string) {
		out := Resource{
			Name: cut(l.Resource), Instances: int64(l.Instances), Cases: int64(l.Cases), WorkUs: whole(l.Work), BusyUs: l.Busy,
			Most: int64(l.Most), Utilisation: l.Utilisation(),
		}
		return out, []string{out.Name}
	})
	f.HandOffs, omitted[4] = fill(handed.List, MaxPart/10, func(h process.HandOff) (HandOff, []string) {
		out := HandOff{From: cut(h.From), To: cut(h.To), Time: lapse(h.Time), OverlapUs: whole(h.Overlap), Returned: int64(h.Returned)}
		return out, []string{out.From, out.To}
	})
	f.Costs, omitted[5] = fill(log.Costs(), MaxPart/20, func(c process.CostOf) (Cost, []string) {
		out := Cost{Activity: cut(c.Activity), Currency: cut(c.Currency), Events: int64(c.Events), TotalMicros: whole(c.Total)}
		return out, []string{out.Activity, out.Currency}
	})
	f.Stages, f.StageEdges = []Stage{}, []Flow{}
	if config.Stages != nil {
		omitted[6], omitted[7] = f.rollUp(process.RollUp(s, config.Stages))
	}
	for _, n := range omitted {
		f.Omitted += n
	}
	var err error
	f.Flow, err = inProgress(cases)
	return f, err
}

// activities makes the entries of a list of activities.
func activities(log *process.Log, cases *process.Cases, s *process.Statistics) func(process.Count) (Activity, []string) {
	starts, ends := counted(s.Starts), counted(s.Ends)
	service, rework := make(map[string]process.Service), make(map[string]process.Rework)
	for _, v := range s.Service {
		service[v.Activity] = v
	}
	for _, r := range process.MeasureRework(log, cases) {
		rework[r.Activity] = r
	}
	return func(c process.Count) (Activity, []string) {
		out := Activity{
			Name: cut(c.Name), N: int64(c.Count), Starts: starts[c.Name], Ends: ends[c.Name],
			Service: lapse(service[c.Name].Time), UnknownStarts: int64(service[c.Name].Unknown),
			ReworkCases: int64(rework[c.Name].Cases), ReworkExtra: int64(rework[c.Name].Extra),
		}
		return out, []string{out.Name, ""}
	}
}

func counted(list []process.Count) map[string]int64 {
	out := make(map[string]int64, len(list))
	for _, c := range list {
		out[c.Name] = int64(c.Count)
	}
	return out
}

func (f *Figures) rollUp(s *process.Stages) (stages, edges int64) {
	f.Stages, stages = fill(s.Stages, MaxPart/20, func(v process.Stage) (Stage, []string) {
		out := Stage{Name: cut(v.Name), Events: int64(v.Events), ServiceUs: whole(v.Service), Inside: int64(v.Inside), WaitingUs: whole(v.Waiting)}
		return out, []string{out.Name}
	})
	f.StageEdges, edges = fill(s.Edges, MaxPart/20, func(e process.StageEdge) (Flow, []string) {
		out := Flow{From: cut(e.From), To: cut(e.To), N: e.Count, WaitingUs: whole(e.Waiting)}
		return out, []string{out.From, out.To}
	})
	return stages, edges
}

// maxWindows is how many windows the flow is shown in.
const maxWindows = 400

// inProgress measures the flow in the shortest of some usual windows that are
// not too many.
func inProgress(cases *process.Cases) (InProgress, error) {
	out := InProgress{Windows: []Window{}}
	if cases.Len() == 0 {
		return out, nil
	}
	first, last := reach(cases)
	out.WindowUs = time.Hour.Microseconds()
	for _, longer := range []int64{24, 7, 4, 13, 10, 10, 10, 10} { // a day, a week, four weeks, a year, …
		if last/out.WindowUs-first/out.WindowUs < maxWindows {
			break
		}
		out.WindowUs *= longer
	}
	flow, err := process.MeasureFlow(cases, out.WindowUs)
	if err != nil {
		return out, fmt.Errorf("flow: %w", err)
	}
	if flow.Defined {
		out.ArrivalGapUs = micros(flow.ArrivalGap)
	}
	for _, w := range flow.Windows {
		out.Windows = append(out.Windows, Window{
			From: at(w.From), Arrived: int64(w.Arrived), Departed: int64(w.Departed), Open: int64(w.Open), Mean: w.InProgress(),
		})
	}
	return out, nil
}

// reach is the time from the first start to the last end.
func reach(cases *process.Cases) (first, last int64) {
	begun := false
	for _, events := range cases.All() {
		for _, e := range events {
			if !begun {
				first, last, begun = e.Start, e.End, true
			}
			first, last = min(first, e.Start), max(last, e.End)
		}
	}
	return first, last
}
