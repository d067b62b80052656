// Package bagit reads, validates and writes bags: folders of files with their
// digests, as of RFC 8493 (version 1.0) and the drafts before it (0.93 to 0.97).
//
// [Read] takes in a bag's declaration, metadata, manifests and fetch list, and
// [Bag.Validate] compares them with every byte of its files. Both say all they
// find in a [Report]: each [Finding] has a code, a place (file and line) and a
// sentence. The verdict is Valid, Incomplete (files are missing, and a fetch
// list says where they are) or Invalid; warnings change no verdict. [OpenDir]
// opens a folder so that no path and no link of a bag leads out of it; nothing is ever fetched.
// [Bag.Open] gives one file and fails at its end if its digests do not fit.
//
// A [Writer] makes a bag of version 1.0 in a folder: payload and tag files are
// streamed, their digests computed on the way, and Close writes the manifests.
// The same files in any order give the same bytes; no clock is read and no
// program is named. [WriteTar] and [WriteZip] put a bag into one file, as
// deterministically, and [ReadPacked] reads such a file as it stands, within [Limits].
//
// Paths in a bag use slashes. They are refused on every system if they are
// absolute, climb with "..", or start as a drive, a share, a home folder or a
// variable would; names that differ only in Unicode normalization or in case are
// the same name to somebody, so they are reported when read and refused when
// written.
//
// Memory is that of the manifests; files are streamed. A Bag is safe for
// concurrent use, a Writer is not.
package bagit
