// Package view turns figures into pictures as data, for whoever draws them, and
// into one page of text.
//
//   - Map is the process map: activities and which follows which, with how often
//     and how slowly; what a map leaves out it counts. Package adapters/diagram
//     writes it as Mermaid and DOT.
//   - Spectrum is the performance spectrum (Denisov, Fahland & van der Aalst
//     2018): every case's way from one activity to the next as a line between two
//     times, classed by how slow it is, so that queues, batches and overtaking
//     show as patterns.
//   - Dots is the dotted chart (Song & van der Aalst 2007): a dot for each event,
//     a row for each case.
//   - Brief is one page for a meeting, at the level of activities and of stages
//     from one call, so that both tell of the same log.
package view
