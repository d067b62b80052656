package main

import (
	"bytes"
	_ "embed" // the page and its style are files
	"html/template"
	"net/http"
	"time"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

//go:embed page.html
var pageHTML string

//go:embed style.css
var styleCSS []byte

// page shows the office at a glance: the newest requests by phase, what the
// next step of each lacks, and the notices owed.
type page struct {
	desk *coordination.Desk
	html *template.Template
}

func newPage(desk *coordination.Desk) (*page, error) {
	html, err := template.New("page").Parse(pageHTML)
	return &page{desk: desk, html: html}, err
}

// column is one phase.
type column struct {
	Title string
	Cards []card
	More  bool
}

// card is one request.
type card struct {
	Number, Title, Applicant, State string
	Age                             int // days since it was opened
	Next                            []next
}

// next is something that could be done, or what stands in its way.
type next struct {
	Event string
	Unmet []changereq.Unmet
}

// cards is how many requests a column shows.
const cards = 12

func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	data := struct {
		Columns []column
		Owed    []notice.Obligation
	}{}
	var err error
	for _, c := range []struct {
		category lifecycle.Category
		title    string
	}{
		{lifecycle.Intake, "Intake"},
		{lifecycle.Assess, "Assess"},
		{lifecycle.Decide, "Decide"},
		{lifecycle.Build, "Build"},
		{lifecycle.Verify, "Verify"},
		{lifecycle.Done, "Done"},
		{lifecycle.Void, "Ended otherwise"},
	} {
		var col column
		if col, err = p.column(r, c.category, c.title); err != nil {
			break
		}
		data.Columns = append(data.Columns, col)
	}
	if err == nil {
		data.Owed, _, err = p.desk.Obligations(r.Context(), tenant, notice.Query{State: notice.Owed, Limit: cards})
	}
	var out bytes.Buffer
	if err == nil {
		err = p.html.Execute(&out, data)
	}
	if err != nil {
		http.Error(w, "the page cannot be shown just now", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = out.WriteTo(w) // a reader that has gone away needs no page
}

func (p *page) column(r *http.Request, category lifecycle.Category, title string) (column, error) {
	col := column{Title: title}
	list, after, err := p.desk.ChangeRequests(r.Context(), tenant, changereq.Query{Category: category, Limit: cards})
	if err != nil {
		return col, err
	}
	col.More = after != ""
	for _, cr := range list {
		c := card{
			Number: cr.Number, Title: cr.Content.Title, Applicant: cr.Applicant, State: cr.State,
			Age: int(time.Since(cr.Opened).Hours() / 24),
		}
		if cr.Origin == nil && category != lifecycle.Done && category != lifecycle.Void {
			if c.Next, err = p.next(r, cr.ID); err != nil {
				return col, err
			}
		}
		col.Cards = append(col.Cards, c)
	}
	return col, nil
}

// next lists the steps on the usual way that a person with every role could
// take, each with what it still lacks.
func (p *page) next(r *http.Request, id changereq.ID) ([]next, error) {
	anybody := changereq.Actor{ID: "anybody", Roles: []string{
		changereq.RoleApplicant, changereq.RoleCoordinator, changereq.RoleProductManager, changereq.RoleImplementer, changereq.RoleVerifier,
	}}
	list, err := p.desk.Permitted(r.Context(), tenant, anybody, id)
	if err != nil {
		return nil, err
	}
	for _, perm := range list {
		if perm.Outcome == "" || perm.Outcome == string(changereq.OutcomeImplemented) {
			return []next{{Event: perm.Event, Unmet: perm.Unmet}}, nil
		}
	}
	return nil, nil
}

func style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=3600")
	_, _ = w.Write(styleCSS)
}
