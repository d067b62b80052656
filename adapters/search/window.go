package search

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"strconv"
)

// PostgreSQL finds all documents with some words before it gives the first of them,
// however many those are. So matches are looked for in windows, the newest documents
// first; how often the words are found in one says how wide the next has to be.
// A window is asked for by the days in it, which stand in the index: then only their lists
// are read to the end.
const (
	firstWindow = 4096  // documents
	widest      = 65536 // beyond it a window is everything
	enoughRows  = 1200  // about what an answer needs, with a day's more
	mostRows    = 5000  // of one statement
	mostDays    = 40    // lexemes of days in a statement
	daySeconds  = 86400
)

// levels are by how many binary digits days are rounded: a day, a month, three
// years, nearly a century.
func levels() [4]int { return [...]int{0, 5, 10, 15} }

func dayMark(level int, day int64) string {
	return markDay + string(rune('a'+level)) + strconv.FormatInt(day, 36)
}

// days are the lexemes of a date, of each level.
func days(second int64) (out []string) {
	for _, level := range levels() {
		out = append(out, dayMark(level, second/daySeconds>>level))
	}
	return out
}

// daysIn are lexemes of which documents with such numbers have one, and few others
// do; none where that would take too many.
func daysIn(numbers span) []string {
	first, last := numbers.from>>belowSecond/daySeconds, (numbers.below-1)>>belowSecond/daySeconds
	for _, level := range levels() {
		if count := last>>level - first>>level + 1; count <= mostDays {
			out := make([]string, 0, count)
			for day := first >> level; day <= last>>level; day++ {
				out = append(out, dayMark(level, day))
			}
			return out
		}
	}
	return nil
}

// boundaryPostgres is where a window of some documents begins.
const boundaryPostgres = `SELECT n FROM coordkit_search_document WHERE tenant = $1 AND n >= $2 AND n < $3 ORDER BY n DESC OFFSET $4 LIMIT 1`

// newestPostgres is the newest document of some numbers.
const newestPostgres = `SELECT max(n) FROM coordkit_search_document WHERE tenant = $1 AND n >= $2 AND n < $3`

func (tsvector) candidates(ctx context.Context, from querier, a *ask, visit func(*candidate) bool) error {
	c := a.condition()
	if len(c.with) == 0 {
		return inOrder(ctx, from, a, visit)
	}
	w := windows{from: from, ask: a, condition: &c, rest: a.numbers, size: firstWindow}
	for {
		done, err := w.next(ctx, visit)
		if err != nil || done {
			return err
		}
	}
}

// inOrder brings the documents of a tenant, of whose words nothing is asked.
func inOrder(ctx context.Context, from querier, a *ask, visit func(*candidate) bool) error {
	statement := "SELECT " + columns + " FROM coordkit_search_document d WHERE d.tenant = " + a.args.add(a.tenant) + a.filters + " AND d.n >= " +
		a.args.add(a.numbers.from) + " AND d.n < " + a.args.add(a.numbers.below) + " ORDER BY d.n DESC LIMIT "
	for limit := enoughRows; ; limit = min(4*limit, 1<<20) {
		s, err := read(ctx, from, statement+strconv.Itoa(limit), a.args.list, visit)
		if err != nil || s.enough || s.rows < limit {
			return err
		}
		a.args.list[len(a.args.list)-1] = s.last
	}
}

// windows reads matches window by window.
type windows struct {
	from      querier
	ask       *ask
	condition *condition
	rest      span
	size      int // documents of the next window
}

// next reads a window; done says that there is none, or that visit has enough.
func (w *windows) next(ctx context.Context, visit func(*candidate) bool) (done bool, err error) {
	window := w.rest
	all := w.size > widest
	if !all {
		begin := []any{w.ask.tenant, window.from, window.below, w.size}
		switch err := w.from.QueryRowContext(ctx, boundaryPostgres, begin...).Scan(&window.from); {
		case errors.Is(err, sql.ErrNoRows):
			all = true
		case err != nil:
			return false, err
		}
	}
	if window.below == math.MaxInt64 { // else it would be wider than any lexemes of days
		var newest sql.NullInt64
		if err := w.from.QueryRowContext(ctx, newestPostgres, w.ask.tenant, window.from, window.below).Scan(&newest); err != nil || !newest.Valid {
			return true, err
		}
		window.below = newest.Int64 + 1
	}
	statement, args := w.statement(window, !all)
	s, err := read(ctx, w.from, statement, args, visit)
	switch {
	case err != nil || s.enough:
		return true, err
	case s.rows == mostRows:
		w.rest.below, w.size = s.last, mostRows
		return false, nil
	}
	w.rest.below = window.from
	w.size = int(min(float64(w.size)*1.5*enoughRows/float64(s.rows+1), widest+1))
	return all, nil
}

// statement brings the matches of a window. The planner is kept from looking
// through all documents of the window instead of those with the words.
func (w *windows) statement(window span, bounded bool) (text string, list []any) {
	a := w.ask
	args := arguments{list: append([]any(nil), a.args.list...)}
	var lexemes []string
	if bounded {
		lexemes = daysIn(window)
	}
	mark := tenantMark(a.tenant)
	unsure := "d.beyond"
	query := args.add(queryText(w.condition, lexemes, markBeyond+mark))
	inner := "SELECT " + columns + ", d.beyond, d.lexemes FROM coordkit_search_document d WHERE d.lexemes @@ " + query + "::tsquery AND d.tenant || '' = " +
		args.add(a.tenant) + a.filters + " AND d.n + 0 >= " + args.add(window.from) + " AND d.n + 0 < " + args.add(window.below) + " OFFSET 0"
	if lost := lostText(w.condition); lost != "" {
		unsure = "(d.beyond OR d.lexemes @@ " + args.add(lost) + "::tsquery)"
	}
	return "SELECT " + columns + ", d.unsure, t.title, t.text FROM (SELECT " + columns + ", " + unsure + " AS unsure FROM (" + inner + ") d ORDER BY d.n DESC LIMIT " + strconv.Itoa(mostRows) +
		") d LEFT JOIN coordkit_search_text t ON d.unsure AND t.n = d.n ORDER BY d.n DESC", args.list
}
