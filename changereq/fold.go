package changereq

// Fold returns the request that its events lead to: what Evolve gives one event
// after the other, without copying the ledger of obligations at each and without
// digests of what was amended again, so that a history of any length takes time
// in proportion to it.
func Fold(events []Event) Request {
	var f folding
	for _, ev := range events {
		f.add(ev)
	}
	return f.done()
}

// folding is a request that nobody else sees before it is complete, so its
// obligations may be changed in place and its digests wait.
type folding struct {
	req     Request
	place   map[string]int // of each obligation, by its id
	amended bool           // the digests wait
}

// done is the request as it is after what was added.
func (f *folding) done() Request {
	if f.amended {
		f.req.Digests, f.amended = DigestsOf(f.req.Content, f.req.Assessment), false
	}
	return f.req
}

func (f *folding) add(ev Event) {
	switch d := ev.Data.(type) {
	case ObligationOwedData:
		if f.place == nil {
			f.place = make(map[string]int)
		}
		if _, twice := f.place[d.Obligation.ID]; !twice { // Evolve changes the first of equal ids
			f.place[d.Obligation.ID] = len(f.req.Obligations)
		}
		f.req.Obligations = append(f.req.Obligations, d.Obligation.clone())
	case ObligationChangedData:
		if i, found := f.place[d.Obligation]; found {
			f.req.Obligations[i].change(ev, d)
		}
	case AmendedData:
		f.req, f.amended = f.req.amended(ev, d), true
	default:
		f.req = Evolve(f.req, ev)
		return
	}
	f.req.Events, f.req.Updated = ev.Seq, ev.At
}
