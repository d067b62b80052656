package format_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/format"
	"github.com/coordkit/coordkit/adapters/format/csvlog"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/internal/sampledata"
)

const (
	xesText   = `<log><trace><string key="concept:name" value="1"/><event><string key="concept:name" value="A"/><date key="time:timestamp" value="2020-01-01T00:00:00Z"/></event></trace></log>`
	csvText   = "case,activity,time\n1,A,2020-01-01T00:00:00Z\n"
	jsonText  = `{"objects":[{"id":"o","type":"T"}],"events":[{"id":"e","type":"A","time":"2020-01-01T00:00:00Z","relationships":[{"objectId":"o","qualifier":""}]}]}`
	xmlText   = `<log><object-types/><objects><object id="o" type="T"/></objects><events><event id="e" type="A" time="2020-01-01T00:00:00Z"><objects><relationship object-id="o" qualifier=""/></objects></event></events></log>`
	linesText = `{"case":"1","activity":"A","time":"2020-01-01T00:00:00Z"}`
)

func zipped(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.String()
}

func TestFindsOutTheForm(t *testing.T) {
	t.Parallel()
	for text, form := range map[string]string{
		xesText: format.XES, csvText: format.CSV, jsonText: format.OCELJSON, xmlText: format.OCELXML, linesText: format.Lines,
		"\n  " + xesText: format.XES, "\ufeff" + csvText: format.CSV, "\ufeff " + linesText: format.Lines,
	} {
		for _, in := range []string{text, zipped(t, text)} {
			b := process.NewBuilder(process.BuilderConfig{})
			found, err := format.Read(iotest.HalfReader(strings.NewReader(in)), b, format.Options{File: "f"})
			require.NoError(t, err, "%.60q", text)
			require.Equal(t, form, found.Form)
			require.Equal(t, form == format.CSV, found.Mapping != nil)
			require.Len(t, b.Log().Events, 1, "%.60q", text)
		}
	}
}

func TestNamedForm(t *testing.T) {
	t.Parallel()
	read := func(text, form string) (format.Found, error) {
		return format.Read(strings.NewReader(text), process.NewBuilder(process.BuilderConfig{}), format.Options{File: "f", Form: form})
	}
	found, err := read(xmlText, format.OCEL)
	require.NoError(t, err)
	require.Equal(t, format.OCELXML, found.Form)
	found, err = read(jsonText, format.OCEL)
	require.NoError(t, err)
	require.Equal(t, format.OCELJSON, found.Form)
	_, err = read(csvText, format.XES)
	require.ErrorIs(t, err, process.ErrMalformed)
	_, err = read(csvText, "spreadsheet")
	require.ErrorIs(t, err, format.ErrForm)
}

func TestWhatIsNoLog(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"": "the file is empty", " \n": "the file is empty", "SQLite format 3\x00": "SQLite", "PK\x03\x04": "spreadsheet", "\x7fELF\x00": "binary",
		"\x1f\x8b\x08": "gzip",
	} {
		_, err := format.Read(strings.NewReader(text), process.NewBuilder(process.BuilderConfig{}), format.Options{})
		require.ErrorIs(t, err, format.ErrForm, "%q", text)
		require.ErrorContains(t, err, says)
	}
	_, err := format.Read(iotest.ErrReader(io.ErrClosedPipe), process.NewBuilder(process.BuilderConfig{}), format.Options{})
	require.ErrorIs(t, err, io.ErrClosedPipe)
	_, err = format.Read(strings.NewReader("a,b\n"), process.NewBuilder(process.BuilderConfig{}), format.Options{})
	var columns *csvlog.ColumnError
	require.ErrorAs(t, err, &columns)
}

// TestForDesk: a desk's declarations reach the reader, and an error names the
// file.
func TestForDesk(t *testing.T) {
	t.Parallel()
	b := process.NewBuilder(process.BuilderConfig{})
	how := coordination.LogSource{Layout: "01/02/2006", Columns: coordination.LogColumns{Case: "x", Activity: "#2", End: "z"}}
	note, err := format.ForDesk(strings.NewReader("x,y,z\n1,A,12/31/2019\n"), b, "f.csv", time.UTC, how)
	require.NoError(t, err)
	require.Contains(t, note, `activity = column 2 "y"`)
	require.Len(t, b.Log().Events, 1)
	_, err = format.ForDesk(strings.NewReader(""), b, "f.csv", nil, coordination.LogSource{})
	require.ErrorContains(t, err, "f.csv")
}

func TestReadsTheSamples(t *testing.T) {
	t.Parallel()
	for name, form := range map[string]string{
		"receipt.xes.gz": format.XES, "Production.csv": format.CSV, "ocel20_example.jsonocel": format.OCELJSON, "ocel20_example.xmlocel": format.OCELXML,
	} {
		path, err := sampledata.Find("logs", name)
		if err != nil {
			t.Skip(err)
		}
		in, err := os.Open(filepath.Clean(path))
		require.NoError(t, err)
		b := process.NewBuilder(process.BuilderConfig{})
		found, err := format.Read(in, b, format.Options{File: name, Zone: time.UTC})
		require.NoError(t, errors.Join(err, in.Close()))
		require.Equal(t, form, found.Form)
		require.NotEmpty(t, b.Log().Events)
	}
}

// TestBrokenUTF16: halves of characters are replaced and counted, whatever the
// form.
func TestBrokenUTF16(t *testing.T) {
	t.Parallel()
	for _, text := range []string{xesText, csvText, jsonText, xmlText, linesText} {
		wide := []byte{0xff, 0xfe}
		for _, r := range text {
			if r == 'A' {
				wide = append(wide, 0x3d, 0xd8) // a first half alone
			}
			wide = append(wide, byte(r), 0)
		}
		b := process.NewBuilder(process.BuilderConfig{})
		_, err := format.Read(bytes.NewReader(wide), b, format.Options{File: "f"})
		require.NoError(t, err)
		log := b.Log()
		require.Equal(t, strings.Count(text, "A"), log.Report.Of(process.ReasonEncoding), "%.40q", text)
		require.Equal(t, "\ufffdA", log.Activity(log.Events[0]))
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{xesText, csvText, jsonText, xmlText, linesText, "\x1f\x8b\x08"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := format.Read(strings.NewReader(text), process.NewBuilder(process.BuilderConfig{}), format.Options{File: "f"})
		var columns *csvlog.ColumnError
		if err != nil && !errors.Is(err, format.ErrForm) && !errors.Is(err, process.ErrMalformed) && !errors.As(err, &columns) {
			t.Fatalf("not the reader's error: %v", err)
		}
	})
}
