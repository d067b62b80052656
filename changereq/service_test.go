package changereq_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
)

// try gives a command about the one request of the tests by a service.
func try(tb testing.TB, s *changereq.Service, actor changereq.Actor, cmd changereq.Command) error {
	tb.Helper()
	_, err := s.Do(tb.Context(), "acme", actor, "CR1", 0, cmd)
	return err
}

// give is try of a command that must do.
func give(tb testing.TB, s *changereq.Service, actor changereq.Actor, cmd changereq.Command) changereq.Request {
	tb.Helper()
	r, err := s.Do(tb.Context(), "acme", actor, "CR1", 0, cmd)
	require.NoError(tb, err, cmd.Name())
	return r
}

// walk brings a new request to a state on the usual way.
func walk(tb testing.TB, s *changereq.Service, state string) changereq.Request {
	tb.Helper()
	r := give(tb, s, ann, changereq.Open{ID: "CR1", Content: content()})
	a := assessment()
	a.Relevance = &changereq.Relevance{Verdict: changereq.Relevant}
	for _, step := range []struct {
		actor changereq.Actor
		cmd   changereq.Command
	}{
		{ann, changereq.Move{Event: "submit"}},
		{carol, changereq.Move{Event: "receive"}},
		{carol, changereq.Assess{Parts: a}},
		{carol, changereq.Move{Event: "admit"}},
		{carol, changereq.IssueBrief{Recommendation: "Approve."}},
		{carol, changereq.Move{Event: "present"}},
		{paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved}},
		{carol, changereq.Move{Event: "schedule"}},
		{ivo, changereq.Move{Event: "start"}},
	} {
		if r.State == state {
			return r
		}
		r = give(tb, s, step.actor, step.cmd)
	}
	require.Equal(tb, state, r.State)
	return r
}
