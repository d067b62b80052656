package changereq

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// Event is one thing that happened to a request. Events are facts: they are
// appended, never altered, and their fold is the request. Seq counts from 1
// without gaps; At never falls within a request.
type Event struct {
	Request ID
	Seq     int64
	At      time.Time
	Actor   string
	Data    Data
}

// Kind names a type of event, for ever.
type Kind string

// Kind returns the kind of the event.
func (e Event) Kind() Kind { return e.Data.kind() }

// at is a copy of the event's time to point at.
func (e Event) at() *time.Time { return &e.At }

// Data is what an event says. The types below are all there are, and Unknown
// for what a later version wrote.
type Data interface{ kind() Kind }

// The data of the events.
type (
	// OpenedData begins a request.
	OpenedData struct {
		Number    string             `json:"number"`
		Lifecycle LifecycleRef       `json:"lifecycle"`
		State     string             `json:"state"`
		Category  lifecycle.Category `json:"category"`
		Applicant string             `json:"applicant"`
		Content   Content            `json:"content"`
	}
	// AmendedData replaces the content; Changed names the classes that differ.
	AmendedData struct {
		Content Content `json:"content"`
		Changed []Class `json:"changed"`
	}
	// MovedData is a step along an edge of the lifecycle, or, when imported, a
	// step somebody took whether or not such an edge exists.
	MovedData struct {
		From           string             `json:"from"`
		Event          string             `json:"event,omitempty"`
		To             string             `json:"to"`
		Category       lifecycle.Category `json:"category"`
		Reason         string             `json:"reason,omitempty"`
		Outcome        Outcome            `json:"outcome,omitempty"`
		Auto           bool               `json:"auto,omitempty"`
		ClearsDecision bool               `json:"clears_decision,omitempty"` // the decision is pending again
		ClearsOutcome  bool               `json:"clears_outcome,omitempty"`
		EndsRound      bool               `json:"ends_round,omitempty"` // votes up to here count for no decision after it
		Window         *Window            `json:"window,omitempty"`
		FreesWindow    bool               `json:"frees_window,omitempty"`
		Implementer    string             `json:"implementer,omitempty"`
		Conflicts      []Conflict         `json:"conflicts,omitempty"` // that stood and did not refuse it
		Successor      ID                 `json:"successor,omitempty"`
		Policy         *PolicyRef         `json:"policy,omitempty"` // pinned from here on
	}
	// AssessedData holds the parts that were assessed; a nil part stays as it was.
	AssessedData struct {
		Parts Assessment `json:"parts"`
	}
	// BriefIssuedData holds the frozen brief.
	BriefIssuedData struct {
		Brief Brief `json:"brief"`
	}
	// DecidedData holds the decision and the conditions of an approval.
	DecidedData struct {
		Decision   Decision `json:"decision"`
		Conditions []string `json:"conditions,omitempty"`
	}
	// ApprovalLapsedData says that a given approval holds no longer.
	ApprovalLapsedData struct {
		Cause   Lapse   `json:"cause"`
		Changed []Class `json:"changed,omitempty"`
	}
	// ConditionMetData says that a condition of the approval is met.
	ConditionMetData struct {
		Condition int    `json:"condition"` // place in the list, from 0
		Evidence  string `json:"evidence"`
	}
	// ResultRecordedData says what became of an item.
	ResultRecordedData struct {
		Result Result `json:"result"`
	}
	// ResultVerifiedData says that a recorded result was checked.
	ResultVerifiedData struct {
		Item ItemID `json:"item"`
	}
	// RestoredData says which revision of an item was put back in force.
	RestoredData struct {
		Item     ItemID `json:"item"`
		Revision string `json:"revision"`
	}
	// ReviewedData is a review after the work.
	ReviewedData struct {
		Verdict ReviewVerdict `json:"verdict"`
		Text    string        `json:"text"`
	}
	// AuthorisedData says that a standard change may go ahead by its template.
	AuthorisedData struct {
		Authorisation Authorisation `json:"authorisation"`
	}
	// TemplateRetiredData says that the template must not be used any more.
	TemplateRetiredData struct {
		Reason    string `json:"reason"`
		Successor ID     `json:"successor,omitempty"`
	}
	// MigratedData says that the request lives by another version of its
	// lifecycle, or by another lifecycle, and in which state; and by which other
	// version of its policy it is judged, if that has changed.
	MigratedData struct {
		Before   LifecycleRef       `json:"before"`
		After    LifecycleRef       `json:"after"`
		From     string             `json:"from"`
		To       string             `json:"to"`
		Category lifecycle.Category `json:"category"`
		Reason   string             `json:"reason"`

		DecidedIn    string     `json:"decided_in,omitempty"` // what the state of the standing decision is called now
		PolicyBefore *PolicyRef `json:"policy_before,omitempty"`
		PolicyAfter  *PolicyRef `json:"policy_after,omitempty"`
	}
	// BundledData makes the request a member of a bundle.
	BundledData struct {
		Bundle ID   `json:"bundle"`
		Atomic bool `json:"atomic"`
	}
	// UnbundledData takes it out again.
	UnbundledData struct {
		Bundle ID     `json:"bundle"`
		Reason string `json:"reason"`
	}
	// HeldData suspends the request.
	HeldData struct {
		Reason string `json:"reason"`
	}
	// ReleasedData lifts the hold.
	ReleasedData struct{}
	// ObligationOwedData says that somebody must be told.
	ObligationOwedData struct {
		Obligation Obligation `json:"obligation"`
	}
	// ObligationChangedData says how an obligation moved on.
	ObligationChangedData struct {
		Obligation string          `json:"obligation"`
		State      ObligationState `json:"state"`
		Evidence   string          `json:"evidence,omitempty"`
		Reason     string          `json:"reason,omitempty"`
		AnswerBy   *time.Time      `json:"answer_by,omitempty"`
	}
	// ImportedData begins a request whose history happened elsewhere, or says
	// that more of that history was taken in.
	ImportedData struct {
		Number     string       `json:"number"`
		Lifecycle  LifecycleRef `json:"lifecycle"`
		Applicant  string       `json:"applicant"`
		Content    Content      `json:"content"`
		Source     string       `json:"source"`
		Digest     Digest       `json:"digest"`  // of the whole import
		History    Digest       `json:"history"` // of its steps
		RecordedAt time.Time    `json:"recorded_at"`
	}
	// FactRecordedData is one imported step: the state it led to, what the
	// source called it, and each rule of the lifecycle that it broke.
	FactRecordedData struct {
		From       string             `json:"from,omitempty"`
		To         string             `json:"to"`
		Category   lifecycle.Category `json:"category,omitempty"` // empty for a state the lifecycle does not know
		Raw        string             `json:"raw,omitempty"`
		Reference  string             `json:"reference,omitempty"`
		Violations []string           `json:"violations,omitempty"`
	}
	// ItemAffectedData says what uses the items that change, as it was looked up.
	ItemAffectedData struct {
		Uses []Use `json:"uses,omitempty"`
	}
	// RebasedData gives an affected item another base revision.
	RebasedData struct {
		Item   ItemID `json:"item"`
		From   string `json:"from,omitempty"`
		To     string `json:"to"`
		Reason string `json:"reason"`
	}
	// BenefitRealisedData says what the change has brought.
	BenefitRealisedData struct {
		Realised Realised `json:"realised"`
	}
	// Unknown keeps an event that this version does not know. It changes
	// nothing in the fold but its length.
	Unknown struct {
		EventKind Kind
		Raw       json.RawMessage
	}
)

