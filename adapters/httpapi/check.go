package httpapi

import (
	"context"

	"github.com/coordkit/coordkit/changereq"
)

// CheckLifecycle says all that is wrong with a definition of the caller's own.
func (a *api) CheckLifecycle(_ context.Context, in CheckLifecycleRequestObject) (CheckLifecycleResponseObject, error) {
	def, err := definitionFrom(in.Body.Definition)
	if err != nil {
		return nil, err
	}
	old := via(in.Body.CompareWith, lifecycleRefFrom)
	found, err := a.desk.CheckLifecycle(def, old, in.Body.States)
	if err != nil {
		return nil, unknownIn("/compare_with", err)
	}
	out := CheckLifecycle200JSONResponse{
		Compiles: found.Compiles,
		Findings: listed(found.Findings, placed(func(f lifecycleFinding) string { return definitionPointer + def.Pointer(f) })),
	}
	if old != nil {
		out.Comparison = new(comparisonTo(found, changereq.LifecycleRef{ID: def.ID, Version: def.Version}))
	}
	if format := value(in.Body.Picture); format != "" && a.cfg.Draw != nil {
		out.Picture = new(a.cfg.Draw(def, found.Findings, string(format)))
	}
	return out, nil
}

// CompareLifecycles says what changed from one version to another.
func (a *api) CompareLifecycles(_ context.Context, in CompareLifecyclesRequestObject) (CompareLifecyclesResponseObject, error) {
	to := changereq.LifecycleRef{ID: in.ID, Version: int(in.Params.To)}
	def, err := a.desk.Lifecycle(to)
	if err != nil {
		return nil, err
	}
	found, err := a.desk.CheckLifecycle(def, &changereq.LifecycleRef{ID: in.ID, Version: int(in.Params.From)}, nil)
	if err != nil {
		return nil, err
	}
	return CompareLifecycles200JSONResponse(comparisonTo(found, to)), nil
}

// CheckPolicy says all that is wrong with a policy of the caller's own.
func (a *api) CheckPolicy(ctx context.Context, in CheckPolicyRequestObject) (CheckPolicyResponseObject, error) {
	policy, err := policyOf(in.Body.Policy)
	if err != nil {
		return nil, err
	}
	found, err := a.desk.CheckPolicy(ctx, principalOf(ctx).Tenant, policy, word[changereq.ID](in.Body.ChangeRequest))
	if err != nil {
		return nil, unknownIn("/change_request", err)
	}
	return CheckPolicy200JSONResponse{
		Compiles: found.Compiles, Unmet: listed(found.Unmet, unmetTo),
		Findings: listed(found.Findings, func(f policyFinding) PolicyFinding { return policyFindingTo(f, policyPointer+policy.Pointer(f)) }),
	}, nil
}
