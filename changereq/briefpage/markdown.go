package briefpage

import (
	"io"
	"strconv"
	"strings"

	"github.com/coordkit/coordkit/changereq"
)

// Markdown writes the brief as Markdown with tables (GitHub's flavour). What
// people wrote is escaped, so that it reads as they wrote it and forms no
// heading, list, link, table or HTML of its own.
func Markdown(w io.Writer, b *changereq.Brief) error {
	d := &document{}
	d.page(newPage(b))
	return write(w, strings.Join(d.blocks, "\n\n")+"\n")
}

// document gathers blocks, between which stands a blank line.
type document struct{ blocks []string }

func (d *document) block(s string) {
	if s != "" {
		d.blocks = append(d.blocks, s)
	}
}

func (d *document) heading(s string) { d.block("## " + s) }

// table writes rows of cells that are Markdown already.
func (d *document) table(head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	lines := []string{row(head), row(strings.Split(strings.Repeat("---,", len(head)-1)+"---", ","))}
	for _, r := range rows {
		lines = append(lines, row(r))
	}
	d.block(strings.Join(lines, "\n"))
}

func row(cells []string) string { return "| " + strings.Join(cells, " | ") + " |" }

func (d *document) page(p *page) {
	d.block("# " + inline(p.Title))
	by := inline(p.RequestNumber) + ", brief " + strconv.Itoa(p.Number) + " for decision, asked by " + inline(p.Applicant) +
		", issued " + p.Issued + " by " + inline(p.By)
	if len(p.Labels) > 0 {
		by += " (" + inlines(p.Labels) + ")"
	}
	d.block(by)
	if p.DecideBy != "" {
		d.block("**Decide by " + p.DecideBy + "**")
	}
	d.heading("Recommendation")
	d.block(paragraphs(p.Recommendation))
	if p.Missing != "" {
		d.block("**Decided in an emergency:** " + p.Missing + " had not been assessed when this brief was issued.")
	}
	glance := make([][]string, len(p.Glance))
	for i, g := range p.Glance {
		glance[i] = []string{g.Name, inline(g.Text)}
	}
	d.table([]string{"At a glance", ""}, glance)
	d.heading("What is asked")
	d.block(paragraphs(or(p.Description)))
	d.heading("Why")
	d.block(paragraphs(or(p.Justification)))
	if x := p.Relevance; x != nil {
		d.block("Relevance: " + inline(x.Verdict) + said(x.Summary) + " " + source(x))
	}
	d.options(p.Options)
	d.risks(p)
	d.money(p)
	d.plan(p.Plan)
	d.items(p)
	if p.BackOut != "" {
		d.heading("How to undo it")
		d.block(paragraphs(p.BackOut))
	}
	if p.Window != "" {
		d.heading("Time asked for")
		d.block(p.Window)
	}
	d.block("---")
	d.block("Frozen under SHA-256 `" + p.Digest + "`; a decision on this page is bound to content `" + p.Material + "`. " +
		"Amounts are totals over the time given; a present value spreads each evenly over its months and discounts a month by " +
		"a twelfth of the yearly rate. It is a figure to weigh, not a rule.")
}

func (d *document) options(options []fact) {
	if len(options) == 0 {
		return
	}
	d.heading("Options")
	lines := make([]string, len(options))
	for i, o := range options {
		lines[i] = strconv.Itoa(i+1) + ". **" + inline(o.Name) + "**" + said(o.Text)
	}
	d.block(strings.Join(lines, "\n"))
}

func (d *document) risks(p *page) {
	if len(p.Opinions) == 0 {
		return
	}
	d.heading("Risks")
	var rows [][]string
	for _, r := range p.Risks {
		rows = append(rows, []string{inline(r.Title), rate(r.Inherent), inline(or(r.Mitigation)), rate(r.Residual), inline(r.By)})
	}
	d.table([]string{"Risk", "Before", "Mitigation", "After", "Seen by"}, rows)
	for i := range p.Opinions {
		x := &p.Opinions[i]
		effects := make([]string, len(x.Effects))
		for k, e := range x.Effects {
			effects[k] = e.Name + ": " + inline(e.Text)
		}
		d.block("**" + inline(x.By) + "**: " + inline(x.Verdict) + said(x.Summary) + " " + source(x))
		d.block(strings.Join(effects, " · "))
	}
}

