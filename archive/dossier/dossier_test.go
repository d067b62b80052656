package dossier_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/outcome"
	"github.com/coordkit/coordkit/archive/reference"
)

// bag keeps files in memory.
type bag map[string]string

func (b bag) put(name string, content io.Reader) error {
	text, err := io.ReadAll(content)
	if _, twice := b[name]; twice {
		return fmt.Errorf("%s was written twice", name)
	}
	b[name] = string(text)
	return err
}

func (b bag) AddPayload(_ context.Context, name string, content io.Reader) error {
	return b.put("data/"+name, content)
}

func (b bag) AddTag(_ context.Context, name string, content io.Reader) error {
	return b.put(name, content)
}

func day(n int) time.Time { return time.Date(2020, 1, n, 0, 0, 0, 0, time.UTC) }

func contentOf(id archive.RecordID) []byte { return []byte("content of " + string(id)) }

func document(id archive.RecordID, dated time.Time) dossier.Document {
	content := contentOf(id)
	return dossier.Document{
		Record: archive.Record{
			ID: id, Rev: 1, Kind: "letter", Title: "Letter " + string(id), MediaType: "text/plain", Digest: archive.DigestOf(content),
			Size: int64(len(content)), Dated: dated, Filed: day(20), FiledBy: "carol", Events: 1,
		},
		Contents: []dossier.Content{{Revision: 1, Name: string(id) + ".txt", MediaType: "text/plain", Digest: archive.DigestOf(content), Size: int64(len(content))}},
		Metadata: json.RawMessage(`{"pages":3}`),
	}
}

// house is an archive of letters A … E and what leads from one to another.
func house() (*reference.Graph, func(archive.RecordID) (dossier.Document, bool)) {
	documents := make(map[archive.RecordID]dossier.Document)
	var nodes []reference.Node
	for i, id := range []archive.RecordID{"A", "B", "C", "D", "E"} {
		nodes = append(nodes, reference.Node{ID: id, Dated: day(1 + i)})
		documents[id] = document(id, day(1+i))
	}
	edge := func(t archive.ReferenceType, from, to archive.RecordID) archive.Reference {
		return archive.NewReference(t, archive.ToRecord(from), archive.ToRecord(to), archive.Terms{})
	}
	edges := []archive.Reference{
		edge(archive.Supersedes, "B", "A"), edge(archive.Supersedes, "C", "B"), edge(archive.Amends, "D", "A"), edge(archive.References, "E", "A"),
		archive.NewReference(archive.DerivesFrom, archive.ToRecord("B"), archive.End{Kind: archive.EndText, Value: "a draft"}, archive.Terms{}),
	}
	return reference.NewGraph(nodes, edges), func(id archive.RecordID) (dossier.Document, bool) {
		d, ok := documents[id]
		return d, ok
	}
}

func open(_ context.Context, d archive.Digest) (io.ReadCloser, error) {
	for _, id := range []archive.RecordID{"A", "B", "C", "D", "E"} {
		if archive.DigestOf(contentOf(id)) == d {
			return io.NopCloser(bytes.NewReader(contentOf(id))), nil
		}
	}
	return nil, archive.ErrNotFound
}

func draw(t *testing.T, o dossier.Order) dossier.Plan {
	t.Helper()
	g, find := house()
	p, err := dossier.Draw(o, g, find)
	require.NoError(t, err)
	return p
}

func ids(p *dossier.Plan) (out []archive.RecordID) {
	for i := range p.Items {
		out = append(out, p.Items[i].Document.Record.ID)
	}
	return out
}

