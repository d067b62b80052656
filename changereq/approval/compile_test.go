package approval_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/changereq/approval"
)

func TestFindings(t *testing.T) {
	t.Parallel()
	pm := byRole("pm", "pm", need(1))
	known := approval.Known{
		Directory: approval.Directory{Roles: map[string][]string{"pm": {"paul", "petra"}}, Groups: map[string][]string{}},
		Facts:     []string{"risk"},
	}
	edit := func(change func(*approval.Requirement)) approval.Policy {
		r := pm
		change(&r)
		return oneStage(r)
	}
	conditional := pm
	conditional.When = []approval.Condition{{Fact: "risk", In: []string{"high"}}}
	zero := int64(0)
	for name, c := range map[string]struct {
		p    approval.Policy
		want []approval.Code
	}{
		"fine":                    {oneStage(pm), nil},
		"no stage":                {approval.Policy{}, []approval.Code{approval.NoMandatoryApprover}},
		"empty stage":             {oneStage(), []approval.Code{approval.NoMandatoryApprover, approval.NoMandatoryApprover}},
		"only conditional":        {oneStage(conditional), []approval.Code{approval.NoMandatoryApprover}},
		"nobody":                  {edit(func(r *approval.Requirement) { r.From = approval.From{} }), []approval.Code{approval.QuorumUnreachable}},
		"too many":                {edit(func(r *approval.Requirement) { r.Need.Count = 3 }), []approval.Code{approval.QuorumUnreachable}},
		"too many together":       {oneStage(byRole("a", "pm", need(2)), byRole("b", "pm", need(1))), []approval.Code{approval.QuorumUnreachable}},
		"unknown role":            {oneStage(byRole("a", "chief", need(1))), []approval.Code{approval.UndeclaredName}},
		"unknown group":           {edit(func(r *approval.Requirement) { r.From.Groups = []string{"g"} }), []approval.Code{approval.UndeclaredName}},
		"unknown fact":            {edit(func(r *approval.Requirement) { r.When = []approval.Condition{{Fact: "moon", In: []string{"full"}}} }), []approval.Code{approval.UndeclaredName, approval.NoMandatoryApprover}},
		"empty condition":         {oneStage(pm, conditionalOn(approval.Condition{Fact: "risk"})), []approval.Code{approval.Contradiction}},
		"double condition":        {oneStage(pm, conditionalOn(approval.Condition{Fact: "risk", In: []string{"x"}, AtLeast: &zero})), []approval.Code{approval.Contradiction}},
		"unknown class":           {edit(func(r *approval.Requirement) { r.Sticky = []approval.Class{"mood"} }), []approval.Code{approval.UndeclaredName}},
		"lax":                     {edit(func(r *approval.Requirement) { r.Sticky = []approval.Class{approval.Scope} }), []approval.Code{approval.LaxSticky}},
		"relaxed":                 {edit(func(r *approval.Requirement) { r.Sticky = []approval.Class{approval.Editorial, approval.Schedule} }), nil},
		"no share":                {edit(func(r *approval.Requirement) { r.Need = percent(0, approval.Ceil) }), []approval.Code{approval.PercentRange}},
		"more than all":           {edit(func(r *approval.Requirement) { r.Need = percent(10001, approval.Ceil) }), []approval.Code{approval.PercentRange}},
		"imported share":          {edit(func(r *approval.Requirement) { r.Need = percent(12000, approval.HalfUp) }), nil},
		"count of none":           {edit(func(r *approval.Requirement) { r.Need.Count = 0 }), []approval.Code{approval.Contradiction}},
		"share and count":         {edit(func(r *approval.Requirement) { r.Need.BasisPoints = 1 }), []approval.Code{approval.Contradiction}},
		"unknown words":           {edit(func(r *approval.Requirement) { r.Veto, r.Need.Rounding = "some", "down" }), []approval.Code{approval.UndeclaredName, approval.Contradiction, approval.UndeclaredName}},
		"self approval":           {edit(func(r *approval.Requirement) { r.Allow = []approval.Duty{approval.Applicant} }), []approval.Code{approval.SelfApproval}},
		"last pusher":             {edit(func(r *approval.Requirement) { r.Allow = []approval.Duty{approval.Amender} }), []approval.Code{approval.SelfApproval}},
		"assessor":                {edit(func(r *approval.Requirement) { r.Allow = []approval.Duty{approval.Assessor} }), nil},
		"veto without vetoers":    {edit(func(r *approval.Requirement) { r.Veto = approval.VetoListed }), []approval.Code{approval.Contradiction}},
		"vetoers without veto":    {edit(func(r *approval.Requirement) { r.Vetoers = approval.From{Users: []string{"x"}} }), []approval.Code{approval.Contradiction}},
		"twice":                   {oneStage(pm, pm), []approval.Code{approval.DuplicateName}},
		"user twice":              {edit(func(r *approval.Requirement) { r.From.Users = []string{"x", "x"} }), []approval.Code{approval.DuplicateName}},
		"duty twice":              {edit(func(r *approval.Requirement) { r.Allow = []approval.Duty{approval.Assessor, approval.Assessor} }), []approval.Code{approval.DuplicateName}},
		"nameless":                {edit(func(r *approval.Requirement) { r.ID = "" }), []approval.Code{approval.UndeclaredName}},
		"backwards":               {edit(func(r *approval.Requirement) { r.Expires = -1 }), []approval.Code{approval.Contradiction}},
		"for ever and a day":      {edit(func(r *approval.Requirement) { r.Due = approval.Duration(1 << 62) }), []approval.Code{approval.Contradiction}},
		"many requirements":       {oneStage(make([]approval.Requirement, approval.MaxRequirements+1)...), []approval.Code{approval.TooLarge, approval.NoMandatoryApprover}},
		"many stages":             {approval.Policy{Stages: make([]approval.Stage, approval.MaxStages+1)}, []approval.Code{approval.TooLarge}},
		"many names":              {edit(func(r *approval.Requirement) { r.From.Users = make([]string, approval.MaxNames+1) }), []approval.Code{approval.TooLarge}},
		"owners are not known":    {edit(func(r *approval.Requirement) { r.From, r.Need = approval.From{Owners: true}, need(50) }), nil},
		"matching of another age": {approval.Policy{Stages: []approval.Stage{{Name: "s", Matching: "free", Requirements: []approval.Requirement{pm}}}}, []approval.Code{approval.UndeclaredName}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.p.ID, c.p.Version = "test", 1
			j, findings := approval.Compile(c.p, known)
			var got []approval.Code
			blocked := false
			for _, f := range findings {
				got = append(got, f.Code)
				blocked = blocked || f.Severity == approval.Error
				require.NotEmpty(t, f.Advice)
				require.Contains(t, f.String(), string(f.Code))
			}
			require.Equal(t, c.want, got, "%v", findings)
			require.Equal(t, blocked, j == nil)
		})
	}
	_, findings := approval.Compile(oneStage(pm), approval.Known{})
	require.Len(t, findings, 1, "a policy without id and version cannot be pinned: %v", findings)
}

