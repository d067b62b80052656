// Package plancsv reads what a planner keeps in tables: items with their
// suppliers, stock, people with their skills, attendance, and activities; and
// writes activities back.
//
// # Columns
//
// The first row names the columns. A field takes the column of its own name or
// of one that tools commonly give it, whatever the case and the blanks, unless
// Options.Columns says which; two columns that fit are an error that lists them.
// Columns that no field takes are listed in Report.Ignored, so that a person sees
// what was not read.
//
// # Rows
//
// A row that cannot be used is left out and reported with its line, its field
// and what to write instead; the others are read. Nothing is guessed: quantities
// are whole numbers without separators, dates are 2026-03-04 unless
// Options.Layout says otherwise, times without an offset need Options.Zone. The
// lists in a cell are parted by | or by ; and blanks around values do not count.
//
// # Text
//
// The text is UTF-8 or, by its byte order mark, UTF-16, and may be gzipped; a
// cell that is not UTF-8 is read as Windows-1252 and counted in Report.Recoded.
// Cells may be quoted and then hold delimiters and line ends. The delimiter is
// taken from the first row: comma, semicolon or tab. Files are read up to
// MaxBytes and MaxRows.
package plancsv
