package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/changereq/window"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/coordination/handover"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/bottleneck"
	"github.com/coordkit/coordkit/coordination/process/conform"
	"github.com/coordkit/coordkit/coordination/process/engage"
	"github.com/coordkit/coordkit/coordination/process/sampling"
	"github.com/coordkit/coordkit/coordination/register"
	"github.com/coordkit/coordkit/schedule"
)

// problemBase leads to the page that explains each code.
const problemBase = "https://github.com/coordkit/coordkit/blob/main/docs/errors.md#"

// kind is the code of a kind of problem; docs/errors.md has a heading for each.
type kind string

// The kinds of problem. Clients rely on them; they never change their meaning.
const (
	kindMalformed       kind = "malformed-request"
	kindUnauthenticated kind = "unauthenticated"
	kindNoTenant        kind = "no-tenant"
	kindForbidden       kind = "forbidden"
	kindNotFound        kind = "not-found"
	kindMethod          kind = "method-not-allowed"
	kindNotAcceptable   kind = "not-acceptable"
	kindConflict        kind = "conflict"
	kindRefused         kind = "refused"
	kindBaseMoved       kind = "base-moved"
	kindInProgress      kind = "in-progress"
	kindStale           kind = "stale"
	kindTooLarge        kind = "too-large"
	kindMediaType       kind = "unsupported-media-type"
	kindInvalid         kind = "invalid"
	kindKeyReused       kind = "key-reused"
	kindPrecondition    kind = "precondition-required"
	kindDigest          kind = "digest-mismatch"
	kindRange           kind = "range-not-satisfiable"
	kindGone            kind = "gone"
	kindForked          kind = "log-forked"
	kindInternal        kind = "internal"
	kindUnavailable     kind = "unavailable"
)

