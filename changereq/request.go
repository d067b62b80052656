package changereq

import (
	"slices"
	"time"

	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// ID names a change request for ever. It is opaque, compared byte by byte, and
// may be chosen by the caller, which makes creation idempotent.
type ID string

// ItemID names a thing that a change affects: a part, a document, a
// specification, a plan. It belongs to another room and is opaque here.
type ItemID string

// Actor is the person or program that gives a command, with the roles the
// embedding service vouches for. Being the applicant or the owner of an
// affected item is no role to be granted: it follows from the request.
type Actor struct {
	ID    string
	Roles []string
}

// The roles that the built-in lifecycle and the commands name.
const (
	RoleApplicant      = "applicant"
	RoleCoordinator    = "coordinator"
	RoleProductManager = "product-manager"
	RoleImplementer    = "implementer"
	RoleVerifier       = "verifier"
)

// LifecycleRef pins the lifecycle, by id and version, that a request lives by.
type LifecycleRef struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
}

// Request is the state of one change request: the fold of its events. The
// stored row is a cache of that fold; the events are the truth.
//
// State and the other axes are independent: a request is in one State and may
// at the same time be held, scheduled, decided and owe notices.
type Request struct {
	ID        ID                 `json:"id"`
	Rev       int64              `json:"rev"`    // raised by one with every stored change; 0 is not stored yet
	Number    string             `json:"number"` // for people, such as CR-2026-0042
	Lifecycle LifecycleRef       `json:"lifecycle"`
	State     string             `json:"state"`
	Category  lifecycle.Category `json:"category"`
	Applicant string             `json:"applicant"`
	Content   Content            `json:"content"`
	Digests   Digests            `json:"digests"` // of Content and Assessment as they stand

	Assessment Assessment  `json:"assessment"`
	WhereUsed  *WhereUsed  `json:"where_used,omitempty"` // what uses the items that change, when somebody looked it up
	Brief      *Brief      `json:"brief,omitempty"`      // the newest; earlier ones stand in the history
	Policy     PolicyRef   `json:"policy,omitzero"`      // pinned when the request is submitted
	Asked      *time.Time  `json:"asked,omitempty"`      // when the approvers were asked last
	Decision   Decision    `json:"decision"`
	Conditions []Condition `json:"conditions,omitempty"` // of the standing approval
	Window     *Window     `json:"window,omitempty"`     // when it is to be carried out
	Conflicts  []Conflict  `json:"conflicts,omitempty"`  // that did not keep it from being scheduled or started
	Results    []Result    `json:"results,omitempty"`    // at most one for each affected item
	Review     *Review     `json:"review,omitempty"`
	Successor  ID          `json:"successor,omitempty"`
	Outcome    Outcome     `json:"outcome,omitempty"`
	Closed     *time.Time  `json:"closed,omitempty"`   // when it was closed as done
	Realised   []Realised  `json:"realised,omitempty"` // what it has brought since

	Votes       []approval.Vote       `json:"votes,omitempty"` // all that were ever cast, oldest first
	Delegations []approval.Delegation `json:"delegations,omitempty"`
	Overrides   []approval.Override   `json:"overrides,omitempty"`
	Timing      Timing                `json:"timing,omitzero"` // of the approval

	Authorisation *Authorisation `json:"authorisation,omitempty"` // of a standard change
	Retired       *Retirement    `json:"retired,omitempty"`       // of a template
	Bundle        *Membership    `json:"bundle,omitempty"`
	Implementer   string         `json:"implementer,omitempty"` // who carries it out, named when it is scheduled

	Held        *Hold        `json:"held,omitempty"`
	Obligations []Obligation `json:"obligations,omitempty"`
	Origin      *Origin      `json:"origin,omitempty"` // set when imported

	LastAmender string    `json:"last_amender,omitempty"` // of a material field
	Opened      time.Time `json:"opened"`                 // the time of the first event, never changed
	Entered     time.Time `json:"entered,omitzero"`       // the time at which it came into its state
	Updated     time.Time `json:"updated"`                // the time of the last event
	Events      int64     `json:"events"`                 // length of the history
}

// Outcome says how a request ended or is about to end.
type Outcome string

