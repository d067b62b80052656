package xes_test

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/format/jsonlog"
	"github.com/coordkit/coordkit/adapters/format/xes"
	"github.com/coordkit/coordkit/coordination/process"
)

// read reads a text with all attributes.
func read(text io.Reader, options xes.Options) (*process.Log, error) {
	b := process.NewBuilder(process.BuilderConfig{Attributes: true})
	options.File, options.Attributes = "t.xes", true
	err := xes.Read(text, b, options)
	log := b.Log()
	log.Report.Merge(log.Duplicates(log.ByCase()))
	return log, err
}

// dump shows a log as JSON lines, so that equal logs have equal dumps.
func dump(t interface{ Fatalf(string, ...any) }, log *process.Log) string {
	var out strings.Builder
	if err := jsonlog.Write(&out, log); err != nil {
		t.Fatalf("%v", err)
	}
	return out.String()
}

const event = `<event><string key="concept:name" value="A"/><date key="time:timestamp" value="2020-01-01T00:00:00Z"/></event>`

func trace(name string, events ...string) string {
	return `<trace><string key="concept:name" value="` + name + `"/>` + strings.Join(events, "\n") + `</trace>`
}

func log(parts ...string) string { return "<log>\n" + strings.Join(parts, "\n") + "\n</log>" }

// problems lists reason, effect and line of what was found.
func problems(r process.Report) []string {
	var out []string
	for _, t := range r.Tallies() {
		for _, p := range t.First {
			out = append(out, fmt.Sprintf("%d %v %s", p.Line, p.Effect, p.Reason))
		}
	}
	return out
}

