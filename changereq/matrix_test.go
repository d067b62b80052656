package changereq_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/changereq"
)

func TestTheStandardMatrix(t *testing.T) {
	t.Parallel()
	m := changereq.StandardMatrix()
	require.NoError(t, m.Validate())
	for likelihood := 1; likelihood <= 5; likelihood++ {
		for impact := 1; impact <= 5; impact++ {
			want := changereq.BandCritical
			switch score := likelihood * impact; {
			case score <= 4:
				want = changereq.BandLow
			case score <= 9:
				want = changereq.BandMedium
			case score <= 15:
				want = changereq.BandHigh
			case score <= 20:
				want = changereq.BandVeryHigh
			}
			got, ok := m.Band(changereq.Rating{Likelihood: likelihood, Impact: impact})
			require.True(t, ok)
			require.Equal(t, want, got, "%d × %d", likelihood, impact)
		}
	}
	for _, off := range []changereq.Rating{{Likelihood: 0, Impact: 1}, {Likelihood: 1, Impact: 0}, {Likelihood: 6, Impact: 1}, {Likelihood: 1, Impact: 6}} {
		_, ok := m.Band(off)
		require.False(t, ok)
	}
}

// P13: a matrix is accepted if and only if no step to a higher likelihood or
// impact anywhere lowers the band.
func TestAMatrixIsAcceptedIffItIsMonotone(t *testing.T) {
	t.Parallel()
	bands := []changereq.Band{"green", "amber", "red"}
	rapid.Check(t, func(t *rapid.T) {
		rows, columns := rapid.IntRange(2, 4).Draw(t, "rows"), rapid.IntRange(2, 4).Draw(t, "columns")
		m := changereq.Matrix{Name: "plant", Bands: bands}
		level := make([][]int, rows)
		for l := range rows {
			level[l] = make([]int, columns)
			row := make([]changereq.Band, columns)
			for i := range columns {
				level[l][i] = rapid.IntRange(0, 2).Draw(t, "band")
				if rapid.IntRange(0, 9).Draw(t, "mend") > 0 { // mostly monotone
					if l > 0 {
						level[l][i] = max(level[l][i], level[l-1][i])
					}
					if i > 0 {
						level[l][i] = max(level[l][i], level[l][i-1])
					}
				}
				row[i] = bands[level[l][i]]
			}
			m.Cells = append(m.Cells, row)
		}
		monotone := true
		for l := range rows {
			for i := range columns {
				for l2 := l; l2 < rows; l2++ {
					for i2 := i; i2 < columns; i2++ {
						monotone = monotone && level[l2][i2] >= level[l][i]
					}
				}
			}
		}
		if err := m.Validate(); (err == nil) != monotone {
			t.Fatalf("monotone %v, but %v", monotone, err)
		}
	})
}

func TestAMatrixThatIsNone(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*changereq.Matrix){
		"no name":           func(m *changereq.Matrix) { m.Name = "" },
		"one band":          func(m *changereq.Matrix) { m.Bands = m.Bands[:1] },
		"a band twice":      func(m *changereq.Matrix) { m.Bands[1] = m.Bands[0] },
		"no rows":           func(m *changereq.Matrix) { m.Cells = nil },
		"an empty row":      func(m *changereq.Matrix) { m.Cells[0] = nil },
		"rows of two sizes": func(m *changereq.Matrix) { m.Cells[2] = m.Cells[2][:3] },
		"too many rows":     func(m *changereq.Matrix) { m.Cells = slices.Repeat(m.Cells[:1], 11) },
		"undeclared band":   func(m *changereq.Matrix) { m.Cells[4][4] = "purple" },
		"undeclared limit":  func(m *changereq.Matrix) { m.BackOut = "purple" },
	} {
		m := changereq.StandardMatrix()
		spoil(&m)
		require.ErrorIs(t, m.Validate(), changereq.ErrInvalid, name)
		_, err := changereq.New(changereq.Config{Matrix: &m})
		require.ErrorIs(t, err, changereq.ErrInvalid, name)
	}
	_, err := changereq.New(changereq.Config{Discount: -1})
	require.ErrorIs(t, err, changereq.ErrInvalid)
}

// An office's own matrix rates what is recorded and says from where on a
// back-out plan is needed.
func TestAnOfficesOwnMatrix(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Assessing")
	o.env.Matrix = &changereq.Matrix{
		Name: "plant-2026", Bands: []changereq.Band{"green", "red"}, BackOut: "red",
		Cells: [][]changereq.Band{{"green", "green", "red"}, {"green", "red", "red"}},
	}
	a := assessment()
	err := o.try(carol, changereq.Assess{Parts: a})
	var invalid *changereq.ValidationError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, []string{"/parts/risk/risks/0/inherent out_of_range", "/parts/risk/risks/0/residual out_of_range"}, codes(invalid))

	a.Risk.Risks[0].Inherent = changereq.Rating{Likelihood: 2, Impact: 3}
	a.Risk.Risks[0].Residual = changereq.Rating{Likelihood: 2, Impact: 2, Band: "green"}
	o.do(carol, changereq.Assess{Parts: a})
	got := o.req.Assessment.Risk
	require.Equal(t, changereq.Band("red"), got.Risks[0].Residual.Band, "whoever assesses does not choose the band")
	require.Equal(t, changereq.Risks{Matrix: "plant-2026", Band: "red", Level: 2, BackOut: true},
		changereq.Risks{Matrix: got.Matrix, Band: got.Band, Level: got.Level, BackOut: got.BackOut})
	o.do(carol, changereq.IssueBrief{Recommendation: "Approve."})
	o.do(carol, changereq.Move{Event: "present"})
	o.do(paul, changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved})
	o.refuses(carol, changereq.Move{Event: "schedule"}, "backout")
}

