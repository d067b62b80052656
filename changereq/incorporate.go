package changereq

import (
	"slices"

	"github.com/coordkit/coordkit/changereq/lifecycle"
)

// RecordResult names the resulting revision of an affected item. Recording
// again replaces an unverified result.
type RecordResult struct {
	Item        ItemID `json:"item"`
	Revision    string `json:"revision"`
	Predecessor string `json:"predecessor,omitempty"` // required when the item is modified
	Digest      Digest `json:"digest,omitempty"`
	Released    bool   `json:"released"`
	Cites       []ID   `json:"cites,omitempty"` // the requests the revision names as its reason
}

// Name of the command.
func (RecordResult) Name() string { return "record-result" }

func (c RecordResult) validate(f *fields) {
	f.name("/item", string(c.Item), required)
	f.name("/revision", c.Revision, required)
	f.name("/predecessor", c.Predecessor, optional)
	f.digest("/digest", c.Digest)
	f.ids("/cites", c.Cites)
}

func (c RecordResult) decide(d *deliberation) error {
	if err := d.require(RoleImplementer, RoleCoordinator); err != nil {
		return err
	}
	a, err := d.resulting(c.Item)
	if err != nil {
		return err
	}
	switch {
	case a.Action == ActionNone:
		return refused(d.command, unmet("resulted", "%s was to stay as it is: amend the request if that has changed", c.Item))
	case a.Action == ActionModify && c.Predecessor == "":
		return refused(d.command, unmet("resulted", "%s is modified: name the predecessor it grew from", c.Item))
	}
	d.emit(ResultRecordedData{Result: Result{
		Item: c.Item, Revision: c.Revision, Predecessor: c.Predecessor, Digest: c.Digest, Released: c.Released,
		Cites: slices.Clone(c.Cites), RecordedBy: d.env.Actor.ID, RecordedAt: d.env.Now,
	}})
	return nil
}

// resulting finds the affected item and refuses outside building and verifying.
func (d *deliberation) resulting(item ItemID) (*AffectedItem, error) {
	if err := d.requireCategory("recording a result", lifecycle.Build, lifecycle.Verify); err != nil {
		return nil, err
	}
	a := d.req.Content.affected(item)
	if a == nil {
		return nil, refused(d.command, unmet("affected", "%s is not an affected item of %s: amend the request first", item, d.req.Number))
	}
	return a, nil
}

// SignUnchanged is the owner's word that an affected item needs no change.
type SignUnchanged struct {
	Item ItemID `json:"item"`
}

// Name of the command.
func (SignUnchanged) Name() string { return "sign-unchanged" }

func (c SignUnchanged) validate(f *fields) { f.name("/item", string(c.Item), required) }

func (c SignUnchanged) decide(d *deliberation) error {
	a, err := d.resulting(c.Item)
	if err != nil {
		return err
	}
	switch {
	case a.Action != ActionNone:
		return refused(d.command, unmet("resulted", "the change calls for %s of %s: record its resulting revision", a.Action, c.Item))
	case a.Owner != "" && a.Owner != d.env.Actor.ID:
		return refused(d.command, unmet("role", "only %s, who owns %s, may sign that it needs no change", a.Owner, c.Item))
	}
	d.emit(ResultRecordedData{Result: Result{
		Item: c.Item, Revision: a.Base, Unchanged: true, RecordedBy: d.env.Actor.ID, RecordedAt: d.env.Now,
	}})
	return nil
}

// VerifyResult says that somebody other than its recorder checked a result: the
// released revision is there and carries the change.
type VerifyResult struct {
	Item ItemID `json:"item"`
}

// Name of the command.
func (VerifyResult) Name() string { return "verify-result" }

func (c VerifyResult) validate(f *fields) { f.name("/item", string(c.Item), required) }

func (c VerifyResult) decide(d *deliberation) error {
	if err := d.require(RoleVerifier, RoleCoordinator); err != nil {
		return err
	}
	a, err := d.resulting(c.Item)
	if err != nil {
		return err
	}
	x := d.req.result(c.Item)
	switch {
	case x == nil:
		return refused(d.command, unmet("resulted", "no result of %s is recorded: there is nothing to verify", c.Item))
	case x.RecordedBy == d.env.Actor.ID:
		return refused(d.command, unmet("separation-of-duties", "%s recorded the result of %s: somebody else has to verify it", x.RecordedBy, c.Item))
	case x.VerifiedAt != nil:
		return nil
	}
	if open := d.req.unlike(a, x, d.env.Revisions); len(open) > 0 {
		return refused(d.command, open...)
	}
	d.emit(ResultVerifiedData(c))
	return nil
}

// RecordRestored says which revision of an item a back-out put in force again.
type RecordRestored struct {
	Item     ItemID `json:"item"`
	Revision string `json:"revision"`
}

// Name of the command.
func (RecordRestored) Name() string { return "record-restored" }

func (c RecordRestored) validate(f *fields) {
	f.name("/item", string(c.Item), required)
	f.name("/revision", c.Revision, required)
}

func (c RecordRestored) decide(d *deliberation) error {
	if err := d.require(RoleImplementer, RoleCoordinator); err != nil {
		return err
	}
	if err := d.requireCategory("restoring", lifecycle.Verify, lifecycle.Void); err != nil {
		return err
	}
	if d.req.result(c.Item) == nil {
		return refused(d.command, unmet("resulted", "no result of %s is recorded: there is nothing to restore", c.Item))
	}
	d.emit(RestoredData(c))
	return nil
}

// RecordReview looks back at the work.
type RecordReview struct {
	Verdict ReviewVerdict `json:"verdict"`
	Text    string        `json:"text"`
}

// Name of the command.
func (RecordReview) Name() string { return "review" }

func (c RecordReview) validate(f *fields) {
	f.oneOf("/verdict", string(c.Verdict), string(ReviewSuccessful), string(ReviewWithIssues), string(ReviewBackedOut), string(ReviewFailed))
	f.require("/text", c.Text)
	f.text("/text", c.Text, maxText)
}

func (c RecordReview) decide(d *deliberation) error {
	if err := d.require(RoleCoordinator); err != nil {
		return err
	}
	if err := d.requireCategory("a review", lifecycle.Verify); err != nil {
		return err
	}
	d.emit(ReviewedData(c))
	return nil
}

// settledMatter reports whether the matter may not be amended any more.
func (d *deliberation) settledMatter() bool {
	switch d.req.Category {
	case lifecycle.Verify, lifecycle.Done, lifecycle.Void:
		return true
	case lifecycle.Intake, lifecycle.Assess, lifecycle.Decide, lifecycle.Build:
	}
	return false
}