func TestDirtyLogs(t *testing.T) {
	t.Parallel()
	const name, at = `<string key="concept:name" value="A"/>`, `<date key="time:timestamp" value="2020-01-01T00:00:00Z"/>`
	for what, c := range map[string]struct {
		text   string
		events int
		found  []string
	}{
		"plain":               {log(trace("1", event)), 1, nil},
		"no declaration, BOM": {"\ufeff" + log(trace("1", event)), 1, nil},
		"attributes turned":   {log(`<trace><string value="1" key="concept:name"/>` + event + `</trace>`), 1, nil},
		"single quotes":       {log(`<trace><string key='concept:name' value='"'/>` + event + `</trace>`), 1, nil},
		"namespace":           {strings.NewReplacer("</", "</x:", "<", "<x:").Replace(log(trace("1", event))), 1, nil},
		"comments": {
			log(`<!-- <event> -- > <trace> -->`, trace("1", "<!-- </trace> -->", event, "<![CDATA[</trace>]]>")), 1, nil,
		},
		"globals": {
			log(`<global scope="event"><date key="time:timestamp" value="x"/></global>`, trace("1", event)), 1, nil,
		},
		"name after events": {log(`<trace>` + event + event + `<string key="concept:name" value="1"/></trace>`), 2, []string{"0 kept duplicate"}},
		"no name":           {log("<trace>" + event + "</trace>"), 1, []string{"2 repaired unnamed-case"}},
		"no activity":       {log(trace("1", "<event>"+at+"</event>", event)), 1, []string{"2 dropped no-activity"}},
		"no time":           {log(trace("1", event, "<event>"+name+"</event>")), 1, []string{"3 dropped no-time"}},
		"empty time":        {log(trace("1", "<event>"+name+`<date key="time:timestamp" value=""/></event>`)), 0, []string{"2 dropped no-time"}},
		"bad time":          {log(trace("1", event, "<event>"+name+`<date key="time:timestamp" value="01/02/2020"/></event>`)), 1, []string{"3 dropped bad-time"}},
		"no zone":           {log(trace("1", "<event>"+name+`<date key="time:timestamp" value="2020-01-01T00:00:00"/></event>`)), 0, []string{"2 dropped no-zone"}},
		"end before start": {
			log(trace("1", "<event>"+name+at+`<date key="start_timestamp" value="2020-01-02T00:00:00Z"/></event>`)), 1, []string{"2 repaired end-before-start"},
		},
		"nested keys": {
			log(trace("1", `<event><string key="x" value=""><string key="concept:name" value="B"/></string>`+name+at+`</event>`)), 1, nil,
		},
		"unknown elements": {
			log(trace("1", `<event><note><string key="concept:name" value="B"/></note>`+name+at+`</event>`)), 1, nil,
		},
		"twice":           {log(trace("1", "<event>"+name+name+at+"</event>")), 1, []string{"2 kept key-twice"}},
		"event no trace":  {log(event, trace("1", event)), 1, []string{"2 dropped no-case"}},
		"empty trace":     {log(trace("1"), trace("2", event)), 1, []string{"2 kept empty-case"}},
		"same name":       {log(trace("1", event), trace("1", strings.Replace(event, "A", "B", 1))), 2, []string{"3 kept case-twice"}},
		"stray ampersand": {log(trace("a & b", event)), 1, []string{"2 kept entity"}},
		"latin in UTF-8":  {log(trace("Stra\xdfe", event)), 1, []string{"2 repaired encoding"}},
		"latin declared":  {"<?xml version='1.0' encoding='ISO-8859-1'?>" + log(trace("Stra\xdfe", event)), 1, nil},
		"unknown charset": {"<?xml version='1.0' encoding='EBCDIC'?>" + log(trace("1", event)), 0, []string{"1 stopped encoding"}},
		"cut in event":    {log(trace("1", event, "<event>"+name))[:60+len(event)], 1, []string{"3 stopped truncated"}},
		"cut in tag":      {log(trace("1", event) + `<trace><string key="conc`)[:60+len(event)], 1, []string{"2 stopped truncated"}},
		"cut after event": {strings.TrimSuffix(log(trace("1", event)), "</trace>\n</log>"), 1, []string{"2 stopped truncated"}},
		"wrong end":       {log(trace("1", event), "</event>"), 1, []string{"3 stopped damaged"}},
		"bad tag":         {log(trace("1", event), `<trace "x">`), 1, []string{"3 stopped damaged"}},
		"DOCTYPE":         {"<!DOCTYPE log [<!ENTITY a 'aaa'>]>\n" + log(trace("&a;", event)), 0, []string{"1 stopped refused"}},
		"not XES":         {"<html></html>", 0, []string{"1 stopped refused"}},
		"no XML":          {"case,activity\n1,A\n", 0, []string{"3 stopped refused"}},
		"empty":           {"", 0, []string{"1 stopped refused"}},
		"deep":            {log(strings.Repeat("<list>", 100)), 0, []string{"2 stopped limit"}},
		"1 MB value":      {log(trace(strings.Repeat("x", xes.MaxValue), event)), 0, []string{"2 stopped limit"}},
		"long comment":    {log("<!--"+strings.Repeat("x", 3*xes.MaxValue)+"-->", trace("1", event)), 1, nil},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			got, err := read(strings.NewReader(c.text), xes.Options{})
			require.Equal(t, c.found, problems(got.Report))
			require.Len(t, got.Events, c.events)
			stopped := got.Report.Count(process.Stopped) > 0
			require.Equal(t, stopped, errors.Is(err, process.ErrMalformed), "%v", err)
			if !stopped {
				require.NoError(t, err)
			}
		})
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	got, err := read(strings.NewReader(log(trace("a&lt;&#66;&#x43;&amp;", event))), xes.Options{})
	require.NoError(t, err)
	require.Equal(t, "a<BC&", got.Case(got.Events[0]))

	got, err = read(strings.NewReader(log(trace("NA", event))), xes.Options{})
	require.NoError(t, err)
	require.Equal(t, "NA", got.Case(got.Events[0]))

	_, err = read(strings.NewReader(log(trace("1", event))[:90]), xes.Options{})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorContains(t, err, "t.xes:2")
}