func TestPlan(t *testing.T) {
	t.Parallel()
	p := draw(t, dossier.Order{Matter: "B", Starts: []archive.RecordID{"B"}, Policy: reference.Standard(time.Time{}), Prefix: "CK", First: 41})
	require.Equal(t, []archive.RecordID{"B", "A", "C", "D"}, ids(&p))
	require.Equal(t, "seed › supersedes › amends⁻¹", p.Items[3].Reason)
	require.Equal(t, []archive.End{archive.ToRecord("C")}, p.Items[1].Heads)
	require.Equal(t, "00002_A/r01/A.txt", p.Items[1].Files[0].Path)
	require.Equal(t, "CK0000042", p.Items[1].Files[0].Bates)
	require.Equal(t, int64(44), p.LastBates())
	require.Equal(t, "a draft", p.Withheld[0].End.Value)
	require.Equal(t, string(reference.Unresolved), p.Withheld[0].Reason)
	require.Len(t, p.Edges, 4, "who cites a record from outside is none of its dossier")
	var days []int
	for _, m := range p.Chronology() {
		days = append(days, m.At.Day())
	}
	require.Equal(t, []int{1, 2, 3, 4}, days)

	asOf := draw(t, dossier.Order{Starts: []archive.RecordID{"B"}, Policy: reference.Standard(day(2))})
	require.Equal(t, []archive.RecordID{"B", "A"}, ids(&asOf))
	require.Equal(t, int64(2), asOf.LastBates())

	g, find := house()
	_, err := dossier.Draw(dossier.Order{}, g, find)
	require.ErrorIs(t, err, archive.ErrInvalid)
	_, err = dossier.Draw(dossier.Order{Starts: []archive.RecordID{"A"}}, g, func(archive.RecordID) (dossier.Document, bool) { return dossier.Document{}, false })
	require.ErrorIs(t, err, archive.ErrNotFound)
}

// Invariant 13: what a reader may not know of changes nothing that he sees; what
// he may know of stands in the log.
func TestInvariant13HiddenRecordsLeaveNoTrace(t *testing.T) {
	t.Parallel()
	g, find := house()
	order := dossier.Order{Matter: "B", Starts: []archive.RecordID{"B"}, Policy: reference.Standard(time.Time{})}
	order.Access = func(id archive.RecordID) dossier.Access {
		if id == "A" {
			return dossier.Hidden
		}
		return dossier.Full
	}
	got, err := dossier.Draw(order, g, find)
	require.NoError(t, err)
	without := g.Without(func(id archive.RecordID) bool { return id == "A" })
	order.Access = nil
	want, err := dossier.Draw(order, without, find)
	require.NoError(t, err)
	got.Order.Access = nil
	require.Empty(t, cmp.Diff(want, got))
	require.Equal(t, []archive.RecordID{"B", "C"}, ids(&got), "what only leads over A is not reached either")
	written := bag{}
	require.NoError(t, dossier.Write(t.Context(), &got, written, open, &dossier.Evidence{}))
	for name, text := range written {
		require.NotContains(t, text, `"A"`, name)
	}

	order.Access = func(id archive.RecordID) dossier.Access {
		if id == "A" {
			return dossier.NoteOnly
		}
		return dossier.Full
	}
	noted, err := dossier.Draw(order, g, find)
	require.NoError(t, err)
	require.Equal(t, []archive.RecordID{"B", "C", "D"}, ids(&noted))
	require.Equal(t, dossier.Withheld{End: archive.ToRecord("A"), Reason: "marking", Edge: noted.Withheld[0].Edge, From: "B"}, noted.Withheld[0])
	require.Equal(t, 2, noted.Items[1].Number, "numbers have no gap")
}

