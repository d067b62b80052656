package changereq

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of the search for words.
const (
	maxTermRunes  = 40 // a longer word counts by its beginning
	maxTerms      = 64 // words of one request that are found
	maxQueryTerms = 4  // words of one query that count
)

// Terms returns the words under which a request is found: the words of number,
// title and labels in lower case, sorted, each once. A word is a run of
// letters and digits.
func (r *Request) Terms() []string {
	text := append([]string{r.Number, string(r.ID), r.Content.Title}, r.Content.Labels...)
	return firstTerms(maxTerms, text...)
}

// Terms returns the words that a query asks for, sorted, at most four of them.
func (q Query) Terms() []string { return firstTerms(maxQueryTerms, q.Text) }

func firstTerms(limit int, text ...string) []string {
	out := make([]string, 0, min(limit, 16))
	for _, t := range text {
		for w := range strings.FieldsFuncSeq(strings.ToLower(t), betweenWords) {
			if utf8.RuneCountInString(w) > maxTermRunes {
				w = string([]rune(w)[:maxTermRunes])
			}
			if len(out) < limit && !slices.Contains(out, w) {
				out = append(out, w)
			}
		}
	}
	slices.Sort(out)
	return out
}

func betweenWords(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// Matches reports whether a request passes the filters of the query; it is the
// meaning of the filters that every backend keeps.
func (q Query) Matches(r *Request) bool {
	if q.State != "" && q.State != r.State ||
		q.Category != "" && q.Category != r.Category ||
		q.Applicant != "" && q.Applicant != r.Applicant ||
		q.Item != "" && r.Content.affected(q.Item) == nil {
		return false
	}
	terms := r.Terms()
	for _, t := range q.Terms() {
		if _, found := slices.BinarySearch(terms, t); !found {
			return false
		}
	}
	return true
}
