package ical_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/format/ical"
	"github.com/coordkit/coordkit/schedule"
)

func utc(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		panic(err)
	}
	return t
}

func calendar(lines ...string) string {
	return strings.Join(append(append([]string{"BEGIN:VCALENDAR", "VERSION:2.0"}, lines...), "END:VCALENDAR"), "\r\n") + "\r\n"
}

func event(lines ...string) string {
	return calendar(append(append([]string{"BEGIN:VEVENT", "UID:1"}, lines...), "END:VEVENT")...)
}

func TestReadTimes(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	day := schedule.DateOf
	for name, x := range map[string]struct {
		text string
		zone *time.Location
		want ical.Busy
	}{
		"instant":            {event("DTSTART:20260302T070000Z", "DTEND:20260302T080000Z"), nil, ical.Busy{Start: utc("2026-03-02 07:00"), Finish: utc("2026-03-02 08:00")}},
		"named zone":         {event("DTSTART;TZID=Europe/Berlin:20260302T080000", "DURATION:PT1H30M"), nil, ical.Busy{Start: utc("2026-03-02 07:00"), Finish: utc("2026-03-02 08:30")}},
		"summer time":        {event("DTSTART;TZID=Europe/Berlin:20260702T080000", "DTEND;TZID=\"Europe/Berlin\":20260702T090000"), nil, ical.Busy{Start: utc("2026-07-02 06:00"), Finish: utc("2026-07-02 07:00")}},
		"day over the clock": {event("DTSTART;TZID=Europe/Berlin:20260328T080000", "DURATION:P1D"), nil, ical.Busy{Start: utc("2026-03-28 07:00"), Finish: utc("2026-03-29 06:00")}},
		"path before zone":   {event("DTSTART;TZID=/citadel.org/20260101/Europe/Berlin:20260302T080000", "DURATION:PT1H"), nil, ical.Busy{Start: utc("2026-03-02 07:00"), Finish: utc("2026-03-02 08:00")}},
		"floating":           {event("DTSTART:20260302T080000", "DTEND:20260302T090000"), berlin, ical.Busy{Start: utc("2026-03-02 07:00"), Finish: utc("2026-03-02 08:00")}},
		"calendar's zone": {
			calendar("BEGIN:VEVENT", "UID:1", "DTSTART:20260302T080000", "DURATION:PT1H", "END:VEVENT", "X-WR-TIMEZONE:Europe/Berlin"), nil,
			ical.Busy{Start: utc("2026-03-02 07:00"), Finish: utc("2026-03-02 08:00")},
		},
		"zone's own name": {
			calendar("BEGIN:VEVENT", "UID:1", "DTSTART;TZID=W. Europe:20260302T080000", "DURATION:PT1H", "END:VEVENT",
				"BEGIN:VTIMEZONE", "TZID:W. Europe", "X-LIC-LOCATION:Europe/Berlin", "BEGIN:STANDARD", "DTSTART:19701025T030000", "END:STANDARD", "END:VTIMEZONE"), nil,
			ical.Busy{Start: utc("2026-03-02 07:00"), Finish: utc("2026-03-02 08:00")},
		},
		"a day":           {event("DTSTART;VALUE=DATE:20260302"), nil, ical.Busy{From: day(2026, 3, 2), To: day(2026, 3, 2)}},
		"a day, two ways": {event("DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:20260302"), nil, ical.Busy{From: day(2026, 3, 2), To: day(2026, 3, 2)}},
		"days":            {event("DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:20260307"), nil, ical.Busy{From: day(2026, 3, 2), To: day(2026, 3, 6)}},
		"weeks":           {event("DTSTART;VALUE=DATE:20260302", "DURATION:P2W"), nil, ical.Busy{From: day(2026, 3, 2), To: day(2026, 3, 15)}},
		"all it says": {
			event("SEQUENCE:3", "SUMMARY:out\\, ill\\nhome", "STATUS:TENTATIVE", "DTSTART;VALUE=DATE:20260302", "BEGIN:VALARM", "DTSTART:x", "SUMMARY:wake", "END:VALARM"), nil,
			ical.Busy{Revision: 3, Title: "out, ill\nhome", Tentative: true, From: day(2026, 3, 2), To: day(2026, 3, 2)},
		},
		"cancelled": {event("STATUS:CANCELLED", "DTSTART;VALUE=DATE:20260302"), nil, ical.Busy{Cancelled: true, From: day(2026, 3, 2), To: day(2026, 3, 2)}},
		"folded":    {event("SUM", " MARY:a", "\tb", " ü", "DTSTART;VALUE=DATE:2026", " 0302"), nil, ical.Busy{Title: "abü", From: day(2026, 3, 2), To: day(2026, 3, 2)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x.want.UID, x.want.Line = "1", 3
			got, notes, err := ical.Read(strings.NewReader(x.text), ical.ReadOptions{Zone: x.zone})
			require.NoError(t, err)
			require.Empty(t, notes)
			require.Empty(t, cmp.Diff([]ical.Busy{x.want}, got))
		})
	}
}