// Dossiers that continue each other are together what one dossier of the last
// state would be: no content, reference or number twice, and none missing.
func TestDossiersContinueEachOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ids := []archive.RecordID{"A", "B", "C", "D", "E", "F"}
		documents := make(map[archive.RecordID]dossier.Document)
		find := func(id archive.RecordID) (dossier.Document, bool) { d, ok := documents[id]; return d, ok }
		var nodes []reference.Node
		var edges []archive.Reference
		order := dossier.Order{Matter: "A", Starts: []archive.RecordID{"A"}, Policy: reference.Standard(time.Time{})}
		grow := func() *reference.Graph {
			for range rapid.IntRange(0, 4).Draw(t, "records") {
				id := rapid.SampledFrom(ids).Draw(t, "id")
				d, known := documents[id]
				if !known {
					d = document(id, day(1))
					d.Contents = nil
					nodes = append(nodes, reference.Node{ID: id, Dated: day(1)})
				}
				for range rapid.IntRange(0, 2).Draw(t, "contents") {
					digest := archive.DigestOf([]byte{byte(len(d.Contents)), byte(len(nodes))})
					d.Contents = append(d.Contents, dossier.Content{Revision: len(d.Contents) + 1, Digest: digest, Name: "x"})
				}
				documents[id] = d
			}
			for range rapid.IntRange(0, 3).Draw(t, "edges") {
				from, to := rapid.SampledFrom(ids).Draw(t, "from"), rapid.SampledFrom(ids).Draw(t, "to")
				edges = append(edges, archive.NewReference(archive.Amends, archive.ToRecord(from), archive.ToRecord(to), archive.Terms{}))
			}
			return reference.NewGraph(nodes, edges)
		}
		documents["A"] = document("A", day(1))
		nodes = append(nodes, reference.Node{ID: "A", Dated: day(1)})
		var numbers []string
		contents, references := map[string]int{}, map[string]int{}
		for range rapid.IntRange(1, 4).Draw(t, "dossiers") {
			g := grow()
			plan, err := dossier.Draw(order, g, find)
			require.NoError(t, err)
			for i := range plan.Items {
				for _, f := range plan.Items[i].Files {
					numbers = append(numbers, f.Bates)
					contents[string(plan.Items[i].Document.Record.ID)+string(f.Digest)]++
				}
			}
			for _, e := range plan.Edges {
				references[e.ID]++
			}
			whole, err := dossier.Draw(dossier.Order{Starts: order.Starts, Policy: order.Policy}, g, find)
			require.NoError(t, err)
			wanted, edges := map[string]int{}, map[string]int{}
			for i := range whole.Items {
				for _, f := range whole.Items[i].Files {
					wanted[string(whole.Items[i].Document.Record.ID)+string(f.Digest)] = 1
				}
			}
			for _, e := range whole.Edges {
				edges[e.ID] = 1
			}
			require.Empty(t, cmp.Diff(wanted, contents))
			for id := range edges {
				require.Contains(t, references, id)
			}
			for id, n := range references { // what led to a record that nobody holds may be told another way later
				require.Equal(t, 1, n, id)
			}
			handed := plan.Handed()
			order.Earlier, order.First = &handed, plan.LastBates()+1
		}
		require.Equal(t, slices.Compact(slices.Clone(numbers)), numbers)
		require.True(t, slices.IsSorted(numbers))
	})
}

