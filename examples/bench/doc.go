// Bench measures the decision unit of work (read the request, decide, store row
// and events, file two copies with their references, owe the notices, journal)
// against the same statements without the library: on PostgreSQL by pgbench, on
// SQLite by hand through database/sql. Both sides run in the same minute on the
// same engine, so the ratio means something where the figures do not.
//
// The statements are not written down here: a driver in between records what one
// decision really sends, and the other side replays it for other requests.
package main
