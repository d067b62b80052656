package schedule

import (
	"cmp"
	"container/heap"
)

// queue holds activities that may come next, by their start.
type queue struct {
	start []int
	list  []int32
}

func (q *queue) Len() int { return len(q.list) }
func (q *queue) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(q.start[q.list[i]], q.start[q.list[j]]), cmp.Compare(q.list[i], q.list[j])) < 0
}
func (q *queue) Swap(i, j int) { q.list[i], q.list[j] = q.list[j], q.list[i] }
func (q *queue) Push(x any)    { q.list = append(q.list, x.(int32)) } //nolint:forcetypeassert // heap gives what it was given
func (q *queue) Pop() any {
	x := q.list[len(q.list)-1]
	q.list = q.list[:len(q.list)-1]
	return x
}

// byStart puts the activities in the order of their starts, as far as that goes
// with the relations: one with a lead may let an activity begin before the one
// it depends on, but is dated after it.
func (n *Network) byStart(start []int) []int32 {
	waiting := make([]int, len(start))
	for i := range n.arcs {
		waiting[n.arcs[i].to]++
	}
	q := &queue{start: start}
	for i := range waiting {
		if waiting[i] == 0 {
			heap.Push(q, int32(i))
		}
	}
	out := make([]int32, 0, len(start))
	for q.Len() > 0 {
		i := heap.Pop(q).(int32) //nolint:forcetypeassert // heap gives what it was given
		out = append(out, i)
		for _, r := range n.out.of(i) {
			to := n.arcs[r].to
			if waiting[to]--; waiting[to] == 0 {
				heap.Push(q, to)
			}
		}
	}
	return out
}
