package changereq

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/coordkit/coordkit/changereq/approval"
)

// Signer signs and verifies approvals with whatever keys the embedding service
// keeps. It must be safe for concurrent use. Sign may be asked more than once
// for the same statement, because a unit of work may run again.
type Signer interface {
	// Sign signs the statement for the person that it names as its maker. The
	// signature's Meaning is that of the statement.
	Sign(ctx context.Context, tenant string, s approval.Statement) (approval.Signature, error)

	// Verify returns nil for a signature that is good for exactly the
	// statement, an error that is ErrSignature for one that is not, and any
	// other error if it could not find out.
	Verify(ctx context.Context, tenant string, s approval.Statement, sig approval.Signature) error
}

// SignatureState is what verifying a signature came to.
type SignatureState string

// The states of a signature.
const (
	SignatureNone       SignatureState = "none"
	SignatureValid      SignatureState = "valid"
	SignatureInvalid    SignatureState = "invalid"
	SignatureUnverified SignatureState = "unverified" // there is no signer to ask
)

// SignedVote is a vote with what verifying its signature came to.
type SignedVote struct {
	approval.Vote

	Signed SignatureState
}

// statement is what the signature of a vote is under.
func statement(request ID, v *approval.Vote, meaning string) approval.Statement {
	return approval.Statement{
		Request: string(request), Content: v.Content, Brief: v.Brief, Kind: v.Kind, Meaning: meaning, By: v.By, For: v.For, At: v.At,
	}
}

// SigningStatement is the statement that has to be signed for a command to be
// carried out now, and false if it asks for no signature or would be refused
// anyway. The Service signs it and gives the signature in Env.
func SigningStatement(lc *Lifecycle, r Request, cmd Command, env Env) (approval.Statement, bool) {
	switch c := cmd.(type) {
	case CastVote:
		if !c.Sign {
			return approval.Statement{}, false
		}
	case RecordDecision:
		if !c.Sign {
			return approval.Statement{}, false
		}
	default:
		return approval.Statement{}, false
	}
	env.Signature = &approval.Signature{} // to see what would be signed
	_, events, err := decide(lc, r, cmd, env)
	if err != nil {
		return approval.Statement{}, false
	}
	for _, ev := range events {
		if cast, ok := ev.Data.(VoteCastData); ok {
			return statement(r.ID, &cast.Vote, cast.Vote.Signature.Meaning), true
		}
	}
	return approval.Statement{}, false
}

// sign gets the signature that the command asks for.
func (s *Service) sign(ctx context.Context, tenant string, lc *Lifecycle, r Request, cmd Command, env Env) (Env, error) {
	if s.cfg.Signer == nil {
		return env, nil
	}
	said, asked := SigningStatement(lc, r, cmd, env)
	if !asked {
		return env, nil
	}
	sig, err := s.cfg.Signer.Sign(ctx, tenant, said)
	if err != nil {
		return env, fmt.Errorf("changereq: sign the vote: %w", err)
	}
	sig.Meaning = said.Meaning
	env.Signature = &sig
	return env, nil
}

// verifyVotes verifies every signature of the request.
func (s *Service) verifyVotes(ctx context.Context, tenant string, r *Request) ([]SignedVote, error) {
	out := make([]SignedVote, len(r.Votes))
	for i := range r.Votes {
		v := r.Votes[i].Clone()
		state, err := s.verifyVote(ctx, tenant, r.ID, &v)
		if err != nil {
			return nil, err
		}
		out[i] = SignedVote{Vote: v, Signed: state}
	}
	return out, nil
}

func (s *Service) verifyVote(ctx context.Context, tenant string, request ID, v *approval.Vote) (SignatureState, error) {
	switch {
	case v.Signature == nil:
		return SignatureNone, nil
	case s.cfg.Signer == nil:
		return SignatureUnverified, nil
	}
	switch err := s.cfg.Signer.Verify(ctx, tenant, statement(request, v, v.Signature.Meaning), *v.Signature); {
	case err == nil:
		return SignatureValid, nil
	case errors.Is(err, ErrSignature):
		return SignatureInvalid, nil
	default:
		return "", fmt.Errorf("changereq: verify the signature of vote %s: %w", v.ID, err)
	}
}

// badSignatures are the votes whose signature does not verify or cannot be
// verified, so that they count for nothing.
func (s *Service) badSignatures(ctx context.Context, tenant string, r *Request, judges ...*approval.Judge) ([]string, error) {
	if !slices.ContainsFunc(judges, (*approval.Judge).AsksSignatures) {
		return nil, nil
	}
	var out []string
	for i := range r.Votes {
		v := &r.Votes[i]
		state, err := s.verifyVote(ctx, tenant, r.ID, v)
		if err != nil {
			return nil, err
		}
		if state == SignatureInvalid || state == SignatureUnverified {
			out = append(out, v.ID)
		}
	}
	return out, nil
}
