package process

import (
	"cmp"
	"slices"
)

// Other is the stage of activities that no map names.
const Other = "other"

// Stage is a group of activities: a step, a department, whatever a map says.
type Stage struct {
	Name       string
	Activities []string // in order of names
	Events     int
	Service    Sum // microseconds worked
	Inside     int // neighbouring pairs with both ends in the stage
	Waiting    Sum // microseconds between those
}

// StageEdge is the flow from one stage to another.
type StageEdge struct {
	From, To string
	Count    int64
	Waiting  Sum
	Overlap  Sum
}

// Stages are Statistics at the level of stages. They reconcile with the
// activities exactly: the events of a stage are those of its activities, and
// the pairs inside stages and on edges between them are all pairs; so are the
// times.
type Stages struct {
	Stages   []Stage     // in order of names
	Edges    []StageEdge // by count, largest first, then by names
	Unmapped []string    // activities in stage Other because the map does not name them
}

// RollUp adds statistics up to stages. stageOf maps activities to stages; what
// it does not name goes to Other and is listed.
func RollUp(s *Statistics, stageOf map[string]string) *Stages {
	out := &Stages{}
	stages, edges := make(map[string]*Stage), make(map[[2]string]*StageEdge)
	find := func(activity string) *Stage {
		name, mapped := stageOf[activity]
		if !mapped {
			name = Other
		}
		if stages[name] == nil {
			stages[name] = &Stage{Name: name}
		}
		return stages[name]
	}
	for _, a := range s.Activities {
		if _, mapped := stageOf[a.Name]; !mapped {
			out.Unmapped = append(out.Unmapped, a.Name)
		}
		stage := find(a.Name)
		stage.Events += a.Count
		stage.Activities = append(stage.Activities, a.Name)
	}
	for _, v := range s.Service {
		find(v.Activity).Service.Merge(v.Time.Sum)
	}
	for _, e := range s.Edges {
		from, to := find(e.From), find(e.To)
		if from == to {
			from.Inside += int(e.Time.Count)
			from.Waiting.Merge(e.Time.Sum)
			continue
		}
		key := [2]string{from.Name, to.Name}
		if edges[key] == nil {
			edges[key] = &StageEdge{From: from.Name, To: to.Name}
		}
		edges[key].Count += e.Time.Count
		edges[key].Waiting.Merge(e.Time.Sum)
		edges[key].Overlap.Merge(e.Overlap)
	}
	for _, stage := range stages {
		slices.Sort(stage.Activities)
		out.Stages = append(out.Stages, *stage)
	}
	for _, e := range edges {
		out.Edges = append(out.Edges, *e)
	}
	slices.Sort(out.Unmapped)
	slices.SortFunc(out.Stages, func(a, b Stage) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(out.Edges, func(a, b StageEdge) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return out
}
