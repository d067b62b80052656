// Package searchscan answers searches by going through all documents, straight
// from the definition of archive/search: the oracle that tests hold engines
// against. It shares with them how a query is read and where a text is cut into
// tokens, and nothing else.
package searchscan

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/coordkit/coordkit/archive/search"
)

// Docs are the documents that there are.
type Docs []search.Document

// Find answers a query that can be read: a page, or all that comes after Query.After
// if all is set.
func (docs Docs) Find(q search.Query, all bool) (search.Result, error) {
	terms, err := search.Parse(q.Text)
	if err != nil {
		return search.Result{}, err
	}
	limit, counted := sizes(q)
	var found []hit
	for i := range docs {
		if h, ok := matched(&docs[i], terms); ok && admits(&q, h.doc) {
			found = append(found, h)
		}
	}
	slices.SortFunc(found, func(a, b hit) int { return compare(a.key(), b.key()) })
	var r search.Result
	if q.After == nil {
		r.Total, r.More = min(len(found), counted), len(found) > counted
		r.Facets = tally(found[:r.Total])
	}
	for _, h := range found {
		if q.After != nil && compare(*q.After, h.key()) >= 0 {
			continue
		}
		if !all && len(r.Hits) == limit {
			r.Next = &r.Hits[limit-1].Key
			break
		}
		r.Hits = append(r.Hits, search.Hit{Key: h.key(), Title: h.doc.Title, Snippet: snippet(h.doc.Text, terms)})
	}
	return r, nil
}

func sizes(q search.Query) (limit, counted int) {
	limit, counted = min(q.Limit, search.MaxLimit), min(q.Counted, search.MaxCounted)
	if q.Limit <= 0 {
		limit = search.DefaultLimit
	}
	if q.Counted <= 0 {
		counted = search.DefaultCounted
	}
	return limit, counted
}

type hit struct {
	doc    *search.Document
	titled bool
}

func (h hit) key() search.Key {
	return search.Key{Titled: h.titled, Dated: h.doc.Dated.UTC().Truncate(1000), ID: h.doc.ID}
}

func compare(a, b search.Key) int {
	switch {
	case a.Titled != b.Titled && a.Titled:
		return -1
	case a.Titled != b.Titled:
		return 1
	}
	return cmp.Or(b.Dated.Compare(a.Dated), strings.Compare(string(a.ID), string(b.ID)))
}

func words(text string) (out []string) {
	for t := range search.Tokens(text) {
		out = append(out, t.Word)
	}
	return out
}

// matched reports whether a document has what is asked for.
func matched(d *search.Document, terms []search.Term) (h hit, ok bool) {
	title, text := words(d.Title), words(d.Text)
	asked := false
	h = hit{doc: d, titled: true}
	for _, t := range terms {
		if (stands(title, t.Words, t.Prefix) || stands(text, t.Words, t.Prefix)) == t.Exclude {
			return h, false
		}
		if t.Exclude {
			continue
		}
		asked = true
		for _, w := range t.Words {
			h.titled = h.titled && stands(title, []string{w}, t.Prefix)
		}
	}
	h.titled = h.titled && asked
	return h, true
}

func stands(text, phrase []string, prefix bool) bool {
	for i := range text {
		if prefix && strings.HasPrefix(text[i], phrase[0]) || i+len(phrase) <= len(text) && slices.Equal(text[i:i+len(phrase)], phrase) {
			return true
		}
	}
	return false
}

func admits(q *search.Query, d *search.Document) bool {
	dated, recorded := d.Dated.UTC().Truncate(1000), d.Recorded.UTC().Truncate(1000)
	for name, value := range q.Facets {
		if !slices.Contains(d.Facets[name], value) {
			return false
		}
	}
	return (q.Visible == nil || q.Visible(d.ID)) && (q.Cleared == nil || q.Cleared(d.Marking)) &&
		(len(q.Kinds) == 0 || slices.Contains(q.Kinds, d.Kind)) &&
		(q.From.IsZero() || !dated.Before(q.From)) && (q.To.IsZero() || dated.Before(q.To)) &&
		(q.AsOf.IsZero() || !dated.After(q.AsOf)) && (q.AsKnownAt.IsZero() || !recorded.After(q.AsKnownAt))
}

// tally counts each value of a facet once for each document.
func tally(found []hit) map[string][]search.Count {
	out := make(map[string][]search.Count)
	for _, h := range found {
		for name, values := range h.doc.Facets {
			for _, v := range slices.Compact(slices.Sorted(slices.Values(values))) {
				i := slices.IndexFunc(out[name], func(c search.Count) bool { return c.Value == v })
				if i < 0 {
					i, out[name] = len(out[name]), append(out[name], search.Count{Value: v})
				}
				out[name][i].N++
			}
		}
	}
	for _, counts := range out {
		slices.SortFunc(counts, func(a, b search.Count) int { return cmp.Or(b.N-a.N, strings.Compare(a.Value, b.Value)) })
	}
	return out
}

// snippet looks at every part of a text that begins with a word of the query.
func snippet(text string, terms []search.Term) search.Snippet {
	tokens := slices.Collect(search.Tokens(text))
	if len(tokens) == 0 {
		return search.Snippet{Start: true, End: true}
	}
	asked := func(word string) int {
		return slices.IndexFunc(terms, func(t search.Term) bool {
			return !t.Exclude && (slices.Contains(t.Words, word) || t.Prefix && strings.HasPrefix(word, t.Words[0]))
		})
	}
	best, most := 0, 0
	for from := range tokens {
		different := make(map[int]bool)
		for _, t := range tokens[from:min(from+24, len(tokens))] {
			if term := asked(t.Word); term >= 0 {
				different[term] = true
			}
		}
		if asked(tokens[from].Word) >= 0 && len(different) > most {
			best, most = from, len(different)
		}
	}
	last := min(best+24, len(tokens)) - 1
	start := tokens[best].Start
	for last > best && tokens[last].End-start > 2000 {
		last--
	}
	out := search.Snippet{Start: best == 0, End: last == len(tokens)-1}
	end := tokens[last].End
	if end-start > 2000 { // one token: a rune that begins before the limit is left out
		out.End = false
		for i := range text[start:] {
			if i > 2000 {
				break
			}
			end = start + i
		}
	}
	end = behind(text, end)
	out.Text = text[start:end]
	for _, t := range tokens[best : last+1] {
		if asked(t.Word) >= 0 {
			out.Marks = append(out.Marks, [2]int{t.Start - start, min(behind(text, t.End), end) - start})
		}
	}
	return out
}

// behind is where the marks end that stand at a place, of which 32 at most count.
func behind(text string, at int) int {
	marks := 0
	for i, r := range text[at:] {
		if !unicode.Is(unicode.M, r) || marks == 32 {
			return at + i
		}
		marks++
	}
	return len(text)
}
