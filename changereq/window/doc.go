// Package window says when changes may be carried out: half-open windows, an
// index that finds the ones overlapping another among millions, freezes and
// maintenance hours as data, and the conflicts between changes with their
// severity.
//
// A [Window] is [Start, End): two windows that touch share no instant and do not
// conflict. A [Booking] is a window with what is done in it: the items that are
// changed and who does it. [Rules] are the calendar of an office; their Conflicts
// compares one booking with the calendar and with other bookings:
//
//   - same-item: both change the same item;
//   - related-item: one changes an item that depends on an item of the other;
//   - same-implementer: one person would work on both;
//   - freeze: the window overlaps a time in which nothing is changed;
//   - outside-maintenance: the window leaves the hours set aside for the item.
//
// Between two bookings a conflict is symmetric: whoever asks gets the same kinds
// for the same items. How bad a conflict is follows from the rules: a [Block]
// keeps a change from being scheduled and started, a [Hold] lets it be scheduled
// but not started while the conflict stands, a [Warn] is shown and recorded.
//
// All times are compared in UTC and whole microseconds. Everything here is pure:
// ids are opaque strings, nothing is looked up, and the order of results follows
// from the order of the input.
package window
