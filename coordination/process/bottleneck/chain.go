package bottleneck

import "github.com/coordkit/coordkit/coordination/process/waiting"

// Link is what an instance adds to the critical chain of its case, in
// microseconds: Wait before its start, Work until the chain goes on.
type Link struct{ Wait, Work int64 }

// Chain finds the critical chain of a case from the waits of its instances, in
// order: from the latest end back to the start of that instance, to when it was
// enabled, on to the instance that enabled it, and so on. Where the chain meets
// an instance that nothing enabled, what lies between it and the start of the
// case is waiting for it to begin. The links sum to the duration of the case.
func Chain(waits []waiting.Wait) []Link {
	links := make([]Link, len(waits))
	if len(waits) == 0 {
		return links
	}
	at, first := 0, waits[0].Start
	where := make(map[uint32]int, len(waits))
	for i := range waits {
		where[waits[i].Event.Seq] = i
		first = min(first, waits[i].Start)
		if waits[i].Event.End >= waits[at].Event.End {
			at = i
		}
	}
	end := waits[at].Event.End
	for {
		w := &waits[at]
		links[at].Work += max(0, end-w.Start)
		end = min(end, w.Start)
		before, known := where[w.Before.Seq]
		if w.First || !known || before >= at {
			links[at].Wait += end - first
			return links
		}
		from := max(first, min(end, w.Before.End))
		links[at].Wait += end - from
		end, at = from, before
	}
}
