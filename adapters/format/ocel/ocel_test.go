package ocel_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/format/jsonlog"
	"github.com/coordkit/coordkit/adapters/format/ocel"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/internal/sampledata"
)

type readFunc func(io.Reader, process.Sink, ocel.Options) error

func read(how readFunc, text string) (*process.Log, error) {
	b := process.NewBuilder(process.BuilderConfig{Attributes: true})
	err := how(strings.NewReader(text), b, ocel.Options{File: "t", Zone: time.UTC})
	return b.Log(), err
}

func dump(t *testing.T, log *process.Log) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, jsonlog.Write(&out, log))
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

func sample(t *testing.T, name string) string {
	t.Helper()
	path, err := sampledata.Find("logs", name)
	if err != nil {
		t.Skip(err)
	}
	text, err := os.ReadFile(filepath.Clean(path))
	require.NoError(t, err)
	return string(text)
}

// TestSample checks the counts that the standard's example has by hand.
func TestSample(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]readFunc{"ocel20_example.jsonocel": ocel.ReadJSON, "ocel20_example.xmlocel": ocel.ReadXML} {
		log, err := read(how, sample(t, name))
		require.NoError(t, err)
		require.Len(t, log.Events, 13)
		require.Zero(t, log.Report.Count(process.Dropped)+log.Report.Count(process.Repaired))

		require.Equal(t, []process.TypeCount{
			{Type: "Invoice", Objects: 3, Links: 9},
			{Type: "Purchase Order", Objects: 2, Links: 5},
			{Type: "Payment", Objects: 3, Links: 3},
			{Type: "Purchase Requisition", Objects: 1, Links: 3},
		}, log.Types())
		objectLinks := 0
		for o := range log.Objects() {
			objectLinks += len(o.Links)
		}
		require.Equal(t, 7, objectLinks)

		for kind, want := range map[string][3]int{
			"Invoice": {3, 9, 5}, "Payment": {3, 3, 0}, "Purchase Order": {2, 5, 3}, "Purchase Requisition": {1, 3, 2},
		} {
			view, about, err := log.Flatten(kind)
			require.NoError(t, err)
			s := process.Measure(view)
			require.Equal(t, want, [3]int{s.Cases, s.Events, len(s.Edges)}, kind)
			require.Empty(t, about.WithoutEvents)
			require.Equal(t, s.Cases, about.Cases)
			require.Equal(t, 13-want[1], about.Outside)
		}
		_, _, err = log.Flatten("Ship")
		require.Error(t, err)
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	first, err := read(ocel.ReadJSON, sample(t, "ocel20_example.jsonocel"))
	require.NoError(t, err)
	for _, way := range []struct {
		write func(io.Writer, *process.Log) error
		read  readFunc
	}{{ocel.WriteJSON, ocel.ReadJSON}, {ocel.WriteXML, ocel.ReadXML}} {
		var text bytes.Buffer
		require.NoError(t, way.write(&text, first))
		second, err := read(way.read, text.String())
		require.NoError(t, err)
		require.Equal(t, dump(t, first), dump(t, second))
		require.Empty(t, problems(second.Report))
	}
}

// TestColumnsRoundTrip writes what the standard has no place for.
func TestColumnsRoundTrip(t *testing.T) {
	t.Parallel()
	const text = `{"object":"o1","type":"T"}
{"activity":"A","start":"2020-01-01T00:00:00+01:00","end":"2020-01-01T02:00:00+01:00","resource":"r","group":"g","lifecycle":"complete","instance":"e1",` +
		`"cost":12.5,"currency":"EUR","hand":true,"objects":[{"id":"o1","qualifier":"q"}],"attributes":[{"key":"x","value":"y"}]}
`
	b := process.NewBuilder(process.BuilderConfig{Attributes: true})
	require.NoError(t, jsonlog.Read(strings.NewReader(text), b, jsonlog.Options{}))
	first := b.Log()
	require.Equal(t, strings.Split(text, "\n"), strings.Split(dump(t, first), "\n"))
	for _, way := range []struct {
		write func(io.Writer, *process.Log) error
		read  readFunc
	}{{ocel.WriteJSON, ocel.ReadJSON}, {ocel.WriteXML, ocel.ReadXML}} {
		var out bytes.Buffer
		require.NoError(t, way.write(&out, first))
		second, err := read(way.read, out.String())
		require.NoError(t, err)
		require.Equal(t, strings.Split(text, "\n"), strings.Split(dump(t, second), "\n"))
	}
}

