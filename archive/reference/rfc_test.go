package reference_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/reference"
)

// corpus is a real archive with the edges made of it.
type corpus struct {
	nodes      []reference.Node
	statements []reference.Statement
	edges      []archive.Reference
	report     reference.Report
	graph      *reference.Graph
}

// words are those of the documents of the two corpora.
func words() reference.Vocabulary {
	return reference.Vocabulary{
		"obsoletes": {Type: archive.Supersedes}, "obsoleted_by": {Type: archive.Supersedes, Inverse: true},
		"replaces": {Type: archive.Supersedes}, "superseded_by": {Type: archive.Supersedes, Inverse: true},
		"updates": {Type: archive.Amends}, "updated_by": {Type: archive.Amends, Inverse: true},
		"has_errata": {Type: archive.Corrects, Inverse: true}, "see_also": {Type: archive.SeeAlso},
		"derived_from": {Type: archive.DerivesFrom}, "requires": {Type: archive.Requires}, "cites": {Type: archive.References},
		"discussed_at": {Type: archive.Evidences, Inverse: true}, "resolved_by": {Type: archive.DecidedIn},
	}
}

// load reads a corpus by itself, not through the program; the test is skipped
// where it is absent.
func load(tb testing.TB, name string) *corpus {
	tb.Helper()
	folder := os.Getenv("COORDKIT_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(folder, "archive", name+".jsonl"))
	if err != nil {
		tb.Skipf("the real documents are absent: %v; COORDKIT_DATA names their folder", err)
	}
	defer func() { _ = f.Close() }()
	c := new(corpus)
	names := reference.NewResolver(nil)
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var d struct {
			ID        string `json:"id"`
			Date      string `json:"date"`
			Relations []struct {
				Type   string `json:"type"`
				Target string `json:"target"`
			} `json:"relations"`
			Cites []string `json:"cites"`
		}
		require.NoError(tb, json.Unmarshal(lines.Bytes(), &d))
		dated, err := time.Parse("2006-01-02", (d.Date + "-01")[:10])
		require.NoError(tb, err)
		id := archive.RecordID(d.ID)
		c.nodes = append(c.nodes, reference.Node{ID: id, Dated: dated})
		require.Empty(tb, names.Name(d.ID, id))
		for _, r := range d.Relations {
			c.statements = append(c.statements, reference.Statement{Source: id, Line: n, Word: r.Type, Target: r.Target})
		}
		for _, target := range d.Cites {
			c.statements = append(c.statements, reference.Statement{Source: id, Line: n, Word: "cites", Target: target, Rule: "cites 1"})
		}
	}
	require.NoError(tb, lines.Err())
	c.edges, c.report = reference.Assemble(c.nodes, c.statements, words(), names, "import", time.Time{})
	c.graph = reference.NewGraph(c.nodes, c.edges)
	return c
}

var rfcs = sync.OnceValue(func() func(testing.TB) *corpus {
	var (
		once sync.Once
		c    *corpus
	)
	return func(tb testing.TB) *corpus {
		tb.Helper()
		once.Do(func() { c = load(tb, "rfc") })
		if c == nil {
			tb.Skip("the real documents are absent")
		}
		return c
	}
})

func rfc(tb testing.TB) *corpus {
	tb.Helper()
	return rfcs()(tb)
}

func month(text string) time.Time {
	at, err := time.Parse("2006-01", text)
	if err != nil {
		panic(err)
	}
	return at
}

func TestEdgesOfRFCs(t *testing.T) {
	t.Parallel()
	c := rfc(t)
	require.Len(t, c.nodes, 9154)
	all, held := make(map[archive.ReferenceType]int), make(map[archive.ReferenceType]int)
	unresolved := make(map[archive.ReferenceType]int)
	for _, e := range c.edges {
		all[e.Type]++
		if c.graph.Held(e.Source) && c.graph.Held(e.Target) {
			held[e.Type]++
		}
	}
	for _, e := range c.graph.Unresolved() {
		unresolved[e.Type]++
	}
	require.Equal(t, map[archive.ReferenceType]int{
		archive.Supersedes: 1475, archive.Amends: 1866, archive.SeeAlso: 469, archive.DerivesFrom: 6666, archive.Corrects: 2248, archive.References: 98857,
	}, all)
	require.Equal(t, 1462, held[archive.Supersedes])
	require.Equal(t, 1860, held[archive.Amends])
	require.Equal(t, map[archive.ReferenceType]int{
		archive.SeeAlso: 429, archive.Supersedes: 13, archive.Amends: 6, archive.DerivesFrom: 6666, archive.References: 25,
	}, unresolved)
}

