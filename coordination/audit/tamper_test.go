package audit_test

import (
	"iter"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
)

// salted gives every place its own salts, the same ones each time.
func salted(place int) (actor, data evidence.Salt) {
	return evidence.Salt{1, byte(place)}, evidence.Salt{2, byte(place)}
}

// sealed is a journal as rows. The salts belong to the place, whatever the
// entry there now says.
func sealed(entries []coordination.Entry) iter.Seq2[evidence.Row, error] {
	return func(yield func(evidence.Row, error) bool) {
		for i, e := range entries {
			actor, data := salted(i)
			if !yield(audit.Row(e, actor, data), nil) {
				return
			}
		}
	}
}

// rejected is the journal of a desk at which requests were taken up, told and
// dismissed.
func rejected(t *testing.T, requests int) []coordination.Entry {
	t.Helper()
	_, desk, _ := proved(t)
	ann := changereq.Actor{ID: "ann"}
	carol := changereq.Actor{ID: "carol", Roles: []string{changereq.RoleCoordinator}}
	for i := range requests {
		id := changereq.ID("CR" + strconv.Itoa(i))
		for _, step := range []struct {
			by  changereq.Actor
			cmd changereq.Command
		}{
			{ann, changereq.Open{ID: id, Content: changereq.Content{
				Title: "Wider hinge", Description: "Widen the hinge to 12 mm.", Justification: "Three returns in May.",
			}}},
			{ann, changereq.Move{Event: "submit"}},
			{carol, changereq.Move{Event: "receive"}},
			{carol, changereq.Assess{Parts: changereq.Assessment{Relevance: &changereq.Relevance{
				Verdict: changereq.OutOfScope, Reason: "not our door",
			}}}},
			{carol, changereq.PutOnHold{Reason: "the supplier is asked"}},
			{carol, changereq.Release{}},
		} {
			target := id
			if step.cmd.Name() == (changereq.Open{}).Name() {
				target = ""
			}
			_, err := desk.Do(t.Context(), "acme", step.by, target, 0, step.cmd)
			require.NoError(t, err)
		}
	}
	journal, _, err := desk.Journal(t.Context(), "acme", coordination.JournalQuery{})
	require.NoError(t, err)
	return journal
}

// P11: whatever is changed in a stored event, verification finds it, and where.
func TestAnyChangeOfAnEventIsFound(t *testing.T) {
	t.Parallel()
	journal := rejected(t, 3)
	require.Greater(t, len(journal), 15)
	log := &evidence.Log{}
	for row, err := range sealed(journal) {
		require.NoError(t, err)
		_, err = log.Append(&row.Entry)
		require.NoError(t, err)
	}
	root, err := log.Root(log.Size())
	require.NoError(t, err)
	checkpoint := evidence.Checkpoint{Origin: "acme", Size: log.Size(), Root: root}
	found, err := evidence.Verify(sealed(journal), log, checkpoint)
	require.NoError(t, err)
	require.EqualValues(t, len(journal), found.Signed)

	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(journal)-1).Draw(t, "entry")
		changed := falsify(t, slices.Clone(journal), at)
		for _, kept := range []*evidence.Log{log, nil} { // a signed checkpoint alone is enough to find it
			_, err := evidence.Verify(sealed(changed), kept, checkpoint)
			var place *evidence.MismatchError
			require.ErrorAs(t, err, &place)
			if kept != nil {
				require.EqualValues(t, at+1, place.Position, place.Reason)
			}
		}
	})
}

// falsify changes one thing about the entry at a place.
func falsify(t *rapid.T, journal []coordination.Entry, at int) []coordination.Entry {
	e := &journal[at]
	flip := func(s string) string {
		b := []byte(s)
		b[rapid.IntRange(0, len(b)-1).Draw(t, "byte")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		return string(b)
	}
	switch rapid.SampledFrom([]string{
		"data", "data", "data", "actor", "kind", "entity", "room", "seq", "at", "recorded", "position", "drop", "repeat", "swap",
	}).Draw(t, "what") {
	case "data":
		e.Data = []byte(flip(string(e.Data)))
	case "actor":
		e.Actor = flip(e.Actor)
	case "kind":
		e.Kind = flip(e.Kind)
	case "entity":
		e.Entity = flip(e.Entity)
	case "room":
		e.Room = coordination.Room(flip(string(e.Room)))
	case "seq":
		e.Seq ^= 1 << rapid.IntRange(0, 40).Draw(t, "bit")
	case "at":
		e.At = e.At.Add(time.Duration(rapid.IntRange(1, 1e6).Draw(t, "later")) * time.Microsecond)
	case "recorded":
		e.Recorded = e.Recorded.Add(-time.Microsecond)
	case "position":
		e.Position++
	case "drop":
		return slices.Delete(journal, at, at+1)
	case "repeat":
		if at == 0 {
			t.Skip("nothing stands before the first")
		}
		return slices.Insert(journal, at, journal[at-1])
	case "swap":
		if at == len(journal)-1 {
			t.Skip("nothing stands after the last")
		}
		journal[at], journal[at+1] = journal[at+1], journal[at]
	}
	return journal
}