func rate(r rating) string { return strings.TrimSpace("**"+inline(or(r.Band))+"** ") + " " + r.Score }

func (d *document) money(p *page) {
	if p.Benefit == nil && p.Cost == nil && len(p.Money) == 0 {
		return
	}
	d.heading("Benefits and costs")
	var rows [][]string
	for _, x := range p.Money {
		rows = append(rows, []string{x.Kind + ": " + inline(x.What), x.Low, x.Likely, x.High, x.Over})
	}
	for _, x := range p.Values {
		rows = append(rows, []string{"**" + x.What + "** " + x.Over, x.Low, "**" + x.Likely + "**", x.High, ""})
	}
	d.table([]string{"What", "At least", "Likely", "At most", "When"}, rows)
	if x := p.Benefit; x != nil {
		d.block("Benefits" + said(x.Summary) + " " + source(x))
	}
	if x := p.Cost; x != nil {
		d.block("Costs" + said(x.Summary) + " " + source(x))
	}
}

func (d *document) plan(p *plan) {
	if p == nil {
		return
	}
	d.heading("Plan and stock")
	d.block(paragraphs(p.Summary))
	var rows [][]string
	for _, x := range p.Delays {
		rows = append(rows, []string{inline(x.What), x.Before, x.After, x.By})
	}
	d.table([]string{"Date", "Without the change", "With it", "Moves"}, rows)
	missing := make([]string, len(p.Shortages))
	for i, s := range p.Shortages {
		missing[i] = "**" + inline(s.Name) + "** " + inline(s.Text)
	}
	if len(missing) > 0 {
		d.block("Missing in stock: " + strings.Join(missing, "; ") + ".")
	}
	if p.People != "" {
		d.block("Work changes for " + inline(p.People) + ".")
	}
	asOf := "Plan as of " + p.AsOf
	if p.Verdict != "" {
		asOf += ", " + inline(p.Verdict)
	}
	d.block(asOf + " " + source(&p.opinion))
}

func (d *document) items(p *page) {
	if len(p.Items) == 0 {
		return
	}
	d.heading("Affected items")
	var rows [][]string
	for _, x := range p.Items {
		action := inline(x.Action)
		if x.Open {
			action = "**" + action + "**"
		}
		rows = append(rows, []string{inline(x.Item), action, inline(or(x.Base)), inline(or(x.Owner)), inline(x.Why)})
	}
	d.table([]string{"Item", "Action", "From revision", "Owner", "Because"}, rows)
	if p.Traced != "" {
		d.block("Where these items are used was looked up " + inline(p.Traced) + ".")
	}
}

func source(x *opinion) string {
	out := inline(x.Source)
	if len(x.Evidence) > 0 {
		out += "; evidence: " + inlines(x.Evidence)
	}
	return "(" + out + ")"
}

// said is a remark after something else.
func said(s string) string {
	if s == "" {
		return ""
	}
	return " – " + inline(s)
}

func or(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func inlines(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = inline(s)
	}
	return strings.Join(out, ", ")
}

// inline is text in one line, such as a cell of a table.
func inline(s string) string { return strings.Join(lines(s, false), "<br>") }

// paragraphs is text in lines and paragraphs of its own.
func paragraphs(s string) string {
	var b strings.Builder
	blank := true
	for _, line := range lines(s, true) {
		switch {
		case line == "":
			blank = true
			continue
		case b.Len() == 0:
		case blank:
			b.WriteString("\n\n")
		default:
			b.WriteString("\\\n")
		}
		b.WriteString(line)
		blank = false
	}
	return b.String()
}

// lines are the escaped lines of a text; blank ones are kept on request.
func lines(s string, keepBlank bool) []string {
	var out []string
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r", ""), "\n") {
		line = escape(strings.TrimSpace(strings.ReplaceAll(line, "\t", " ")))
		if line != "" || keepBlank {
			out = append(out, line)
		}
	}
	return out
}

// escape sets a backslash before whatever Markdown could take for markup:
// some characters anywhere, others only where a line begins with them.
func escape(line string) string {
	var b strings.Builder
	start := true // of the line, or after its leading digits
	for i, r := range line {
		switch {
		case strings.ContainsRune("\\`*_[]<>&|~$", r),
			i == 0 && strings.ContainsRune("#+-=:", r),
			start && i > 0 && (r == '.' || r == ')'):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		start = start && r >= '0' && r <= '9'
	}
	return b.String()
}
