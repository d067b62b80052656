// Package contracttest holds a mounted httpapi handler against its contract.
//
// NewTransport answers a client's requests from a handler in the same process
// and validates every reply. Run fuzzes: it draws requests from the schemas of
// the contract, follows what they do to the office in a model, and checks after
// every call that the promises hold:
//
//   - no reply is a 5xx, and every reply is as the contract describes;
//   - what is refused has changed nothing, and the reply shows nothing of it;
//   - the same Idempotency-Key gives the same reply and no second event;
//   - a stale If-Match is a 412 and changes nothing;
//   - walking a list in pages skips and repeats nothing that was there;
//   - the journal is the same sequence however it is read, without gaps;
//   - one tenant never sees anything of another.
//
// A failure is shrunk to the few calls that show it.
//
//	func TestContract(t *testing.T) {
//		contracttest.Run(t, func() http.Handler { return mine(t) }, contracttest.Config{Sign: sign})
//	}
package contracttest
