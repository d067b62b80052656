// Package sqlstore is what the SQL backends share: the statements, the one
// transaction that speaks them, and the migration runner. It knows no driver.
//
// A Tx runs its statements through a Runner. One runner sends each at once (a
// joined *sql.Tx, SQLite); that of PostgreSQL keeps writes back and sends them
// together. A Tx is written for the second: it reads by id what it is going to
// change, so that a write it hands on cannot fail quietly, and it asks for a
// Flush before it reads what it may have written.
package sqlstore
