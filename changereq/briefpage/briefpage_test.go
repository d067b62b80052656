package briefpage_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/briefpage"
)

var update = flag.Bool("update", false, "write the pages of testdata anew")

func at(day int) time.Time { return time.Date(2026, 6, day, 9, 0, 0, 0, time.UTC) }

// full is a brief with everything a brief can have.
func full() *changereq.Brief {
	carol := changereq.Part{By: "carol", At: at(2), Confidence: changereq.ConfidenceMedium, Evidence: []string{"returns-2026-05", "lab report 12"}}
	cora := changereq.Part{By: "cora", At: at(3), Confidence: changereq.ConfidenceHigh}
	rating := func(likelihood, impact int, band changereq.Band) changereq.Rating {
		return changereq.Rating{Likelihood: likelihood, Impact: impact, Band: band}
	}
	mine := changereq.Risks{
		Part: carol, Summary: "Both are known from revision B.", Matrix: "standard-5x5", Band: changereq.BandMedium, Level: 2,
		OnParts: "hinge plate and its screws", InProcess: "batch 7 is finished with the old hinge", OnDelivered: "none: the pattern of the screws stays",
		Risks: []changereq.Risk{
			{Title: "Old doors no longer fit", Inherent: rating(4, 4, changereq.BandVeryHigh), Mitigation: "Keep the screw pattern", Residual: rating(1, 4, changereq.BandLow)},
			{Title: "Supplier is late", Inherent: rating(3, 3, changereq.BandMedium), Residual: rating(3, 2, changereq.BandMedium)},
		},
	}
	hers := changereq.Risks{
		Part: cora, Matrix: "standard-5x5", Band: changereq.BandLow, Level: 1,
		Risks: []changereq.Risk{{Title: "Paint chips at the edge", Inherent: rating(2, 2, changereq.BandLow), Residual: rating(1, 1, changereq.BandLow)}},
	}
	decideBy := at(12)
	return &changereq.Brief{
		Number: 2, Request: "CR42", RequestNumber: "CR-2026-0042", Applicant: "ann",
		Content: changereq.Content{
			Title: "Widen the door hinge to 12 mm", Labels: []string{"door", "safety"},
			Description:   "Widen the hinge plate from 10 to 12 mm and keep the pattern of the screws.\nThe assembly jig takes both widths.",
			Justification: "Eleven returns since March: the door drops by 4 mm within a year.", BackOutPlan: "Refit the 10 mm hinge; stock of 200 is kept until August.",
			Window: &changereq.Window{Start: at(20), End: at(27)},
			Affected: []changereq.AffectedItem{
				{Item: "DRW-12", Action: changereq.ActionModify, Base: "B", Owner: "otto"},
				{Item: "MAN-3", Action: changereq.ActionNone, Base: "4", Owner: "olga"},
				{Item: "ASM-7", Action: changereq.ActionModify, Base: "2", Owner: "otto"},
			},
		},
		Assessment: changereq.Assessment{
			Relevance: &changereq.Relevance{Part: carol, Verdict: changereq.Relevant, Reason: "our drawing, our supplier"},
			Risk:      &mine, Opinions: []changereq.Risks{mine, hers},
			Benefit: &changereq.Estimate{Part: carol, Summary: "Returns fall to the level of the other doors.", Amounts: []changereq.Amount{
				{What: "fewer returns", Low: 1_200_000, Likely: 2_500_000, High: 4_000_000, Currency: "EUR", Horizon: 24},
			}},
			Cost: &changereq.Estimate{Part: carol, Amounts: []changereq.Amount{
				{What: "tool for the plate", Low: 450_000, Likely: 520_000, High: 700_000, Currency: "EUR"},
				{What: "heavier plate", Low: 180_000, Likely: 240_000, High: 260_000, Currency: "EUR", Horizon: 24},
			}},
			Plan: &changereq.PlanEffect{
				Part: carol, AsOf: at(1), Source: "plan P-7, revision 12",
				Cost:      []changereq.Amount{{What: "a second shift in week 26", Low: 90_000, Likely: 110_000, High: 150_000, Currency: "EUR"}},
				Delays:    []changereq.Delay{{What: "first delivery of batch 8", Before: at(22), After: at(26)}},
				Shortages: []changereq.Shortage{{Item: "BOLT-8", Short: 1400, Unit: "pcs", NeedBy: at(21)}},
				People:    []string{"ivo", "olga"},
			},
		},
		WhereUsed: &changereq.WhereUsed{By: "carol", At: at(3), Uses: []changereq.Use{
			{Item: "ASM-7", Path: []changereq.ItemID{"DRW-12", "ASM-7"}},
		}},
		PresentValues: []changereq.PresentValue{{Currency: "EUR", Low: 132_401, Likely: 1_638_225, High: 3_203_966, Rate: 450}},
		Material:      changereq.Digest(strings.Repeat("3f0a", 16)),
		Options: []changereq.Option{
			{Title: "Widen to 12 mm", Summary: "as drawn; first parts in week 26"},
			{Title: "Stay at 10 mm", Summary: "returns go on at two a month"},
			{Title: "Buy the hinge of the other supplier"},
		},
		Recommendation: "Approve option 1: it pays within nine months, and the risk that is left is a supplier who is late.",
		DecideBy:       &decideBy, By: "carol", At: at(4), Digest: changereq.Digest(strings.Repeat("9b5c", 16)),
	}
}

