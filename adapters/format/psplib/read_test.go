package psplib_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/format/psplib"
	"github.com/coordkit/coordkit/schedule/level"
)

const small = `************************************************************************
file with basedata            : small.bas
************************************************************************
projects                      :  1
jobs (incl. supersource/sink ):  4
horizon                       :  5
RESOURCES
  - renewable                 :  2   R
  - nonrenewable              :  0   N
  - doubly constrained        :  0   D
************************************************************************
PROJECT INFORMATION:
pronr.  #jobs rel.date duedate tardcost  MPM-Time
    1      2      0        3        1        3
************************************************************************
PRECEDENCE RELATIONS:
jobnr.    #modes  #successors   successors
   1        1          2           2   3
   2        1          1           4
   3        1          1           4
   4        1          0
************************************************************************
REQUESTS/DURATIONS:
jobnr. mode duration  R 1  R 2
------------------------------------------------------------------------
  1      1     0       0    0
  2      1     3       2    0
  3      1     2       1    1
  4      1     0       0    0
************************************************************************
RESOURCEAVAILABILITIES:
  R 1  R 2
    2    1
************************************************************************
`

func want() *level.Problem {
	return &level.Problem{
		Activities: []level.Activity{
			{ID: "1", Modes: []level.Mode{{Uses: []int{0, 0}}}},
			{ID: "2", Modes: []level.Mode{{Duration: 3, Uses: []int{2, 0}}}},
			{ID: "3", Modes: []level.Mode{{Duration: 2, Uses: []int{1, 1}}}},
			{ID: "4", Modes: []level.Mode{{Uses: []int{0, 0}}}},
		},
		Relations: []level.Relation{{From: 0, To: 1}, {From: 0, To: 2}, {From: 1, To: 3}, {From: 2, To: 3}},
		Resources: []level.Resource{{ID: "R1", Capacity: 2}, {ID: "R2", Capacity: 1}},
	}
}

func TestReadSM(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"as written":             small,
		"CRLF":                   strings.ReplaceAll(small, "\n", "\r\n"),
		"blanks at ends of line": strings.ReplaceAll(small, "\n", "  \n"),
		"no line end at the end": strings.TrimRight(small, "*\n"),
		"CR alone":               strings.ReplaceAll(small, "\n", "\r"),
		"DOS end of file":        small + "\x1a",
		"byte order mark":        "\ufeff" + small,
		"tabs":                   strings.ReplaceAll(small, "   ", "\t"),
		"other headings": strings.NewReplacer("RESOURCEAVAILABILITIES:", "RESOURCE AVAILABILITIES", "PRECEDENCE RELATIONS:", "Precedence relations:").
			Replace(small),
	} {
		got, err := psplib.ReadSM(strings.NewReader(text))
		require.NoError(t, err, name)
		require.Empty(t, cmp.Diff(want(), got), name)
	}
}

func TestReadRCP(t *testing.T) {
	t.Parallel()
	got, err := psplib.Read(strings.NewReader("4 2\n2 1\n\n0 0 0 2 2 3\n3 2 0 1 4\n2 1 1\n 1 4\n0 0 0 0\n"), "small.RCP")
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(want(), got))
}

// TestNothingLimited reads an instance without any resource.
func TestNothingLimited(t *testing.T) {
	t.Parallel()
	text := strings.NewReplacer("renewable                 :  2", "renewable                 :  0", "       0    0\n", "\n", "       2    0\n", "\n",
		"       1    1\n", "\n", "  R 1  R 2", "", "    2    1\n", "\n").Replace(small)
	got, err := psplib.ReadSM(strings.NewReader(text))
	require.NoError(t, err)
	require.Empty(t, got.Resources)
	require.Equal(t, []level.Mode{{Duration: 3}}, got.Activities[1].Modes)
	got, err = psplib.ReadRCP(strings.NewReader("2 0\r\n\r\n0 1 2\r\n0 0\r\n\x1a"))
	require.NoError(t, err)
	require.Len(t, got.Activities, 2)
}

