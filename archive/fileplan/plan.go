package fileplan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
)

// The classes of error are those of the archive; test with errors.Is.
var (
	ErrInvalid  = archive.ErrInvalid
	ErrRefused  = archive.ErrRefused // see *archive.RefusedError
	ErrNotFound = archive.ErrNotFound
)

// Class is one version of a node of the file plan.
type Class struct {
	ID       string    `json:"id"` // for ever; code and title may change
	Version  int       `json:"version"`
	Code     string    `json:"code"`
	Title    string    `json:"title"`
	Parent   string    `json:"parent,omitempty"`
	Schedule string    `json:"schedule,omitempty"` // the retention schedule; without one it only groups
	From     time.Time `json:"from"`               // effective from then on
	Retired  bool      `json:"retired,omitempty"`  // takes nothing new
}

// Plan is the classes of an office. Make one with NewPlan; it never changes.
type Plan struct{ versions map[string][]Class }

// maxDepth is how deep a plan may go.
const maxDepth = 32

// NewPlan takes all versions of all classes, in any order, and reports as
// ErrInvalid what cannot be a plan: a class without id or title, versions that do
// not count from 1 in the order of their dates, a parent that there is not, a
// class below itself.
func NewPlan(classes []Class) (*Plan, error) {
	p := &Plan{versions: make(map[string][]Class)}
	for _, c := range classes {
		p.versions[c.ID] = append(p.versions[c.ID], c)
	}
	for _, c := range classes {
		list := p.versions[c.ID]
		slices.SortFunc(list, func(a, b Class) int { return cmp.Compare(a.Version, b.Version) })
		for i, v := range list {
			switch {
			case strings.TrimSpace(v.ID) == "" || strings.TrimSpace(v.Title) == "":
				return nil, fmt.Errorf("%w: a class has an id and a title", ErrInvalid)
			case v.Version != i+1 || (i > 0 && !list[i-1].From.Before(v.From)):
				return nil, fmt.Errorf("%w: class %s: versions count from 1, each from a later day on", ErrInvalid, v.ID)
			case v.Parent != "" && p.versions[v.Parent] == nil:
				return nil, fmt.Errorf("%w: class %s: there is no class %q above it", ErrInvalid, v.ID, v.Parent)
			}
		}
	}
	return p, p.circles(classes)
}

// circles looks at each day on which something changes.
func (p *Plan) circles(classes []Class) error {
	for _, c := range classes {
		if path := p.Path(c.ID, c.From); len(path) > maxDepth {
			return fmt.Errorf("%w: class %s is below itself, or more than %d deep", ErrInvalid, c.ID, maxDepth)
		}
	}
	return nil
}

// At is the version of a class that is effective at a time, or ErrNotFound.
func (p *Plan) At(id string, at time.Time) (Class, error) {
	list := p.versions[id]
	for _, c := range slices.Backward(list) {
		if !at.Before(c.From) {
			return c, nil
		}
	}
	return Class{}, fmt.Errorf("%w: class %q at %s", ErrNotFound, id, at.Format(time.DateOnly))
}

// Path is the classes from one up to the top at a time, at most maxDepth + 1 of
// them.
func (p *Plan) Path(id string, at time.Time) []Class {
	var out []Class
	for id != "" && len(out) <= maxDepth {
		c, err := p.At(id, at)
		if err != nil {
			break
		}
		out = append(out, c)
		id = c.Parent
	}
	return out
}

// Aggregation is a file, a folder or a volume.
type Aggregation struct {
	ID     string    `json:"id"`
	Title  string    `json:"title"`
	Parent string    `json:"parent,omitempty"`
	Closed time.Time `json:"closed,omitzero"` // zero: open
}

// Close closes an aggregation.
func (a Aggregation) Close(now time.Time) (Aggregation, error) {
	if !a.Closed.IsZero() {
		return a, refusal("close", "closed", a.ID, "%s is closed already", a.ID)
	}
	a.Closed = now
	return a, nil
}

// Reopen opens a closed aggregation, on somebody's authority and for a reason.
func (a Aggregation) Reopen(authority, reason string) (Aggregation, error) {
	if a.Closed.IsZero() {
		return a, refusal("reopen", "open", a.ID, "%s is open", a.ID)
	}
	if strings.TrimSpace(authority) == "" || strings.TrimSpace(reason) == "" {
		return a, refusal("reopen", "authority", a.ID, "say who allows it and why")
	}
	a.Closed = time.Time{}
	return a, nil
}

// Kind says what a sort of record has to have.
type Kind struct {
	Kind      archive.Kind `json:"kind"`
	Mandatory []string     `json:"mandatory"` // fields
	Allowed   []string     `json:"allowed"`   // further fields; others are refused
}

// Missing are the mandatory fields that are blank, in their order.
func (k *Kind) Missing(fields map[string]string) []string {
	var out []string
	for _, name := range k.Mandatory {
		if strings.TrimSpace(fields[name]) == "" {
			out = append(out, name)
		}
	}
	return out
}

func refusal(command, condition, ref, format string, args ...any) error {
	return &archive.RefusedError{Command: command, Unmet: []archive.Unmet{{Condition: condition, Ref: ref, Text: fmt.Sprintf(format, args...)}}}
}
