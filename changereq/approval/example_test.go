package approval_test

import (
	"fmt"
	"time"

	"github.com/coordkit/coordkit/changereq/approval"
)

// Two of three engineers, then one product manager; Ann, who asks, is one of the
// engineers and does not count.
func Example() {
	policy, err := approval.Parse([]byte(`{
		"id": "board", "version": 1,
		"stages": [
			{"name": "technical", "requirements": [{"id": "engineers", "from": {"groups": ["engineers"]}, "need": {"kind": "count", "count": 2}}]},
			{"name": "management", "requirements": [{"id": "pm", "from": {"roles": ["product-manager"]}, "need": {"kind": "any"}}]}
		]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	judge, findings := approval.Compile(policy, approval.Known{})
	for _, f := range findings {
		fmt.Println(f)
	}
	now := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	content := approval.Digests{{Class: approval.Scope, Digest: "9f86d081"}}
	c := approval.Case{
		Now: now, Applicant: "ann", Content: content,
		Directory: approval.Directory{
			Groups: map[string][]string{"engineers": {"ann", "bob", "eve"}},
			Roles:  map[string][]string{"product-manager": {"paul"}},
		},
		Votes: []approval.Vote{{ID: "1", By: "bob", Kind: approval.Approve, At: now, Digests: content}},
	}
	verdict := judge.Verdict(&c)
	for _, line := range verdict.Explain() {
		fmt.Println(line)
	}
	// Output:
	// stage technical is waiting for approval
	// engineers: 1 of 2 approvals; given by bob; waits for eve; barred: ann (applicant)
}