// hostile is a brief whose every text tries to be markup.
func hostile() *changereq.Brief {
	const evil = "</p><script>alert(1)</script>\n# head\n- item\n1. one\n| a | b |\n[x](javascript:alert(1)) ![i](http://e) *b* _i_ `c` &amp; <b>\u202eevil\u0007"
	b := full()
	b.RequestNumber, b.Applicant, b.By, b.Recommendation = evil, evil, evil, evil
	b.Content.Title, b.Content.Description, b.Content.Justification, b.Content.BackOutPlan = evil, evil, evil, evil
	b.Content.Labels = []string{evil}
	b.Content.Affected[0] = changereq.AffectedItem{Item: evil, Action: evil, Base: evil, Owner: evil}
	b.WhereUsed.Uses[0].Path[0], b.WhereUsed.By = evil, evil
	b.Options[0] = changereq.Option{Title: evil, Summary: evil}
	a := &b.Assessment
	a.Relevance.Reason, a.Relevance.Verdict, a.Relevance.By, a.Relevance.Evidence = evil, evil, evil, []string{evil}
	a.Risk.Summary, a.Risk.OnParts, a.Risk.Band = evil, evil, evil
	a.Risk.Risks[0] = changereq.Risk{Title: evil, Mitigation: evil, Residual: changereq.Rating{Band: evil}}
	a.Benefit.Summary, a.Benefit.Amounts[0].What = evil, evil
	a.Plan.Source, a.Plan.Summary, a.Plan.People = evil, evil, []string{evil}
	a.Plan.Delays[0].What, a.Plan.Shortages[0].Item, a.Plan.Shortages[0].Unit = evil, evil, evil
	return b
}

// bare is a brief of an emergency: almost nothing was known.
func bare() *changereq.Brief {
	return &changereq.Brief{
		Number: 1, Request: "CR1", RequestNumber: "CR-2026-0001", Applicant: "ann", Content: changereq.Content{Title: "Stop the line"},
		Missing: []string{"risk", "benefit", "cost"}, Recommendation: "At once.", By: "carol", At: at(4), Digest: "d", Material: "m",
		WhereUsed: &changereq.WhereUsed{By: "carol", At: at(4), Uses: []changereq.Use{{Item: "CAR", Path: []changereq.ItemID{"DOOR", "CAR"}}}},
	}
}

