package accounting_test

import (
	"fmt"
	"os"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/accounting"
)

func Example() {
	ledger := accounting.New(accounting.Config{AsOf: hour(30)})
	for _, events := range office() {
		for _, ev := range events {
			ledger.Add(ev)
		}
	}
	report := ledger.Report()
	for _, s := range report.Shares[:3] {
		fmt.Printf("%s: %d of %d\n", s.Name, s.N, s.Of)
	}
	one := accounting.Report{AsOf: report.AsOf, Outcomes: []accounting.Count{{Name: string(changereq.OutcomeImplemented), N: 1}}}
	if err := one.WriteCSV(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// first-pass: 1 of 3
	// re-approved: 1 of 2
	// failed: 1 of 2
	// section,name,n,of,median_us,p90_us
	// as_of,2026-03-03T15:00:00Z,,,,
	// requests,,0,,,
	// outcome,implemented,1,,,
}
