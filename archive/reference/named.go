package reference

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
)

// ParsePolicy gives the policy of a name: "standard" ([Standard]), "predecessors",
// "successors", "lineage", "effect", "citations"; or reads a list of
// TYPE[:out|in|both[:STEPS]], such as "supersedes:out,amends:both:2". Anything
// else is archive.ErrInvalid.
func ParsePolicy(text string, asOf time.Time) (Policy, error) {
	list := text
	switch text {
	case "standard":
		return Standard(asOf), nil
	case "predecessors":
		list = "supersedes:out"
	case "successors":
		list = "supersedes:in"
	case "lineage":
		list = "supersedes:out,amends:out"
	case "effect":
		list = "supersedes:in,amends:in"
	case "citations":
		list = "supersedes:out,amends:out,references:out:1"
	}
	p := Policy{Name: text, AsOf: asOf}
	for part := range strings.SplitSeq(list, ",") {
		rule, ok := parseRule(part)
		if !ok {
			return Policy{}, fmt.Errorf("%w: %q is no policy: standard, predecessors, successors, lineage, effect, citations, or a list such as supersedes:out,amends:both:2",
				archive.ErrInvalid, text)
		}
		p.Follow = append(p.Follow, rule)
	}
	return p, nil
}

func parseRule(text string) (Rule, bool) {
	parts := strings.Split(strings.TrimSpace(text), ":")
	info, ok := archive.ReferenceType(parts[0]).Info()
	if !ok || len(parts) > 3 {
		return Rule{}, false
	}
	steps := archive.Unbounded
	if len(parts) == 3 {
		n, err := strconv.Atoi(parts[2])
		if err != nil || n < 1 {
			return Rule{}, false
		}
		steps = n
	}
	way := "both"
	if len(parts) > 1 {
		way = parts[1]
	}
	switch way {
	case "out":
		return Rule{Type: info.Type, Reach: archive.Reach{Out: steps}}, true
	case "in":
		return Rule{Type: info.Type, Reach: archive.Reach{In: steps}}, true
	case "both":
		return Rule{Type: info.Type, Reach: archive.Reach{Out: steps, In: steps}}, true
	}
	return Rule{}, false
}
