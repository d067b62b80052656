package plaintext_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/internal/plaintext"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	var zip bytes.Buffer
	w := gzip.NewWriter(&zip)
	_, _ = w.Write([]byte("\xef\xbb\xbfab"))
	require.NoError(t, w.Close())
	for text, want := range map[string]struct {
		text, encoding string
	}{
		"":                              {"", ""},
		"a":                             {"a", ""},
		"ab\n":                          {"ab\n", ""},
		"\xef\xbb\xbfa":                 {"a", "utf-8"},
		"\xff\xfea\x00\x3d\xd8\x00\xde": {"a😀", "utf-16le"},
		"\xfe\xff\x00a\xd8\x3d\xde\x00": {"a😀", "utf-16be"},
		"a\x00b\x00":                    {"ab", "utf-16le"},
		"\x00a\x00b":                    {"ab", "utf-16be"},
		"\xfe\xff\x00a\xd8\x3d\x00b":    {"a\ufffdb", "utf-16be"},
		"\xfe\xff\x00a\xd8\x3d":         {"a\ufffd", "utf-16be"},
		"\xfe\xff\x00a\x00":             {"a\ufffd", "utf-16be"},
		zip.String():                    {"ab", "utf-8"},
	} {
		in, form, err := plaintext.Open(iotest.HalfReader(strings.NewReader(text)))
		require.NoError(t, err)
		got, err := io.ReadAll(in)
		require.NoError(t, err)
		require.Equal(t, want.text, strings.ReplaceAll(string(got), "\ufffd\ufffd", "\ufffd"), "%q", text)
		require.Equal(t, want.encoding, form.Encoding, "%q", text)
	}
	_, _, err := plaintext.Open(strings.NewReader("\x1f\x8b\x08"))
	require.Error(t, err)
	_, _, err = plaintext.Open(iotest.ErrReader(io.ErrClosedPipe))
	require.ErrorIs(t, err, io.ErrClosedPipe)
}

func TestWindows1252(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a€ß\u0081ÿ", string(plaintext.AppendWindows1252(nil, []byte("a\x80\xdf\x81\xff"))))
}

func TestWindow(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("0123456\n", 100_000)
	var seen int64
	w := plaintext.NewWindow(iotest.OneByteReader(strings.NewReader(text[:80])), 16, func(n int64) { seen = n })
	for w.More() && len(w.Bytes()) < 16 {
	}
	require.False(t, w.More())
	require.ErrorIs(t, w.Err(), plaintext.ErrTooLong)
	w.Skip(9)
	require.True(t, w.More(), "there is room again")
	require.Equal(t, "123456\n0", string(w.Bytes()))
	require.Equal(t, 2, w.Line())
	require.Equal(t, int64(9), w.Offset())
	require.Equal(t, int64(17), seen)

	w = plaintext.NewWindow(strings.NewReader(text), 1<<20, nil)
	lines := 0
	for {
		b := w.Bytes()
		i := bytes.IndexByte(b, '\n')
		if i >= 0 {
			lines++
			require.Equal(t, lines, w.Line())
			w.Skip(i + 1)
			continue
		}
		if !w.More() {
			break
		}
	}
	require.Equal(t, 100_000, lines)
	require.ErrorIs(t, w.Err(), io.EOF)

	w = plaintext.NewWindow(iotest.ErrReader(io.ErrClosedPipe), 10, nil)
	require.False(t, w.More())
	require.ErrorIs(t, w.Err(), io.ErrClosedPipe)

	w = plaintext.NewWindow(idle{}, 10, nil)
	require.False(t, w.More())
	require.ErrorIs(t, w.Err(), io.ErrNoProgress)
}

// idle never reads and never ends.
type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestTracker(t *testing.T) {
	t.Parallel()
	tr := plaintext.NewTracker(strings.NewReader("a\nb\nc\nd\n"), 6)
	_, err := io.ReadFull(tr, make([]byte, 6))
	require.NoError(t, err)
	for offset, line := range []int{1, 1, 2, 2, 3, 3, 4} {
		require.Equal(t, line, tr.Line(int64(offset)))
	}
	tr.Reached(2)
	require.Equal(t, 2, tr.Line(2))
	require.Equal(t, 3, tr.Line(4))
	_, err = io.ReadAll(tr)
	require.NoError(t, err)

	tr = plaintext.NewTracker(strings.NewReader(strings.Repeat("x", 100)), 6)
	_, err = io.ReadAll(iotest.OneByteReader(tr))
	require.ErrorIs(t, err, plaintext.ErrTooLong)
}