func TestClassifier(t *testing.T) {
	t.Parallel()
	text := log(`<classifier name="both" keys="concept:name lifecycle:transition"/>`,
		trace("1", strings.Replace(event, "<event>", `<event><string key="lifecycle:transition" value="start"/>`, 1)))
	got, err := read(strings.NewReader(text), xes.Options{Classifier: "both"})
	require.NoError(t, err)
	require.Equal(t, "A+start", got.Activity(got.Events[0]))
	require.Equal(t, "start", got.Lifecycle(got.Events[0]))
}

func TestCost(t *testing.T) {
	t.Parallel()
	with := func(cost string) string {
		return strings.Replace(event, "<event>", "<event>"+cost+`<string key="cost:currency" value="EUR"/>`, 1)
	}
	got, err := read(strings.NewReader(log(trace("1", with(`<float key="cost:total" value="1.25E1"/>`), with(`<float key="cost:total" value="much"/>`), event))), xes.Options{})
	require.NoError(t, err)
	require.Equal(t, []string{"3 repaired bad-value", "0 kept duplicate", "0 kept duplicate"}, problems(got.Report))
	sum := got.Costs()
	require.Len(t, sum, 1)
	require.Equal(t, process.CostOf{Activity: "A", Currency: "EUR", Events: 1, Total: sum[0].Total}, sum[0])
	require.Equal(t, "12500000", sum[0].Total.Big().String())

	var text bytes.Buffer
	require.NoError(t, xes.Write(&text, got))
	require.Contains(t, text.String(), `<float key="cost:total" value="12.5"/>`)
	require.Contains(t, text.String(), `prefix="cost"`)
	again, err := read(&text, xes.Options{})
	require.NoError(t, err)
	require.Equal(t, sum, again.Costs())
}

// TestHeader keeps what a log says of itself, and tells text after its end.
func TestHeader(t *testing.T) {
	t.Parallel()
	const declarations = `<extension name="Concept" prefix="concept" uri="u&amp;v"/><extension name="Mine" prefix="mine" uri="urn:mine"/>
<global scope="event"><string key="concept:name" value="__INVALID__"><int key="within" value="1"/></string></global>
<classifier name="Activity" scope="event" keys="concept:name 'a key'"/>
<string key="concept:name" value="the log"><date key="since" value="2020-01-01T00:00:00Z"/></string><int key="n" value="3"/>`
	got, err := read(strings.NewReader(log(declarations, trace("1", event), `<string key="late" value="x"/>`)+" junk"), xes.Options{})
	require.NoError(t, err)
	require.Equal(t, []string{"8 kept damaged"}, problems(got.Report))
	want := process.Header{
		Extensions: []process.Extension{{Name: "Concept", Prefix: "concept", URI: "u&v"}, {Name: "Mine", Prefix: "mine", URI: "urn:mine"}},
		Globals: []process.Global{{Scope: "event", Attributes: []process.Attribute{
			{Key: "concept:name", Value: "__INVALID__"}, {Key: "within", Value: "1", Kind: process.Int, Depth: 1},
		}}},
		Classifiers: []process.Classifier{{Name: "Activity", Scope: "event", Keys: "concept:name 'a key'"}},
		Attributes: []process.Attribute{
			{Key: "concept:name", Value: "the log"},
			{Key: "since", Value: "2020-01-01T00:00:00Z", Kind: process.Date, Depth: 1},
			{Key: "n", Value: "3", Kind: process.Int},
			{Key: "late", Value: "x"},
		},
	}
	require.Equal(t, want, got.Header)

	var text bytes.Buffer
	require.NoError(t, xes.Write(&text, got))
	again, err := read(&text, xes.Options{})
	require.NoError(t, err)
	want.Extensions = append(want.Extensions, again.Header.Extensions[2:]...) // those that the events use
	require.Equal(t, want, again.Header)
	require.Len(t, again.Header.Extensions, 5)

	many := log(strings.Repeat(`<int key="n" value="3"/>`, xes.MaxHeader+5), trace("1", event))
	got, err = read(strings.NewReader(many), xes.Options{})
	require.NoError(t, err)
	require.Len(t, got.Header.Attributes, xes.MaxHeader)
	require.Equal(t, []string{"2 kept limit"}, problems(got.Report))
}

