// Package sqlite keeps the office in one SQLite file, without a C compiler.
//
// One connection writes, a few others read; a unit of work begins IMMEDIATE, so
// that what it reads is held. The file belongs to one process on a local disk:
// do not open and close it by other means while it is in use, since any close
// drops the locks of the whole process. Back it up with VACUUM INTO. Commits are
// synchronous: what was acknowledged survives a crash of the machine as far as
// the disk keeps its word.
//
// Open does not touch the schema: call DB.Migrate when a program starts.
package sqlite
