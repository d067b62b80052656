package search

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
)

// PostgreSQL finds all documents with some words before it gives the first of them,
// however many those are. So matches are looked for in windows, the newest documents
// first; how often the words are found in one says how wide the next has to be.
// A window is asked for by the days in it, which stand in the index: then only their lists
// are read to the end.
const (
	firstWindow = 2048  // documents
	widest      = 65536 // beyond it a window is everything
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

// windowPostgres is where a window of the newest documents begins and ends, how
// many those are, and how many documents there are about, of all tenants.
const windowPostgres = `SELECT min(n), max(n), count(*), (SELECT reltuples FROM pg_class WHERE oid = 'coordkit_search_document'::regclass) FROM
  (SELECT n FROM coordkit_search_document WHERE tenant = $1 AND n >= $2 AND n < $3 ORDER BY n DESC LIMIT $4) w`

func (tsvector) candidates(ctx context.Context, from querier, a *ask, c *collection) error {
	sought := a.condition()
	if len(sought.with) == 0 {
		return inOrder(ctx, from, a, c)
	}
	w := windows{from: from, ask: a, condition: &sought, found: c, rest: a.numbers, size: firstWindow, reach: 1}
	if sought.begins() {
		w.size = widest + 1 // all lists of a prefix are read for each statement
	}
	for {
		done, err := w.next(ctx)
		if err != nil || done {
			return err
		}
	}
}

// inOrder brings the documents of a tenant, of whose words nothing is asked.
func inOrder(ctx context.Context, from querier, a *ask, c *collection) error {
	statement := "SELECT " + columns + " FROM coordkit_search_document d WHERE d.tenant = " + a.args.add(a.tenant) + a.filters + " AND d.n >= " +
		a.args.add(a.numbers.from) + " AND d.n < " + a.args.add(a.numbers.below) + " ORDER BY d.n DESC LIMIT "
	for limit := c.collector.Wanted() + firstWindow/16; ; limit = min(4*limit, 1<<20) {
		s, err := read(ctx, from, statement+strconv.Itoa(limit), a.args.list, c.visit)
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
	found     *collection
	rest      span
	size      int     // documents of the next window
	documents float64 // there are about
	reach     int     // times the rows that should be enough
}

// next reads a window; done says that there is none, or that enough was found.
func (w *windows) next(ctx context.Context) (done bool, err error) {
	window, all, err := w.span(ctx)
	if err != nil || window.from >= window.below {
		return true, err
	}
	held := w.found.collector.Held()
	statement, args, most := w.statement(window, !all)
	s, err := read(ctx, w.from, statement, args, w.found.visit)
	switch {
	case err != nil || s.enough:
		return true, err
	case s.rows == most:
		w.rest.below, w.reach = s.last, 2*w.reach
		return false, nil
	case all || w.found.enough(window.from>>belowSecond-1):
		return true, nil
	}
	w.rest.below = window.from
	w.size = w.wider(held)
	return false, nil
}

// span is the next window; all says that nothing is left after it. It begins with a second, so that
// it may turn out to be enough.
func (w *windows) span(ctx context.Context) (window span, all bool, err error) {
	if w.size > widest {
		return w.rest, true, nil
	}
	var (
		from, last sql.NullInt64
		count      int
	)
	row := w.from.QueryRowContext(ctx, windowPostgres, w.ask.tenant, w.rest.from, w.rest.below, w.size)
	if err := row.Scan(&from, &last, &count, &w.documents); err != nil {
		return span{}, false, err
	}
	if count == 0 {
		return span{}, true, nil
	}
	if count < w.size {
		return span{w.rest.from, last.Int64 + 1}, true, nil
	}
	return span{max(from.Int64>>belowSecond<<belowSecond, w.rest.from), last.Int64 + 1}, false, nil
}

// most is how many rows a statement brings at most: those that are wanted, and what
// is left of the last one's second, which belongs to the answer; more where rows before
// were not enough, as happens to a reader who may see little.
func (w *windows) most() int {
	missing := w.found.collector.Wanted() - w.found.collector.Held()
	together := missing + firstWindow/2 // nothing is known yet
	if w.found.seconds > 0 {
		together = 2 * w.found.rows / w.found.seconds
	}
	return w.reach * (missing + missing/8 + together + 64)
}

// What it costs to go through a document of a window, in what a match costs; to
// match a phrase, the vector is read.
const (
	costPassed = 0.3
	costPhrase = 20
)

// wider is the size that the next window needs if what is sought is as frequent
// there as in this one, before which so many documents were held. To find all
// matches and take the newest may be cheaper.
func (w *windows) wider(held int) int {
	c := w.found.collector
	missing := float64(c.Wanted() - c.Held())
	rate := float64(c.Held()-held+1) / float64(w.size)
	window := max(1.25*missing/rate, firstWindow)
	match := 1.0
	if len(w.condition.ordered()) > 0 {
		match = costPhrase
	}
	if w.documents > 0 && w.documents*rate*match < window*(costPassed+rate*match) {
		return widest + 1
	}
	return int(min(window, widest+1))
}

// statement brings the matches of a window. The planner is kept from looking
// through all documents of the window instead of those with the words.
func (w *windows) statement(window span, bounded bool) (text string, list []any, most int) {
	a := w.ask
	most = w.most()
	args := arguments{list: slices.Clone(a.args.list)}
	var lexemes []string
	if bounded {
		lexemes = daysIn(window)
	}
	match := args.add(queryText(w.condition, lexemes, markBeyond+tenantMark(a.tenant)))
	unsure := []string{"d.beyond"}
	for _, l := range w.condition.ordered() {
		unsure = append(unsure, "strpos(d.lost, "+args.add(lostText(l))+") > 0")
	}
	matches := "SELECT " + columns + ", " + strings.Join(unsure, " OR ") + " AS unsure FROM coordkit_search_document d WHERE d.lexemes @@ " + match + "::tsquery AND d.tenant || '' = " +
		args.add(a.tenant) + a.filters + " AND d.n + 0 >= " + args.add(window.from) + " AND d.n + 0 < " + args.add(window.below) + " OFFSET 0"
	return "SELECT " + columns + ", d.unsure, t.title, t.text FROM (SELECT " + columns + ", d.unsure FROM (" + matches + ") d ORDER BY d.n DESC LIMIT " + strconv.Itoa(most) +
		") d LEFT JOIN coordkit_search_text t ON t.n = CASE WHEN d.unsure THEN d.n END ORDER BY d.n DESC", args.list, most
}