func TestFindingsOfRFCs(t *testing.T) {
	t.Parallel()
	c := rfc(t)
	found := make(map[reference.Code][]string)
	for _, f := range c.report.Findings {
		require.Positive(t, f.Line)
		found[f.Code] = append(found[f.Code], string(f.Record)+" "+f.Word+" "+f.Target)
	}
	require.Equal(t, map[reference.Code][]string{
		reference.OneSided:    {"RFC522 updates RFC509", "RFC530 updates RFC308", "RFC530 updates RFC523"},
		reference.Repeated:    {"RFC1034 updated_by RFC4035"},
		reference.AgainstTime: {"RFC1849 obsoleted_by RFC5536", "RFC1849 obsoleted_by RFC5537", "RFC3468 updates RFC3475", "RFC3468 updates RFC3476", "RFC3755 updated_by RFC3757", "RFC4842 obsoletes RFC5143", "RFC5414 obsoleted_by RFC5415"},
	}, found)
	require.Empty(t, c.report.Quarantined)

	outside := 0
	declared := make(map[string]int)
	for _, s := range c.statements {
		declared[s.Word]++
	}
	for _, e := range c.edges {
		if (e.Type == archive.Supersedes || e.Type == archive.Amends) && (!c.graph.Held(e.Source) || !c.graph.Held(e.Target)) {
			outside++
		}
	}
	require.Equal(t, 19, outside, "edges that one end cannot declare, since it is not held")
	require.Equal(t, map[string]int{
		"derived_from": 6666, "has_errata": 2248, "updates": 1865, "updated_by": 1859, "obsoletes": 1473, "obsoleted_by": 1464, "see_also": 477, "cites": 98857,
	}, declared)
}

func TestChainsOfRFCs(t *testing.T) {
	t.Parallel()
	c := rfc(t)
	chain := c.graph.LongestChain(archive.Supersedes)
	require.Len(t, chain, 33)
	require.Equal(t, "RFC7100", chain[0].Value)
	require.Equal(t, "RFC1083", chain[32].Value)
	require.Len(t, c.graph.LongestChain(archive.Amends), 8)
	for _, info := range archive.ReferenceTypes() {
		if info.Acyclic {
			require.Empty(t, c.graph.Circles(info.Type), info.Type)
		}
	}
	out, in := make(map[archive.End]int), make(map[archive.End]int)
	for _, e := range c.edges {
		if e.Type == archive.Supersedes {
			out[e.Source]++
			in[e.Target]++
		}
	}
	count := func(m map[archive.End]int) (n int) {
		for end, k := range m {
			if k > 1 && c.graph.Held(end) {
				n++
			}
		}
		return n
	}
	require.Equal(t, 104, count(in), "with more than one successor")
	require.Equal(t, 139, count(out), "that supersede more than one")
}

func TestHeadsOfRFCs(t *testing.T) {
	t.Parallel()
	c := rfc(t)
	sizes := make(map[int]int)
	for _, n := range c.nodes {
		sizes[len(c.graph.Heads(n.ID, time.Time{}))]++
	}
	require.Equal(t, map[int]int{1: 9062, 2: 62, 3: 19, 4: 4, 5: 2, 6: 5}, sizes)
	for _, tc := range []struct{ id, at, want string }{
		{"RFC2616", "2010-01", "RFC2616"},
		{"RFC2616", "2015-01", "RFC7230 RFC7231 RFC7232 RFC7233 RFC7234 RFC7235"},
		{"RFC2616", "2023-01", "RFC9110 RFC9111 RFC9112"},
		{"RFC5246", "2018-07", "RFC5246"},
		{"RFC5246", "2018-08", "RFC8446"},
		{"RFC793", "2020-01", "RFC793"},
		{"RFC793", "2023-01", "RFC9293"},
	} {
		var got []string
		for _, end := range c.graph.Heads(archive.RecordID(tc.id), month(tc.at)) {
			got = append(got, end.Value)
		}
		require.Equal(t, tc.want, strings.Join(got, " "), "%s at %s", tc.id, tc.at)
	}
	require.Equal(t, []archive.End{archive.ToRecord("RFC200")}, c.graph.Heads("RFC200", time.Time{}), "its successor is not held")
	require.Nil(t, c.graph.Heads("RFC99999", time.Time{}))
}

// only is a policy of some types in one direction.
func only(reach archive.Reach, types ...archive.ReferenceType) reference.Policy {
	var p reference.Policy
	for _, t := range types {
		p.Follow = append(p.Follow, reference.Rule{Type: t, Reach: reach})
	}
	return p
}

