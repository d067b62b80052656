package xes_test

import (
	"fmt"
	"strings"

	"github.com/coordkit/coordkit/adapters/format/xes"
	"github.com/coordkit/coordkit/coordination/process"
)

func ExampleRead() {
	const text = `<log>
<trace><string key="concept:name" value="17"/>
<event><string key="concept:name" value="register"/><date key="time:timestamp" value="2026-03-02T08:00:00+01:00"/></event>
<event><string key="concept:name" value="decide"/><date key="time:timestamp" value="soon"/></event>
</trace></log>`
	b := process.NewBuilder(process.BuilderConfig{})
	if err := xes.Read(strings.NewReader(text), b, xes.Options{File: "requests.xes"}); err != nil {
		fmt.Println(err)
		return
	}
	log := b.Log()
	for _, e := range log.Events {
		fmt.Println(log.Case(e), log.Activity(e), process.Time(e.End).Format("15:04 MST"))
	}
	for _, t := range log.Report.Tallies() {
		fmt.Println(t.First[0].Position, t.Effect, t.Reason)
	}
	// Output:
	// 17 register 07:00 UTC
	// requests.xes:4 dropped bad-time
}