func TestWriteIsReproducible(t *testing.T) {
	t.Parallel()
	ev := &dossier.Evidence{
		Origin: "example.org/log", Size: 5, Checkpoint: []byte("checkpoint"), Keys: []string{"k"}, KeyPEM: []byte("pem"), Consistency: []byte("{}"),
		Entries: []dossier.Entry{{Position: 3, Record: "A", Kind: "filed", Text: []byte("text"), Proof: []byte("proof"), Actor: dossier.Opening{Erased: true}, Data: dossier.Opening{Salt: []byte{1}, Value: "<v>"}}},
	}
	write := func() bag {
		p := draw(t, dossier.Order{Matter: "B `x`\n# y", Starts: []archive.RecordID{"B"}, Policy: reference.Standard(day(9))})
		p.Items[0].Document.Outcomes = []outcome.Outcome{{ID: "O", Subject: "record:B", Verdict: outcome.Failed}}
		b := bag{}
		require.NoError(t, dossier.Write(t.Context(), &p, b, open, ev))
		return b
	}
	b := write()
	require.Empty(t, cmp.Diff(b, write()))
	require.Equal(t, []string{
		"VERIFY.md", "data/00001_B/r01/B.txt", "data/00002_A/r01/A.txt", "data/00003_C/r01/C.txt", "data/00004_D/r01/D.txt",
		"metadata/bates.csv", "metadata/bates.jsonl", "metadata/chronology.csv", "metadata/chronology.jsonl", "metadata/custody.csv", "metadata/custody.jsonl",
		"metadata/events.csv", "metadata/events.jsonl", "metadata/outcomes.csv", "metadata/outcomes.jsonl", "metadata/records.csv", "metadata/records.jsonl",
		"metadata/references.csv", "metadata/references.jsonl", "metadata/tombstones.csv", "metadata/tombstones.jsonl", "metadata/withheld.csv", "metadata/withheld.jsonl",
		"proofs/3.entry", "proofs/3.tlog-proof", "proofs/checkpoint", "proofs/consistency.json", "proofs/key.pem", "proofs/keys.txt",
	}, slices.Sorted(maps.Keys(b)))
	require.Contains(t, b["metadata/events.jsonl"], `"value":"<v>"`, "no HTML escapes")
	require.Contains(t, b["metadata/outcomes.jsonl"], `"missing":["evidence: a record or an address that shows it"`)
	require.Contains(t, b["VERIFY.md"], "Matter: `B  x  # y`")
	require.Contains(t, b["VERIFY.md"], "only grew since")
	for name, text := range b {
		if strings.HasSuffix(name, ".jsonl") {
			for lines := bufio.NewScanner(strings.NewReader(text)); lines.Scan(); {
				require.True(t, json.Valid(lines.Bytes()), "%s: %s", name, lines.Text())
			}
		}
	}
	p := draw(t, dossier.Order{Starts: []archive.RecordID{"B"}, Policy: reference.Policy{Limit: 1, Follow: reference.Standard(time.Time{}).Follow}})
	bare := bag{}
	require.NoError(t, dossier.Write(t.Context(), &p, bare, open, &dossier.Evidence{}))
	require.Contains(t, bare["VERIFY.md"], "## 3. No proof")
	require.Contains(t, bare["VERIFY.md"], "limit was met")
}

func TestContentThatCannotBeRead(t *testing.T) {
	t.Parallel()
	p := draw(t, dossier.Order{Starts: []archive.RecordID{"B"}})
	err := dossier.Write(t.Context(), &p, bag{}, func(context.Context, archive.Digest) (io.ReadCloser, error) {
		return nil, archive.ErrAltered
	}, &dossier.Evidence{})
	require.ErrorIs(t, err, archive.ErrAltered)
	require.ErrorContains(t, err, "00001_B/r01/B.txt")
	fault := errors.New("full")
	err = dossier.Write(t.Context(), &p, failing{fault}, open, &dossier.Evidence{})
	require.ErrorIs(t, err, fault)
}

type failing struct{ err error }

func (f failing) AddPayload(context.Context, string, io.Reader) error { return f.err }

func (f failing) AddTag(context.Context, string, io.Reader) error { return f.err }

// Files of one record never take the same place, whatever they are called.
func TestPathsAreUnique(t *testing.T) {
	t.Parallel()
	g, _ := house()
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(rapid.SampledFrom([]string{"a.txt", "A.txt", "ä.txt", "a-2.txt", "", "CON", "_", "../x", "a.txt."}), 1, 8).Draw(t, "names")
		d := document("A", day(1))
		d.Contents = nil
		for _, name := range names {
			d.Contents = append(d.Contents, dossier.Content{Revision: 1, Name: name})
		}
		p, err := dossier.Draw(dossier.Order{Starts: []archive.RecordID{"A"}}, g, func(archive.RecordID) (dossier.Document, bool) { return d, true })
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]bool)
		for _, f := range p.Items[0].Files {
			if key := strings.ToLower(f.Path); seen[key] || strings.Contains(f.Path, "..") {
				t.Fatalf("%q", f.Path)
			} else {
				seen[key] = true
			}
		}
	})
}