func TestZone(t *testing.T) {
	t.Parallel()
	text := log(trace("1", strings.Replace(event, "00Z", "00", 1), strings.Replace(event, "00Z", "01", 1)))
	got, err := read(strings.NewReader(text), xes.Options{Zone: time.FixedZone("x", 3600)})
	require.NoError(t, err)
	require.Equal(t, "2019-12-31T23:00:00Z", process.Time(got.Events[0].End).Format(time.RFC3339))
	require.Equal(t, 2, got.Report.Of(process.ReasonZoneAssumed))
}

// wrapped writes a text in ways that must read alike.
func wrapped(text string) map[string]io.Reader {
	var zip bytes.Buffer
	for _, half := range []string{text[:len(text)/2], text[len(text)/2:]} {
		w := gzip.NewWriter(&zip)
		_, _ = w.Write([]byte(half))
		_ = w.Close()
	}
	units := utf16.Encode([]rune("\ufeff" + text))
	var big, little []byte
	for _, u := range units {
		big = append(big, byte(u>>8), byte(u))
		little = append(little, byte(u), byte(u>>8))
	}
	return map[string]io.Reader{
		"gzip of two members": &zip, "UTF-16 BE": bytes.NewReader(big), "UTF-16 LE": bytes.NewReader(little),
		"UTF-16 LE without mark": bytes.NewReader(little[2:]), "byte by byte": oneByte{strings.NewReader(text)},
	}
}

type oneByte struct{ in io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.in.Read(p[:min(1, len(p))]) }

func TestEncodings(t *testing.T) {
	t.Parallel()
	text := log(trace("Grüße 😀", event), trace("2", event))
	want, err := read(strings.NewReader(text), xes.Options{})
	require.NoError(t, err)
	for what, in := range wrapped(text) {
		got, err := read(in, xes.Options{})
		require.NoError(t, err, what)
		require.Equal(t, dump(t, want), dump(t, got), what)
	}
}

// TestAgainstEncodingXML compares with what the standard library finds.
func TestAgainstEncodingXML(t *testing.T) {
	t.Parallel()
	words := rapid.StringOf(rapid.SampledFrom([]rune("aZ é<>&\"'€\u00a0\t\n😀")))
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		text.WriteString("<log>")
		for i := range rapid.IntRange(0, 4).Draw(t, "traces") {
			fmt.Fprintf(&text, `<trace><string key="concept:name" value="%d"/>`, i)
			for range rapid.IntRange(0, 4).Draw(t, "events") {
				text.WriteString("<event>")
				for _, key := range rapid.Permutation([]string{"concept:name", "org:resource", "x"}).Draw(t, "keys") {
					text.WriteString(`<string key="` + key + `" value="A`)
					_ = xml.EscapeText(&text, []byte(words.Draw(t, "value")))
					text.WriteString(`"/>`)
				}
				text.WriteString(`<date key="time:timestamp" value="2020-01-01T00:00:00Z"/></event>`)
			}
			text.WriteString("</trace>")
		}
		text.WriteString("</log>")

		var want struct {
			Traces []struct {
				Events []struct {
					Values []struct {
						Key   string `xml:"key,attr"`
						Value string `xml:"value,attr"`
					} `xml:"string"`
				} `xml:"event"`
			} `xml:"trace"`
		}
		if err := xml.Unmarshal([]byte(text.String()), &want); err != nil {
			t.Fatal(err)
		}
		got, err := read(strings.NewReader(text.String()), xes.Options{})
		if err != nil {
			t.Fatal(err)
		}
		at := 0
		for i, tr := range want.Traces {
			for _, e := range tr.Events {
				mine := got.Events[at]
				at++
				values := map[string]string{"concept:name": got.Activity(mine), "org:resource": got.Resource(mine)}
				for a := range got.Attributes(mine) {
					values[a.Key] = a.Value
				}
				for _, v := range e.Values {
					if values[v.Key] != v.Value || got.Case(mine) != strconv.Itoa(i) {
						t.Fatalf("%s: got %q, want %q", v.Key, values[v.Key], v.Value)
					}
				}
			}
		}
		if at != len(got.Events) {
			t.Fatalf("got %d events, want %d", len(got.Events), at)
		}
	})
}

