package csvlog_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/format/csvlog"
	"github.com/coordkit/coordkit/adapters/format/jsonlog"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/internal/sampledata"
)

func read(text string, options csvlog.Options) (*process.Log, csvlog.Mapping, error) {
	b := process.NewBuilder(process.BuilderConfig{Attributes: true})
	options.File = "t.csv"
	mapping, err := csvlog.Read(strings.NewReader(text), b, options)
	log := b.Log()
	log.Report.Merge(log.Duplicates(log.ByCase()))
	return log, mapping, err
}

func dump(t interface{ Fatalf(string, ...any) }, log *process.Log) string {
	var out strings.Builder
	if err := jsonlog.Write(&out, log); err != nil {
		t.Fatalf("%v", err)
	}
	return out.String()
}

func problems(r process.Report) []string {
	var out []string
	for _, t := range r.Tallies() {
		for _, p := range t.First {
			out = append(out, fmt.Sprintf("%d %v %s", p.Line, p.Effect, p.Reason))
		}
	}
	return out
}

const header = "case id,activity,start time,end time\n"

func TestDirtyTables(t *testing.T) {
	t.Parallel()
	const row = "1,A,2020-01-01 00:00:00Z,2020-01-01 01:00:00Z\n"
	for what, c := range map[string]struct {
		text   string
		events int
		found  []string
	}{
		"plain":            {header + row, 1, nil},
		"no last newline":  {header + strings.TrimSpace(row), 1, nil},
		"CRLF, BOM":        {"\ufeff" + strings.ReplaceAll(header+row, "\n", "\r\n"), 1, nil},
		"semicolons":       {strings.ReplaceAll(header+row, ",", ";"), 1, nil},
		"stated delimiter": {"sep=|\r\n" + strings.ReplaceAll(header+row, ",", "|"), 1, nil},
		"lines before":     {"\n \r\n" + header + row + "1,A\n", 1, []string{"5 dropped ragged-row"}},
		"tabs":             {strings.ReplaceAll(header+row, ",", "\t"), 1, nil},
		"blank lines":      {header + "\n" + row + "  \n\n", 1, nil},
		"quotes":           {header + `"1","A, or ""B""` + "\nand C\"" + row[3:], 1, nil},
		"quote inside":     {header + `1,5" pipe` + row[3:], 1, nil},
		"few cells":        {header + "1,A,2020-01-01 00:00:00Z\n" + row, 1, []string{"2 dropped ragged-row"}},
		"many cells":       {header + "1,A,B" + row[3:] + row, 1, []string{"2 dropped ragged-row"}},
		"open quote":       {header + `1,"A` + row[3:] + strings.Repeat(row, 3), 3, []string{"0 kept duplicate", "0 kept duplicate", "2 dropped open-quote"}},
		"stray quotes":     {header + `1,"A` + row[3:] + row + `1,"B` + row[3:] + strings.Replace(row, "A", "C", 1), 2, []string{"2 dropped ragged-row", "4 dropped open-quote"}},
		"cut in cells":     {header + row + "1,A,2020-01-01 00", 1, []string{"3 stopped truncated"}},
		"cut in time":      {header + row + row[:len(row)-5], 1, []string{"3 stopped truncated"}},
		"no case":          {header + row[1:], 0, []string{"2 dropped no-case"}},
		"no activity":      {header + "1," + row[3:], 0, []string{"2 dropped no-activity"}},
		"no end":           {header + "1,A,2020-01-01 00:00:00Z,\n" + row, 1, []string{"2 dropped no-time"}},
		"blank end":        {header + "1,A,2020-01-01 00:00:00Z, \n" + row, 1, []string{"2 dropped no-time"}},
		"no start":         {header + "1,A,,2020-01-01 00:00:00Z\n" + row, 2, []string{"2 kept start-absent"}},
		"no start at all":  {header + "1,A,,2020-01-01 00:00:00Z\n", 1, []string{"0 kept starts-absent"}},
		"bad start":        {header + "1,A,soon,2020-01-01 00:00:00Z\n" + row, 1, []string{"2 dropped bad-time"}},
		"bad end":          {header + "1,A,,32.13.2020\n" + row, 1, []string{"2 dropped bad-time"}},
		"no zone":          {header + strings.ReplaceAll(row, "Z", "") + row, 1, []string{"2 dropped no-zone"}},
		"end before start": {header + "1,A,2020-01-02 00:00:00Z,2020-01-01 00:00:00Z\n", 1, []string{"2 repaired end-before-start"}},
		"mixed zones":      {header + "1,A,2020-01-01 00:00:00Z,2020-01-01 01:00:00+01:00\n", 1, nil},
		"twice":            {header + row + row, 2, []string{"0 kept duplicate"}},
		"latin":            {header + "1,Stra\xdfe" + row[3:], 1, []string{"2 repaired encoding"}},
		"long row":         {header + "1," + strings.Repeat("x", csvlog.MaxRow) + row[3:] + row, 1, []string{"2 dropped limit"}},
		"long quoted row":  {header + `1,"` + strings.Repeat("x\n", csvlog.MaxRow/2) + `"` + row[3:] + row, 1, nil},
		"carriage returns": {strings.ReplaceAll(header+row+row, "\n", "\r"), 2, []string{"0 kept duplicate"}},
		"empty cells past": {strings.ReplaceAll(header+row+"1,A,,2020-01-02Z\n", "Z\n", "Z,,\n"), 2, []string{"2 kept ragged-row", "3 kept ragged-row", "3 kept start-absent"}},
		"days first":       {header + "1,A,,31.12.2019 23:30 UTC\n" + row, 2, []string{"2 kept start-absent"}},
		"month first":      {header + "1,A,,12/31/2019 23:30\n" + row, 1, []string{"2 dropped bad-time"}},
		"empty":            {"", 0, []string{"1 stopped truncated"}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			got, _, err := read(c.text, csvlog.Options{})
			require.Len(t, got.Events, c.events)
			if what == "long quoted row" {
				require.Equal(t, 2, got.Report.Of(process.ReasonOpenQuote))
				return
			}
			require.ElementsMatch(t, c.found, problems(got.Report))
			require.Equal(t, got.Report.Count(process.Stopped) > 0, errors.Is(err, process.ErrMalformed), "%v", err)
		})
	}
}

