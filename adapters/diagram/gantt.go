package diagram

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrGantt is the class of errors about a chart that cannot be drawn: without an ID, or over no time.
var ErrGantt = errors.New("diagram: gantt")

// Gantt is a chart of bars over time with the load below.
type Gantt struct {
	// ID begins the ids inside the picture, so that several can stand in one page. It is needed: letters, digits and hyphens.
	ID       string
	Title    string
	Finding  string // what the picture shows, in one sentence, for who cannot see it
	From, To time.Time
	Today    time.Time // a line; zero for none
	Rows     []Bar
	Links    []Link
	Loads    []Load
	Width    int // of the time area in pixels; zero is 900
}

// Bar is one row: a bar, or a mark if it takes no time. A row without a start is a heading.
type Bar struct {
	ID            string
	Label         string
	Class         string // Ready, ReadyIf, Late or Short; others are drawn plain
	Start, Finish time.Time
	Expected      Span   // drawn thin below the bar where it differs
	Note          string // beside the chart
	Strong        bool   // on the path that sets the end: a double border
}

// Span is a stretch of time.
type Span struct{ Start, Finish time.Time }

// Link joins the end of one bar with the beginning of another.
type Link struct{ From, To string }

// Load is a row of columns, one for each period.
type Load struct {
	Label    string
	Capacity int
	Columns  []Column
}

// Column is what is asked for in a period.
type Column struct {
	Start, Finish time.Time
	Wanted        int
}

const (
	rowHeight  = 20
	loadHeight = 46
	labelWidth = 230
	noteWidth  = 330
	headHeight = 56
	chartWidth = 900
)

// chart is a Gantt with its places worked out, all in whole pixels.
type chart struct {
	Gantt
	width, height int
	rowOf         map[string]int
	out           strings.Builder
}

