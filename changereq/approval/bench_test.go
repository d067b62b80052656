package approval_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq/approval"
)

// crowded is a case of 200 votes by 200 people on four requirements in two
// stages: a share, a count, all of a role, and the owners.
func crowded(tb testing.TB) *board {
	tb.Helper()
	p := approval.Policy{ID: "crowd", Version: 1, LastCall: approval.Duration(time.Hour), Stages: []approval.Stage{
		{Name: "departments", Requirements: []approval.Requirement{
			byRole("design", "design", percent(6000, approval.Ceil)), byRole("quality", "quality", need(20)),
		}},
		{Name: "management", Requirements: []approval.Requirement{
			byRole("board", "board", approval.Need{Kind: approval.All}),
			{ID: "owners", From: approval.From{Owners: true}, Need: percent(5000, approval.HalfUp), Expires: approval.Duration(10000 * time.Hour)},
		}},
	}}
	b := convene(tb, p)
	roles := map[string][]string{}
	for i := range 200 {
		name := "person" + strconv.Itoa(i)
		switch i % 4 {
		case 0:
			roles["design"] = append(roles["design"], name)
		case 1:
			roles["quality"] = append(roles["quality"], name)
		case 2:
			roles["board"] = append(roles["board"], name)
		default:
			b.c.Owners = append(b.c.Owners, name)
		}
		b.approve(name)
	}
	for i := range b.c.Votes { // as they come from a store: equal texts, each in its own place
		v := &b.c.Votes[i]
		v.By, v.Digests = strings.Clone(v.By), slices.Clone(v.Digests)
		for k := range v.Digests {
			v.Digests[k].Digest = approval.Digest(strings.Repeat(string(v.Digests[k].Digest[:1]), 64))
		}
	}
	for k := range b.c.Content {
		b.c.Content[k].Digest = approval.Digest(strings.Repeat(string(b.c.Content[k].Digest[:1]), 64))
	}
	b.c.Directory.Roles = roles
	b.c.Now = b.c.Now.Add(2 * time.Hour)
	return b
}

func BenchmarkVerdict(b *testing.B) {
	many := crowded(b)
	many.is(approval.Satisfied)
	half := crowded(b)
	half.c.Votes = half.c.Votes[:100]
	half.is(approval.Waiting)
	one := convene(b, oneStage(byRole("pm", "pm", need(1))))
	one.approve("paul")
	for name, c := range map[string]*board{"200 votes": many, "100 of 200": half, "one vote": one} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = c.judge.Verdict(&c.c)
			}
		})
	}
}

func TestACrowdIsJudged(t *testing.T) {
	t.Parallel()
	b := crowded(t)
	v := b.is(approval.Satisfied)
	require.Equal(t, 30, v.Stages[0].Requirements[0].Have)
	require.Equal(t, 50, v.Stages[1].Requirements[0].Have)
}