// The outcomes that edges of a lifecycle may name.
const (
	OutcomeImplemented Outcome = "implemented"
	OutcomeBackedOut   Outcome = "backed-out"
	OutcomeRejected    Outcome = "rejected"
	OutcomeWithdrawn   Outcome = "withdrawn"
	OutcomeCancelled   Outcome = "cancelled"
	OutcomeSuperseded  Outcome = "superseded"
)

// Hold suspends a request without moving it.
type Hold struct {
	Reason string    `json:"reason"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// Condition is what an approval asks for beyond the change itself.
type Condition struct {
	Text     string     `json:"text"`
	MetBy    string     `json:"met_by,omitempty"`
	MetAt    *time.Time `json:"met_at,omitempty"`
	Evidence string     `json:"evidence,omitempty"`
}

// Review looks back at a change that was carried out or backed out.
type Review struct {
	Verdict ReviewVerdict `json:"verdict"`
	Text    string        `json:"text"`
	By      string        `json:"by"`
	At      time.Time     `json:"at"`
}

// ReviewVerdict is the result of a post-implementation review.
type ReviewVerdict string

// The verdicts of a review.
const (
	ReviewSuccessful ReviewVerdict = "successful"
	ReviewWithIssues ReviewVerdict = "with-issues"
	ReviewBackedOut  ReviewVerdict = "backed-out"
	ReviewFailed     ReviewVerdict = "failed"
)

// Origin says where an imported request came from and what of its history does
// not follow the lifecycle it was recorded under.
type Origin struct {
	Source     string `json:"source"`
	Digest     Digest `json:"digest"`  // of the newest import
	History    Digest `json:"history"` // of the steps imported so far
	Facts      int    `json:"facts"`
	Violations int    `json:"violations"`
}

// Clone returns a copy that shares no memory with r.
func (r Request) Clone() Request {
	r.Content = r.Content.Clone()
	r.Assessment = r.Assessment.clone()
	r.WhereUsed = r.WhereUsed.clone()
	r.Brief = r.Brief.clone()
	r.Asked = clonePtr(r.Asked)
	r.Decision = r.Decision.clone()
	r.Votes = cloneEach(r.Votes, approval.Vote.Clone)
	r.Delegations = cloneEach(r.Delegations, approval.Delegation.Clone)
	r.Overrides = cloneEach(r.Overrides, approval.Override.Clone)
	r.Timing = r.Timing.clone()
	r.Conditions = cloneEach(r.Conditions, Condition.clone)
	r.Window = clonePtr(r.Window)
	r.Conflicts = slices.Clone(r.Conflicts)
	r.Results = cloneEach(r.Results, Result.clone)
	r.Review = clonePtr(r.Review)
	r.Closed = clonePtr(r.Closed)
	r.Realised = cloneEach(r.Realised, Realised.clone)
	r.Held = clonePtr(r.Held)
	r.Bundle = clonePtr(r.Bundle)
	r.Authorisation = clonePtr(r.Authorisation)
	r.Retired = clonePtr(r.Retired)
	r.Obligations = cloneEach(r.Obligations, Obligation.clone)
	r.Origin = clonePtr(r.Origin)
	return r
}

func (c Condition) clone() Condition {
	c.MetAt = clonePtr(c.MetAt)
	return c
}

func clonePtr[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

func cloneEach[T any](s []T, clone func(T) T) []T {
	if len(s) == 0 {
		return nil
	}
	out := make([]T, len(s))
	for i, v := range s {
		out[i] = clone(v)
	}
	return out
}

// result returns the recorded result of an item, or nil.
func (r *Request) result(item ItemID) *Result {
	i := slices.IndexFunc(r.Results, func(x Result) bool { return x.Item == item })
	if i < 0 {
		return nil
	}
	return &r.Results[i]
}

// obligation returns the obligation with that id, or nil.
func (r *Request) obligation(id string) *Obligation {
	i := slices.IndexFunc(r.Obligations, func(o Obligation) bool { return o.ID == id })
	if i < 0 {
		return nil
	}
	return &r.Obligations[i]
}

// roles returns the actor's roles with those that follow from the request.
func (r *Request) roles(a Actor) []string {
	if a.ID != r.Applicant || slices.Contains(a.Roles, RoleApplicant) {
		return a.Roles
	}
	return append(slices.Clip(a.Roles), RoleApplicant)
}
