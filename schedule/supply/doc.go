// Package supply knows materials: items and what they are made from, stock by
// place, orders on the way, suppliers with their lead times. It says for each
// demand whether the material is in place, ready if it is ordered by a date,
// late by how much, or short, and never gives one unit twice.
//
// # Netting
//
// A Book is what is known at one moment. Compile makes a Position of it, which
// implements schedule.SupplyPosition. Cover and Plan serve demands of a plan
// together with those of the book, each unit once, first come by need date, then
// by priority, then by id:
//
//   - what is reserved goes to its owner first;
//   - then stock above the safety level, that which expires first;
//   - then orders that come in time: those a supplier has, then requisitions;
//   - then the safety stock, which makes the answer ReadyIf: it must be refilled;
//   - then what may stand in for the item, if it is left over and in time;
//   - then a new order, in lots the supplier takes, grossed up for yield;
//   - what no order can bring in time is served by what comes first: something
//     late that exists, or a new order.
//
// Kits are planned before their components; a component is needed on the day
// its own parent begins, so each level is offset from its own parent.
//
// # Dates
//
// Materials count in whole days. A need is the date at its place of use. The
// last day to order is that date less handling (open days of the place), transit
// (elapsed), lead time (open days of the supplier), administrative lead and
// security time (open days of the buyer), each counted once. The same chain
// forward from today tells how late an order would be.
//
// # Orders
//
// A PlannedOrder has an id that depends on the item, place and date of need only:
// made a requisition, it is found again on the next run, and nothing is asked for
// twice. Decide and Evolve give requisitions and orders their life. What a
// supplier has is never altered by a plan: a Message asks for it. Learn collects
// how long orders really took, and Adopt plans with it.
package supply
