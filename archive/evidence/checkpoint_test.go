package evidence_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/coordkit/coordkit/archive/evidence"
)

const origin = "example.org/journal"

func keys(tb testing.TB, name string) (note.Signer, note.Verifier) {
	tb.Helper()
	secret, public, err := note.GenerateKey(rand.Reader, name)
	require.NoError(tb, err)
	signer, err := note.NewSigner(secret)
	require.NoError(tb, err)
	verifier, err := note.NewVerifier(public)
	require.NoError(tb, err)
	return signer, verifier
}

func TestCheckpointsAreSignedAndOpened(t *testing.T) {
	t.Parallel()
	l := newLog(t, 9)
	c := checkpoints(t, l, 5, 9)
	key, public := keys(t, origin)
	witness, witnessPublic := keys(t, "witness.example")
	_, stranger := keys(t, origin)

	first, err := evidence.Sign(c[0], evidence.Checkpoint{}, nil, key)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(first), origin+"\n5\n"+c[0].Root.String()+"\n\n— "+origin+" "))
	growth, err := l.ProveGrowth(5, 9)
	require.NoError(t, err)
	second, err := evidence.Sign(c[1], c[0], growth, key, witness)
	require.NoError(t, err)

	got, signers, err := evidence.Open(second, origin, note.VerifierList(public, witnessPublic))
	require.NoError(t, err)
	require.Equal(t, c[1], got)
	require.Equal(t, []string{origin, "witness.example"}, signers)
	_, signers, err = evidence.Open(second, origin, note.VerifierList(public))
	require.NoError(t, err, "a signature of an unknown key is ignored")
	require.Equal(t, []string{origin}, signers)

	for name, tc := range map[string]struct {
		text   []byte
		origin string
		known  note.Verifiers
		want   error
	}{
		"witness alone":    {second, origin, note.VerifierList(witnessPublic), evidence.ErrMismatch},
		"another key":      {second, origin, note.VerifierList(stranger), evidence.ErrMismatch},
		"another log":      {second, "example.org/other", note.VerifierList(public), evidence.ErrMismatch},
		"altered":          {bytes.Replace(second, []byte("\n9\n"), []byte("\n8\n"), 1), origin, note.VerifierList(public), evidence.ErrMismatch},
		"not a note":       {[]byte("hello"), origin, note.VerifierList(public), evidence.ErrInvalid},
		"a note of others": {sign(t, key, "hello\n"), origin, note.VerifierList(public), evidence.ErrInvalid},
		"leading zero":     {sign(t, key, strings.Replace(c[0].Text(), "\n5\n", "\n05\n", 1)), origin, note.VerifierList(public), evidence.ErrInvalid},
		"short root":       {sign(t, key, origin+"\n5\nAAAA\n"), origin, note.VerifierList(public), evidence.ErrInvalid},
		"empty extension":  {sign(t, key, c[0].Text()+"\nx\n"), origin, note.VerifierList(public), evidence.ErrInvalid},
	} {
		_, _, err := evidence.Open(tc.text, tc.origin, tc.known)
		require.ErrorIs(t, err, tc.want, name)
	}
	got, _, err = evidence.Open(sign(t, key, c[0].Text()+"extension 1\n"), origin, note.VerifierList(public))
	require.NoError(t, err)
	require.Equal(t, c[0], got)
}

func sign(tb testing.TB, key note.Signer, text string) []byte {
	tb.Helper()
	out, err := note.Sign(&note.Note{Text: text}, key)
	require.NoError(tb, err)
	return out
}

// Sixteen cosignatures and more are accepted.
func TestManyWitnesses(t *testing.T) {
	t.Parallel()
	key, public := keys(t, origin)
	known := []note.Verifier{public}
	var witnesses []note.Signer
	for i := range 20 {
		s, v := keys(t, fmt.Sprintf("witness%d", i))
		witnesses, known = append(witnesses, s), append(known, v)
	}
	text, err := evidence.Sign(checkpoints(t, newLog(t, 3), 3)[0], evidence.Checkpoint{}, nil, key, witnesses...)
	require.NoError(t, err)
	_, signers, err := evidence.Open(text, origin, note.VerifierList(known...))
	require.NoError(t, err)
	require.Len(t, signers, 21)
}

