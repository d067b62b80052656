package jsonlog_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/format/jsonlog"
	"github.com/coordkit/coordkit/coordination/process"
)

func read(text string) (*process.Log, error) {
	b := process.NewBuilder(process.BuilderConfig{Attributes: true})
	err := jsonlog.Read(strings.NewReader(text), b, jsonlog.Options{File: "t", Zone: time.UTC})
	return b.Log(), err
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

const (
	event  = `{"case":"1","activity":"A","start":"2020-01-01T00:00:00+01:00","end":"2020-01-01T01:00:00.5+01:00"}`
	object = `{"object":"1","attributes":[{"key":"n","value":"3","kind":"int"}]}`
)

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	const text = object + "\n" + event + "\n" +
		`{"case":"NA","activity":"","resource":"x","group":"g","lifecycle":"start","instance":"7","time":"2020-01-01T00:00:00"}` + "\n" +
		`{"case":"NA","activity":"B","end":"2020-01-01T00:00:00Z","resource":"","attributes":{"b":1,"a":"x","c":true,"d":1.5,"e":null}}` + "\n"
	log, err := read(text)
	require.NoError(t, err)
	require.Equal(t, []string{"3 dropped no-activity", "4 kept start-absent"}, without(problems(log.Report), "zone-assumed"))
	var out bytes.Buffer
	require.NoError(t, jsonlog.Write(&out, log))
	require.Equal(t, object+"\n"+event+"\n"+ //nolint:testifylint // the bytes are the contract
		`{"case":"NA","activity":"B","end":"2020-01-01T00:00:00Z","resource":"","attributes":[{"key":"b","value":"1","kind":"int"},`+
		`{"key":"a","value":"x"},{"key":"c","value":"true","kind":"boolean"},{"key":"d","value":"1.5","kind":"float"}]}`+"\n",
		out.String())
}

func TestNumbersCostAndHand(t *testing.T) {
	t.Parallel()
	const text = `{"case":17,"activity":"A","time":1577836800,"cost":12.50,"currency":"EUR","hand":true}
{"case":"17","activity":"B","activity":"C","end":"2020-01-01T00:00:00Z","resource":null}
`
	log, err := read(text)
	require.NoError(t, err)
	require.Equal(t, []string{"2 kept key-twice"}, problems(log.Report))
	var out bytes.Buffer
	require.NoError(t, jsonlog.Write(&out, log))
	require.Equal(t, []string{
		`{"case":"17","activity":"A","end":"2020-01-01T00:00:00Z","cost":12.5,"currency":"EUR","hand":true}`,
		`{"case":"17","activity":"B","end":"2020-01-01T00:00:00Z"}`, "",
	}, strings.Split(out.String(), "\n"))
}

func without(list []string, word string) []string {
	var out []string
	for _, s := range list {
		if !strings.Contains(s, word) {
			out = append(out, s)
		}
	}
	return out
}

func TestDirtyLines(t *testing.T) {
	t.Parallel()
	for text, found := range map[string][]string{
		event:                                          nil,
		event + "\r\n\n":                               nil,
		"7\n" + event:                                  {"1 dropped bad-line"},
		event + "\n{\"case\":":                         {"2 stopped truncated"},
		"{\"case\":\n" + event:                         {"1 dropped bad-line"},
		`{"case":"1","activity":"A"}`:                  {"1 dropped no-time"},
		`{"case":"1","time":"2020-01-01"}`:             {"1 dropped no-activity", "1 kept zone-assumed"},
		strings.Replace(event, "2020", "x", 1):         {"1 dropped bad-time"},
		strings.Replace(event, "A", "\xdf", 1):         {"1 repaired encoding"},
		`{"case":7,"activity":true,"time":1577836800}`: nil,
		`{"case":"1","activity":"A","activity":"B","time":"2020-01-01T00Z"}`:   {"1 dropped bad-time", "1 kept key-twice"},
		`{"case":["1"],"activity":"A","time":"2020-01-01T00:00:00Z"}`:          {"1 dropped bad-line"},
		`{"case":"1","activity":"A","time":"2020-01-01T00:00:00Z","cost":"?"}`: {"1 repaired bad-value"},
		`{"attributes":7}` + "\n" + event:                                      {"1 dropped bad-line"},
		`{"attributes":{"a":` + "\n":                                           {"1 dropped bad-line"},
		strings.Repeat("x", 2<<20) + "\n" + event:                              {"1 dropped limit"},
	} {
		log, err := read(text)
		require.ElementsMatch(t, found, problems(log.Report), "%.80s", text)
		require.Equal(t, log.Report.Count(process.Stopped) > 0, err != nil, "%.80s", text)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(object + "\n" + event)
	f.Add(`{"case":"1","activity":"A","time":"2020-01-01","objects":[{"id":"o","qualifier":"q"}],"attributes":{"a":[1]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		first, err := read(text)
		if err != nil && !errors.Is(err, process.ErrMalformed) {
			t.Fatalf("not the reader's error: %v", err)
		}
		var again, third bytes.Buffer
		if err := jsonlog.Write(&again, first); err != nil {
			t.Fatal(err)
		}
		second, err := read(again.String())
		if err != nil {
			t.Fatal(err)
		}
		if err := jsonlog.Write(&third, second); err != nil {
			t.Fatal(err)
		}
		if again.String() != third.String() {
			t.Fatalf("writing and reading changed %q to %q", again.String(), third.String())
		}
	})
}
