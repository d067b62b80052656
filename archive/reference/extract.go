package reference

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"

	"github.com/coordkit/coordkit/archive"
)

// Pattern finds citations of one kind in a text.
type Pattern struct {
	Name    string         // with its version, such as "rfc 1": it stands with every edge it finds
	Find    *regexp.Regexp // takes time linear in the text, whatever the pattern
	Target  string         // what a match cites, with $1 … for its groups, as in regexp.Expand
	Ignore  *regexp.Regexp // a target that is none; nil for none
	Meaning Meaning
}

// Extractor finds citations by its patterns.
type Extractor struct{ patterns []Pattern }

// NewExtractor checks the patterns. One without name, expression or target, and two of one name,
// are archive.ErrInvalid.
func NewExtractor(patterns ...Pattern) (*Extractor, error) {
	names := make(map[string]bool)
	for i, p := range patterns {
		if p.Name == "" || p.Find == nil || p.Target == "" || names[p.Name] {
			return nil, fmt.Errorf("%w: pattern %d needs a name of its own, an expression and a target", archive.ErrInvalid, i)
		}
		if _, ok := p.Meaning.Type.Info(); !ok {
			return nil, fmt.Errorf("%w: pattern %q has no type of reference", archive.ErrInvalid, p.Name)
		}
		names[p.Name] = true
	}
	return &Extractor{patterns: slices.Clone(patterns)}, nil
}

// Citation is a place of a text that cites something.
type Citation struct {
	Target     string
	Start, End int // bytes of the text
	Rule       string
	Meaning    Meaning
}

// Extract gives the citations of a text by their place, then by the order of the
// patterns; every place of every target.
func (x *Extractor) Extract(text string) []Citation {
	var out []Citation
	for _, p := range x.patterns {
		for _, at := range p.Find.FindAllStringSubmatchIndex(text, -1) {
			target := string(p.Find.ExpandString(nil, p.Target, text, at))
			if target == "" || (p.Ignore != nil && p.Ignore.MatchString(target)) {
				continue
			}
			out = append(out, Citation{Target: target, Start: at[0], End: at[1], Rule: p.Name, Meaning: p.Meaning})
		}
	}
	slices.SortStableFunc(out, func(a, b Citation) int { return cmp.Compare(a.Start, b.Start) })
	return out
}

// Statements makes statements of the citations of a record's text: one for each
// target and rule, at the place where it is first cited. The words are those of
// Vocabulary.
func (x *Extractor) Statements(id archive.RecordID, line int, text string) []Statement {
	var out []Statement
	seen := make(map[[2]string]bool)
	for _, c := range x.Extract(text) {
		if key := [2]string{c.Rule, c.Target}; !seen[key] {
			seen[key] = true
			out = append(out, Statement{Source: id, Line: line, Word: c.Rule, Target: c.Target, Rule: c.Rule})
		}
	}
	return out
}

// Vocabulary gives the names of the patterns their meanings.
func (x *Extractor) Vocabulary() Vocabulary {
	words := make(Vocabulary, len(x.patterns))
	for _, p := range x.patterns {
		words[p.Name] = p.Meaning
	}
	return words
}