// WriteSVG draws the chart. The same chart gives the same bytes. Looks are presentation attributes, so the picture
// may stand in a page that forbids inline styles. Verdicts are told by words and hatching, not by colour alone.
func (g Gantt) WriteSVG(w io.Writer) error {
	if g.ID == "" || strings.Trim(g.ID, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
		return fmt.Errorf("%w: the id %q must be letters, digits and hyphens", ErrGantt, g.ID)
	}
	if !g.From.Before(g.To) {
		return fmt.Errorf("%w: from %v to %v is no time", ErrGantt, g.From, g.To)
	}
	c := chart{Gantt: g, rowOf: make(map[string]int, len(g.Rows))}
	c.Width = cmp.Or(c.Width, chartWidth)
	c.width = labelWidth + c.Width + noteWidth
	c.height = headHeight + len(c.Rows)*rowHeight + len(c.Loads)*loadHeight + 34
	for i, r := range c.Rows {
		if _, ok := c.rowOf[r.ID]; !ok && !r.Start.IsZero() {
			c.rowOf[r.ID] = i
		}
	}
	c.head()
	c.grid()
	c.links()
	for i := range c.Rows {
		c.row(i)
	}
	for i := range c.Loads {
		c.load(i)
	}
	c.legend()
	c.addf("</svg>\n")
	if _, err := io.WriteString(w, c.out.String()); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

func (c *chart) addf(format string, args ...any) { fmt.Fprintf(&c.out, format, args...) }

func (c *chart) head() {
	c.addf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-labelledby="%s-t %s-d" font-family="DejaVu Sans, Verdana, sans-serif" font-size="11" fill="#263238">`+"\n",
		c.width, c.height, c.width, c.height, c.ID, c.ID)
	c.addf(`<title id="%s-t">%s</title><desc id="%s-d">%s</desc>`+"\n", c.ID, escaped(c.Title), c.ID, escaped(c.Finding))
	c.addf(`<defs><pattern id="%s-h" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#ffcdd2"/><rect width="2" height="6" fill="#b71c1c"/></pattern></defs>`+"\n", c.ID)
	c.addf(`<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", c.width, c.height)
	c.addf(`<text x="12" y="20" font-size="15" font-weight="bold">%s</text>`+"\n", escaped(fit(c.Title, c.width-24, 15)))
}

// x is the place of a time, kept inside the chart.
func (c *chart) x(t time.Time) int {
	total, at := c.To.Sub(c.From)/time.Minute, t.Sub(c.From)/time.Minute
	return labelWidth + int(min(max(at, 0), total)*time.Duration(c.Width)/total)
}

func (c *chart) y(row int) int { return headHeight + row*rowHeight }

// grid draws months, weeks as far as they have room, and today.
func (c *chart) grid() {
	bottom := c.height - 30
	first := time.Date(c.From.Year(), c.From.Month(), 1, 0, 0, 0, 0, c.From.Location())
	perWeek := c.Width * int(7*24*time.Hour/time.Minute) / int(c.To.Sub(c.From)/time.Minute+1)
	if perWeek >= 8 {
		week := first.AddDate(0, 0, (8-int(first.Weekday()))%7)
		for ; week.Before(c.To); week = week.AddDate(0, 0, 7) {
			if week.Before(c.From) {
				continue
			}
			c.addf(`<path d="M%d %dV%d" stroke="#eceff1"/>`+"\n", c.x(week), headHeight-6, bottom)
			if perWeek >= 22 {
				_, n := week.ISOWeek()
				c.addf(`<text x="%d" y="%d" font-size="9" fill="#78909c">%d</text>`+"\n", c.x(week)+2, headHeight-8, n)
			}
		}
	}
	for m := first; m.Before(c.To); m = m.AddDate(0, 1, 0) {
		x := c.x(m)
		c.addf(`<path d="M%d %dV%d" stroke="#b0bec5"/>`+"\n", x, headHeight-24, bottom)
		if next := c.x(m.AddDate(0, 1, 0)); next-x > 52 {
			c.addf(`<text x="%d" y="%d" fill="#455a64">%s</text>`+"\n", x+3, headHeight-22, m.Format("Jan 2006"))
		}
	}
	if !c.Today.IsZero() && !c.Today.Before(c.From) && c.Today.Before(c.To) {
		x := c.x(c.Today)
		c.addf(`<path d="M%d %dV%d" stroke="#1565c0" stroke-width="2" stroke-dasharray="4 3"><title>status date %s</title></path>`+"\n", x, headHeight-6, bottom, c.Today.Format(time.DateOnly))
	}
}

// links are drawn before the bars, so that bars cover them.
func (c *chart) links() {
	for _, l := range c.Links {
		from, ok := c.rowOf[l.From]
		to, there := c.rowOf[l.To]
		if !ok || !there || from == to {
			continue
		}
		x1, y1 := c.x(c.Rows[from].Finish), c.y(from)+rowHeight/2
		x2, y2 := c.x(c.Rows[to].Start), c.y(to)+rowHeight/2
		mid := x1 + 5
		if x2 < x1+10 {
			mid = max(x1, x2) + 5
		}
		tip := y2 - 5
		if y2 < y1 {
			tip = y2 + 5
		}
		if x2 > mid { // down beside the end, then over to the side of the bar
			c.addf(`<path d="M%d %dH%dV%dH%d" fill="none" stroke="#90a4ae"/>`+"\n", x1, y1, mid, y2, x2)
			continue
		}
		c.addf(`<path d="M%d %dH%dV%dH%dV%d" fill="none" stroke="#90a4ae"/>`+"\n", x1, y1, mid, (y1+tip)/2, x2, tip)
	}
}

// look of a class of bar.
type look struct{ fill, stroke string }

func (c *chart) look(class string) look {
	switch class {
	case "Ready":
		return look{"#a5d6a7", "#2e7d32"}
	case "ReadyIf":
		return look{"#ffe082", "#b26a00"}
	case "Late":
		return look{"#ef9a9a", "#b71c1c"}
	case "Short":
		return look{"url(#" + c.ID + "-h)", "#b71c1c"}
	}
	return look{"#cfd8dc", "#546e7a"}
}

func (c *chart) row(i int) {
	r, y := &c.Rows[i], c.y(i)
	if r.Start.IsZero() {
		c.addf(`<rect x="0" y="%d" width="%d" height="%d" fill="#eceff1" fill-opacity="0.7"/>`+"\n", y, c.width, rowHeight)
		c.addf(`<text x="12" y="%d" font-weight="bold">%s</text>`+"\n", y+14, escaped(fit(r.Label, c.width-24, 11)))
		return
	}
	full := r.Label
	if r.Class != "" {
		full += ", " + r.Class
	}
	if r.Note != "" {
		full += ": " + r.Note
	}
	title := fmt.Sprintf("%s (%s to %s)", full, r.Start.Format(time.DateOnly), r.Finish.Format(time.DateOnly))
	c.addf(`<g><title>%s</title>`, escaped(title))
	c.addf(`<text x="20" y="%d">%s</text>`, y+14, escaped(fit(r.Label, labelWidth-28, 11)))
	x1, x2 := c.x(r.Start), c.x(r.Finish)
	k := c.look(r.Class)
	if !r.Finish.After(r.Start) {
		c.addf(`<path d="M%d %dl7 7l-7 7l-7 -7z" fill="%s" stroke="%s" stroke-width="%d"/>`, x1, y+3, k.fill, k.stroke, 1+b2i(r.Strong))
	} else {
		c.addf(`<rect x="%d" y="%d" width="%d" height="12" fill="%s" stroke="%s"/>`, x1, y+3, max(x2-x1, 3), k.fill, k.stroke)
		if r.Strong && x2-x1 > 8 {
			c.addf(`<rect x="%d" y="%d" width="%d" height="8" fill="none" stroke="%s"/>`, x1+2, y+5, x2-x1-4, k.stroke)
		}
	}
	if e := r.Expected; !e.Start.IsZero() && !e.Start.Equal(r.Start) {
		c.addf(`<path d="M%d %dH%d" stroke="#b71c1c" stroke-width="3" stroke-opacity="0.6"/>`, c.x(e.Start), y+18, max(c.x(e.Finish), c.x(e.Start)+3))
	}
	note := strings.TrimSuffix(r.Class+" · "+r.Note, " · ")
	if r.Class == "" {
		note = r.Note
	}
	c.addf(`<text x="%d" y="%d" font-size="10" fill="#455a64">%s</text></g>`+"\n", labelWidth+c.Width+10, y+14, escaped(fit(note, noteWidth-16, 10)))
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// load draws columns to one scale with the capacity as a line; what is over it is hatched and has its number.
func (c *chart) load(i int) {
	l := &c.Loads[i]
	top := c.y(len(c.Rows)) + i*loadHeight + 14
	const depth = loadHeight - 20
	most := max(l.Capacity, 1)
	over := 0
	for _, k := range l.Columns {
		most = max(most, k.Wanted)
		over += b2i(k.Wanted > l.Capacity)
	}
	base := top + depth
	c.addf(`<g><title>%s: capacity %d, over it in %d of %d periods</title>`, escaped(l.Label), l.Capacity, over, len(l.Columns))
	c.addf(`<text x="20" y="%d">%s</text>`, base-6, escaped(fit(l.Label, labelWidth-28, 11)))
	for _, k := range l.Columns {
		x1, x2 := c.x(k.Start), c.x(k.Finish)
		if k.Wanted == 0 || x2 <= x1 {
			continue
		}
		within := min(k.Wanted, l.Capacity) * depth / most
		whole := k.Wanted * depth / most
		c.addf(`<rect x="%d" y="%d" width="%d" height="%d" fill="#b3c7d6"/>`, x1, base-within, max(x2-x1-1, 1), within)
		if k.Wanted > l.Capacity {
			c.addf(`<rect x="%d" y="%d" width="%d" height="%d" fill="url(#%s-h)"/>`, x1, base-whole, max(x2-x1-1, 1), whole-within, c.ID)
			c.addf(`<text x="%d" y="%d" font-size="9" text-anchor="middle">%d</text>`, (x1+x2)/2, base-whole-2, k.Wanted)
		}
	}
	line := base - l.Capacity*depth/most
	c.addf(`<path d="M%d %dH%d" stroke="#263238"/><path d="M%d %dH%d" stroke="#b0bec5"/>`, labelWidth, line, labelWidth+c.Width, labelWidth, base, labelWidth+c.Width)
	note := "capacity " + strconv.Itoa(l.Capacity)
	if over > 0 {
		note += fmt.Sprintf(", exceeded in %d periods", over)
	}
	c.addf(`<text x="%d" y="%d" font-size="10" fill="#455a64">%s</text></g>`+"\n", labelWidth+c.Width+10, base-6, escaped(note))
}

// legend says what the looks mean, for the classes that are used.
func (c *chart) legend() {
	x, y := 12, c.height-18
	for _, class := range []string{"Ready", "ReadyIf", "Late", "Short"} {
		if !slices.ContainsFunc(c.Rows, func(r Bar) bool { return r.Class == class }) {
			continue
		}
		k := c.look(class)
		c.addf(`<rect x="%d" y="%d" width="16" height="10" fill="%s" stroke="%s"/><text x="%d" y="%d" font-size="10">%s</text>`+"\n", x, y, k.fill, k.stroke, x+21, y+9, class)
		x += 85
	}
	if slices.ContainsFunc(c.Rows, func(r Bar) bool { return r.Strong }) {
		c.addf(`<rect x="%d" y="%d" width="16" height="10" fill="none" stroke="#263238"/><rect x="%d" y="%d" width="12" height="6" fill="none" stroke="#263238"/><text x="%d" y="%d" font-size="10">sets the end</text>`+"\n", x, y, x+2, y+2, x+21, y+9)
		x += 105
	}
	c.addf(`<path d="M%d %dh16" stroke="#b71c1c" stroke-width="3" stroke-opacity="0.6"/><text x="%d" y="%d" font-size="10">when it can be</text>`+"\n", x, y+5, x+21, y+9)
}

// escaped makes text safe inside an element or an attribute, and drops what XML forbids.
func escaped(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;").Replace(strings.Map(func(r rune) rune {
		if r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, legible(text)))
}

// fit shortens text to a width in pixels at a font size, by a table of widths that is on the wide side.
func fit(text string, width, size int) string {
	text = legible(text)
	used := 0
	limit := width * 100 / size
	ellipsis := 80
	cut := -1
	for i, r := range text {
		if used <= limit-ellipsis {
			cut = i
		}
		if used += advance(r); used > limit {
			return strings.TrimRight(text[:max(cut, 0)], " ") + "…"
		}
	}
	return text
}

// advance is the width of a character in hundredths of the font size.
func advance(r rune) int {
	switch {
	case strings.ContainsRune("iljtfI.,:;'|!()[] ", r):
		return 40
	case strings.ContainsRune("mwMW@%—…", r):
		return 98
	case r >= 'A' && r <= 'Z':
		return 74
	case r >= 0x1100:
		return 100
	}
	return 61
}
