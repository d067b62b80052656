package jsonl_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/examples/internal/jsonl"
)

func read(in io.Reader) (texts []string, numbers []int, err error) {
	for line, bad := range jsonl.Lines(in) {
		if bad != nil {
			err = errors.Join(err, bad)
			continue
		}
		texts, numbers = append(texts, string(line.Text)), append(numbers, line.Number)
	}
	return texts, numbers, err
}

func TestLines(t *testing.T) {
	t.Parallel()
	texts, numbers, err := read(strings.NewReader("{}\r\n\n  [1] \nlast"))
	require.NoError(t, err)
	require.Equal(t, []string{"{}", "[1]", "last"}, texts)
	require.Equal(t, []int{1, 3, 4}, numbers)
}

func TestAByteOrderMarkIsNoText(t *testing.T) {
	t.Parallel()
	texts, numbers, err := read(strings.NewReader("\ufeff{}\r\n\ufeff[1]\n"))
	require.NoError(t, err)
	require.Equal(t, []string{"{}", "\ufeff[1]"}, texts, "one that stands elsewhere is left to whoever reads the line")
	require.Equal(t, []int{1, 2}, numbers)
	texts, _, err = read(strings.NewReader("\ufeff" + strings.Repeat("x", jsonl.MaxLine)))
	require.NoError(t, err)
	require.Len(t, texts[0], jsonl.MaxLine)
}

func TestUnusableLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", jsonl.MaxLine)
	texts, numbers, err := read(strings.NewReader(long + "\n" + long + "y\n\xff\nend"))
	require.Equal(t, []int{1, 4}, numbers)
	require.Len(t, texts[0], jsonl.MaxLine)
	require.ErrorIs(t, err, jsonl.ErrTooLong)
	require.ErrorIs(t, err, jsonl.ErrNotUTF8)
	require.ErrorContains(t, err, "line 2: ")
	require.ErrorContains(t, err, "line 3: ")
}

func TestReaderThatFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is gone")
	texts, _, err := read(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)))
	require.Equal(t, []string{"a"}, texts)
	require.ErrorIs(t, err, broken)
}
