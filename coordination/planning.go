package coordination

import "github.com/coordkit/coordkit/coordination/planning"

// Planning is the part of the desk that keeps plans, materials and people. Its
// commands run on the desk's store with the desk's clock; their events are entries
// of the journal.
func (d *Desk) Planning() *planning.Service { return d.plans }
