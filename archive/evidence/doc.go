// Package evidence makes a journal tamper-evident: whoever holds one signed
// checkpoint can tell, offline and with other people's tools, whether any entry
// before it was changed, dropped, inserted or put elsewhere.
//
// The concepts, in order of use:
//
// An [Entry] is one event of the journal. What it says about people, its actor
// and its data, enters as a [Seal]: the digest of a random [Salt] and the value.
// Salt and value ([Opening]) are kept beside the journal and may be erased there;
// the seal stays, so the tree does not change and the value cannot be guessed.
//
// The canonical text of an entry ([Entry.AppendText]) is a leaf of a [Log], the Merkle tree
// of RFC 6962: leaf index = position - 1. A Log gives its root at every size it
// ever had, proofs that an entry stands in it ([Snapshot.ProveEntry]) and proofs that
// it only grew ([Log.ProveGrowth]); [CheckEntry] and [CheckGrowth] check them
// and need nothing else.
//
// A [Checkpoint] is the size and the root under the name of the log, signed as a
// note (C2SP tlog-checkpoint). [Sign] refuses to sign what does not continue the
// checkpoint that was signed last: keep that one outside the database too, since
// a restored backup is the usual way to a fork. A [Proof] is the file that carries
// one entry's proof with its checkpoint (C2SP tlog-proof). A [Timestamper] stamps
// a checkpoint, so that its time rests on somebody else's clock.
//
// [Verify] goes through a whole journal against log and checkpoints and names the
// first place that does not fit. [Export] writes the log as the tiles of C2SP
// tlog-tiles, for mirrors and monitors.
//
// Sizes and positions are counts of entries. Nothing here reads a clock, signs by
// itself or keeps keys. A Log is safe for concurrent use by readers while nobody
// appends; a Snapshot is safe at any time.
package evidence