func TestReadFreeBusy(t *testing.T) {
	t.Parallel()
	got, notes, err := ical.Read(strings.NewReader(calendar("BEGIN:VFREEBUSY", "UID:f",
		"FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260302T080000Z/20260302T090000Z,20260303T080000Z/PT2H", "FREEBUSY;FBTYPE=FREE:20260304T080000Z/PT2H",
		"FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260305T080000Z/PT2H", "FREEBUSY;FBTYPE=X-HOME:20260306T080000Z/PT1H", "FREEBUSY:20260307T080000Z", "END:VFREEBUSY")), ical.ReadOptions{})
	require.NoError(t, err)
	require.Len(t, got, 4)
	require.Equal(t, utc("2026-03-03 10:00"), got[1].Finish)
	require.True(t, got[2].Tentative)
	require.Len(t, notes, 2)
	require.Equal(t, "FBTYPE", notes[0].Name)
	require.Equal(t, 9, notes[1].Line)
}

// TestReadTellsWhatItLeaves: everything that is not read as it stands is named.
func TestReadTellsWhatItLeaves(t *testing.T) {
	t.Parallel()
	start := "DTSTART;VALUE=DATE:20260302"
	for name, x := range map[string]struct {
		text string
		line int
		says string
		busy int
	}{
		"RRULE":         {event(start, "RRULE:FREQ=WEEKLY;COUNT=5"), 6, "repeating by RRULE is not supported: only the first time was read; write the other times out (FREQ=WEEKLY;COUNT=5)", 1},
		"RDATE":         {event(start, "RDATE;VALUE=DATE:20260309"), 6, "repeating by RDATE", 1},
		"EXDATE":        {event(start, "EXDATE;VALUE=DATE:20260302"), 6, "exceptions", 1},
		"RECURRENCE-ID": {event(start, "RECURRENCE-ID;VALUE=DATE:20260309"), 6, "moves one time", 1},
		"TRANSP":        {event(start, "TRANSP:TRANSPARENT"), 3, "marked as free", 0},
		"DTSTART":       {event("SUMMARY:x"), 3, "no start", 0},
		"DTEND":         {event(start, "DTEND:20260302T080000Z"), 6, "begins on a day and ends at an instant", 0},
		"DURATION":      {event(start, "DURATION:PT1H"), 6, "no duration of days", 0},
		"VTODO":         {calendar("BEGIN:VTODO", "DTSTART:1", "END:VTODO"), 3, "no time of absence", 0},
		"UID":           {calendar("BEGIN:VEVENT", start, "END:VEVENT"), 3, "cannot be told from another", 1},
		"FREEBUSY":      {calendar("BEGIN:VFREEBUSY", "UID:x", "END:VFREEBUSY"), 3, "lists no periods", 0},
		"X-WR-TIMEZONE": {calendar("X-WR-TIMEZONE:Mars/North"), 3, "is not known", 0},
		"":              {event(start, "no property"), 6, "passed over", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, notes, err := ical.Read(strings.NewReader(x.text), ical.ReadOptions{})
			require.NoError(t, err)
			require.Len(t, got, x.busy)
			require.Len(t, notes, 1)
			require.Equal(t, name, notes[0].Name)
			require.Equal(t, x.line, notes[0].Line)
			require.Contains(t, notes[0].Text, x.says)
		})
	}
	for text, says := range map[string]string{
		event("DTSTART:20260302T080000", "DURATION:PT1H"):                                                     "names no zone",
		event("DTSTART;TZID=Customized Time Zone:20260302T080000", "DURATION:PT1H"):                           `the zone "Customized Time Zone" is not known`,
		event("DTSTART;TZID=Local:20260302T080000", "DURATION:PT1H"):                                          `the zone "Local" is not known`,
		event("DTSTART:2026-03-02T08:00:00Z", "DURATION:PT1H"):                                                "is no time",
		event("DTSTART;TZID=Europe/Berlin:20261302T080000", "DURATION:PT1H"):                                  "is no time",
		event("DTSTART;VALUE=DATE:20261302"):                                                                  "is no date",
		event("DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:20260228"):                                     "ends before it begins",
		event("DTSTART;VALUE=DATE:20260302", "DTEND;VALUE=DATE:x"):                                            "is no date",
		event("DTSTART:20260302T080000Z", "DTEND:20260302T080000Z"):                                           "takes no time",
		event("DTSTART:20260302T080000Z", "DTEND:xZ"):                                                         "is no time",
		event("DTSTART:20260302T080000Z", "DURATION:-PT1H"):                                                   "is no duration",
		event("DTSTART:20260302T080000Z", "DURATION:P"):                                                       "is no duration",
		event("DTSTART:17760704T080000Z", "DURATION:PT1H"):                                                    "outside the years",
		calendar("BEGIN:VEVENT", "UID:1", "DTSTART:22001231T080000Z", "DTEND:22010101T080000Z", "END:VEVENT"): "outside the years",
	} {
		got, notes, err := ical.Read(strings.NewReader(text), ical.ReadOptions{})
		require.NoError(t, err)
		require.Empty(t, got, "%q", text)
		require.Len(t, notes, 1, "%q", text)
		require.Contains(t, notes[0].Text, says)
		require.Contains(t, notes[0].Text, "left out")
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"":                                      "no VCALENDAR",
		"BEGIN:VEVENT\nEND:VEVENT\n":            "outside a VCALENDAR",
		"BEGIN:VCALENDAR\nEND:VEVENT\n":         "did not begin",
		"BEGIN:VCALENDAR\nBEGIN:VEVENT\n":       "it is cut",
		"\x1f\x8b\x08":                          "gzip",
		strings.Repeat("BEGIN:VCALENDAR\n", 40): "nest deeper",
		"BEGIN:VCALENDAR\nX:" + strings.Repeat("x", 2<<20):                           "longer than",
		"BEGIN:VCALENDAR\nX:" + strings.Repeat("\n "+strings.Repeat("x", 1<<16), 20): "when unfolded",
	} {
		_, _, err := ical.Read(strings.NewReader(text), ical.ReadOptions{})
		require.ErrorIs(t, err, ical.ErrFormat, "%.40q", text)
		require.ErrorContains(t, err, says)
	}
	_, _, err := ical.Read(io.MultiReader(strings.NewReader("BEGIN:VCALENDAR\n"), iotest.ErrReader(io.ErrClosedPipe)), ical.ReadOptions{})
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

