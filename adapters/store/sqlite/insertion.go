package sqlite

import (
	"strconv"
	"strings"

	"github.com/coordkit/coordkit/adapters/store/internal/sqlstore"
)

// insertion is a statement that inserts a row, taken apart so that it can insert
// several. Much of what rows of one unit of work say is the same: the tenant, the
// actor, the time. Binding a value costs more than storing it, so that what all
// of them say is bound once.
type insertion struct {
	one        string   // the statement itself
	head, tail string   // of it, round the row
	row        []string // what stands before each parameter, and behind the last
	params     int      // of a row

	same []bool // by parameter: every rows that came together said the same; nil before the first
	many string // the statement for several rows
}

// insertion takes a statement apart, once for a connection.
func (l *lane) insertion(query string) *insertion {
	if in := l.inserts[query]; in != nil {
		return in
	}
	text, _ := unnumbered(query)
	head, row, _ := strings.Cut(text, " VALUES ")
	row, tail, _ := strings.Cut(row, ")")
	in := &insertion{one: query, head: head + " VALUES ", tail: tail, row: strings.Split(row+")", "?")}
	in.params = len(in.row) - 1
	if l.inserts == nil {
		l.inserts = make(map[string]*insertion)
	}
	l.inserts[query] = in
	return in
}

// together gives the statement that inserts several rows, and its arguments, appended to
// args. What is bound once only ever becomes less, so that there are no more
// statements than parameters.
func (in *insertion) together(writes []sqlstore.Write, args []any) (string, []any) {
	if in.learn(writes) {
		in.many = in.text()
	}
	args = append(args, writes[0].Args...)
	for i := range writes[1:] {
		for k, arg := range writes[1+i].Args {
			if !in.same[k] {
				args = append(args, arg)
			}
		}
	}
	return in.many, args
}

// learn takes back that rows say the same where these do not, and reports whether that
// is news.
func (in *insertion) learn(writes []sqlstore.Write) (news bool) {
	if in.same == nil {
		in.same, news = make([]bool, in.params), true
		for k := range in.same {
			in.same[k] = true
		}
	}
	for k, same := range in.same {
		if same && !allSay(writes, k) {
			in.same[k], news = false, true
		}
	}
	return news
}

// allSay reports whether an argument is the same text or number in all rows.
func allSay(writes []sqlstore.Write, k int) bool {
	first := writes[0].Args[k]
	switch first.(type) {
	case string, int, int64:
	default:
		return false
	}
	for i := range writes[1:] {
		if writes[1+i].Args[k] != first {
			return false
		}
	}
	return true
}

// text is the statement for several rows. Those behind the first name what they say the
// same by its number there.
func (in *insertion) text() string {
	var b strings.Builder
	b.WriteString(in.head)
	for i := range together {
		if i > 0 {
			b.WriteString(", ")
		}
		for k := range in.params {
			b.WriteString(in.row[k])
			b.WriteByte('?')
			if i > 0 && in.same[k] {
				b.WriteString(strconv.Itoa(k + 1))
			}
		}
		b.WriteString(in.row[in.params])
	}
	b.WriteString(in.tail)
	return b.String()
}
