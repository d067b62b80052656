package lifecycle_test

import (
	"encoding"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

func TestWordsInJSON(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		words []string
		value func(int) any
		read  func() encoding.TextUnmarshaler
	}{
		{
			[]string{"govern", "observe"},
			func(i int) any { return lifecycle.Mode(i) },
			func() encoding.TextUnmarshaler { return new(lifecycle.Mode) },
		},
		{
			[]string{"unsatisfied", "not-applicable", "satisfied", "overridden", "error"},
			func(i int) any { return lifecycle.Status(i) },
			func() encoding.TextUnmarshaler { return new(lifecycle.Status) },
		},
		{
			[]string{"warning", "error"},
			func(i int) any { return lifecycle.Severity(i) },
			func() encoding.TextUnmarshaler { return new(lifecycle.Severity) },
		},
	} {
		for i, word := range c.words {
			text, err := json.Marshal(c.value(i))
			require.NoError(t, err)
			require.Equal(t, `"`+word+`"`, string(text))
			require.NoError(t, c.read().UnmarshalText([]byte(word)))
		}

		_, err := json.Marshal(c.value(len(c.words)))
		require.ErrorIs(t, err, lifecycle.ErrInvalid)
		require.ErrorIs(t, c.read().UnmarshalText([]byte("nonsense")), lifecycle.ErrInvalid)
	}
}

func TestUnmetInJSON(t *testing.T) {
	t.Parallel()

	text, err := json.Marshal(lifecycle.Unmet{Condition: "told", Status: lifecycle.Unsatisfied, Text: "tell her", Ref: "o-1"})
	require.NoError(t, err)
	require.JSONEq(t, `{"condition": "told", "status": "unsatisfied", "text": "tell her", "ref": "o-1"}`, string(text))
}

func TestValuesThatDoNotExistHaveNumbers(t *testing.T) {
	t.Parallel()

	require.Equal(t, "mode(9)", lifecycle.Mode(9).String())
	require.Equal(t, "gate(9)", lifecycle.Gate(9).String())
	require.Equal(t, "status(9)", lifecycle.Status(9).String())
	require.Equal(t, "severity(9)", lifecycle.Severity(9).String())
}

func TestGateWords(t *testing.T) {
	t.Parallel()

	for gate, word := range map[lifecycle.Gate]string{
		lifecycle.GateNone: "none", lifecycle.GateApproval: "approval",
		lifecycle.GateTold: "told", lifecycle.GateSettled: "settled",
	} {
		require.Equal(t, word, gate.String())
	}
}