func conditionalOn(w approval.Condition) approval.Requirement {
	r := byRole("also", "pm", need(1))
	r.When = []approval.Condition{w}
	return r
}

func TestAJudgeKeepsItsOwnCopy(t *testing.T) {
	t.Parallel()
	limit := int64(5)
	r := byRole("pm", "pm", need(1))
	p := oneStage(r, conditionalOn(approval.Condition{Fact: "cost", AtLeast: &limit}))
	p.ID, p.Version = "test", 1
	j, findings := approval.Compile(p, approval.Known{})
	require.NotNil(t, j, "%v", findings)
	limit, p.Stages[0].Requirements[0].From.Roles[0] = 6, "mallory"
	q := j.Policy()
	require.Equal(t, int64(5), *q.Stages[0].Requirements[1].When[0].AtLeast)
	q.Stages[0].Requirements[0].ID = "other"
	got, ok := j.Requirement("pm")
	require.True(t, ok)
	require.Equal(t, []string{"pm"}, got.From.Roles)
	roles, groups := j.Names()
	require.Equal(t, []string{"pm"}, roles)
	require.Empty(t, groups)
}

const full = `{"id":"board","version":2,"title":"Board","last_call":"168h0m0s","override":{"users":["dora","dirk"]},"stages":[
{"name":"technical","matching":"shared","requirements":[{"id":"qa","meaning":"technically sound","from":{"roles":["qa"],"groups":["lab"],"owners":true},
"need":{"kind":"percent","basis_points":6667,"rounding":"half-up"},"veto":"listed","vetoers":{"users":["sam"]},"allow":["assessor"],"signed":true,
"expires":"720h0m0s","sticky":["editorial","schedule"],"due":"48h0m0s","when":[{"fact":"risk","in":["high"]},{"fact":"cost","at_least":1000}]},
{"id":"pm","optional":true,"from":{"roles":["pm"]},"need":{"kind":"any"}}]}]}`

