package sampling_test

import (
	"fmt"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/coordination/process/sampling"
)

func ExampleTally() {
	s := sampling.Session{ID: "line 3, Monday", Observer: "Ada", Method: sampling.WorkSampling, Window: process.Interval{To: 100}, Places: []string{"press"}}
	for i := range int64(40) {
		look := sampling.Look{At: i, Place: "press", Seen: sampling.Busy}
		if i%4 == 0 {
			look.Seen = sampling.Starved
		}
		s.Looks = append(s.Looks, look)
	}
	press := sampling.Tally([]sampling.Session{s}, 0.05)[0]
	busy := press.States[sampling.Busy]
	fmt.Printf("%s busy in %d of %d looks: %.0f %% to %.0f %%; for 5 points %d looks are needed\n",
		press.Place, busy.Hits, busy.Of, 100*busy.Low, 100*busy.High, press.Needed)
	// Output: press busy in 30 of 40 looks: 60 % to 86 %; for 5 points 289 looks are needed
}
