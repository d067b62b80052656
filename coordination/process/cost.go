package process

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// Cost is what an event cost, as the log states it.
type Cost struct {
	Micros   int64  // millionths of the unit of the currency, so that sums are exact
	Currency string // as the log names it; "" if it names none
}

// cost is a Cost in a column.
type cost struct {
	micros   int64
	currency uint32
	there    bool
}

// Cost gives the cost that the log states of an event.
func (l *Log) Cost(e Event) (Cost, bool) {
	c := l.costs.at(int(e.Seq))
	return Cost{Micros: c.micros, Currency: l.currencies.Of(c.currency)}, c.there
}

// CostOf is what an activity cost in one currency. Costs in different
// currencies are never added.
type CostOf struct {
	Activity, Currency string
	Events             int // that state a cost
	Total              Sum // millionths of the unit
}

// Costs sums the costs that a log states by activity and currency, in order of
// their names. It is empty for a log that states none.
func (l *Log) Costs() []CostOf {
	type key struct{ activity, currency uint32 }
	at := make(map[key]int)
	var out []CostOf
	for _, e := range l.Events {
		c := l.costs.at(int(e.Seq))
		if !c.there || e.Case == None {
			continue
		}
		k := key{e.Activity, c.currency}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, CostOf{Activity: l.Activity(e), Currency: l.currencies.Of(c.currency)})
		}
		out[i].Events++
		out[i].Total.Add(c.micros)
	}
	slices.SortFunc(out, func(a, b CostOf) int {
		return cmp.Or(cmp.Compare(a.Activity, b.Activity), cmp.Compare(a.Currency, b.Currency))
	})
	return out
}

var (
	errCost     = errors.New("want a cost like 12.50")
	errCostSize = fmt.Errorf("%w, with at most 12 digits before and 6 after the point", errCost)
)

// costWhole and costPart are how many digits a cost has at most before and
// after its point.
const (
	costWhole = 12
	costPart  = 6
)

// ParseCost reads a decimal number as millionths: digits with a point, or with
// a comma as in 12,50; groups of three digits before it may stand apart by the
// other sign or a blank; an exponent as in 1.0E3 is read too. A number that may
// mean two amounts (1,234 or 1.234.567), or has more digits than can be kept,
// is an error.
func ParseCost(text []byte) (int64, error) {
	text = trimSpaces(text)
	number, exponent, scaled := bytes.Cut(bytes.ToLower(text), []byte{'e'})
	shift := 0
	if scaled {
		var err error
		if shift, err = strconv.Atoi(string(exponent)); err != nil || shift < -costPart || shift > costWhole {
			return 0, fmt.Errorf("%w, have %.40q", errCost, text)
		}
	}
	negative := len(number) > 0 && number[0] == '-'
	if negative || len(number) > 0 && number[0] == '+' {
		number = number[1:]
	}
	whole, part, ok := decimal(number)
	if !ok {
		return 0, fmt.Errorf("%w, have %.40q", errCost, text)
	}
	digits, point := slices.Concat(whole, part), len(whole)+shift
	for point > len(digits) {
		digits = append(digits, '0')
	}
	for point < 0 {
		digits, point = append([]byte{'0'}, digits...), point+1
	}
	whole, part = bytes.TrimLeft(digits[:point], "0"), bytes.TrimRight(digits[point:], "0")
	if len(whole) > costWhole || len(part) > costPart {
		return 0, fmt.Errorf("%w, have %.40q", errCostSize, text)
	}
	value := int64(0)
	for _, d := range whole {
		value = value*10 + int64(d-'0')
	}
	for i := range costPart {
		value *= 10
		if i < len(part) {
			value += int64(part[i] - '0')
		}
	}
	if negative {
		value = -value
	}
	return value, nil
}

// decimal cuts a number into its digits before and after the point.
func decimal(number []byte) (whole, part []byte, ok bool) {
	point := bytes.LastIndexAny(number, ".,")
	group := byte(' ')
	switch {
	case point < 0:
		point = len(number)
	case number[point] == ',' && bytes.Count(number, []byte{','}) == 1 && bytes.IndexByte(number, '.') < 0 && len(number)-point == 4:
		return nil, nil, false // 1,234 is a thousand to one reader and a little more than one to another
	case number[point] == ',':
		group = '.'
	case bytes.IndexByte(number, ',') >= 0:
		group = ','
	}
	if whole, ok = ungroup(number[:point], group); !ok {
		return nil, nil, false
	}
	if point < len(number) {
		part = number[point+1:]
	}
	for _, d := range part {
		ok = ok && d >= '0' && d <= '9'
	}
	return whole, part, ok && len(whole)+len(part) > 0
}

// ungroup takes out what groups digits in threes.
func ungroup(number []byte, group byte) ([]byte, bool) {
	number = bytes.ReplaceAll(number, []byte("\u00a0"), []byte{' '})
	out := make([]byte, 0, len(number))
	grouped := false
	run := 0
	for _, d := range number {
		switch {
		case d >= '0' && d <= '9':
			out = append(out, d)
			run++
		case d != group && d != ' ' || run == 0 || run > 3 || grouped && run != 3:
			return nil, false
		default:
			group, grouped, run = d, true, 0
		}
	}
	return out, !grouped || run == 3
}

// AppendCost writes millionths as ParseCost reads them, with as many digits
// after the point as are needed.
func AppendCost(to []byte, micros int64) []byte {
	whole := uint64(micros)
	if micros < 0 {
		to = append(to, '-')
		whole = -whole
	}
	to = strconv.AppendUint(to, whole/1_000_000, 10)
	part := whole % 1_000_000
	if part == 0 {
		return to
	}
	digits := strconv.AppendUint(nil, part+1_000_000, 10)[1:]
	return append(append(to, '.'), bytes.TrimRight(digits, "0")...)
}
