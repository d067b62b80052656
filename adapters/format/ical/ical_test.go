package ical_test

import (
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/format/ical"
	"github.com/coordkit/coordkit/schedule"
)

var noon = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.FixedZone("", 3600))

func write(t require.TestingT, entries ...ical.Entry) string {
	var b strings.Builder
	require.NoError(t, ical.Write(&b, "Drill, launch", entries))
	return b.String()
}

func TestWrite(t *testing.T) {
	t.Parallel()
	got := write(t,
		ical.Entry{Kind: ical.Event, UID: "drill/G3@x", Revision: 2, Changed: noon, Title: "G3; tooling", Start: noon, Finish: noon},
		ical.Entry{Kind: ical.Event, UID: "day@x", Changed: noon, Title: "off", Day: schedule.DateOf(2026, 3, 31), Cancelled: true},
		ical.Entry{Kind: ical.Task, UID: "order@x", Changed: noon, Title: "order 50", Text: "a\nb", Day: schedule.DateOf(2026, 3, 9)},
		ical.Entry{Kind: ical.Absence, UID: "ann/1@x", Changed: noon, Title: "secret", Start: noon, Finish: noon.Add(time.Hour)},
	)
	require.Equal(t, strings.ReplaceAll(`BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//coordkit//coordkit//EN
METHOD:PUBLISH
X-WR-CALNAME:Drill\, launch
BEGIN:VEVENT
UID:drill/G3@x
DTSTAMP:20260302T110000Z
SEQUENCE:2
DTSTART:20260302T110000Z
SUMMARY:G3\; tooling
END:VEVENT
BEGIN:VEVENT
UID:day@x
DTSTAMP:20260302T110000Z
SEQUENCE:0
DTSTART;VALUE=DATE:20260331
DTEND;VALUE=DATE:20260401
SUMMARY:off
STATUS:CANCELLED
END:VEVENT
BEGIN:VTODO
UID:order@x
DTSTAMP:20260302T110000Z
SEQUENCE:0
DUE;VALUE=DATE:20260309
SUMMARY:order 50
DESCRIPTION:a\nb
END:VTODO
BEGIN:VFREEBUSY
UID:ann/1@x
DTSTAMP:20260302T110000Z
DTSTART:20260302T110000Z
DTEND:20260302T120000Z
FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260302T110000Z/20260302T120000Z
END:VFREEBUSY
END:VCALENDAR
`, "\n", "\r\n"), got)
}

func TestRefused(t *testing.T) {
	t.Parallel()
	good := ical.Entry{Kind: ical.Event, UID: "a", Changed: noon, Start: noon, Finish: noon}
	for _, change := range []func(*ical.Entry){
		func(e *ical.Entry) { e.Kind = "VALARM" }, func(e *ical.Entry) { e.UID = "" }, func(e *ical.Entry) { e.UID = "a\r\nX:1" },
		func(e *ical.Entry) { e.Revision = -1 }, func(e *ical.Entry) { e.Changed = time.Time{} }, func(e *ical.Entry) { e.Finish = noon.Add(-1) },
		func(e *ical.Entry) { e.Kind = ical.Task }, func(e *ical.Entry) { e.Kind, e.Day = ical.Absence, 5 },
	} {
		bad := good
		change(&bad)
		require.ErrorIs(t, ical.Write(io.Discard, "", []ical.Entry{bad}), ical.ErrInvalid)
	}
	require.ErrorIs(t, ical.Write(io.Discard, "", []ical.Entry{good, good}), ical.ErrInvalid)
}

// TestAnyText unfolds what was written: no line is too long or splits a
// character, no text begins a line of its own, and the text comes back.
func TestAnyText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		title := rapid.String().Draw(t, "title")
		out := write(t, ical.Entry{Kind: ical.Event, UID: "a", Changed: noon, Title: title, Start: noon, Finish: noon})
		for l := range strings.SplitSeq(out, "\r\n") {
			require.LessOrEqual(t, len(l), 75)
			require.True(t, utf8.ValidString(l))
		}
		logical := strings.Split(strings.ReplaceAll(out, "\r\n ", ""), "\r\n")
		require.Len(t, logical, 14)
		value, ok := strings.CutPrefix(logical[10], "SUMMARY:")
		require.True(t, ok)
		back := strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n").Replace(value)
		plain := func(s string) string {
			return strings.Map(func(r rune) rune {
				if r < ' ' || (r >= 0x7f && r < 0xa0) {
					return ' '
				}
				return r
			}, strings.ReplaceAll(s, "\r\n", "\n"))
		}
		require.Equal(t, plain(title), plain(back))
	})
}