func render(tb testing.TB, b *changereq.Brief) (asHTML, asMarkdown string) {
	tb.Helper()
	var h, m bytes.Buffer
	require.NoError(tb, briefpage.HTML(&h, b))
	require.NoError(tb, briefpage.Markdown(&m, b))
	return h.String(), m.String()
}

// The pages of testdata were looked at as a picture before they were kept.
func TestPages(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]*changereq.Brief{"full": full(), "hostile": hostile(), "bare": bare()} {
		asHTML, asMarkdown := render(t, b)
		for kind, got := range map[string]string{"html": asHTML, "md": asMarkdown} {
			file := filepath.Join("testdata", name+"."+kind)
			if *update {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o600))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-kept +now)\n%s", file, diff)
			}
		}
		again, sameAgain := render(t, b)
		require.Equal(t, asHTML, again)
		require.Equal(t, asMarkdown, sameAgain)
	}
}

// What stands on one page stands on the other.
func TestBothPagesTellTheSame(t *testing.T) {
	t.Parallel()
	asHTML, asMarkdown := render(t, full())
	plainHTML := html.UnescapeString(regexp.MustCompile(`<style>.*?</style>|<[^>]*>`).ReplaceAllString(strings.ReplaceAll(asHTML, "\n", " "), ""))
	plainMarkdown := strings.NewReplacer("\\", "", "*", "", "<br>", " ", "`", "", "\n", " ").Replace(asMarkdown)
	for _, fact := range []string{
		"CR-2026-0042", "Widen the door hinge to 12 mm", "safety", "ann", "carol", "12 June 2026", "Approve option 1", "EUR 16,382.25",
		"EUR 1,324.01", "at 4.5 % a year", "over 24 months", "once", "residual risk medium", "highest of 2 assessors", "Paint chips",
		"confidence high", "lab report 12", "4 × 4", "very high", "Keep the screw pattern", "hinge plate and its screws", "none: the pattern",
		"not stated", "The assembly jig takes both widths.", "4 days later", "1,400 pcs short", "plan P-7, revision 12", "1 June 2026, 09:00 UTC",
		"ivo, olga", "second shift", "DRW-12 → ASM-7", "named in the request", "none after review", "Refit the 10 mm hinge",
		"20 June 2026, 09:00 UTC to 27 June 2026, 09:00 UTC", "Buy the hinge", "returns go on", "our drawing, our supplier",
		strings.Repeat("9b5c", 16), strings.Repeat("3f0a", 16),
	} {
		require.Contains(t, plainHTML, fact)
		require.Contains(t, plainMarkdown, fact)
	}
	asHTML, asMarkdown = render(t, bare())
	for _, fact := range []string{"risk, benefit, cost had not been assessed", "not said", "DOOR → CAR"} {
		require.Contains(t, asHTML, fact)
		require.Contains(t, asMarkdown, fact)
	}
}

// The page loads nothing, runs nothing and takes no markup from anybody.
func TestNothingOnThePageActs(t *testing.T) {
	t.Parallel()
	asHTML, asMarkdown := render(t, hostile())
	ours, _ := render(t, full())
	tag := regexp.MustCompile(`<[a-zA-Z!/][^>]*>`)
	known := make(map[string]bool)
	for _, x := range tag.FindAllString(ours, -1) {
		known[strings.Fields(x)[0]] = true
	}
	for _, x := range tag.FindAllString(asHTML, -1) {
		require.True(t, known[strings.Fields(x)[0]], "a tag that is not ours: %s", x)
	}
	require.NotRegexp(t, `<[^>]* on[a-z]+=`, asHTML)
	for _, never := range []string{"<script", "href=", "src=", "url(", "@import", "\u202e", "\a"} {
		require.NotContains(t, asHTML, never)
	}
	require.NotContains(t, asMarkdown, "\u202e")
	require.Contains(t, briefpage.ContentSecurityPolicy(), "default-src 'none'; style-src 'sha256-")
	for i, line := range strings.Split(asMarkdown, "\n") {
		if strings.HasPrefix(line, "#") {
			require.Regexp(t, `^#{1,2} [A-Z\\<]`, line, "line %d", i+1)
		}
		require.NotRegexp(t, `(^|[^\\])<(?:[^b]|b[^r])`, line, "line %d: markup of somebody else", i+1)
	}
}

