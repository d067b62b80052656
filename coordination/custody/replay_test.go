package custody_test

import (
	"encoding/json"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/fileplan"
	"github.com/coordkit/coordkit/archive/paper"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination"
)

// told is what the journal alone says: the fold of its entries.
type told struct {
	filings  map[archive.RecordID]fileplan.Filing
	keepings map[archive.RecordID]coordination.Keeping
	batches  map[string]retention.Batch
	holds    map[string]retention.Hold
	house    paper.House
}

// replay folds the journal and compares with what the sheets hold.
func (o *office) replay(t checker, w world) {
	j := told{
		filings: make(map[archive.RecordID]fileplan.Filing), keepings: make(map[archive.RecordID]coordination.Keeping),
		batches: make(map[string]retention.Batch), holds: make(map[string]retention.Hold),
	}
	for after := int64(0); ; {
		page, next, err := o.Journal(o.ctx, tenant, coordination.JournalQuery{After: after})
		require.NoError(t, err)
		for i := range page {
			if e := &page[i]; e.Room == coordination.RoomArchive && e.Kind == "filed" {
				ev, err := e.RecordEvent()
				require.NoError(t, err)
				r := archive.Fold([]archive.Event{ev})
				j.filings[r.ID], j.keepings[r.ID] = fileplan.Begin(r), coordination.Keeping{}
			} else {
				j.evolve(t, e)
			}
		}
		if next == after {
			break
		}
		after = next
	}
	keepings := make(map[archive.RecordID]coordination.Keeping)
	for id, r := range w.Standing {
		keepings[id] = r.Keeping
	}
	require.JSONEq(t, asJSON(t, w.Filings), asJSON(t, j.filings))
	require.JSONEq(t, asJSON(t, keepings), asJSON(t, j.keepings))
	require.JSONEq(t, asJSON(t, w.Batches), asJSON(t, j.batches))
	require.JSONEq(t, asJSON(t, w.Holds), asJSON(t, j.holds))
	for _, i := range j.house.Items() {
		require.JSONEq(t, asJSON(t, w.Items[i.Barcode].Value), asJSON(t, i))
	}
	require.Len(t, w.Items, len(j.house.Items()))
}

// evolve goes on by an entry.
func (j *told) evolve(t checker, e *coordination.Entry) {
	switch string(e.Room) {
	case "filing":
		done, err := fileplan.UnmarshalDone(e.Kind, e.Data)
		require.NoError(t, err)
		id := archive.RecordID(e.Entity)
		j.filings[id] = fileplan.Evolve(j.filings[id], fileplan.Event{At: e.At, Actor: e.Actor, Done: done})
	case "item":
		done, err := paper.UnmarshalDone(e.Kind, e.Data)
		require.NoError(t, err)
		j.house.Evolve(paper.Event{At: e.At, Actor: e.Actor, Done: done})
	case "hold":
		h := j.holds[e.Entity]
		if e.Kind == "issued" {
			require.NoError(t, json.Unmarshal(e.Data, &h))
		} else {
			require.Equal(t, "released", e.Kind)
			h.Released = e.At
		}
		j.holds[e.Entity] = h
	case "disposal":
		ev, err := retention.UnmarshalEvent(e.Kind, e.Data)
		require.NoError(t, err)
		j.batches[e.Entity] = retention.Evolve(j.batches[e.Entity], ev)
		if moved, ok := ev.(retention.Moved); ok {
			k := j.keepings[moved.Record]
			k.Batch = e.Entity
			j.keepings[moved.Record] = k
		}
	case "keeping":
		j.keep(t, e)
	}
}

// keep goes on by an entry about the keeping of a record.
func (j *told) keep(t checker, e *coordination.Entry) {
	k := j.keepings[archive.RecordID(e.Entity)]
	switch e.Kind {
	case "happened":
		var f retention.Fact
		require.NoError(t, json.Unmarshal(e.Data, &f))
		k.Facts = append(k.Facts, f)
	case "reviewed":
		k.Reviewed++
	case "cleared":
		k.Cleared = true
	default:
		var m retention.Moved
		require.NoError(t, json.Unmarshal(e.Data, &m))
		require.Equal(t, e.Kind, string(m.To))
		k.Fate, k.Stone = m.To, m.Tombstone
	}
	j.keepings[archive.RecordID(e.Entity)] = k
}

func asJSON(t checker, v any) string {
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	return string(raw)
}