func TestReadMM(t *testing.T) {
	t.Parallel()
	full := strings.NewReplacer(
		"nonrenewable              :  0", "nonrenewable              :  1",
		"   2        1          1           4", "   2        2          1           4",
		"  1      1     0       0    0\n", "  1      1     0       0    0    0\n",
		"  2      1     3       2    0\n", "  2      1     3       2    0    4\n         2     5       1    0    1\n",
		"  3      1     2       1    1\n", "  3      1     2       1    1    2\n",
		"  4      1     0       0    0\n", "  4      1     0       0    0    0\n",
		"    2    1\n", "    2    1    6\n",
	).Replace(small)
	got, err := psplib.ReadMM(strings.NewReader(full))
	require.NoError(t, err)
	require.Equal(t, []level.Total{{ID: "N1", Capacity: 6}}, got.Totals)
	require.Empty(t, cmp.Diff([]level.Mode{
		{Duration: 3, Uses: []int{2, 0}, Spends: []int{4}},
		{Duration: 5, Uses: []int{1, 0}, Spends: []int{1}},
	}, got.Activities[1].Modes))
	repeated := strings.Replace(full, "\n         2     5", "\n  2      2     5", 1)
	again, err := psplib.ReadMM(strings.NewReader(repeated))
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(got, again))
	_, err = psplib.ReadSM(strings.NewReader(full))
	require.ErrorIs(t, err, psplib.ErrFormat, "a second mode in a single-mode file")
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	for change, line := range map[[2]string]int{
		{"jobs (incl.", "jugs (incl."}:                                                   0,
		{":  4\nhorizon", ":  x\nhorizon"}:                                               5,
		{":  4\nhorizon", ":  5\nhorizon"}:                                               16,
		{"doubly constrained        :  0", "doubly constrained        :  1"}:             10,
		{"   2        1          1           4", "   2        1          2           4"}: 19,
		{"   2        1          1           4", "   2        1          1           9"}: 19,
		{"   2        1          1           4", "   2        2          1           4"}: 19,
		{"  2      1     3       2    0", "  2      1     3       2"}:                    27,
		{"  4      1     0       0    0\n", ""}:                                          23,
		{"    2    1\n", "    2\n"}:                                                      33,
		{"REQUESTS/DURATIONS:", "REQUESTS:"}:                                             0,
	} {
		_, err := psplib.ReadSM(strings.NewReader(strings.Replace(small, change[0], change[1], 1)))
		var format *psplib.FormatError
		require.ErrorAs(t, err, &format, change[1])
		require.ErrorIs(t, err, psplib.ErrFormat)
		require.Equal(t, line, format.Line, "%q: %v", change[1], err)
		require.NotEmpty(t, format.Want)
	}
	for text, line := range map[string]int{
		"":                         1,
		"2 1\n3\n0 0 1 2\n0 0 0 7": 4,
		"2 1\n3\n0 0 1 9\n0 0 0":   3,
		"1 0\n0 0\nmore":           3,
		"x":                        1,
	} {
		_, err := psplib.ReadRCP(strings.NewReader(text))
		var format *psplib.FormatError
		require.ErrorAs(t, err, &format, text)
		require.Equal(t, line, format.Line, "%q: %v", text, err)
	}
	_, err := psplib.Read(strings.NewReader(""), "plan.xml")
	require.ErrorContains(t, err, ".sm, .mm or .rcp")
}

func TestCycleIsRefused(t *testing.T) {
	t.Parallel()
	_, err := psplib.ReadRCP(strings.NewReader("2 0\n1 1 2\n1 1 1\n"))
	var cycle *level.CycleError
	require.ErrorAs(t, err, &cycle)
	require.ErrorIs(t, err, level.ErrInvalid)
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "small.sm")
	require.NoError(t, os.WriteFile(path, []byte(small), 0o600))
	got, err := psplib.ReadFile(path)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(want(), got))
	_, err = psplib.ReadFile(filepath.Join(t.TempDir(), "none.sm"))
	require.ErrorIs(t, err, os.ErrNotExist)
}