var markup = regexp.MustCompile("(?m)^[#+\\-=:]|^[0-9]+[.)]|[`*_\\[\\]<>&|~$]")

// Taking the backslashes away gives what was written, and no character that
// Markdown could take for markup is left without one.
func TestMarkdownIsEscaped(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		alphabet := rapid.RuneFrom([]rune("ab1 .)#+-=:\\`*_[]<>&|~$\n!é→"))
		said := rapid.StringOfN(alphabet, 1, 40, -1).Draw(t, "text")
		b := bare()
		b.Recommendation = "begin" + "\n\n" + said + "\n\nend"
		var out bytes.Buffer
		if err := briefpage.Markdown(&out, b); err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(out.String(), "\nbegin\n\n")
		got, _, found := strings.Cut("\n\n"+rest, "\n\nend\n")
		if !found {
			t.Fatalf("the text ran on:\n%s", out.String())
		}
		got = strings.TrimPrefix(got, "\n\n")
		got = strings.ReplaceAll(got, "\\\n", "\n") // hard line breaks
		bared := regexp.MustCompile(`\\(.)`).ReplaceAllString(got, "x")
		if left := markup.FindString(bared); left != "" {
			t.Fatalf("%q is left in %q", left, got)
		}
		want := regexp.MustCompile(`\n{2,}`).ReplaceAllString(trimmed(said), "\n\n")
		if back := regexp.MustCompile(`\\(.)`).ReplaceAllString(got, "$1"); back != want {
			t.Fatalf("%q became %q, which reads %q", said, got, back)
		}
	})
}

// trimmed is the text without blanks around lines and blank lines around it.
func trimmed(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

func TestMoney(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		minor    int64
		currency string
		want     string
	}{
		{0, "EUR", "EUR 0.00"},
		{5, "EUR", "EUR 0.05"},
		{-5, "EUR", "EUR −0.05"},
		{123_456_789, "EUR", "EUR 1,234,567.89"},
		{1_234, "JPY", "JPY 1,234"},
		{1_234, "KWD", "KWD 1.234"},
		{-1 << 63, "CLF", "CLF −922,337,203,685,477.5808"},
		{100, "EUR", "EUR 1.00"},
	} {
		b := bare()
		b.Assessment.Cost = &changereq.Estimate{Amounts: []changereq.Amount{{What: "x", Low: tc.minor, Likely: tc.minor, High: tc.minor, Currency: tc.currency}}}
		asHTML, asMarkdown := render(t, b)
		require.Contains(t, asHTML, ">"+tc.want+"<")
		require.Contains(t, asMarkdown, "| "+tc.want+" |")
	}
}

type broken struct{}

var errBroken = errors.New("broken pipe")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestAWriterThatFails(t *testing.T) {
	t.Parallel()
	require.ErrorIs(t, briefpage.HTML(broken{}, full()), errBroken)
	require.ErrorIs(t, briefpage.Markdown(broken{}, full()), errBroken)
}

func ExampleMarkdown() {
	brief := &changereq.Brief{
		Number: 1, RequestNumber: "CR-2026-0001", Applicant: "ann", By: "carol", At: at(4), Recommendation: "Approve *today*.",
		Content: changereq.Content{Title: "Wider hinge"},
	}
	var out bytes.Buffer
	if err := briefpage.Markdown(&out, brief); err != nil {
		fmt.Println(err)
	}
	fmt.Println(strings.Join(strings.Split(out.String(), "\n")[:7], "\n"))
	// Output:
	// # Wider hinge
	//
	// CR-2026-0001, brief 1 for decision, asked by ann, issued 4 June 2026, 09:00 UTC by carol
	//
	// ## Recommendation
	//
	// Approve \*today\*.
}