func TestPoliciesAreStableJSON(t *testing.T) {
	t.Parallel()
	p, err := approval.Parse([]byte(full))
	require.NoError(t, err)
	require.Equal(t, approval.Duration(168*time.Hour), p.LastCall)
	raw, err := json.Marshal(p)
	require.NoError(t, err)
	require.JSONEq(t, full, string(raw))
	rapid.Check(t, func(t *rapid.T) {
		p := policies().Draw(t, "policy")
		raw, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		back, err := approval.Parse(raw)
		if err != nil {
			t.Fatalf("%v in %s", err, raw)
		}
		if d := cmp.Diff(p, back, cmpopts.EquateEmpty()); d != "" {
			t.Fatal(d)
		}
	})
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"id":"p","version":1,"colour":"red"}`:                                    "/colour",
		`{"id":"p","Version":1}`:                                                   "/Version",
		`{"id":"p","id":"q","version":1}`:                                          "/id",
		`{"id":"p","version":1,"title":null}`:                                      "/title",
		`{"id":"p","version":"1"}`:                                                 "/version",
		`{"id":"p","version":1.5}`:                                                 "/version",
		`{"id":"p","version":1e99}`:                                                "/version",
		`{"version":1}`:                                                            "/id",
		`{"id":"p"}`:                                                               "/version",
		`{"id":"p","version":1,"last_call":"soon"}`:                                "/last_call",
		`{"id":"p","version":1,"last_call":7}`:                                     "/last_call",
		`{"id":"p","version":1,"stages":{}}`:                                       "/stages",
		`{"id":"p","version":1,"stages":[{"name":"s","requirements":[[]]}]}`:       "/stages/0/requirements/0",
		`{"id":"p","version":1,"stages":[{"requirements":[{"signed":"yes"}]}]}`:    "/stages/0/requirements/0/signed",
		`{"id":"p","version":1,"stages":[{"requirements":[{"from":{"a/b":[]}}]}]}`: "/stages/0/requirements/0/from/a~1b",
		`{"id":"p","version":1} {}`:                                                "",
		`[]`:                                                                       "",
		`{"id":"p"`:                                                                "",
		"\"\xff\"":                                                                 "",
		strings.Repeat(" ", approval.MaxSize+1):                                    "",
		strings.Repeat("[", 100_000):                                               "",
	} {
		_, err := approval.Parse([]byte(text))
		var parse *approval.ParseError
		require.ErrorAs(t, err, &parse, "%.60s", text)
		require.ErrorIs(t, err, approval.ErrInvalid)
		require.Equal(t, want, parse.Pointer, "%.60s: %v", text, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte(`{"id":"p","version":1,"stages":[{"name":"s","requirements":[{"id":"r","from":{"users":["a"]},"need":{"kind":"all"}}]}]}`))
	f.Add([]byte(`{"id":"p","version":1,"stages":[{"name":"s","requirements":[{"id":"r","from":{"users":["a"]},"need":{"kind":"percent","basis_points":-1,"rounding":"half-up"}}]}]}`))
	f.Add([]byte(`{"id":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := approval.Parse(data)
		if err != nil {
			require.ErrorIs(t, err, approval.ErrInvalid)
			return
		}
		raw, err := json.Marshal(p)
		require.NoError(t, err)
		back, err := approval.Parse(raw)
		require.NoError(t, err, "%s", raw)
		require.Empty(t, cmp.Diff(p, back, cmpopts.EquateEmpty()))
		if j, _ := approval.Compile(p, approval.Known{}); j != nil {
			c := approval.Case{Now: epoch, Votes: []approval.Vote{{ID: "1", By: "a", Kind: approval.Approve, At: epoch}}}
			v := j.Verdict(&c)
			require.NotEmpty(t, v.Explain())
		}
	})
}

func TestDurations(t *testing.T) {
	t.Parallel()
	var d approval.Duration
	require.ErrorIs(t, d.UnmarshalText([]byte("a week")), approval.ErrInvalid)
	require.NoError(t, d.UnmarshalText([]byte("72h")))
	text, err := d.MarshalText()
	require.NoError(t, err)
	require.Equal(t, "72h0m0s", string(text))
}