const (
	jsonEvent  = `{"id": "e1", "type": "A", "time": "2020-01-01T00:00:00Z", "attributes": [], "relationships": [{"objectId": "o1", "qualifier": ""}]}`
	jsonObject = `{"id": "o1", "type": "T", "attributes": [{"name": "n", "time": "1970-01-01T00:00:00Z", "value": 3}]}`
	xmlEvent   = `<event id="e1" type="A" time="2020-01-01T00:00:00Z"><objects><relationship object-id="o1" qualifier=""/></objects></event>`
	xmlObject  = `<object id="o1" type="T"><attributes><attribute name="n" time="1970-01-01T00:00:00Z">3</attribute></attributes></object>`
)

func jsonLog(objects, events string) string {
	return "{\"objects\": [\n" + objects + "],\n\"events\": [\n" + events + "]}"
}

func xmlLog(objects, events string) string {
	return "<log><objects>\n" + objects + "</objects>\n<events>\n" + events + "</events></log>"
}

func TestDirtyLogs(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 20000)
	for what, c := range map[string]struct {
		how    readFunc
		text   string
		events int
		found  []string
	}{
		"json plain":         {ocel.ReadJSON, jsonLog(jsonObject, jsonEvent), 1, nil},
		"json events first":  {ocel.ReadJSON, `{"x": {}, "events": [` + jsonEvent + `], "objects": [` + jsonObject + `]}`, 1, nil},
		"json unknown":       {ocel.ReadJSON, jsonLog(jsonObject, strings.Replace(jsonEvent, "o1", "o2", 1)), 1, []string{"0 kept unknown-object"}},
		"json no time":       {ocel.ReadJSON, jsonLog(jsonObject, strings.Replace(jsonEvent, "2020-01-01T00:00:00Z", "", 1)), 0, []string{"4 dropped no-time"}},
		"json bad time":      {ocel.ReadJSON, jsonLog(jsonObject, jsonEvent+",\n"+strings.Replace(jsonEvent, "2020", "20", 1)), 1, []string{"5 dropped bad-time"}},
		"json no objects":    {ocel.ReadJSON, jsonLog(jsonObject, `{"id": "e", "type": "A", "time": "2020-01-01T00:00:00Z"}`), 0, []string{"4 dropped no-case"}},
		"json wrong shape":   {ocel.ReadJSON, jsonLog(jsonObject, `{"id": 7},`+jsonEvent), 1, []string{"4 dropped bad-line"}},
		"json twice":         {ocel.ReadJSON, jsonLog(jsonObject+",\n"+jsonObject, jsonEvent), 1, []string{"3 kept case-twice"}},
		"json event twice":   {ocel.ReadJSON, jsonLog(jsonObject, jsonEvent+",\n"+jsonEvent), 2, []string{"0 kept event-twice"}},
		"json undeclared":    {ocel.ReadJSON, `{"eventTypes": [{"name": "B"}], "objects": [` + jsonObject + `],` + jsonLog(jsonObject, jsonEvent)[1:], 1, []string{"1 kept unknown-type", "2 kept case-twice", "4 kept unknown-type"}},
		"json not UTF-8":     {ocel.ReadJSON, jsonLog(jsonObject, strings.Replace(jsonEvent, `"A"`, "\"\xdf\"", 1)), 1, []string{"4 repaired encoding"}},
		"json cut":           {ocel.ReadJSON, jsonLog(jsonObject, jsonEvent+","+jsonEvent)[:200+len(jsonEvent)], 1, []string{"4 stopped truncated"}},
		"json broken":        {ocel.ReadJSON, jsonLog(jsonObject, jsonEvent+"}"), 1, []string{"4 stopped damaged"}},
		"json list":          {ocel.ReadJSON, "[]", 0, []string{"1 stopped refused"}},
		"json old":           {ocel.ReadJSON, `{"ocel:events": {"e1": {"ocel:activity": "A"}}}`, 0, []string{"1 stopped refused"}},
		"json no list":       {ocel.ReadJSON, `{"events": {}}`, 0, []string{"1 stopped refused"}},
		"json deep":          {ocel.ReadJSON, `{"x": ` + deep, 0, []string{"1 stopped damaged"}},
		"json long":          {ocel.ReadJSON, `{"events": [{"id": "` + strings.Repeat("x", 2*ocel.MaxElement), 0, []string{"1 stopped limit"}},
		"xml plain":          {ocel.ReadXML, xmlLog(xmlObject, xmlEvent), 1, nil},
		"xml latin":          {ocel.ReadXML, "<?xml version='1.0' encoding='ISO-8859-1'?>" + xmlLog(xmlObject, strings.Replace(xmlEvent, `"A"`, "\"\xdf\"", 1)), 1, nil},
		"xml bad time":       {ocel.ReadXML, xmlLog(xmlObject, xmlEvent+"\n"+strings.Replace(xmlEvent, "2020", "20", 1)), 1, []string{"5 dropped bad-time"}},
		"xml bad since":      {ocel.ReadXML, xmlLog(strings.Replace(xmlObject, "1970", "x", 1), xmlEvent), 1, []string{"2 repaired bad-time"}},
		"xml cut":            {ocel.ReadXML, strings.TrimSuffix(xmlLog(xmlObject, xmlEvent), "</events></log>"), 1, []string{"4 stopped truncated"}},
		"xml DOCTYPE":        {ocel.ReadXML, "<!DOCTYPE log [<!ENTITY a 'x'>]>" + xmlLog(xmlObject, xmlEvent), 0, []string{"1 stopped refused"}},
		"xml unknown entity": {ocel.ReadXML, xmlLog(xmlObject, strings.Replace(xmlEvent, `"A"`, `"&a;"`, 1)), 0, []string{"4 stopped damaged"}},
		"xml root":           {ocel.ReadXML, "<html/>", 0, []string{"1 stopped refused"}},
		"xml long":           {ocel.ReadXML, `<log><objects><object id="` + strings.Repeat("x", 2*ocel.MaxElement), 0, []string{"1 stopped limit"}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			log, err := read(c.how, c.text)
			require.ElementsMatch(t, c.found, problems(log.Report), "%v", err)
			require.Len(t, log.Events, c.events)
			require.Equal(t, log.Report.Count(process.Stopped) > 0, errors.Is(err, process.ErrMalformed), "%v", err)
		})
	}
}

