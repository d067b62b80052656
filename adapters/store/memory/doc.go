// Package memory keeps the office in memory: for tests, examples and small
// services that need no disk. It keeps the whole contract of
// coordination.Store and loses everything when the process ends.
//
// Tenants share nothing. Within a tenant every commit has a number. A row is a
// chain of versions, newest first, each with the number of the commit that made
// it; a transaction reads the chains as of the number at which it began, so a
// View never moves and holds no lock. Versions that no open transaction can see
// are pruned.
//
// An Update works on a stage of its own that notes which version of every id it
// looked at, absence included. At commit these must still be the newest;
// otherwise the function runs again, and after three such runs it has the turn
// to itself. An error or a panic drops the stage, so there is nothing to undo.
package memory