func TestCells(t *testing.T) {
	t.Parallel()
	const row = ",2020-01-01 00:00:00Z,2020-01-01 01:00:00Z\n"
	got, _, err := read(header+`NA," A, or ""B""`+"\nand C \""+row+"null,\u00a0A"+row, csvlog.Options{Null: []string{"null"}})
	require.NoError(t, err)
	require.Len(t, got.Events, 1)
	require.Equal(t, "NA", got.Case(got.Events[0]))
	require.Equal(t, " A, or \"B\"\nand C ", got.Activity(got.Events[0]))
	require.Equal(t, []string{"4 dropped no-case"}, problems(got.Report))

	got, _, err = read(header+"1,A"+strings.ReplaceAll(row, "Z", ""), csvlog.Options{Zone: time.FixedZone("", -3600)})
	require.NoError(t, err)
	require.Equal(t, "2020-01-01T01:00:00Z", process.Time(got.Events[0].Start).Format(time.RFC3339))
	require.Equal(t, 1, got.Report.Of(process.ReasonZoneAssumed))
}

func TestCost(t *testing.T) {
	t.Parallel()
	const table = "case;activity;time;cost;currency\n1;A;2020-01-01Z;12,50;EUR\n1;A;2020-01-02Z;;\n1;B;2020-01-03Z;1.234,5;EUR\n1;B;2020-01-04Z;0;USD\n" +
		"1;B;2020-01-05Z;1,234;EUR\n1;B;2020-01-06Z;free;EUR\n"
	got, mapping, err := read(table, csvlog.Options{})
	require.NoError(t, err)
	require.Contains(t, mapping.String(), `cost = column 4 "cost" (guessed), currency = column 5 "currency" (guessed)`)
	require.Len(t, got.Events, 6)
	require.Equal(t, []string{"6 repaired bad-value", "7 repaired bad-value"}, problems(got.Report))
	first, stated := got.Cost(got.Events[0])
	require.True(t, stated)
	require.Equal(t, process.Cost{Micros: 12_500_000, Currency: "EUR"}, first)
	_, stated = got.Cost(got.Events[1])
	require.False(t, stated)
	require.Equal(t, []string{"A EUR 1 12.5", "B EUR 1 1234.5", "B USD 1 0"}, costs(got))

	var again bytes.Buffer
	require.NoError(t, csvlog.Write(&again, got))
	require.Contains(t, again.String(), "1,B,2020-01-03T00:00:00Z,1234.5,EUR\n")
	second, _, err := read(again.String(), csvlog.Options{})
	require.NoError(t, err)
	require.Equal(t, costs(got), costs(second))

	got, _, err = read(table, csvlog.Options{Columns: csvlog.Columns{Cost: "-"}})
	require.NoError(t, err)
	require.Empty(t, got.Costs())
}

