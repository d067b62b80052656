package changereq_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/approval"
	"github.com/coordkit/coordkit/coordination"
)

// sealer signs with a key for each person.
type sealer struct {
	down   error
	signed int
}

func (s *sealer) mac(x approval.Statement) []byte {
	m := hmac.New(sha256.New, []byte("key of "+x.By))
	m.Write(x.Bytes())
	return m.Sum(nil)
}

func (s *sealer) Sign(_ context.Context, _ string, x approval.Statement) (approval.Signature, error) {
	s.signed++
	return approval.Signature{Name: "Printed " + x.By, Key: x.By, Value: s.mac(x)}, s.down
}

func (s *sealer) Verify(_ context.Context, _ string, x approval.Statement, sig approval.Signature) error {
	if s.down != nil {
		return s.down
	}
	if !hmac.Equal(s.mac(x), sig.Value) {
		return fmt.Errorf("%w: another key or another statement", changereq.ErrSignature)
	}
	return nil
}

// approvalService is a service over a store of its own.
func approvalService(tb testing.TB, configure func(*changereq.Config)) (*changereq.Service, changereq.Store) {
	tb.Helper()
	store := coordination.ChangeRequests(memory.New())
	now := epoch
	cfg := changereq.Config{
		Store: store, NewID: func() string { return "id" },
		Now: func() time.Time { now = now.Add(time.Hour); return now },
	}
	configure(&cfg)
	s, err := changereq.New(cfg)
	require.NoError(tb, err)
	return s, store
}

func signedPolicy() approval.Policy {
	p := boardPolicy()
	p.Stages[0].Requirements[0].Signed = true
	return p
}

func TestSignaturesAreBoundAndVerified(t *testing.T) {
	t.Parallel()
	seal := &sealer{}
	s, store := approvalService(t, func(c *changereq.Config) {
		c.Signer, c.Policies = seal, []*approval.Judge{compiled(t, signedPolicy())}
	})
	walk(t, s, "ForDecision")
	give(t, s, quinn, yes)
	a, err := s.Approval(t.Context(), "acme", "CR1")
	require.NoError(t, err)
	require.True(t, a.Pinned)
	require.Contains(t, a.Verdict.Explain()[1], "not signed: quinn")
	require.Zero(t, seal.signed)
	signed := yes
	signed.Sign = true
	give(t, s, quinn, signed)
	decision := approve
	decision.Sign = true
	r := give(t, s, paul, decision)
	require.Equal(t, "Approved", r.State)
	require.Equal(t, 2, seal.signed, "one signature for each vote")
	states := func() (out []changereq.SignatureState) {
		a, err := s.Approval(t.Context(), "acme", "CR1")
		require.NoError(t, err)
		for _, v := range a.Votes {
			out = append(out, v.Signed)
		}
		return out
	}
	require.Equal(t, []changereq.SignatureState{changereq.SignatureNone, changereq.SignatureValid, changereq.SignatureValid}, states())
	require.Equal(t, "technically sound", r.Votes[1].Signature.Meaning)

	// What somebody alters behind our back is found when it is read, and counts
	// for nothing.
	require.NoError(t, store.Update(t.Context(), "acme", func(ctx context.Context, tx changereq.Tx) error {
		r, err := tx.ChangeRequest(ctx, "CR1")
		require.NoError(t, err)
		r.Votes[1].Signature.Value[0]++
		_, err = tx.PutChangeRequest(ctx, r)
		return err
	}))
	require.Equal(t, changereq.SignatureInvalid, states()[1])
	r = give(t, s, carol, changereq.Refresh{})
	require.Equal(t, "ForDecision", r.State)
	require.Error(t, try(t, s, paul, approve))

	seal.down = errors.New("no answer")
	_, err = s.Approval(t.Context(), "acme", "CR1")
	require.ErrorIs(t, err, seal.down)
	require.ErrorIs(t, try(t, s, quinn, signed), seal.down)
}

func TestSigningNeedsASigner(t *testing.T) {
	t.Parallel()
	s, _ := approvalService(t, func(c *changereq.Config) { c.Policies = []*approval.Judge{compiled(t, signedPolicy())} })
	walk(t, s, "ForDecision")
	signed := yes
	signed.Sign = true
	require.ErrorContains(t, try(t, s, quinn, signed), "nothing to sign with")
	barred := approve
	barred.Sign = true
	require.ErrorIs(t, try(t, s, paul, barred), changereq.ErrRefused)
}

func TestPoliciesAreChosenPinnedAndKept(t *testing.T) {
	t.Parallel()
	first, second := compiled(t, changereq.DefaultPolicy()), compiled(t, boardPolicy())
	var asked []string
	configure := func(policies ...*approval.Judge) func(*changereq.Config) {
		return func(c *changereq.Config) {
			c.Policies = policies
			c.PolicyOf = func(r changereq.Request) changereq.PolicyRef {
				if len(r.Content.Affected) > 1 {
					return changereq.PolicyRef{ID: "board", Version: 1}
				}
				return changereq.PolicyRef{ID: "product-manager", Version: 1}
			}
			c.People = func(_ context.Context, tenant string, roles, groups []string) (approval.Directory, error) {
				asked = append([]string{tenant}, append(roles, groups...)...)
				return approval.Directory{Roles: map[string][]string{changereq.RoleProductManager: {"paul", "ann"}}}, nil
			}
		}
	}
	s, store := approvalService(t, configure(first, second))
	require.Len(t, s.Policies(), 2)
	p, err := s.Policy(changereq.PolicyRef{ID: "board"})
	require.NoError(t, err)
	require.Equal(t, boardPolicy(), p)
	_, err = s.Policy(changereq.PolicyRef{ID: "board", Version: 2})
	require.ErrorIs(t, err, changereq.ErrNotFound)

	r := walk(t, s, "ForDecision")
	require.Equal(t, changereq.PolicyRef{ID: "board", Version: 1}, r.Policy)
	require.Equal(t, []string{"acme", changereq.RoleProductManager}, asked)
	give(t, s, quinn, yes)
	r = give(t, s, paul, approve)
	require.Equal(t, "Approved", r.State)
	a, err := s.Approval(t.Context(), "acme", "CR1")
	require.NoError(t, err)
	require.True(t, a.Verdict.Approved())
	list, err := s.Permitted(t.Context(), "acme", carol, "CR1")
	require.NoError(t, err)
	require.NotEmpty(t, list)

	cfg := changereq.Config{Store: store, Now: time.Now, NewID: func() string { return "id" }}
	configure(first)(&cfg)
	s, err = changereq.New(cfg) // an office that forgot the pinned version
	require.NoError(t, err)
	require.ErrorIs(t, try(t, s, carol, changereq.Refresh{}), changereq.ErrInvalid)
	configure(first, first)(&cfg)
	_, err = changereq.New(cfg)
	require.ErrorIs(t, err, changereq.ErrInvalid)
}

// What the directory does not answer nobody holds, whatever was vouched for.
func TestADirectoryThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	known := approval.Directory{}
	s, _ := approvalService(t, func(c *changereq.Config) {
		c.People = func(context.Context, string, []string, []string) (approval.Directory, error) { return known, nil }
	})
	give(t, s, ann, changereq.Open{ID: "CR1", Content: content()})
	require.ErrorContains(t, try(t, s, ann, changereq.Move{Event: "submit"}), "nobody could satisfy")
	known.Roles = map[string][]string{changereq.RoleProductManager: {"paul"}}
	give(t, s, ann, changereq.Move{Event: "submit"})
}
