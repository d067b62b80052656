package csvlog_test

import (
	"fmt"
	"strings"

	"github.com/coordkit/coordkit/adapters/format/csvlog"
	"github.com/coordkit/coordkit/coordination/process"
)

func ExampleRead() {
	const table = "Case ID;Activity;Complete Timestamp\n17;register;2026-03-02T08:00:00+01:00\n"
	mapping, err := csvlog.Read(strings.NewReader(table), process.NewBuilder(process.BuilderConfig{}), csvlog.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(mapping)
	// Output: case = column 1 "Case ID" (guessed), activity = column 2 "Activity" (guessed), end = column 3 "Complete Timestamp" (guessed); delimiter ';'
}