func TestATemplateIsBoundByABandOfTheOffice(t *testing.T) {
	t.Parallel()
	c := content()
	c.Template = &changereq.Template{Items: []changereq.ItemID{"A"}, Actions: []changereq.Action{changereq.ActionModify}, MaxBand: "tiny"}
	var invalid *changereq.ValidationError
	require.ErrorAs(t, newOffice(t).try(ann, changereq.Open{ID: "CR1", Content: c}), &invalid)
	require.Equal(t, []string{"/content/template/max_band unknown"}, codes(invalid))
	require.ErrorAs(t, upTo(t, "Draft").try(ann, changereq.Amend{Content: c}), &invalid)
	o := newOffice(t)
	o.env.Matrix = &changereq.Matrix{Name: "plant", Bands: []changereq.Band{"tiny", "huge"}, Cells: [][]changereq.Band{{"tiny", "huge"}, {"tiny", "huge"}}}
	o.do(ann, changereq.Open{ID: "CR1", Content: c})
}

func opinion(residual changereq.Rating, summary string) changereq.Assess {
	return changereq.Assess{Parts: changereq.Assessment{Risk: &changereq.Risks{
		Summary: summary,
		Risks:   []changereq.Risk{{Title: "it jams", Inherent: changereq.Rating{Likelihood: 5, Impact: 5}, Residual: residual}},
	}}}
}

// Of several assessors each keeps his own risks, all are shown, and the most
// severe opinion counts until its author takes it back.
func TestSeveralAssessors(t *testing.T) {
	t.Parallel()
	o := upTo(t, "Approved")
	low, high := changereq.Rating{Likelihood: 1, Impact: 2}, changereq.Rating{Likelihood: 3, Impact: 5}
	o.do(cora, opinion(high, "worse than it looks"))
	o.state("ForDecision") // an opinion that differs outdates the approval
	a := o.req.Assessment
	require.Equal(t, []string{"carol", "cora"}, []string{a.Opinions[0].By, a.Opinions[1].By})
	require.Equal(t, "cora", a.Risk.By)
	require.Equal(t, changereq.BandHigh, a.Risk.Band)
	o.do(carol, opinion(low, "nothing"))
	require.Equal(t, "cora", o.req.Assessment.Risk.By, "a lower opinion does not outvote a higher one")
	require.Len(t, o.req.Assessment.Opinions, 2)
	o.do(carol, changereq.IssueBrief{Recommendation: "Approve."})
	require.Len(t, o.req.Brief.Assessment.Opinions, 2)

	before := o.req.Digests.Material
	dora := changereq.Actor{ID: "dora", Roles: []string{changereq.RoleCoordinator}}
	o.do(dora, opinion(low, "nothing"))
	require.Equal(t, before, o.req.Digests.Material, "who repeats what somebody said changes nothing")
	o.do(cora, opinion(low, "mended"))
	require.Equal(t, changereq.BandLow, o.req.Assessment.Risk.Band)
	require.NotEqual(t, before, o.req.Digests.Material)
}

// P13: taking the highest is associative and commutative: in whatever order
// assessors speak, and however often one repeats himself, the same opinion
// counts.
func TestTheHighestOpinionCountsInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rating := rapid.Custom(func(t *rapid.T) changereq.Rating {
			return changereq.Rating{Likelihood: rapid.IntRange(1, 5).Draw(t, "l"), Impact: rapid.IntRange(1, 5).Draw(t, "i")}
		})
		n := rapid.IntRange(1, 5).Draw(t, "assessors")
		said := make([]changereq.Data, n)
		matrix := changereq.StandardMatrix()
		worst := 0
		for i := range n {
			x := &changereq.Risks{Part: changereq.Part{By: string(rune('a' + i))}, Matrix: matrix.Name}
			for range rapid.IntRange(0, 3).Draw(t, "risks") {
				r := changereq.Risk{Title: "x", Inherent: rating.Draw(t, "inherent"), Residual: rating.Draw(t, "residual")}
				r.Residual.Band, _ = matrix.Band(r.Residual)
				x.Risks = append(x.Risks, r)
				if level := slices.Index(matrix.Bands, r.Residual.Band) + 1; level > x.Level {
					x.Level, x.Band = level, r.Residual.Band
				}
			}
			worst = max(worst, x.Level)
			said[i] = changereq.AssessedData{Parts: changereq.Assessment{Risk: x}}
		}
		fold := func(order []changereq.Data) changereq.Assessment {
			var r changereq.Request
			for i, d := range order {
				r = changereq.Evolve(r, changereq.Event{Seq: int64(i), Data: d})
			}
			return r.Assessment
		}
		one := fold(said)
		again := append(rapid.Permutation(said).Draw(t, "order"), rapid.SampledFrom(said).Draw(t, "repeated"))
		if d := cmp.Diff(one, fold(again)); d != "" {
			t.Fatalf("another order of the same opinions:\n%s", d)
		}
		if one.Risk.Level != worst || len(one.Opinions) != n {
			t.Fatalf("level %d of %d opinions counts, want %d of %d", one.Risk.Level, len(one.Opinions), worst, n)
		}
	})
}