func costs(log *process.Log) []string {
	var out []string
	for _, c := range log.Costs() {
		out = append(out, fmt.Sprintf("%s %s %d %g", c.Activity, c.Currency, c.Events, c.Total.Seconds()))
	}
	return out
}

func TestDeclaredLayout(t *testing.T) {
	t.Parallel()
	const table = "case,activity,time\n1,A,31.12.2019 23:30\n1,B,2020-01-01\n"
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	got, _, err := read(table, csvlog.Options{Layout: "02.01.2006 15:04", Zone: berlin})
	require.NoError(t, err)
	require.Equal(t, []string{"3 dropped bad-time", "2 kept zone-assumed"}, problems(got.Report))
	require.Equal(t, "2019-12-31T22:30:00Z", process.Time(got.Events[0].End).Format(time.RFC3339))
	got, _, err = read(table, csvlog.Options{Layout: "02.01.2006 15:04"})
	require.NoError(t, err)
	require.Equal(t, 1, got.Report.Of(process.ReasonNoZone))
	got, _, err = read("case,activity,time\n1,A,31.12.2019 23:30 -0200\n", csvlog.Options{Layout: "02.01.2006 15:04 -0700"})
	require.NoError(t, err)
	require.Equal(t, "2020-01-01T01:30:00Z", process.Time(got.Events[0].End).Format(time.RFC3339))
}

func TestColumns(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		header   string
		declared csvlog.Columns
		want     []int // case, activity, start, end, resource
		fault    string
	}{
		"XES names":  {"x,concept:name,Activity,case:concept:name,time:timestamp,start_timestamp,org:resource", csvlog.Columns{}, []int{3, 1, 5, 4, 6}, ""},
		"Disco":      {"Case ID,Activity,Resource,Start Timestamp,Complete Timestamp", csvlog.Columns{}, []int{0, 1, 3, 4, 2}, ""},
		"one word":   {"CaseID,ActivityID,CompleteTimestamp", csvlog.Columns{}, []int{0, 1, -1, 2, -1}, ""},
		"one time":   {"CASE_ID;Activity;Start-Time", csvlog.Columns{}, []int{0, 1, -1, 2, -1}, ""},
		"declared":   {"a,b,c,d", csvlog.Columns{Case: "d", Activity: "#1", End: "b"}, []int{3, 0, -1, 1, -1}, ""},
		"none":       {"case,activity,time,user", csvlog.Columns{Resource: "-"}, []int{0, 1, -1, 2, -1}, ""},
		"by number":  {"case,activity,activity,time", csvlog.Columns{Activity: "#3"}, []int{0, 2, -1, 3, -1}, ""},
		"ambiguous":  {"case,activity,Activity,time", csvlog.Columns{}, nil, `2 columns may be the activity: #2 "activity", #3 "Activity"`},
		"twice":      {"case,a,a,time", csvlog.Columns{Activity: "a"}, nil, `2 columns may be the activity`},
		"no case":    {"a,activity,time", csvlog.Columns{}, nil, "no column looks like the case"},
		"no time":    {"case,activity,x", csvlog.Columns{}, nil, "no column looks like the time"},
		"misspelled": {"case,activity,time", csvlog.Columns{Case: "kase"}, nil, `there is no column "kase"`},
		"number":     {"case,activity,time", csvlog.Columns{Case: "#4"}, nil, `there is no column "#4"`},
	} {
		_, m, err := read(c.header+"\n", csvlog.Options{Columns: c.declared})
		if c.fault != "" {
			var fault *csvlog.ColumnError
			require.ErrorAs(t, err, &fault, what)
			require.ErrorContains(t, err, c.fault, what)
			continue
		}
		require.NoError(t, err, what)
		require.Equal(t, c.want, []int{m.Case.Index, m.Activity.Index, m.Start.Index, m.End.Index, m.Resource.Index}, what)
	}
	_, m, err := read("Case ID;activity;time\n", csvlog.Options{Columns: csvlog.Columns{Activity: "activity"}})
	require.NoError(t, err)
	require.Equal(t, `case = column 1 "Case ID" (guessed), activity = column 2 "activity", end = column 3 "time" (guessed); delimiter ';'`, m.String())
}

