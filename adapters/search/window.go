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
	firstWindow  = 2048  // documents
	prefixWindow = 16384 // of a prefix, all of whose lists are read for each statement
	widest       = 65536 // beyond it a window is everything
	mostDays     = 40    // lexemes of days in a statement
	daySeconds   = 86400
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

// windowPostgres is where a window of the newest documents begins and ends, which
// has one more than $4; without a beginning where there are not as many. And how many documents
// there are about, of all tenants.
const windowPostgres = `SELECT (SELECT n FROM coordkit_search_document WHERE tenant = $1 AND n >= $2 AND n < $3 ORDER BY n DESC OFFSET $4 LIMIT 1),
  (SELECT n FROM coordkit_search_document WHERE tenant = $1 AND n >= $2 AND n < $3 ORDER BY n DESC LIMIT 1),
  (SELECT reltuples FROM pg_class WHERE oid = 'coordkit_search_document'::regclass)`

func (tsvector) candidates(ctx context.Context, from querier, a *ask, c *collection) error {
	sought := a.condition()
	w := windows{from: from, ask: a, condition: &sought, found: c, rest: a.numbers, size: firstWindow}
	if a.after != nil {
		w.after = &place{dated: a.after.Dated.UnixMicro(), id: string(a.after.ID)}
	}
	if sought.begins() {
		w.size = prefixWindow
	}
	for {
		done, err := w.next(ctx)
		if err != nil || done {
			return err
		}
	}
}

// windows reads matches window by window, those of a window in the order of hits.
type windows struct {
	from      querier
	ask       *ask
	condition *condition
	found     *collection
	rest      span
	after     *place  // the last row that was read of a window with more; nil: none
	size      int     // documents of the next window
	documents float64 // there are about
	rows      int     // that were read
	kept      int     // of them
}

// next reads a window; done says that there is none, or that enough was found.
func (w *windows) next(ctx context.Context) (done bool, err error) {
	window, all, err := w.span(ctx)
	if err != nil || window.from >= window.below {
		return true, err
	}
	held := w.found.collector.Held()
	most := w.most()
	s, err := w.bring(ctx, window, !all, most)
	if err != nil || s.enough || w.found.missing() == 0 {
		return true, err
	}
	kept := w.found.collector.Held() - held
	w.rows, w.kept = w.rows+s.rows, w.kept+kept
	if s.rows >= most {
		w.rest.below, w.after = (s.last.n>>belowSecond+1)<<belowSecond, &s.last
		return false, nil
	}
	if all {
		return true, nil
	}
	w.rest.below = window.from
	w.size = w.wider(s.rows, kept)
	return false, nil
}

// bring brings as many rows of a window.
func (w *windows) bring(ctx context.Context, window span, bounded bool, most int) (stretch, error) {
	args := arguments{list: slices.Clone(w.ask.args.list)}
	where := w.where(&args, window, bounded)
	if !w.found.sparse() {
		return read(ctx, w.from, w.statement(&args, where, most), args.list, w.found.visit)
	}
	s, kept, err := w.sift(ctx, &args, where, most)
	for some := range slices.Chunk(kept, siftedAtOnce) {
		if err != nil || s.enough {
			break
		}
		var args arguments
		numbers := "d.n = ANY (" + args.add(some) + "::bigint[])"
		var part stretch
		part, err = read(ctx, w.from, w.statement(&args, numbers, most), args.list, w.found.visit)
		s.enough = part.enough
	}
	return s, err
}

// sift sifts as many matches, and those beside them that bear the very time of the last. They
// are in order by time alone, which is half the work that comparing texts as well makes the server:
// an answer takes those of one time in any order.
func (w *windows) sift(ctx context.Context, args *arguments, where string, most int) (stretch, []int64, error) {
	matches := "SELECT " + brief + " FROM (SELECT " + brief + " FROM coordkit_search_document d WHERE " + where + " OFFSET 0) d" +
		" ORDER BY d.dated DESC FETCH FIRST " + strconv.Itoa(most) + " ROWS WITH TIES"
	var last place
	s, kept, err := w.found.sift(ctx, w.from, matches, args.list, func(at *place, _ int) bool {
		if last.id == "" || inHitOrder(last, *at) < 0 {
			last = *at
		}
		return false
	})
	s.last = last
	return s, kept, err
}

