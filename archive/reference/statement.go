package reference

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/coordkit/coordkit/archive"
)

// Statement is what one line of an import says of a relation, in its own words.
type Statement struct {
	Source archive.RecordID // the record that says it
	Line   int
	Word   string // of the vocabulary
	Target string // as it was typed
	Rule   string // not empty: a rule extracted it from the text
}

// Meaning is the type a word stands for. An inverse word names the type from its
// target: what "updated_by" points to is the source.
type Meaning struct {
	Type    archive.ReferenceType
	Inverse bool
}

// Vocabulary says what words mean.
type Vocabulary map[string]Meaning

// Code names a kind of finding, for ever.
type Code string

// The kinds of finding.
const (
	UnknownWord   Code = "unknown-word"   // no edge: the vocabulary does not have the word
	Placeholder   Code = "placeholder"    // no edge: a word for no target
	ToItself      Code = "to-itself"      // no edge: the target is the record itself
	Repeated      Code = "repeated"       // the same record said the same before
	NotExact      Code = "not-exact"      // resolved but for how it was typed
	AmbiguousName Code = "ambiguous-name" // could be two records, so it stays a text
	OneSided      Code = "one-sided"      // held at both ends, and only one of them says so
	AgainstTime   Code = "against-time"   // the source is dated before its target
	ReversedWord  Code = "reversed-word"  // nearly all its edges are against time: read the other way round
	CircleFound   Code = "circle"         // quarantined: the ends reach each other over an acyclic type
	MixedCircle   Code = "mixed-circle"   // kept: the ends reach each other over several types whose sources are the later
)

// Finding is something odd in an import.
type Finding struct {
	Code   Code             `json:"code"`
	Line   int              `json:"line,omitempty"`
	Record archive.RecordID `json:"record,omitempty"`
	Word   string           `json:"word,omitempty"`
	Target string           `json:"target,omitempty"`
	Text   string           `json:"text"`
}

// Report is what Assemble found. Findings are by line, then in the order of the
// statements, those without a line first.
type Report struct {
	Findings    []Finding
	Quarantined []archive.Reference // edges of circles, in the order of the statements
	Circles     []Circle            // by type in the order of the table, then by the first end
	Sides       []Sides             // by type in the order of the table
	Words       []WordCount         // in byte order
}

// Circle is a set of ends that reach each other over edges of an acyclic type; a
// single end that states itself is one too.
type Circle struct {
	Type archive.ReferenceType
	Ends []archive.End // in byte order
}

// Sides counts the declared edges of a type for which the import has a word each
// way, and which were stated from one side only.
type Sides struct {
	Type       archive.ReferenceType `json:"type"`
	SourceOnly int                   `json:"source_only"`
	TargetOnly int                   `json:"target_only"`
	Outside    int                   `json:"outside"` // of these, edges whose silent end is not held and cannot say anything
}

// WordCount is how often a word was said.
type WordCount struct {
	Word       string `json:"word"`
	Statements int    `json:"statements"`
	Edges      int    `json:"edges"`    // edges that the word was the first to state
	InOrder    int    `json:"in_order"` // held ends of different dates, the source later
	Against    int    `json:"against"`  // the same, the source earlier
	Reversed   bool   `json:"reversed,omitempty"`
}

// Count counts the findings of a code.
func (r *Report) Count(code Code) int {
	n := 0
	for i := range r.Findings {
		if r.Findings[i].Code == code {
			n++
		}
	}
	return n
}

// A word is read the other way round if, of at least this many edges whose order
// in time can be told, all but one in this many are against it.
const (
	reversedFrom = 10
	reversedOf   = 10
)

// Assemble makes edges of statements: each edge once, in the order in which it
// was first stated, valid from the date of its source where that is known. An
// edge counts as declared if anybody declared it. Edges that make a circle of an acyclic
// type are in the report and not among the edges. The author is who does the
// import, at is when.
func Assemble(nodes []Node, statements []Statement, words Vocabulary, names *Resolver, author string, at time.Time) ([]archive.Reference, Report) {
	a := &assembly{
		words: words, names: names, author: author, at: at,
		dated: make(map[archive.End]time.Time, len(nodes)), held: make(map[archive.End]bool, len(nodes)),
		counts: make(map[string]*WordCount), edges: make([]archive.Reference, 0, len(statements)), stated: make([]stated, 0, len(statements)),
		byID: make(map[string]int32, len(statements)), loops: make(map[archive.ReferenceType]map[archive.End]bool),
	}
	for _, n := range nodes {
		end := archive.ToRecord(n.ID)
		a.dated[end], a.held[end] = n.Dated, true
	}
	a.weigh(statements)
	for i := range statements {
		a.take(&statements[i])
	}
	a.oneSided()
	edges := a.quarantine(nodes)
	slices.SortStableFunc(a.report.Findings, func(x, y Finding) int { return x.Line - y.Line })
	return edges, a.report
}

type assembly struct {
	words  Vocabulary
	names  *Resolver
	author string
	at     time.Time
	dated  map[archive.End]time.Time
	held   map[archive.End]bool
	counts map[string]*WordCount
	said   map[string]bool // word and edge of the record at hand
	by     archive.RecordID
	edges  []archive.Reference
	stated []stated         // by index of the edge
	byID   map[string]int32 // index of an edge
	loops  map[archive.ReferenceType]map[archive.End]bool
	report Report
}