// TestAgainstEncodingCSV compares the cells with what the standard library finds.
func TestAgainstEncodingCSV(t *testing.T) {
	t.Parallel()
	words := rapid.StringOfN(rapid.SampledFrom([]rune("ab ,\"\n;é")), 1, 9, -1)
	rapid.Check(t, func(t *rapid.T) {
		var text bytes.Buffer
		out := csv.NewWriter(&text)
		out.UseCRLF = rapid.Bool().Draw(t, "crlf")
		_ = out.Write([]string{"case", "activity", "time", "user"})
		var want [][]string
		for range rapid.IntRange(0, 8).Draw(t, "rows") {
			row := []string{words.Draw(t, "case"), words.Draw(t, "activity"), "2020-01-01T00:00:00Z", words.Draw(t, "user")}
			want = append(want, row)
			_ = out.Write(row)
		}
		out.Flush()
		got, _, err := read(text.String(), csvlog.Options{Delimiter: ','})
		if err != nil || len(got.Events) != len(want) {
			t.Fatalf("got %d events, want %d: %v %v", len(got.Events), len(want), err, problems(got.Report))
		}
		for i, e := range got.Events {
			mine := []string{got.Case(e), got.Activity(e), want[i][2], got.Resource(e)}
			for j := range mine {
				theirs := want[i][j]
				if out.UseCRLF {
					theirs = strings.ReplaceAll(theirs, "\n", "\r\n") // as the writer did
				}
				if mine[j] != theirs {
					t.Fatalf("row %d: got %q, want %q", i, mine, want[i])
				}
			}
		}
	})
}

func TestReadsRealTables(t *testing.T) {
	t.Parallel()
	for name, events := range map[string]int{
		"running-example.csv": 42, "Production.csv": 4953, "PurchasingExample.csv": 9119, "interval_event_log.csv": 8109,
		"LoanApp_simplified_train.csv.gz": 7544,
	} {
		path, err := sampledata.Find("logs", name)
		if err != nil {
			t.Skip(err)
		}
		text, err := os.ReadFile(filepath.Clean(path))
		require.NoError(t, err)
		first, _, err := read(string(text), csvlog.Options{Zone: time.UTC})
		require.NoError(t, err)
		require.Len(t, first.Events, events)

		var again bytes.Buffer
		require.NoError(t, csvlog.Write(&again, first))
		second, _, err := read(again.String(), csvlog.Options{})
		require.NoError(t, err)
		if diff := cmp.Diff(dump(t, first), dump(t, second)); diff != "" {
			t.Fatalf("%s: %.2000s", name, diff)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(header + "1,A,2020-01-01 00:00:00Z,2020-01-01 01:00:00Z\n")
	f.Add("case;activity;time\n\"1;\n\"\"x\";A;2020-01-01\r\n2;\"B\"c;2020-01-01\n")
	f.Add("case,activity,time\n1,\"A,2020-01-01\n2,B,2020-01-01")
	f.Fuzz(func(t *testing.T, text string) {
		first, _, err := read(text, csvlog.Options{Zone: time.UTC})
		var fault *csvlog.ColumnError
		if err != nil && !errors.Is(err, process.ErrMalformed) && !errors.As(err, &fault) {
			t.Fatalf("not the reader's error: %v", err)
		}
		var again bytes.Buffer
		if err := csvlog.Write(&again, first); err != nil {
			t.Fatal(err)
		}
		second, _, err := read(again.String(), csvlog.Options{Delimiter: ','})
		if err != nil && !errors.As(err, &fault) || err == nil && len(second.Events) != len(first.Events) {
			t.Fatalf("what was written cannot be read: %d of %d events, %v, %q %v", len(second.Events), len(first.Events), err, again.String(), problems(second.Report))
		}
	})
}
