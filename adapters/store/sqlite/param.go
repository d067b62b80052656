package sqlite

import "strconv"

// unnumbered writes the parameters $1, $2 … of a statement as question marks, and
// says which argument stands at each of them; order is nil where they stand as
// they come. SQLite looks a named parameter up in a list of all names whenever it is
// bound, and a numbered one has a name: binding the fifty values of a few rows
// costs more than storing them. Text in quotes is left alone.
func unnumbered(query string) (text string, order []int) {
	b := make([]byte, 0, len(query))
	asTheyCome := true
	for i := 0; i < len(query); {
		c := query[i]
		end := i + 1
		switch c {
		case '\'', '"':
			for end < len(query) && query[end] != c {
				end++
			}
			end = min(end+1, len(query))
		case '$':
			for end < len(query) && '0' <= query[end] && query[end] <= '9' {
				end++
			}
			if n, err := strconv.Atoi(query[i+1 : end]); err == nil {
				asTheyCome = asTheyCome && n == len(order)+1
				order = append(order, n-1)
				b = append(b, '?')
				i = end
				continue
			}
		}
		b = append(b, query[i:end]...)
		i = end
	}
	if asTheyCome {
		order = nil
	}
	return string(b), order
}

// inOrder puts arguments where the question marks want them.
func inOrder(order []int, args []any) []any {
	if order == nil {
		return args
	}
	out := make([]any, len(order))
	for i, k := range order {
		if k >= len(args) {
			return args // too few: the driver says so
		}
		out[i] = args[k]
	}
	return out
}