func TestRoundTripOfRealLogs(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"running-example.xes", "receipt.xes.gz", "roadtraffic100traces.xes", "reviewing.xes"} {
		first := readSample(t, name, xes.Options{Attributes: true})
		var text bytes.Buffer
		require.NoError(t, xes.Write(&text, first))
		second, err := read(&text, xes.Options{})
		require.NoError(t, err)
		if diff := cmp.Diff(dump(t, first), dump(t, second)); diff != "" {
			t.Fatalf("%s: %.2000s", name, diff)
		}
		require.NotEmpty(t, first.Header.Extensions, name)
		require.Equal(t, first.Header.Attributes, second.Header.Attributes, name)
		require.Equal(t, first.Header.Globals, second.Header.Globals, name)
		require.Equal(t, first.Header.Classifiers, second.Header.Classifiers, name)
		require.Subset(t, second.Header.Extensions, first.Header.Extensions, name)
	}
}

// sinkOf stops after some calls.
type sinkOf struct{ left int }

var errFull = errors.New("the sink is full")

func (s *sinkOf) take() error {
	if s.left--; s.left < 0 {
		return errFull
	}
	return nil
}
func (s *sinkOf) Event(*process.Raw) error        { return s.take() }
func (s *sinkOf) Object(*process.RawObject) error { return s.take() }
func (s *sinkOf) Problem(process.Problem) error   { return s.take() }

func TestSinkStopsReader(t *testing.T) {
	t.Parallel()
	text := log("<trace>"+event+"</trace>", trace("2", event), trace("3"))
	for left := range 7 {
		require.ErrorIs(t, xes.Read(strings.NewReader(text), &sinkOf{left}, xes.Options{}), errFull)
	}
	require.NoError(t, xes.Read(strings.NewReader(text), &sinkOf{7}, xes.Options{}))
}

func TestStrict(t *testing.T) {
	t.Parallel()
	b := process.NewBuilder(process.BuilderConfig{Mode: process.Strict})
	err := xes.Read(strings.NewReader(log(trace("1", event, "<event></event>"))), b, xes.Options{File: "t.xes"})
	var p *process.Problem
	require.ErrorAs(t, err, &p)
	require.Equal(t, process.ReasonNoActivity, p.Reason)
	require.Equal(t, 3, p.Line)
}

func FuzzRead(f *testing.F) {
	f.Add(log(trace("1", event), trace("2", event, event)))
	f.Add(log("<trace>"+event+"</trace>", "<!-- -->", `<classifier name="both" keys="concept:name x"/>`))
	f.Add("<?xml version='1.0' encoding='latin1'?><log><trace><string key='concept:name' value='\xff&#255;&x;'/>" + event)
	f.Add(log(trace("1", `<event><list key="l"><values><string key="a" value="b"><int key="c" value="1"/></string></values></list></event>`)))
	f.Fuzz(func(t *testing.T, text string) {
		first, err := read(strings.NewReader(text), xes.Options{Zone: time.UTC})
		if err != nil && !errors.Is(err, process.ErrMalformed) {
			t.Fatalf("not the reader's error: %v", err)
		}
		var again bytes.Buffer
		if err := xes.Write(&again, first); err != nil {
			t.Fatal(err)
		}
		if _, err := read(&again, xes.Options{}); err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
	})
}
