package httpapi

import (
	"maps"
	"slices"
	"strconv"
)

// optional leaves the zero value out.
func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// text is optional for the named strings of the domain.
func text[T ~string](v T) *string { return optional(string(v)) }

// value is what an optional member holds, or the zero value.
func value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// word is value for the named strings of the domain.
func word[T ~string](p *string) T { return T(value(p)) }

// eachOf maps a list; none stays nil.
func eachOf[From, To any](list []From, to func(From) To) []To {
	if len(list) == 0 {
		return nil
	}
	out := make([]To, len(list))
	for i, v := range list {
		out[i] = to(v)
	}
	return out
}

// via maps an optional value; nil stays nil.
func via[From, To any](p *From, to func(From) To) *To {
	if p == nil {
		return nil
	}
	v := to(*p)
	return &v
}

// listed is eachOf for a list that is always there.
func listed[From, To any](list []From, to func(From) To) []To {
	out := make([]To, len(list))
	for i, v := range list {
		out[i] = to(v)
	}
	return out
}

func plain[From, To ~string](v From) To { return To(v) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func decimal(n int) string { return strconv.Itoa(n) }
