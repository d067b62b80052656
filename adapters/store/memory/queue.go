package memory

// queue is first in, first out.
type queue[T any] struct {
	items []T
	head  int
}

func (q *queue[T]) push(x T) { q.items = append(q.items, x) }

func (q *queue[T]) front() (T, bool) {
	if q.head == len(q.items) {
		var nothing T
		return nothing, false
	}
	return q.items[q.head], true
}

// pop drops the front. Half of the array at most is spent on what was dropped.
func (q *queue[T]) pop() {
	var nothing T
	q.items[q.head] = nothing
	q.head++
	if 2*q.head >= len(q.items) {
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
}