// TestReadsWhatItWrites: absences and whole days come back as they went out.
func TestReadsWhatItWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var entries []ical.Entry
		var want []ical.Busy
		for k := range rapid.IntRange(1, 5).Draw(rt, "entries") {
			e := ical.Entry{UID: string(rune('a'+k)) + rapid.StringMatching(`[a-z0-9@/ü]{0,90}`).Draw(rt, "uid"), Changed: noon, Revision: rapid.IntRange(0, 9).Draw(rt, "revision")}
			b := ical.Busy{UID: e.UID}
			start := time.Unix(rapid.Int64Range(0, 4e9).Draw(rt, "start"), 0).UTC()
			switch rapid.IntRange(0, 2).Draw(rt, "kind") {
			case 0:
				e.Kind, e.Start, e.Finish = ical.Absence, start, start.Add(time.Duration(rapid.IntRange(1, 1e6).Draw(rt, "long"))*time.Second)
			case 1:
				e.Kind, e.Start, e.Finish = ical.Event, start, start.Add(time.Duration(rapid.IntRange(1, 1e6).Draw(rt, "long"))*time.Second)
			case 2:
				e.Kind, e.Day = ical.Event, schedule.DateIn(start, time.UTC)
				b.From, b.To = e.Day, e.Day
			}
			if e.Kind == ical.Event {
				e.Title = rapid.StringMatching(`[a-z,;\\\nü :"]{0,120}`).Draw(rt, "title")
				b.Title, b.Revision = e.Title, e.Revision
			}
			b.Start, b.Finish = e.Start, e.Finish
			entries, want = append(entries, e), append(want, b)
		}
		got, notes, err := ical.Read(strings.NewReader(write(rt, entries...)), ical.ReadOptions{})
		require.NoError(rt, err)
		require.Empty(rt, notes)
		for i := range got {
			require.Positive(rt, got[i].Line)
			got[i].Line = 0
		}
		require.Empty(rt, cmp.Diff(want, got))
	})
}

// FuzzRead: nothing panics, and what is read is a time that a roster takes.
func FuzzRead(f *testing.F) {
	f.Add([]byte(event("DTSTART;TZID=Europe/Berlin:20260302T080000", "DURATION:P1DT1H", "RRULE:FREQ=DAILY")))
	f.Add([]byte(calendar("BEGIN:VFREEBUSY", "FREEBUSY;FBTYPE=BUSY:20260302T080000Z/PT1H,x/y", "END:VFREEBUSY")))
	f.Add([]byte(calendar("BEGIN:VTIMEZONE", "TZID:a", "X-LIC-LOCATION:Europe/Berlin", "END:VTIMEZONE")))
	f.Add([]byte("\xef\xbb\xbfBEGIN:VCALENDAR\n a;\"b:c\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, _, err := ical.Read(bytes.NewReader(data), ical.ReadOptions{Zone: time.UTC})
		if err != nil {
			require.ErrorIs(t, err, ical.ErrFormat)
			return
		}
		for _, b := range got {
			if b.From != 0 {
				require.LessOrEqual(t, b.From, b.To)
				continue
			}
			require.True(t, b.Start.Before(b.Finish))
		}
	})
}