func (OpenedData) kind() Kind            { return "opened" }
func (AmendedData) kind() Kind           { return "amended" }
func (MovedData) kind() Kind             { return "moved" }
func (AssessedData) kind() Kind          { return "assessed" }
func (BriefIssuedData) kind() Kind       { return "brief-issued" }
func (DecidedData) kind() Kind           { return "decided" }
func (ApprovalLapsedData) kind() Kind    { return "approval-lapsed" }
func (ConditionMetData) kind() Kind      { return "condition-met" }
func (ResultRecordedData) kind() Kind    { return "result-recorded" }
func (ResultVerifiedData) kind() Kind    { return "result-verified" }
func (RestoredData) kind() Kind          { return "restored" }
func (ReviewedData) kind() Kind          { return "reviewed" }
func (AuthorisedData) kind() Kind        { return "authorised" }
func (TemplateRetiredData) kind() Kind   { return "template-retired" }
func (MigratedData) kind() Kind          { return "migrated" }
func (BundledData) kind() Kind           { return "bundled" }
func (UnbundledData) kind() Kind         { return "unbundled" }
func (HeldData) kind() Kind              { return "held" }
func (ReleasedData) kind() Kind          { return "released" }
func (ObligationOwedData) kind() Kind    { return "obligation-owed" }
func (ObligationChangedData) kind() Kind { return "obligation-changed" }
func (ImportedData) kind() Kind          { return "imported" }
func (FactRecordedData) kind() Kind      { return "fact-recorded" }
func (ItemAffectedData) kind() Kind      { return "item-affected" }
func (RebasedData) kind() Kind           { return "rebased" }
func (BenefitRealisedData) kind() Kind   { return "benefit-realised" }
func (u Unknown) kind() Kind             { return u.EventKind }

// MarshalData writes the data of an event as JSON; what UnmarshalData did not
// know comes out as it came in.
func MarshalData(d Data) ([]byte, error) {
	if u, ok := d.(Unknown); ok {
		return slices.Clone(u.Raw), nil
	}
	b, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("changereq: encode %s: %w", d.kind(), err)
	}
	return b, nil
}