// stated is who stated an edge.
type stated struct {
	line, inverseLine int // first statement from the source, and from the target; 0: none
	word, inverse     string
}

// ends resolves a statement. Reversed words are read the other way round.
func (a *assembly) ends(s *Statement) (m Meaning, source, target archive.End, how How, ok bool) {
	if m, ok = a.words[s.Word]; ok {
		_, ok = m.Type.Info()
	}
	if !ok {
		return m, source, target, "", false
	}
	target, how = a.names.Resolve(s.Target)
	source = archive.ToRecord(s.Source)
	if c := a.counts[s.Word]; c != nil && c.Reversed {
		m.Inverse = !m.Inverse
	}
	if m.Inverse {
		source, target = target, source
	}
	return m, source, target, how, true
}

// weigh counts the words and finds those that mean the opposite.
func (a *assembly) weigh(statements []Statement) {
	for i := range statements {
		s := &statements[i]
		c := a.counts[s.Word]
		if c == nil {
			c = &WordCount{Word: s.Word}
			a.counts[s.Word] = c
		}
		c.Statements++
		m, source, target, _, ok := a.ends(s)
		if info, _ := m.Type.Info(); !ok || !info.Later {
			continue
		}
		switch a.order(source, target) {
		case inOrder:
			c.InOrder++
		case againstTime:
			c.Against++
		case notKnown:
		}
	}
	for _, c := range a.counts {
		c.Reversed = c.Against+c.InOrder >= reversedFrom && c.InOrder*reversedOf <= c.Against+c.InOrder
	}
	for _, word := range sortedKeys(a.counts) {
		c := a.counts[word]
		if c.Reversed {
			a.report.Findings = append(a.report.Findings, Finding{
				Code: ReversedWord, Word: word,
				Text: fmt.Sprintf("%d of %d edges are against time: the word was read the other way round", c.Against, c.Against+c.InOrder),
			})
		}
	}
}

type timeOrder int

const (
	notKnown timeOrder = iota
	inOrder
	againstTime
)

func (a *assembly) order(source, target archive.End) timeOrder {
	from, to := a.dated[source], a.dated[target]
	switch {
	case from.IsZero() || to.IsZero() || from.Equal(to):
		return notKnown
	case from.After(to):
		return inOrder
	}
	return againstTime
}

func (a *assembly) find(code Code, s *Statement, text string) {
	a.report.Findings = append(a.report.Findings, Finding{Code: code, Line: s.Line, Record: s.Source, Word: s.Word, Target: s.Target, Text: text})
}

// take makes an edge of a statement, or adds it to the edge that says the same.
func (a *assembly) take(s *Statement) {
	m, source, target, how, ok := a.ends(s)
	switch {
	case !ok:
		a.find(UnknownWord, s, "the vocabulary does not have this word; it makes no edge")
		return
	case how == Nothing:
		a.find(Placeholder, s, "stands for no target")
		return
	case source == target:
		a.find(ToItself, s, "a record does not refer to itself; it makes no edge")
		a.loop(m.Type, source)
		return
	case how == AsTyped:
		end := target
		if m.Inverse {
			end = source
		}
		a.find(NotExact, s, fmt.Sprintf("taken for %q", end.Value))
	case how == Ambiguous:
		a.find(AmbiguousName, s, "could be two records: it stays a text")
	}
	ref := archive.NewReference(m.Type, source, target, archive.Terms{})
	if a.repeated(s, ref.ID) {
		return
	}
	a.put(s, m, ref)
}

// repeated reports that the record said the same with the same word before.
func (a *assembly) repeated(s *Statement, id string) bool {
	if a.by != s.Source || a.said == nil {
		a.by, a.said = s.Source, make(map[string]bool)
	}
	key := s.Word + "\x00" + id
	if a.said[key] {
		a.find(Repeated, s, "the record says so already")
		return true
	}
	a.said[key] = true
	return false
}

func (a *assembly) put(s *Statement, m Meaning, ref archive.Reference) {
	i, known := a.byID[ref.ID]
	if !known {
		i = int32(len(a.edges))
		a.byID[ref.ID] = i
		ref.Author, ref.At = a.author, a.at
		if s.Rule != "" {
			ref.Evidence, ref.Rule = archive.Extracted, s.Rule
		}
		info, _ := m.Type.Info()
		if !info.Symmetric() {
			ref.ValidFrom = a.dated[ref.Source]
		}
		a.edges, a.stated = append(a.edges, ref), append(a.stated, stated{})
		a.counts[s.Word].Edges++
		if info.Later && a.order(ref.Source, ref.Target) == againstTime {
			a.find(AgainstTime, s, fmt.Sprintf("%q is dated before %q", ref.Source.Value, ref.Target.Value))
		}
	}
	if s.Rule == "" {
		a.edges[i].Evidence, a.edges[i].Rule = archive.Declared, ""
	}
	e := &a.stated[i]
	if m.Inverse && e.inverseLine == 0 {
		e.inverseLine, e.inverse = s.Line, s.Word
	} else if !m.Inverse && e.line == 0 {
		e.line, e.word = s.Line, s.Word
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
