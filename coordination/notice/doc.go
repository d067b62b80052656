// Package notice keeps what the office owes people: one [Obligation] for each
// occasion and recipient, from owed to sent, acknowledged, disputed or waived.
//
// An obligation begins in the transaction of what it tells about, so that nothing
// happens of which nobody will hear. Whoever delivers notices claims some with
// [Service.Claim]; a claim is a lease, so a deliverer that dies loses it to the
// next. What was delivered is recorded as settled with its evidence.
//
// [DecideOwe] and [DecideSettle] are the rules, [Evolve] applies an event. The
// rules for change requests (who may waive, who may answer) stand in changereq;
// here stands which step may follow which.
package notice