func TestPortableName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"minutes.txt": "minutes.txt", "": "_", "...": "_", "a/b\\c:d": "a_b_c_d", "CON": "_CON", "nul.txt": "_nul.txt", "com1.x": "_com1.x",
		"com.x": "com.x", "x y": "x_y", "日本": "__", ".hidden.": "hidden", "\xff": "_",
		strings.Repeat("a", 200) + ".jpeg": strings.Repeat("a", 75) + ".jpeg", "a." + strings.Repeat("b", 200): "a." + strings.Repeat("b", 78),
	} {
		require.Equal(t, want, dossier.PortableName(name), "%q", name)
	}
	rapid.Check(t, func(t *rapid.T) {
		got := dossier.PortableName(rapid.String().Draw(t, "name"))
		if got == "" || len(got) > 81 || got != dossier.PortableName(got) || strings.Trim(got, ".") != got {
			t.Fatalf("%q", got)
		}
	})
}

// source is a dossier that was written into a bag in memory.
func (b bag) source() dossier.Source {
	s := dossier.Source{Open: func(path string) (io.ReadCloser, error) {
		text, ok := b[path]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return io.NopCloser(strings.NewReader(text)), nil
	}}
	for _, path := range slices.Sorted(maps.Keys(b)) {
		if strings.HasPrefix(path, "data/") {
			s.Payload = append(s.Payload, dossier.BagFile{Path: path, Size: int64(len(b[path])), Digests: map[string]string{"sha256": string(archive.DigestOf([]byte(b[path])))}})
		}
	}
	return s
}

// What Write wrote, Read reads, and finds to fit.
func TestReadWhatWasWritten(t *testing.T) {
	t.Parallel()
	p := draw(t, dossier.Order{Starts: []archive.RecordID{"B"}, Policy: reference.Standard(time.Time{}), Prefix: "CK7", First: 41})
	b := bag{}
	require.False(t, b.source().Is())
	require.NoError(t, dossier.Write(t.Context(), &p, b, open, &dossier.Evidence{}))
	require.True(t, b.source().Is())
	got, err := b.source().Read(nil)
	require.NoError(t, err)
	require.Equal(t, dossier.Contents{Records: 4, Files: 4, References: 4, Withheld: 1}, got)
	b["metadata/records.jsonl"] = strings.Replace(b["metadata/records.jsonl"], `"number":2`, `"number":3`, 1)
	_, err = b.source().Read(nil)
	require.ErrorIs(t, err, archive.ErrAltered)
	require.ErrorContains(t, err, "dossier: metadata/records.jsonl:2: has number 3")
	delete(b, "metadata/records.jsonl")
	_, err = b.source().Read(nil)
	require.ErrorContains(t, err, "dossier: metadata/records.jsonl: cannot be opened")
}

func FuzzRead(f *testing.F) {
	g, find := house()
	p, err := dossier.Draw(dossier.Order{Starts: []archive.RecordID{"B"}, Policy: reference.Standard(time.Time{})}, g, find)
	require.NoError(f, err)
	b := bag{}
	require.NoError(f, dossier.Write(f.Context(), &p, b, open, &dossier.Evidence{}))
	f.Add(b["metadata/records.jsonl"], b["metadata/bates.jsonl"], b["metadata/references.jsonl"], b["metadata/withheld.jsonl"], b["metadata/custody.jsonl"], "")
	f.Add("{}\n", `{"bates":"9999999999999999999999"}`+"\n", "null\n", `{"reason":"handed-over"}`+"\n", `{"number":-1}`+"\n", `{"record":"B","state":"destroyed"}`+"\n")
	f.Fuzz(func(t *testing.T, records, bates, references, withheld, custody, tombstones string) {
		files := maps.Clone(b)
		files["metadata/records.jsonl"], files["metadata/bates.jsonl"], files["metadata/references.jsonl"] = records, bates, references
		files["metadata/withheld.jsonl"], files["metadata/custody.jsonl"], files["metadata/tombstones.jsonl"] = withheld, custody, tombstones
		if _, err := files.source().Read(func(*dossier.WrittenEvent, int, archive.Digest) error { return nil }); err != nil {
			var m *dossier.MisfitError
			require.ErrorAs(t, err, &m)
		}
	})
}