// Nothing is signed that does not continue what was signed last, as after a
// backup was restored and other entries followed.
func TestForksAreNotSigned(t *testing.T) {
	t.Parallel()
	key, _ := keys(t, origin)
	l := newLog(t, 9)
	c := checkpoints(t, l, 6, 9)
	growth, err := l.ProveGrowth(6, 9)
	require.NoError(t, err)

	restored := newLog(t, 4)
	for p := int64(5); p <= 9; p++ {
		e := row(p).Entry
		e.Kind = "other"
		_, err := restored.Append(&e)
		require.NoError(t, err)
	}
	forked := checkpoints(t, restored, 9)[0]
	forkedGrowth, err := restored.ProveGrowth(6, 9)
	require.NoError(t, err)
	elsewhere := c[1]
	elsewhere.Origin = "example.org/other"
	other, _ := keys(t, elsewhere.Origin)

	for name, tc := range map[string]struct {
		next, last evidence.Checkpoint
		growth     []evidence.Hash
		key        note.Signer
		want       error
	}{
		"fork":            {forked, c[0], forkedGrowth, key, evidence.ErrFork},
		"smaller":         {c[0], c[1], growth, key, evidence.ErrFork},
		"no proof":        {c[1], c[0], nil, key, evidence.ErrFork},
		"another log":     {elsewhere, c[0], growth, other, evidence.ErrFork},
		"another key":     {c[1], c[0], growth, other, evidence.ErrInvalid},
		"origin of lines": {evidence.Checkpoint{Origin: "a\nb"}, evidence.Checkpoint{}, nil, key, evidence.ErrInvalid},
		"size below 0":    {evidence.Checkpoint{Origin: origin, Size: -1}, evidence.Checkpoint{}, nil, key, evidence.ErrInvalid},
	} {
		_, err := evidence.Sign(tc.next, tc.last, tc.growth, tc.key)
		require.ErrorIs(t, err, tc.want, name)
	}
	_, err = evidence.Sign(c[1], c[1], nil, key)
	require.NoError(t, err, "the same again")
	_, err = evidence.Sign(c[1], checkpoints(t, l, 0)[0], nil, key)
	require.NoError(t, err, "anything continues an empty log")
}

func TestProofFiles(t *testing.T) {
	t.Parallel()
	l := newLog(t, 9)
	key, public := keys(t, origin)
	signed, err := evidence.Sign(checkpoints(t, l, 7)[0], evidence.Checkpoint{}, nil, key)
	require.NoError(t, err)
	s, err := l.Snapshot(7)
	require.NoError(t, err)
	hashes, err := s.ProveEntry(4)
	require.NoError(t, err)
	for _, extra := range [][]byte{nil, {}, []byte("x")} {
		want := evidence.Proof{Index: 4, Extra: extra, Hashes: hashes, Signed: signed}
		file, err := want.MarshalText()
		require.NoError(t, err)
		var got evidence.Proof
		require.NoError(t, got.UnmarshalText(file))
		require.Empty(t, cmp.Diff(want, got))

		e := row(5).Entry
		text, err := e.MarshalText()
		require.NoError(t, err)
		c, err := got.Check(text, origin, note.VerifierList(public))
		require.NoError(t, err)
		require.Equal(t, int64(7), c.Size)
		_, err = got.Check(append(text, 'x'), origin, note.VerifierList(public))
		require.ErrorIs(t, err, evidence.ErrMismatch)
		_, err = got.Check(text, "other", note.VerifierList(public))
		require.ErrorIs(t, err, evidence.ErrMismatch)
	}
}

func FuzzProof(f *testing.F) {
	p := evidence.Proof{Index: 1, Hashes: []evidence.Hash{{1}, {2}}, Signed: []byte("checkpoint")}
	text, err := p.MarshalText()
	require.NoError(f, err)
	f.Add(text)
	f.Add(bytes.Replace(text, []byte("index 1"), []byte("index 01"), 1))
	f.Add(bytes.Replace(text, []byte("index"), []byte("extra AA==\nindex"), 1))
	f.Add([]byte("c2sp.org/tlog-proof@v1\n\n"))
	f.Add([]byte("c2sp.org/tlog-proof@v1\nextra AA==\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		var p evidence.Proof
		if err := p.UnmarshalText(text); err != nil {
			require.ErrorIs(t, err, evidence.ErrInvalid)
			return
		}
		again, err := p.MarshalText()
		require.NoError(t, err)
		var q evidence.Proof
		require.NoError(t, q.UnmarshalText(again))
		require.Empty(t, cmp.Diff(p, q))
	})
}

func FuzzOpen(f *testing.F) {
	key, public := keys(f, origin)
	good, err := evidence.Sign(checkpoints(f, newLog(f, 3), 3)[0], evidence.Checkpoint{}, nil, key)
	require.NoError(f, err)
	f.Add(string(good[:bytes.Index(good, []byte("\n\n"))+1]))
	f.Add("a\n-1\n\n")
	f.Add(origin + "\n99999999999999999999\nAAAA\n")
	f.Fuzz(func(t *testing.T, text string) {
		signed, err := note.Sign(&note.Note{Text: text}, key)
		if err != nil {
			return
		}
		c, _, err := evidence.Open(signed, origin, note.VerifierList(public))
		if err == nil && !strings.HasPrefix(text, c.Text()) {
			t.Fatalf("%q is read as %v", text, c)
		}
	})
}