func TestTwoQualifiers(t *testing.T) {
	t.Parallel()
	twice := strings.Replace(jsonEvent, "[{", `[{"objectId": "o1", "qualifier": "from"}, {`, 1)
	log, err := read(ocel.ReadJSON, jsonLog(jsonObject, twice))
	require.NoError(t, err)
	var qualifiers []string
	for l := range log.Links(log.Events[0]) {
		qualifiers = append(qualifiers, l.Qualifier)
	}
	require.Equal(t, []string{"from", ""}, qualifiers)
	view, _, err := log.Flatten("T")
	require.NoError(t, err)
	require.Len(t, view.Events, 1)
}

func fuzz(f *testing.F, how readFunc, write func(io.Writer, *process.Log) error) {
	f.Helper()
	f.Fuzz(func(t *testing.T, text string) {
		log, err := read(how, text)
		if err != nil && !errors.Is(err, process.ErrMalformed) {
			t.Fatalf("not the reader's error: %v", err)
		}
		var again bytes.Buffer
		if err := write(&again, log); err != nil {
			t.Fatal(err)
		}
		second, err := read(how, again.String())
		if err != nil || len(second.Events) != len(log.Events) {
			t.Fatalf("what was written cannot be read: %v %v", err, problems(second.Report))
		}
	})
}

func FuzzReadJSON(f *testing.F) {
	f.Add(jsonLog(jsonObject, jsonEvent))
	f.Add(`{"eventTypes": [{"name": "A"}], "objects": [], "events": [` + jsonEvent + "]}")
	fuzz(f, ocel.ReadJSON, ocel.WriteJSON)
}

func FuzzReadXML(f *testing.F) {
	f.Add(xmlLog(xmlObject, xmlEvent))
	f.Add(`<log><event-types><event-type name="A"/></event-types>` + xmlEvent)
	fuzz(f, ocel.ReadXML, ocel.WriteXML)
}
