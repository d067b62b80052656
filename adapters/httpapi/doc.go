// Package httpapi serves the office over HTTP as openapi.yaml describes it.
//
// The contract is written first and is the only truth: server, client and
// checks are generated from it or read it. New makes an http.Handler over a
// coordination.Desk; it starts nothing and keeps nothing but what it is given,
// so it can be mounted anywhere. Serve answers on a listener and stops in good
// order.
//
//	handler, err := httpapi.New(httpapi.Config{Desk: desk, Store: store, Authenticator: who})
//
// Who calls is for the embedding service to say: an Authenticator turns a
// request into a Principal, and an Authorizer may refuse it an operation. What
// the principal's roles permit within a change request, the rules decide.
//
// Every request is checked against the contract before it reaches the office:
// what the contract does not name is refused. Every error is a problem
// (RFC 9457) of a kind that docs/errors.md explains; the text of an unknown
// error goes to the log and never to the caller.
//
// Commands that create store their reply under the caller's Idempotency-Key in
// the same unit of work; all others need the If-Match of what was read.
//
//godoclint:disable single-pkg-doc // the generated file has one too
package httpapi

//go:generate go tool -modfile=../../.ci/tools.mod oapi-codegen -config oapi-codegen.yaml ../../openapi.yaml
//go:generate go tool -modfile=../../.ci/tools.mod oapi-codegen -config client/oapi-codegen.yaml ../../openapi.yaml
//go:generate cp ../../openapi.yaml openapi.yaml