// status is the HTTP status of the kind.
func (k kind) status() int {
	switch k {
	case kindMalformed, kindDigest:
		return http.StatusBadRequest
	case kindRange:
		return http.StatusRequestedRangeNotSatisfiable
	case kindUnauthenticated:
		return http.StatusUnauthorized
	case kindNoTenant, kindForbidden:
		return http.StatusForbidden
	case kindNotFound:
		return http.StatusNotFound
	case kindMethod:
		return http.StatusMethodNotAllowed
	case kindNotAcceptable:
		return http.StatusNotAcceptable
	case kindConflict, kindRefused, kindBaseMoved, kindInProgress, kindForked:
		return http.StatusConflict
	case kindGone:
		return http.StatusGone
	case kindStale:
		return http.StatusPreconditionFailed
	case kindTooLarge:
		return http.StatusRequestEntityTooLarge
	case kindMediaType:
		return http.StatusUnsupportedMediaType
	case kindInvalid, kindKeyReused:
		return http.StatusUnprocessableEntity
	case kindPrecondition:
		return http.StatusPreconditionRequired
	case kindInternal:
		return http.StatusInternalServerError
	case kindUnavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// title is the kind in words.
func (k kind) title() string {
	switch k {
	case kindMalformed:
		return "The request is not what the contract describes."
	case kindUnauthenticated:
		return "There are no credentials that hold."
	case kindNoTenant:
		return "The caller belongs to no office."
	case kindForbidden:
		return "The caller may not do this."
	case kindNotFound:
		return "There is no such thing."
	case kindMethod:
		return "The path does not know this method."
	case kindNotAcceptable:
		return "None of the media types asked for is on offer."
	case kindConflict:
		return "There is such a thing already, or somebody else was faster."
	case kindRefused:
		return "Conditions are not met."
	case kindBaseMoved:
		return "What was assessed is not the newest revision."
	case kindInProgress:
		return "The same request is still running."
	case kindStale:
		return "The thing has changed since it was read."
	case kindTooLarge:
		return "The body is too large."
	case kindMediaType:
		return "The media type is not supported."
	case kindInvalid:
		return "The values do not fit together."
	case kindKeyReused:
		return "The idempotency key was used for another request."
	case kindPrecondition:
		return "If-Match is missing."
	case kindDigest:
		return "The bytes do not have the digest that was stated."
	case kindRange:
		return "The range lies outside the content."
	case kindGone:
		return "It was there and is gone for good."
	case kindForked:
		return "The log does not continue what was signed."
	case kindUnavailable:
		return "The service cannot answer now."
	case kindInternal:
	}
	return "Something went wrong here."
}

// The errors of the adapter itself.
var (
	errMalformed    = errors.New("httpapi: malformed request")
	errFormat       = errors.New("httpapi: not of that format")
	errNoTenant     = errors.New("httpapi: principal without a tenant")
	errNoPath       = errors.New("httpapi: no such path")
	errMethod       = errors.New("httpapi: method not allowed")
	errAccept       = errors.New("httpapi: no acceptable media type")
	errTooLarge     = errors.New("httpapi: body too large")
	errMediaType    = errors.New("httpapi: unsupported media type")
	errKeyReused    = errors.New("httpapi: idempotency key of another request")
	errInProgress   = errors.New("httpapi: request in progress")
	errPrecondition = errors.New("httpapi: If-Match is missing")
	errDigest       = errors.New("httpapi: bytes do not fit their digest")
	errRange        = errors.New("httpapi: range outside the content")
	errUnavailable  = errors.New("httpapi: unavailable")
)

// row says which kind of problem an error is.
type row struct {
	err  error
	kind kind
}

// table maps every error that is meant for callers; the first row that matches
// counts, so a special case stands before its class. What is not in it is
// internal.
func table() []row {
	return []row{
		{errMalformed, kindMalformed},
		{errFormat, kindMalformed},
		{ErrUnauthenticated, kindUnauthenticated},
		{errNoTenant, kindNoTenant},
		{ErrForbidden, kindForbidden},
		{errNoPath, kindNotFound},
		{errMethod, kindMethod},
		{errAccept, kindNotAcceptable},
		{errTooLarge, kindTooLarge},
		{errMediaType, kindMediaType},
		{errKeyReused, kindKeyReused},
		{errInProgress, kindInProgress},
		{errPrecondition, kindPrecondition},
		{errDigest, kindDigest},
		{errRange, kindRange},
		{errUnavailable, kindUnavailable},
		{context.Canceled, kindUnavailable},
		{context.DeadlineExceeded, kindUnavailable},
		{changereq.ErrNotFound, kindNotFound},
		{changereq.ErrConflict, kindConflict},
		{changereq.ErrInvalid, kindInvalid},
		{changereq.ErrBaseMoved, kindBaseMoved},
		{changereq.ErrRefused, kindRefused},
		{changereq.ErrSignature, kindInternal}, // stated with the vote; as an error it is the signer's
		{approval.ErrInvalid, kindInternal},    // a policy, never a caller's doing
		{lifecycle.ErrInvalid, kindInternal},   // a definition, never a caller's doing
		{window.ErrInvalid, kindInternal},      // a calendar, never a caller's doing
		{bundle.ErrNotFound, kindNotFound},
		{bundle.ErrConflict, kindConflict},
		{bundle.ErrInvalid, kindInvalid},
		{bundle.ErrRefused, kindRefused},
		{archive.ErrNotFound, kindNotFound},
		{archive.ErrConflict, kindConflict},
		{archive.ErrInvalid, kindInvalid},
		{archive.ErrRefused, kindRefused},
		{archive.ErrGone, kindGone},
		{archive.ErrAltered, kindInternal}, // somebody has to look, and the caller is not the one
		{evidence.ErrFork, kindForked},
		{evidence.ErrMismatch, kindInternal}, // likewise
		{audit.ErrOutside, kindUnavailable},
		{evidence.ErrInvalid, kindInvalid},
		{notice.ErrNotFound, kindNotFound},
		{notice.ErrConflict, kindConflict},
		{notice.ErrInvalid, kindInvalid},
		{notice.ErrRefused, kindRefused},
		{process.ErrMalformed, kindInvalid},
		{process.ErrLimit, kindInvalid},
		{process.ErrNoZone, kindInvalid},
		{process.ErrCalendar, kindInvalid},
		{process.ErrWindow, kindInternal},        // of windows that the office chose
		{process.ErrMerge, kindInternal},         // of shards, which only the office joins
		{process.ErrSnapshot, kindInternal},      // likewise
		{bottleneck.ErrRecurrence, kindInternal}, // asked of a log that has an answer
		{conform.ErrModel, kindInvalid},
		{conform.ErrLimit, kindInvalid},
		{engage.ErrInvalid, kindInvalid},
		{engage.ErrRefused, kindRefused},
		{sampling.ErrInvalid, kindInvalid},
		{register.ErrNotFound, kindNotFound},
		{register.ErrConflict, kindConflict},
		{register.ErrInvalid, kindInvalid},
		{schedule.ErrConflict, kindConflict},
		{schedule.ErrInvalid, kindInvalid},
		{schedule.ErrRefused, kindRefused},
		{schedule.ErrViolated, kindInternal}, // the dating checks itself; what is wanted and cannot hold is a finding
		{coordination.ErrNotFound, kindNotFound},
		{coordination.ErrConflict, kindConflict},
		{coordination.ErrInvalid, kindInvalid},
		{coordination.ErrReadOnly, kindInternal},
		{ErrConfig, kindInternal},
	}
}

// kindOf finds the kind of problem. A conflict on a thing that the caller read
// before is a stale read.
func (a *api) kindOf(err error, c *call) kind {
	for _, row := range table() {
		if !errors.Is(err, row.err) {
			continue
		}
		if row.kind == kindConflict && c.matched {
			return kindStale
		}
		return row.kind
	}
	if a.cfg.Transient(err) {
		return kindUnavailable
	}
	return kindInternal
}

// badRequest answers what the generated code could not bind: the check lets
// only few forms come so far, such as 1.0 for a whole number.
func (a *api) badRequest(w http.ResponseWriter, r *http.Request, _ error) {
	a.fail(w, r, malformed(Fault{Pointer: new(""), Code: codeInvalid}))
}

// fail answers with the problem that an error is, and logs what is not meant
// for callers.
func (a *api) fail(w http.ResponseWriter, r *http.Request, err error) {
	c := callOf(r.Context())
	if k := a.kindOf(err, c); k.status() >= http.StatusInternalServerError {
		a.cfg.Log.LogAttrs(r.Context(), slog.LevelError, "failed",
			slog.String("request_id", c.id), slog.String("code", string(k)), slog.String("error", err.Error()))
	}
	a.write(w, r, err)
}

func (a *api) write(w http.ResponseWriter, r *http.Request, err error) {
	c := callOf(r.Context())
	k := a.kindOf(err, c)
	p := Problem{
		Type: problemBase + string(k), Title: k.title(), Status: narrow(k.status()), Code: string(k), Instance: c.id,
		Errors: faultsOf(err, k), Unmet: unmetOf(err), Gone: goneOf(err),
	}
	body, _ := json.Marshal(p) //nolint:errchkjson // plain strings and numbers
	if rec, ok := w.(*recorder); ok {
		rec.problem = true
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Del("ETag")
	if outside, ok := errors.AsType[*rangeError](err); ok {
		h.Set("Content-Range", fmt.Sprintf("bytes */%d", outside.size))
	}
	switch k.status() {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", a.cfg.Challenge)
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "1")
	}
	w.WriteHeader(k.status())
	_, _ = w.Write(body) // a caller who has gone is told nothing
}

// faultsOf collects the faults of the input that an error carries. What is invalid
// has one at least.
func faultsOf(err error, k kind) []Fault {
	var out []Fault
	if request, ok := errors.AsType[*requestError](err); ok {
		out = request.faults
	} else if change, ok := errors.AsType[*changereq.ValidationError](err); ok {
		out = eachOf(change.Fields, func(f changereq.Field) Fault {
			return Fault{Pointer: &f.Pointer, Code: f.Code, Text: &f.Text}
		})
	} else if file, ok := errors.AsType[*archive.ValidationError](err); ok {
		out = eachOf(file.Fields, func(f archive.Field) Fault {
			return Fault{Pointer: &f.Pointer, Code: f.Code, Text: &f.Text}
		})
	} else if absent, ok := errors.AsType[*handover.AbsentError](err); ok {
		out = []Fault{{Code: codeUnknown, Text: new(clipped(absent.Text))}}
		if _, ok := errors.AsType[*inBodyError](err); ok {
			out[0].Pointer = new("/" + absent.Part)
		} else {
			out[0].In, out[0].Name = new("query"), &absent.Part
		}
	} else if plan, ok := errors.AsType[*schedule.ValidationError](err); ok {
		out = eachOf(plan.Fields, func(f schedule.Field) Fault {
			return Fault{Pointer: &f.Pointer, Code: f.Code, Text: new(clipped(f.Text))}
		})
	} else if k == kindInvalid { // a rule that says in a sentence what is wrong and where
		out = []Fault{{Pointer: new(""), Code: codeInvalid, Text: new(clipped(err.Error()))}}
	}
	return out[:min(len(out), maxFaults)]
}

// goneOf is what an error says of a record that is gone.
func goneOf(err error) *GoneRecord {
	gone, ok := errors.AsType[*retention.GoneError](err)
	if !ok {
		return nil
	}
	return &GoneRecord{Record: string(gone.Record), State: string(gone.State), Batch: gone.Batch, Tombstone: via(gone.Stone, tombstoneTo)}
}

// maxUnmet is how many conditions a problem lists.
const maxUnmet = 1000

// unmetOf collects the conditions that an error says are not met.
func unmetOf(err error) []Unmet {
	if refused, ok := errors.AsType[*changereq.RefusedError](err); ok {
		return eachOf(refused.Unmet, unmetTo)
	}
	if refused, ok := errors.AsType[*archive.RefusedError](err); ok {
		return eachOf(refused.Unmet, func(u archive.Unmet) Unmet {
			return Unmet{Condition: u.Condition, Status: "unsatisfied", Text: u.Text, Ref: text(u.Ref)}
		})
	}
	if errors.Is(err, engage.ErrRefused) {
		return []Unmet{{Condition: "engagement", Status: "unsatisfied", Text: clipped(err.Error())}}
	}
	if refused, ok := errors.AsType[*schedule.RefusedError](err); ok {
		return eachOf(refused.Unmet[:min(len(refused.Unmet), maxUnmet)], func(u schedule.Unmet) Unmet {
			return Unmet{Condition: u.Condition, Status: "unsatisfied", Text: u.Text, Ref: text(u.Ref)}
		})
	}
	return nil
}
