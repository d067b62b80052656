package changereq

import (
	"fmt"
	"slices"
)

// Rating places a risk on a matrix of likelihood and impact, each counted from 1.
type Rating struct {
	Likelihood int  `json:"likelihood"`
	Impact     int  `json:"impact"`
	Band       Band `json:"band,omitempty"` // by the matrix of the office at the time; set by Assess
}

// score orders ratings of one band.
func (r Rating) score() int { return r.Likelihood * r.Impact }

// Band is a class of risk.
type Band string

// The bands of StandardMatrix, lowest first.
const (
	BandLow      Band = "low"
	BandMedium   Band = "medium"
	BandHigh     Band = "high"
	BandVeryHigh Band = "very-high"
	BandCritical Band = "critical"
)

// maxAxis is the longest axis of a matrix.
const maxAxis = 10

// Matrix classes ratings of risk: an office has one, and every risk is rated by
// it when it is recorded. A matrix of another version rates what is recorded
// from then on; what was rated before keeps its bands.
type Matrix struct {
	Name    string   // with its version, such as plant-2026
	Bands   []Band   // lowest first
	Cells   [][]Band // Cells[likelihood-1][impact-1]; 2 to 10 rows of equal length
	BackOut Band     // from this band on, work needs a back-out plan before it is scheduled; empty is never
}

// StandardMatrix is the matrix of an office that brings none: 5 × 5, classed by
// the product of likelihood and impact: up to 4 low, 9 medium, 15 high, 20 very
// high, else critical. From high on it asks for a back-out plan.
func StandardMatrix() Matrix {
	m := Matrix{
		Name: "standard-5x5", Bands: []Band{BandLow, BandMedium, BandHigh, BandVeryHigh, BandCritical}, BackOut: BandHigh,
	}
	highest := []int{4, 9, 15, 20, 25} // score of each band
	for likelihood := 1; likelihood <= 5; likelihood++ {
		row := make([]Band, 5)
		for i := range row {
			band, _ := slices.BinarySearch(highest, likelihood*(i+1))
			row[i] = m.Bands[band]
		}
		m.Cells = append(m.Cells, row)
	}
	return m
}

func (m *Matrix) orStandard() *Matrix {
	if m != nil {
		return m
	}
	standard := StandardMatrix()
	return &standard
}

// Validate reports, as ErrInvalid, a matrix that is not rectangular, names a
// band it does not declare, or falls when likelihood or impact rises: on such a
// matrix making a risk worse could make it look better.
func (m *Matrix) Validate() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: risk matrix %q: %s", ErrInvalid, m.Name, fmt.Sprintf(format, args...))
	}
	if m.Name == "" || len(m.Bands) < 2 || len(m.Cells) < 2 || len(m.Cells) > maxAxis {
		return bad("it needs a name, two bands or more, and 2 to %d rows", maxAxis)
	}
	for i, band := range m.Bands {
		if band == "" || slices.Contains(m.Bands[:i], band) {
			return bad("band %d is empty or stands there twice", i+1)
		}
	}
	if m.BackOut != "" && m.level(m.BackOut) == 0 {
		return bad("it asks for back-out plans from band %q, which it does not declare", m.BackOut)
	}
	width := len(m.Cells[0])
	for i, row := range m.Cells {
		if len(row) != width || width < 2 || width > maxAxis {
			return bad("row %d has %d cells: all rows need the same 2 to %d", i+1, len(row), maxAxis)
		}
		for k, band := range row {
			level := m.level(band)
			switch {
			case level == 0:
				return bad("likelihood %d, impact %d: band %q is not declared", i+1, k+1, band)
			case k > 0 && level < m.level(row[k-1]):
				return bad("it falls from impact %d to %d at likelihood %d", k, k+1, i+1)
			case i > 0 && level < m.level(m.Cells[i-1][k]):
				return bad("it falls from likelihood %d to %d at impact %d", i, i+1, k+1)
			}
		}
	}
	return nil
}

// Band classes a rating; it reports false for one that is not on the matrix.
func (m *Matrix) Band(r Rating) (Band, bool) {
	if r.Likelihood < 1 || r.Likelihood > len(m.Cells) || r.Impact < 1 || r.Impact > len(m.Cells[r.Likelihood-1]) {
		return "", false
	}
	return m.Cells[r.Likelihood-1][r.Impact-1], true
}

// level is the place of a band from the lowest, 1; 0 is no band of the matrix.
func (m *Matrix) level(b Band) int { return slices.Index(m.Bands, b) + 1 }

// knows checks that a template's bound is a band of the matrix.
func (m *Matrix) knows(t *Template) error {
	if t == nil || m.orStandard().level(t.MaxBand) > 0 {
		return nil
	}
	return &ValidationError{Fields: []Field{{
		Pointer: "/content/template/max_band", Code: "unknown", Text: "is not a band of the risk matrix of this office",
	}}}
}

// rate classes each risk and says what the part as a whole comes to.
func (m *Matrix) rate(r *Risks) []Field {
	var f fields
	r.Matrix, r.Band, r.Level, r.BackOut = m.Name, "", 0, false
	for i := range r.Risks {
		x := &r.Risks[i]
		for _, side := range []struct {
			name   string
			rating *Rating
		}{{"inherent", &x.Inherent}, {"residual", &x.Residual}} {
			band, ok := m.Band(*side.rating)
			if !ok {
				f.add(fmt.Sprintf("/parts/risk/risks/%d/%s", i, side.name), "out_of_range",
					fmt.Sprintf("is not on the risk matrix of this office, which is %d by %d", len(m.Cells), len(m.Cells[0])))
			}
			side.rating.Band = band
		}
		if level := m.level(x.Residual.Band); level > r.Level {
			r.Band, r.Level = x.Residual.Band, level
		}
	}
	r.BackOut = m.BackOut != "" && r.Level >= m.level(m.BackOut)
	return f.faults
}
