package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// reply is an answer in the form in which it is kept and given again.
type reply struct {
	status int
	header map[string]string
	body   []byte
}

// created makes the reply of a command that created something.
func created(body any, header map[string]string) (reply, error) {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(body); err != nil {
		return reply{}, fmt.Errorf("httpapi: encode reply: %w", err)
	}
	return reply{status: http.StatusCreated, header: header, body: b.Bytes()}, nil
}

func (p reply) send(w http.ResponseWriter) error {
	for name, value := range p.header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(p.status)
	_, err := w.Write(p.body)
	return err //nolint:wrapcheck // for the generated code
}

// VisitOpenChangeRequestResponse sends the reply.
func (p reply) VisitOpenChangeRequestResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitCreateBundleResponse sends the reply.
func (p reply) VisitCreateBundleResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitAnalyseProcessResponse sends the reply.
func (p reply) VisitAnalyseProcessResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitDefineMeasureResponse sends the reply.
func (p reply) VisitDefineMeasureResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitEngageResponse sends the reply.
func (p reply) VisitEngageResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitFileObservationResponse sends the reply.
func (p reply) VisitFileObservationResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitFileRecordResponse sends the reply.
func (p reply) VisitFileRecordResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitResolveReferenceResponse sends the reply.
func (p reply) VisitResolveReferenceResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitAddReferenceResponse sends the reply.
func (p reply) VisitAddReferenceResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitCreatePlanResponse sends the reply.
func (p reply) VisitCreatePlanResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitProposePlanChangeResponse sends the reply.
func (p reply) VisitProposePlanChangeResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitImportPlanResponse sends the reply.
func (p reply) VisitImportPlanResponse(w http.ResponseWriter) error { return p.send(w) }

// VisitCreateRequisitionResponse sends the reply.
func (p reply) VisitCreateRequisitionResponse(w http.ResponseWriter) error { return p.send(w) }

// once runs a command that creates, in one unit of work with keeping its reply
// under the caller's key. The same request again gets the kept reply; another
// request under the key is refused. Who loses a race against the same request
// tries once more and then finds the winner's reply.
func (a *api) once(
	ctx context.Context, key, resource string, run func(context.Context, coordination.Tx, Principal) (reply, error),
) (reply, error) {
	c := callOf(ctx)
	ask := a.question(c, key, resource)
	var out reply
	attempt := func() error {
		return a.cfg.Store.Update(ctx, c.principal.Tenant, func(ctx context.Context, tx coordination.Tx) error {
			kept, err := tx.IdempotentReply(ctx, ask.Principal, ask.Key)
			switch {
			case err == nil && ask.Created.Before(kept.Expires):
				out, err = replay(kept, ask)
				return err
			case err != nil && !errors.Is(err, coordination.ErrNotFound):
				return err
			}
			if out, err = run(ctx, tx, c.principal); err != nil {
				return err
			}
			return tx.PutIdempotentReply(ctx, answered(ask, out))
		})
	}
	err := attempt()
	if conflicts(err) {
		err = attempt()
	}
	if errors.Is(err, coordination.ErrConflict) {
		err = errInProgress
	}
	return out, err
}

// prepared is once for a command whose work is done before the unit of work in
// which its result is kept. A reply that is kept already is given first, for what
// is prepared may come out differently the second time.
func (a *api) prepared(
	ctx context.Context, key string, prepare func() error, run func(context.Context, coordination.Tx, Principal) (reply, error),
) (reply, error) {
	c := callOf(ctx)
	ask := a.question(c, key, "")
	var kept coordination.Reply
	err := a.cfg.Store.View(ctx, c.principal.Tenant, func(ctx context.Context, tx coordination.Tx) error {
		var err error
		kept, err = tx.IdempotentReply(ctx, ask.Principal, ask.Key)
		return err
	})
	switch {
	case err == nil && ask.Created.Before(kept.Expires):
		return replay(kept, ask)
	case err != nil && !errors.Is(err, coordination.ErrNotFound):
		return reply{}, err
	}
	if err := prepare(); err != nil {
		return reply{}, err
	}
	return a.once(ctx, key, "", run)
}

// question is the key with what was asked under it, before there is an answer.
func (a *api) question(c *call, key, resource string) coordination.Reply {
	digest := sha256.Sum256(c.body) // of the bytes as they were sent
	now := a.now()
	return coordination.Reply{
		Principal: c.principal.Actor.ID, Key: key, Operation: c.op.id + " " + resource, Digest: hex.EncodeToString(digest[:]),
		Created: now, Expires: now.Add(a.cfg.Limits.Replay),
	}
}

func answered(ask coordination.Reply, p reply) coordination.Reply {
	header, _ := json.Marshal(p.header) //nolint:errchkjson // strings
	ask.Status, ask.Header, ask.Body = p.status, string(header), p.body
	return ask
}

func replay(kept, ask coordination.Reply) (reply, error) {
	if kept.Operation != ask.Operation || kept.Digest != ask.Digest {
		return reply{}, errKeyReused
	}
	out := reply{status: kept.Status, body: kept.Body}
	if err := json.Unmarshal([]byte(kept.Header), &out.header); err != nil {
		return reply{}, fmt.Errorf("httpapi: header of a kept reply: %w", err)
	}
	if out.header == nil {
		out.header = make(map[string]string)
	}
	out.header["Idempotency-Replayed"] = "true"
	return out, nil
}

// conflicts reports whether somebody else was faster, in any room.
func conflicts(err error) bool {
	return errors.Is(err, coordination.ErrConflict) || errors.Is(err, changereq.ErrConflict) || errors.Is(err, archive.ErrConflict) || errors.Is(err, register.ErrConflict)
}