func TestClosuresOfRFCs(t *testing.T) {
	t.Parallel()
	c := rfc(t)
	down, up := archive.Reach{Out: archive.Unbounded}, archive.Reach{In: archive.Unbounded}
	size := func(p reference.Policy, id archive.RecordID) int { return len(c.graph.Closure(p, id).Items) }
	for id, want := range map[archive.RecordID][2]int{"RFC8446": {10, 13}, "RFC9110": {16, 18}, "RFC5321": {10, 17}} {
		require.Equal(t, want[0], size(only(down, archive.Supersedes), id), id)
		require.Equal(t, want[1], size(only(down, archive.Supersedes, archive.Amends), id), id)
	}
	type largest struct {
		size int
		ids  string
	}
	find := func(p reference.Policy) (best largest) {
		for _, n := range c.nodes {
			switch k := size(p, n.ID); {
			case k > best.size:
				best = largest{k, string(n.ID)}
			case k == best.size:
				best.ids += " " + string(n.ID)
			}
		}
		return best
	}
	require.Equal(t, largest{112, "RFC8996"}, find(only(down, archive.Supersedes, archive.Amends)))
	require.Equal(t, largest{71, "RFC882 RFC883"}, find(only(up, archive.Supersedes, archive.Amends)))

	for depth, want := range map[int]int{1: 50, 2: 323, 3: 1378, archive.Unbounded: 5296} {
		got := size(only(archive.Reach{Out: depth}, archive.References), "RFC8446")
		require.Equal(t, want, got, "citations to depth %d", depth)
	}
}

func TestCitationsOfRFCs(t *testing.T) {
	t.Parallel()
	c := rfc(t)
	dated := make(map[archive.End]time.Time)
	for _, n := range c.nodes {
		dated[archive.ToRecord(n.ID)] = n.Dated
	}
	superseded := make(map[archive.End]time.Time)
	for _, e := range c.edges {
		if e.Type == archive.Supersedes && c.graph.Held(e.Source) {
			if at, ok := superseded[e.Target]; !ok || dated[e.Source].Before(at) {
				superseded[e.Target] = dated[e.Source]
			}
		}
	}
	later, stale := 0, 0
	firstOf := func(at time.Time) time.Time { return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC) }
	for _, e := range c.edges {
		if e.Type != archive.References || !c.graph.Held(e.Target) {
			continue
		}
		if dated[e.Target].After(dated[e.Source]) {
			later++
		}
		if at, ok := superseded[e.Target]; ok && firstOf(at).Before(firstOf(dated[e.Source])) {
			stale++
		}
	}
	require.Equal(t, 48, later)
	require.Equal(t, 3168, stale)

	var sizes []int
	for _, n := range c.nodes {
		sizes = append(sizes, len(c.graph.Closure(only(archive.Reach{Out: 2}, archive.References), n.ID).Items))
	}
	slices.Sort(sizes)
	require.Equal(t, []int{70, 270, 1183}, []int{sizes[len(sizes)/2], sizes[len(sizes)*95/100], sizes[len(sizes)-1]})
}

// The documents of PEP, whose edges are declared far less evenly.
func TestPEPs(t *testing.T) {
	t.Parallel()
	c := load(t, "pep")
	count := 0
	for _, e := range c.edges {
		if e.Type == archive.Supersedes {
			count++
		}
	}
	require.Equal(t, 47, count)
	sided := make(map[string]int)
	for _, f := range c.report.Findings {
		if f.Code == reference.OneSided {
			sided[f.Word]++
		}
	}
	require.Equal(t, map[string]int{"replaces": 15, "superseded_by": 5}, sided)
	require.Len(t, c.graph.LongestChain(archive.Supersedes), 5)
}

// The documents hang together in one large group, a few small ones and many by
// themselves; where what is not held joins them too, in fewer.
func TestComponentsOfRFCs(t *testing.T) {
	t.Parallel()
	c := load(t, "rfc")
	for outside, want := range map[bool][]int{false: {6302, 930, 115, 81, 5537}, true: {6270, 993, 121, 81, 5517}} {
		got := c.graph.Components(outside, archive.Supersedes, archive.Amends, archive.SeeAlso)
		alone, all := 0, 0
		for _, n := range got {
			all += n
			if n == 1 {
				alone++
			}
		}
		require.Equal(t, want, []int{len(got), got[0], got[1], got[2], alone}, "outside: %v", outside)
		require.Equal(t, len(c.nodes), all)
	}
	require.Len(t, c.graph.Components(true), len(c.nodes), "over no type each is by itself")
}

func BenchmarkClosure(b *testing.B) {
	c := rfc(b)
	p := only(archive.Reach{Out: 3}, archive.References)
	b.ReportMetric(float64(len(c.graph.Closure(p, "RFC8446").Items)), "records")
	for b.Loop() {
		c.graph.Closure(p, "RFC8446")
	}
}

func BenchmarkAssemble(b *testing.B) {
	c := rfc(b)
	names := reference.NewResolver(nil)
	for _, n := range c.nodes {
		names.Name(string(n.ID), n.ID)
	}
	for b.Loop() {
		edges, _ := reference.Assemble(c.nodes, c.statements, words(), names, "import", time.Time{})
		reference.NewGraph(c.nodes, edges)
	}
	b.ReportMetric(float64(len(c.statements))*float64(b.N)/b.Elapsed().Seconds(), "statements/s")
}