// span is the next window; all says that nothing is left after it. It begins with a second, so that
// it may turn out to be enough.
func (w *windows) span(ctx context.Context) (window span, all bool, err error) {
	if w.size > widest {
		return w.rest, true, nil
	}
	var from, last sql.NullInt64
	row := w.from.QueryRowContext(ctx, windowPostgres, w.ask.tenant, w.rest.from, w.rest.below, w.size-1)
	if err := row.Scan(&from, &last, &w.documents); err != nil {
		return span{}, false, err
	}
	switch {
	case !last.Valid:
		return span{}, true, nil
	case !from.Valid:
		return span{w.rest.from, last.Int64 + 1}, true, nil
	}
	return span{max(from.Int64>>belowSecond<<belowSecond, w.rest.from), last.Int64 + 1}, false, nil
}

// most is how many rows a statement brings at most: as many as are missing, and
// more where not every row is kept, as happens with phrases and to a reader who may see little.
func (w *windows) most() int {
	missing := w.found.missing()
	switch {
	case w.kept > 0:
		return missing + missing*(w.rows-w.kept)*9/8/w.kept + 16
	case w.rows > 0:
		return 4 * (missing + w.rows)
	case len(w.condition.ordered()) > 0:
		return missing + missing/4
	}
	return missing
}

// costPassed is what it costs to go through a document of a window, in what a
// match costs.
const costPassed = 0.3

// wider is the size that the next window needs if what is sought is as frequent
// there as in this one, which had so many matches and kept so many of them. To find all
// matches and take the newest may be cheaper.
func (w *windows) wider(rows, kept int) int {
	match, rate := float64(rows+1)/float64(w.size), float64(kept+1)/float64(w.size)
	window := max(1.25*float64(w.found.missing())/rate, firstWindow)
	if w.condition.begins() || w.documents > 0 && w.documents*match < window*(costPassed+match) {
		return widest + 1
	}
	return int(min(window, widest+1))
}

// statement brings the matches of a window. Whether the words of a phrase follow
// each other is asked of the vectors of those that are brought.
func (w *windows) statement(args *arguments, where string, most int) string {
	unsure := []string{"d.beyond"}
	for _, l := range w.condition.ordered() {
		unsure = append(unsure, "strpos(d.lost, "+args.add(lostText(l))+") > 0")
	}
	inner, refuted := columns, "false"
	if phrases := phraseText(w.condition); phrases != "" {
		inner, refuted = inner+", d.lexemes", "NOT d.unsure AND NOT d.lexemes @@ "+args.add(phrases)+"::tsquery"
	}
	matches := "SELECT " + inner + ", " + strings.Join(unsure, " OR ") + " AS unsure FROM coordkit_search_document d WHERE " + where + " OFFSET 0"
	first := "SELECT " + inner + ", d.unsure FROM (" + matches + ") d" + hitOrder + " LIMIT " + strconv.Itoa(most)
	return "SELECT " + columns + ", " + refuted + ", d.unsure, t.title, t.text FROM (" + first +
		") d LEFT JOIN coordkit_search_text t ON t.n = CASE WHEN d.unsure THEN d.n END" + hitOrder
}

// hitOrder is the order of hits, titled ones apart.
const hitOrder = " ORDER BY d.dated DESC, d.id"

// where says which documents of a window match. Of words, it is for the index
// alone to find them: the planner is kept from looking through all documents of the window.
func (w *windows) where(args *arguments, window span, bounded bool) string {
	a := w.ask
	parts := indexTexts(w.condition, markBeyond+tenantMark(a.tenant))
	tenant, n := "d.tenant = ", "d.n"
	if len(parts) > 0 {
		tenant, n = "d.tenant IS NOT DISTINCT FROM ", "d.n + 0"
		if days := daysIn(window); bounded && len(days) > 0 {
			parts = append(parts, anyText(days))
		}
	}
	for i := range parts {
		parts[i] = "d.lexemes @@ " + args.add(parts[i]) + "::tsquery"
	}
	parts = append(parts, tenant+args.add(a.tenant)+a.filters, n+" < "+args.add(window.below))
	if window.from > 0 {
		parts = append(parts, n+" >= "+args.add(window.from))
	}
	if w.after != nil {
		dated := args.add(w.after.dated)
		parts = append(parts, "(d.dated < "+dated+" OR d.dated = "+dated+" AND d.id > "+args.add(w.after.id)+")")
	}
	return strings.Join(parts, " AND ")
}
