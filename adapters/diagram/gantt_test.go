package diagram_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/adapters/diagram"
)

func ganttDay(n int) time.Time { return time.Date(2026, time.March, 2+n, 0, 0, 0, 0, time.UTC) }

func ganttChart() diagram.Gantt {
	return diagram.Gantt{
		ID: "g", Title: "Launch", Finding: "weld is late", From: ganttDay(0), To: ganttDay(60), Today: ganttDay(5),
		Rows: []diagram.Bar{
			{Label: "G1: Late"},
			{ID: "cut", Label: "cut", Class: "Ready", Start: ganttDay(2), Finish: ganttDay(9), Strong: true},
			{ID: "weld", Label: "weld", Class: "Late", Start: ganttDay(9), Finish: ganttDay(20), Expected: diagram.Span{Start: ganttDay(15), Finish: ganttDay(26)}, Note: "wire comes late"},
			{ID: "gate", Label: "gate", Start: ganttDay(20), Finish: ganttDay(20)},
			{ID: "early", Label: "a lead", Class: "Short", Start: ganttDay(4), Finish: ganttDay(6)},
		},
		Links: []diagram.Link{{From: "cut", To: "weld"}, {From: "gate", To: "early"}, {From: "cut", To: "nobody"}},
		Loads: []diagram.Load{{Label: "welder", Capacity: 2, Columns: []diagram.Column{{ganttDay(0), ganttDay(7), 1}, {ganttDay(7), ganttDay(14), 5}, {ganttDay(14), ganttDay(21), 0}}}},
	}
}

func ganttSVG(t require.TestingT, g diagram.Gantt) string {
	var b strings.Builder
	require.NoError(t, g.WriteSVG(&b))
	return b.String()
}

// elements decodes a picture and calls f for each start of an element.
func elements(t require.TestingT, svg string, f func(xml.StartElement)) {
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
		if e, ok := token.(xml.StartElement); ok {
			f(e)
		}
	}
}

func TestGanttSaysItInWords(t *testing.T) {
	t.Parallel()
	svg := ganttSVG(t, ganttChart())
	for _, want := range []string{
		"<title id=\"g-t\">Launch</title>", "weld is late", "Late · wire comes late", "cut, Ready (2026-03-04 to 2026-03-11)",
		"capacity 2, exceeded in 1 periods", "status date 2026-03-07", ">5</text>", "url(#g-h)", "sets the end",
	} {
		require.Contains(t, svg, want)
	}
	require.NotContains(t, svg, "style=")
	require.NotContains(t, svg, "<style")
	require.Equal(t, svg, ganttSVG(t, ganttChart()))
}

// TestGanttHoldsForAnyText draws hostile labels and odd times: the picture
// decodes, its ids are unique and its own, and every box lies inside.
func TestGanttHoldsForAnyText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := ganttChart()
		g.Title, g.Finding = rapid.String().Draw(t, "title"), rapid.String().Draw(t, "finding")
		for i := range g.Rows {
			g.Rows[i].Label = rapid.String().Draw(t, "label")
			g.Rows[i].Note = rapid.StringOf(rapid.Rune()).Draw(t, "note")
			if !g.Rows[i].Start.IsZero() {
				g.Rows[i].Start = ganttDay(rapid.IntRange(-100, 200).Draw(t, "start"))
				g.Rows[i].Finish = g.Rows[i].Start.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "hours")) * time.Hour)
			}
		}
		ids := make(map[string]bool)
		width, height := 0.0, 0.0
		number := func(e xml.StartElement, name string) float64 {
			for _, a := range e.Attr {
				if a.Name.Local == name {
					x, err := strconv.ParseFloat(a.Value, 64)
					require.NoError(t, err)
					return x
				}
			}
			return 0
		}
		inPattern := 0
		elements(t, ganttSVG(t, g), func(e xml.StartElement) {
			for _, a := range e.Attr {
				if a.Name.Local == "id" {
					require.False(t, ids[a.Value], a.Value)
					require.True(t, strings.HasPrefix(a.Value, "g-"))
					ids[a.Value] = true
				}
			}
			switch e.Name.Local {
			case "svg":
				width, height = number(e, "width"), number(e, "height")
			case "pattern":
				inPattern = 2
			case "rect":
				if inPattern > 0 {
					inPattern--
					return
				}
				require.GreaterOrEqual(t, number(e, "x"), 0.0)
				require.LessOrEqual(t, number(e, "x")+number(e, "width"), width)
				require.LessOrEqual(t, number(e, "y")+number(e, "height"), height)
				require.GreaterOrEqual(t, number(e, "height"), 0.0)
			}
		})
	})
}

func TestGanttThatCannotBeDrawn(t *testing.T) {
	t.Parallel()
	for _, change := range []func(*diagram.Gantt){
		func(g *diagram.Gantt) { g.ID = "" }, func(g *diagram.Gantt) { g.ID = `x"><script>` }, func(g *diagram.Gantt) { g.To = g.From },
	} {
		g := ganttChart()
		change(&g)
		require.ErrorIs(t, g.WriteSVG(io.Discard), diagram.ErrGantt)
	}
	require.NotEmpty(t, ganttSVG(t, diagram.Gantt{ID: "empty", From: ganttDay(0), To: ganttDay(1)}))
}

func BenchmarkGantt(b *testing.B) {
	g := ganttChart()
	for i := range 120 {
		g.Rows = append(g.Rows, diagram.Bar{ID: fmt.Sprint("a", i), Label: fmt.Sprint("activity ", i), Class: "ReadyIf", Start: ganttDay(i / 4), Finish: ganttDay(i/4 + 9), Note: "order 50 of something by then"})
	}
	for b.Loop() {
		if err := g.WriteSVG(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}
