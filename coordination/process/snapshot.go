package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// ErrSnapshot is the class of errors about a snapshot.
var ErrSnapshot = errors.New("process: not a snapshot of statistics")

// snapshotVersion is the form that is written. A form with another number is
// refused.
const snapshotVersion = 1

// snapshot is the JSON form of Statistics. Sums are decimal, as JSON numbers
// lose digits.
type snapshot struct {
	Version    int                  `json:"version"`
	Keep       int                  `json:"keep"`
	Cases      int                  `json:"cases"`
	Events     int                  `json:"events"`
	Activities []snapshotCount      `json:"activities"`
	Starts     []snapshotCount      `json:"starts"`
	Ends       []snapshotCount      `json:"ends"`
	Edges      []snapshotEdge       `json:"edges"`
	Variants   []snapshotVariant    `json:"variants"`
	Duration   snapshotDistribution `json:"duration"`
	Service    []snapshotService    `json:"service"`
}

type snapshotCount struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

type snapshotEdge struct {
	From    string               `json:"from"`
	To      string               `json:"to"`
	Time    snapshotDistribution `json:"time"`
	Overlap string               `json:"overlap"`
}

type snapshotVariant struct {
	Activities []string `json:"activities"`
	Cases      int      `json:"cases"`
}

type snapshotService struct {
	Activity string               `json:"activity"`
	Time     snapshotDistribution `json:"time"`
	Unknown  int                  `json:"unknown"`
}

type snapshotDistribution struct {
	Count   int64   `json:"count"`
	Sum     string  `json:"sum"`
	Squares string  `json:"squares"`
	Min     int64   `json:"min"`
	Max     int64   `json:"max"`
	Values  []int64 `json:"values,omitempty"`
	First   int     `json:"first,omitempty"`  // bucket of the first of Counts
	Counts  []int64 `json:"counts,omitempty"` // of the sketch
	Sketch  bool    `json:"sketch,omitempty"`
}

// MarshalJSON writes the statistics with all that Merge needs, so that shards
// can be measured in different places. Equal statistics give equal bytes.
func (s *Statistics) MarshalJSON() ([]byte, error) {
	out := snapshot{
		Version: snapshotVersion, Keep: s.kept, Cases: s.Cases, Events: s.Events, Activities: snapshotCounts(s.Activities),
		Starts: snapshotCounts(s.Starts), Ends: snapshotCounts(s.Ends), Duration: s.Duration.snapshot(),
	}
	for _, e := range s.Edges {
		out.Edges = append(out.Edges, snapshotEdge{From: e.From, To: e.To, Time: e.Time.snapshot(), Overlap: e.Overlap.Big().String()})
	}
	for _, v := range s.Variants {
		out.Variants = append(out.Variants, snapshotVariant(v))
	}
	for _, v := range s.Service {
		out.Service = append(out.Service, snapshotService{Activity: v.Activity, Time: v.Time.snapshot(), Unknown: v.Unknown})
	}
	text, err := json.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("process: %w", err)
	}
	return text, nil
}

// UnmarshalJSON reads what MarshalJSON wrote. It returns ErrSnapshot for
// another version and for figures that contradict each other.
func (s *Statistics) UnmarshalJSON(text []byte) error {
	var in snapshot
	if err := json.Unmarshal(text, &in); err != nil {
		return fmt.Errorf("%w: %w", ErrSnapshot, err)
	}
	if in.Version != snapshotVersion {
		return fmt.Errorf("%w: version %d; want %d", ErrSnapshot, in.Version, snapshotVersion)
	}
	out := Statistics{
		Cases: in.Cases, Events: in.Events, Activities: counts(in.Activities), Starts: counts(in.Starts), Ends: counts(in.Ends), kept: in.Keep,
	}
	var err error
	if out.Duration, err = in.Duration.read(); err != nil {
		return err
	}
	for _, e := range in.Edges {
		edge := Edge{From: e.From, To: e.To}
		if edge.Time, err = e.Time.read(); err != nil {
			return err
		}
		if edge.Overlap, err = parseSum(e.Overlap); err != nil {
			return err
		}
		out.Edges = append(out.Edges, edge)
	}
	for _, v := range in.Variants {
		out.Variants = append(out.Variants, Variant(v))
	}
	for _, v := range in.Service {
		service := Service{Activity: v.Activity, Unknown: v.Unknown}
		if service.Time, err = v.Time.read(); err != nil {
			return err
		}
		out.Service = append(out.Service, service)
	}
	out.order()
	*s = out
	return nil
}

func snapshotCounts(list []Count) []snapshotCount {
	out := make([]snapshotCount, 0, len(list))
	for _, c := range list {
		out = append(out, snapshotCount(c))
	}
	return out
}

func counts(list []snapshotCount) []Count {
	var out []Count
	for _, c := range list {
		out = append(out, Count(c))
	}
	return out
}

func (d Distribution) snapshot() snapshotDistribution {
	out := snapshotDistribution{
		Count: d.Count, Sum: d.Sum.Big().String(), Squares: d.squares.big().String(), Min: d.Min, Max: d.Max, Values: d.values,
	}
	if d.sketch != nil {
		out.Sketch, out.First, out.Counts = true, d.sketch.first, d.sketch.counts
	}
	return out
}

// maxBucket is the last bucket that a duration can have.
const maxBucket = (63 - sketchBits) << sketchBits

func (d snapshotDistribution) read() (Distribution, error) {
	bad := func(what string) (Distribution, error) {
		return Distribution{}, fmt.Errorf("%w: %s", ErrSnapshot, what)
	}
	out := Distribution{Count: d.Count, Min: d.Min, Max: d.Max, values: d.Values}
	var err error
	if out.Sum, err = parseSum(d.Sum); err != nil {
		return out, err
	}
	square, ok := new(big.Int).SetString(d.Squares, 10)
	switch {
	case !ok || square.Sign() < 0 || square.BitLen() > 192:
		return bad("the sum of squares is no number")
	case len(d.Values) > 0 && int64(len(d.Values)) != d.Count:
		return bad("the values are not as many as they are counted")
	case !slices.IsSorted(d.Values):
		return bad("the values are not in order")
	case len(d.Values) == 0 && d.Count > 0 && !d.Sketch:
		return bad("there are neither values nor a sketch")
	}
	var word [24]byte
	square.FillBytes(word[:])
	for i := range 8 {
		out.squares.hi = out.squares.hi<<8 | uint64(word[i])
		out.squares.mid = out.squares.mid<<8 | uint64(word[8+i])
		out.squares.lo = out.squares.lo<<8 | uint64(word[16+i])
	}
	if !d.Sketch {
		return out, nil
	}
	total := int64(0)
	for _, n := range d.Counts {
		if n < 0 || n > d.Count {
			return bad("a bucket of the sketch has no count")
		}
		total += n
	}
	if total != d.Count || d.First < 0 || d.First+len(d.Counts) > maxBucket+2<<sketchBits {
		return bad("the sketch does not count what is counted")
	}
	out.sketch = &Sketch{first: d.First, counts: d.Counts, total: total}
	return out, nil
}

// parseSum reads a decimal sum.
func parseSum(text string) (Sum, error) {
	v, ok := new(big.Int).SetString(text, 10)
	if !ok || v.BitLen() > 127 {
		return Sum{}, fmt.Errorf("%w: %.40q is no sum", ErrSnapshot, text)
	}
	low := new(big.Int).And(v, new(big.Int).SetUint64(^uint64(0)))
	return Sum{hi: new(big.Int).Rsh(v, 64).Int64(), lo: low.Uint64()}, nil
}
