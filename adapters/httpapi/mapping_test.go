package httpapi

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

// fill gives every field a value of its own, so that a mapping that forgets or
// confuses one is seen.
func fill(v reflect.Value, n *int) {
	*n++
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 1, 1, 0, 0, *n, 0, time.UTC)))
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case v.Kind() == reflect.Struct:
		for _, field := range v.Fields() {
			fill(field, n)
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		v.SetBytes([]byte(fmt.Sprintf(`{"n":%d}`, *n)))
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case v.Kind() == reflect.String:
		v.SetString(fmt.Sprintf("text %d", *n))
	case v.CanInt():
		v.SetInt(int64(*n % 5))
		if v.Int() == 0 {
			v.SetInt(5)
		}
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	default:
		panic(fmt.Sprintf("cannot fill %s", v.Type()))
	}
}

func filled[T any]() T {
	var v T
	n := 0
	fill(reflect.ValueOf(&v).Elem(), &n)
	return v
}

// tree is a value as its JSON.
func tree(t *testing.T, v any) map[string]any {
	t.Helper()
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	var out map[string]any
	require.NoError(t, json.Unmarshal(raw, &out))
	return out
}

// same compares two values by their JSON; the domain and the contract use the
// same names for the same things.
func same(t *testing.T, domain, contract any, without ...string) {
	t.Helper()
	want, got := tree(t, domain), tree(t, contract)
	for _, name := range without {
		delete(want, name)
		delete(got, name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("(-domain +contract)\n%s", diff)
	}
}

// from reads an input of the contract out of a domain value's JSON and maps it
// back.
func from[In, Domain any](t *testing.T, want Domain, back func(In) Domain, ignore ...cmp.Option) {
	t.Helper()
	raw, err := json.Marshal(want)
	require.NoError(t, err)
	var in In
	require.NoError(t, json.Unmarshal(raw, &in))
	if diff := cmp.Diff(want, back(in), ignore...); diff != "" {
		t.Fatalf("(-sent +arrived)\n%s", diff)
	}
}

func TestContentMapsBothWays(t *testing.T) {
	t.Parallel()
	c := filled[changereq.Content]()
	same(t, c, contentTo(c))
	same(t, changereq.Content{}, contentTo(changereq.Content{}))
	from(t, c, contentFrom)
	from(t, changereq.Content{}, contentFrom)
}

func TestAssessmentMapsBothWays(t *testing.T) {
	t.Parallel()
	a := filled[changereq.Assessment]()
	same(t, a, assessmentTo(a))
	same(t, changereq.Assessment{}, assessmentTo(changereq.Assessment{}))
	from(t, a, assessmentFrom,
		cmpopts.IgnoreFields(changereq.Part{}, "By", "At"), // what is the office's to say
		cmpopts.IgnoreFields(changereq.Assessment{}, "Opinions"),
		cmpopts.IgnoreFields(changereq.Rating{}, "Band"),
		cmpopts.IgnoreFields(changereq.Risks{}, "Matrix", "Band", "Level", "BackOut"))
}

func TestCommandsMapFromTheContract(t *testing.T) {
	t.Parallel()
	from(t, filled[changereq.Open](), openFrom)
	from(t, filled[changereq.Move](), moveFrom)
	from(t, filled[changereq.IssueBrief](), briefFrom)
	from(t, filled[changereq.RecordDecision](), decisionFrom)
	from(t, filled[changereq.MeetCondition](), metConditionFrom)
	from(t, filled[changereq.RecordResult](), resultFrom)
	from(t, filled[changereq.RecordRestored](), restorationFrom)
	from(t, filled[changereq.RecordReview](), reviewFrom)
	from(t, filled[changereq.RetireTemplate](), retirementFrom)
	from(t, changereq.Migrate{
		To: changereq.LifecycleRef{ID: "normal", Version: 2}, Policy: &changereq.PolicyRef{ID: "board", Version: 2}, States: map[string]string{"Triage": "Sorting"}, Reason: "renamed",
	}, migrationFrom)
	from(t, filled[changereq.Rebase](), rebaseFrom)
	from(t, filled[changereq.RecordRealised](), realisedFrom)
	from(t, filled[changereq.Revision](), releasedFrom)
	file := filled[archive.File]()
	from(t, file, fileFrom, cmpopts.IgnoreFields(archive.File{}, "Content", "Stored")) // findContent finds the latter
	require.Equal(t, []byte("hi"), fileFrom(FileInput{Content: []byte("hi")}).Content)
	from(t, filled[archive.Link](), linkFrom)
}

// TestTimesComeInWholeMicroseconds: the border brings times into the form that
// the office keeps.
func TestTimesComeInWholeMicroseconds(t *testing.T) {
	t.Parallel()
	odd := time.Date(2026, 1, 1, 1, 0, 0, 1999, time.FixedZone("", 3600))
	want := time.Date(2026, 1, 1, 0, 0, 0, 1000, time.UTC)
	require.Equal(t, &changereq.Window{Start: want, End: want}, moveFrom(MoveInput{Window: &WindowInput{Start: odd, End: odd}}).Window)
	require.Equal(t, &want, briefFrom(BriefInput{DecideBy: &odd}).DecideBy)
	d := decisionFrom(DecisionInput{Until: &odd, Expires: &odd})
	require.Equal(t, [2]*time.Time{&want, &want}, [2]*time.Time{d.Until, d.Expires})
	require.Equal(t, want, fileFrom(FileInput{Dated: &odd}).Dated)
}

func TestRequestMaps(t *testing.T) {
	t.Parallel()
	r := filled[changereq.Request]()
	got := requestTo(r)
	same(t, r, got, "assessment", "brief", "obligations", "origin")
	require.Equal(t, assessmentTo(r.Assessment), got.Assessment)
	same(t, r.Brief, got.Brief, "applicant", "content", "assessment", "options", "recommendation",
		"request", "request_number", "where_used", "present_values")
	require.Len(t, got.Obligations, 2)
	same(t, r.Obligations[1], got.Obligations[1], "about", "owed_by", "owed_at", "evidence", "reason", "by", "at",
		"digest", "due", "acknowledge", "answer_by")
	same(t, r.Origin, got.Origin, "digest", "history")

	bare := requestTo(changereq.Request{})
	require.Nil(t, bare.Decision, "a pending decision is left out")
	same(t, changereq.Request{}, bare, "decision")

	short := summaryTo(r)
	require.True(t, short.Held)
	require.False(t, summaryTo(changereq.Request{}).Held)
	want := tree(t, r)
	want["title"], want["labels"], want["held"] = r.Content.Title, tree(t, r.Content)["labels"], true
	for name, v := range tree(t, short) {
		require.Equal(t, want[name], v, name)
	}
}

func TestBriefMaps(t *testing.T) {
	t.Parallel()
	b := filled[changereq.Brief]()
	got := briefTo(b)
	same(t, b, got, "assessment")
	require.Equal(t, assessmentTo(b.Assessment), got.Assessment)
}

func TestFindingMaps(t *testing.T) {
	t.Parallel()
	same(t, filled[changereq.AuditFinding](), findingTo(filled[changereq.AuditFinding]()))
	same(t, changereq.AuditFinding{}, findingTo(changereq.AuditFinding{}))
}

func TestScoreMaps(t *testing.T) {
	t.Parallel()
	same(t, filled[changereq.BenefitScore](), scoreTo(filled[changereq.BenefitScore]()))
	same(t, changereq.BenefitScore{}, scoreTo(changereq.BenefitScore{}))
}

func TestPermissionMaps(t *testing.T) {
	t.Parallel()
	p := changereq.Permission{
		Event: "close", To: "Closed", Outcome: "implemented", ReasonRequired: true, Reopen: true,
		Unmet: []changereq.Unmet{{Condition: "told", Status: lifecycle.Overridden, Text: "t", Ref: "r"}},
	}
	same(t, p, permissionTo(p))
	same(t, changereq.Permission{}, permissionTo(changereq.Permission{}))
}

func TestRecordAndObligationMap(t *testing.T) {
	t.Parallel()
	same(t, filled[archive.Record](), recordTo(filled[archive.Record]()), "events")
	same(t, archive.Record{}, recordTo(archive.Record{}), "events")
	same(t, filled[notice.Obligation](), obligationTo(filled[notice.Obligation]()), "events")
	same(t, notice.Obligation{}, obligationTo(notice.Obligation{}), "events")

	ref := filled[archive.Reference]()
	ref.Type = archive.DecidedIn
	out, in := referenceTo(ref, archive.Outward), referenceTo(ref, archive.Inward)
	require.Equal(t, [2]string{"decidedIn", ref.Target.Value}, [2]string{out.Type, out.Other.Value})
	require.Equal(t, [2]string{"decides", ref.Source.Value}, [2]string{in.Type, in.Other.Value})
	require.Equal(t, [2]string{string(ref.SourcePin), string(ref.TargetPin)}, [2]string{*out.Pin, *out.OtherPin})
	require.Equal(t, [2]string{string(ref.TargetPin), string(ref.SourcePin)}, [2]string{*in.Pin, *in.OtherPin})
	same(t, ref, out, "type", "source", "target", "direction", "other", "source_pin", "target_pin", "pin", "other_pin")
}

func TestEntryAndEventMap(t *testing.T) {
	t.Parallel()
	e := filled[coordination.Entry]()
	e.Data = []byte(`{"amount":9007199254740993,"a":{"b":[1.50]}}`)
	got, err := entryTo(e)
	require.NoError(t, err)
	require.Equal(t, fmt.Sprintf("%s/%s/%d", e.Room, e.Entity, e.Seq), got.ID)
	require.Equal(t, "coordkit."+string(e.Room)+"."+e.Kind, got.Type)
	data, err := json.Marshal(got.Data)
	require.NoError(t, err)
	require.JSONEq(t, string(e.Data), string(data))
	require.Contains(t, string(data), "9007199254740993", "no digit is lost")
	same(t, e, got, "room", "entity", "kind", "at", "specversion", "id", "source", "type", "subject", "time", "data")

	e.Data = []byte("7")
	_, err = entryTo(e)
	require.Error(t, err)

	ev := changereq.Event{Seq: 3, At: e.At, Actor: "ann", Data: changereq.HeldData{Reason: "r"}}
	shown, err := eventTo(ev)
	require.NoError(t, err)
	require.Equal(t, Event{Seq: 3, At: e.At, Actor: "ann", Kind: "held", Data: map[string]any{"reason": "r"}}, shown)
}

func TestTags(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]int64{
		`"1"`: 1, `"9223372036854775807"`: 1<<63 - 1, `"0"`: -1, `"-1"`: -1, `"+1"`: -1, `"01"`: -1, `W/"1"`: -1, `"x"`: -1,
		`""`: -1, `1`: -1, `"1`: -1, `"9223372036854775808"`: -1,
	} {
		require.Equal(t, want, revOf(tag), tag)
	}
	for header, want := range map[string]bool{
		`"7"`: true, `W/"7"`: true, `"1", "7"`: true, `"1" ,W/"7"`: true, `*`: true, `"77"`: false, `7`: false, ``: false,
	} {
		require.Equal(t, want, current(&header, `"7"`), header)
	}
	require.False(t, current(nil, `"7"`))
}
