package notice_test

import (
	"context"
	"fmt"
	"time"

	"github.com/coordkit/coordkit/adapters/store/memory"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
)

func Example() {
	ctx := context.Background()
	notices, err := notice.New(coordination.Notices(memory.New()), time.Now)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = notices.Owe(ctx, "acme", "paul", notice.Owe{ID: "N1", Recipient: "ann", About: "changereq:CR7#12", Subject: "approved"})
	if err != nil {
		fmt.Println(err)
		return
	}
	claimed, err := notices.Claim(ctx, "acme", time.Minute, 10) // a deliverer takes what is owed
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range claimed {
		o, err = notices.Settle(ctx, "acme", "mailer", o.ID, notice.Settle{State: notice.Sent, Evidence: "mail 17"})
		fmt.Println(o.Recipient, o.State, o.Evidence, err)
	}
	// Output:
	// ann sent mail 17 <nil>
}
