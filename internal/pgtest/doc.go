// Package pgtest gives tests a real PostgreSQL: the one that COORDKIT_PG_DSN
// names, else a throw-away cluster of locally installed server binaries, else
// the test is skipped with the reason. Where CI is set, a missing server is a
// failure.
//
// A package that uses Database calls Main from its TestMain and links pgx's
// database/sql driver.
package pgtest