// UnmarshalData reads what MarshalData wrote. An unknown kind gives Unknown;
// JSON that does not fit a known kind is an error.
func UnmarshalData(kind Kind, raw []byte) (Data, error) {
	read, ok := readers(kind)
	if !ok {
		return Unknown{EventKind: kind, Raw: slices.Clone(raw)}, nil
	}
	d, err := read(raw)
	if err != nil {
		return nil, fmt.Errorf("changereq: decode %s: %w", kind, err)
	}
	return d, nil
}

func readers(kind Kind) (func([]byte) (Data, error), bool) {
	switch kind {
	case OpenedData{}.kind():
		return read[OpenedData], true
	case AmendedData{}.kind():
		return read[AmendedData], true
	case MovedData{}.kind():
		return read[MovedData], true
	case AssessedData{}.kind():
		return read[AssessedData], true
	case BriefIssuedData{}.kind():
		return read[BriefIssuedData], true
	case DecidedData{}.kind():
		return read[DecidedData], true
	case ApprovalLapsedData{}.kind():
		return read[ApprovalLapsedData], true
	case ConditionMetData{}.kind():
		return read[ConditionMetData], true
	case ResultRecordedData{}.kind():
		return read[ResultRecordedData], true
	case ResultVerifiedData{}.kind():
		return read[ResultVerifiedData], true
	case RestoredData{}.kind():
		return read[RestoredData], true
	case ReviewedData{}.kind():
		return read[ReviewedData], true
	case AuthorisedData{}.kind():
		return read[AuthorisedData], true
	case TemplateRetiredData{}.kind():
		return read[TemplateRetiredData], true
	case MigratedData{}.kind():
		return read[MigratedData], true
	case BundledData{}.kind():
		return read[BundledData], true
	case UnbundledData{}.kind():
		return read[UnbundledData], true
	case HeldData{}.kind():
		return read[HeldData], true
	case ReleasedData{}.kind():
		return read[ReleasedData], true
	case ObligationOwedData{}.kind():
		return read[ObligationOwedData], true
	case ObligationChangedData{}.kind():
		return read[ObligationChangedData], true
	case ImportedData{}.kind():
		return read[ImportedData], true
	case FactRecordedData{}.kind():
		return read[FactRecordedData], true
	case ItemAffectedData{}.kind():
		return read[ItemAffectedData], true
	case BenefitRealisedData{}.kind():
		return read[BenefitRealisedData], true
	case RebasedData{}.kind():
		return read[RebasedData], true
	}
	return votingReaders(kind)
}

func read[T Data](raw []byte) (Data, error) {
	var d T
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, err
	}
	return d, nil
}

// Clone returns a copy that shares no memory with e that could be altered: what
// an interface holds never changes, so data without references is shared.
func (e Event) Clone() Event {
	switch d := e.Data.(type) {
	case OpenedData:
		d.Content = d.Content.Clone()
		e.Data = d
	case AmendedData:
		d.Content, d.Changed = d.Content.Clone(), slices.Clone(d.Changed)
		e.Data = d
	case MovedData:
		if d.Window != nil || d.Conflicts != nil || d.Policy != nil {
			d.Window, d.Conflicts, d.Policy = clonePtr(d.Window), slices.Clone(d.Conflicts), clonePtr(d.Policy)
			e.Data = d
		}
	case AssessedData:
		d.Parts = d.Parts.clone()
		e.Data = d
	case BriefIssuedData:
		d.Brief = *d.Brief.clone()
		e.Data = d
	case DecidedData:
		d.Decision, d.Conditions = d.Decision.clone(), slices.Clone(d.Conditions)
		e.Data = d
	case ApprovalLapsedData:
		if d.Changed != nil {
			d.Changed = slices.Clone(d.Changed)
			e.Data = d
		}
	case ResultRecordedData:
		d.Result = d.Result.clone()
		e.Data = d
	case MigratedData:
		d.PolicyBefore, d.PolicyAfter = clonePtr(d.PolicyBefore), clonePtr(d.PolicyAfter)
		e.Data = d
	case ObligationOwedData:
		d.Obligation = d.Obligation.clone()
		e.Data = d
	case ObligationChangedData:
		if d.AnswerBy != nil {
			d.AnswerBy = clonePtr(d.AnswerBy)
			e.Data = d
		}
	case ImportedData:
		d.Content = d.Content.Clone()
		e.Data = d
	case FactRecordedData:
		if d.Violations != nil {
			d.Violations = slices.Clone(d.Violations)
			e.Data = d
		}
	case ItemAffectedData:
		d.Uses = cloneEach(d.Uses, Use.clone)
		e.Data = d
	case BenefitRealisedData:
		d.Realised = d.Realised.clone()
		e.Data = d
	case Unknown:
		d.Raw = slices.Clone(d.Raw)
		e.Data = d
	default:
		e.Data = cloneVoting(d)
	}
	return e
}
