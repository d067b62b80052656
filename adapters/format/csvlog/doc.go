// Package csvlog reads and writes event logs as tables: one row an event (or an
// activity instance with start and end), one column a field.
//
// Which column is what is declared with Columns, by name or by number, or
// guessed from the names that tools and spreadsheets use. Read returns the
// Mapping, guesses marked as such, so that a program can show it. Where two
// columns would fit equally well nothing is guessed: the error lists them.
//
//	b := process.NewBuilder(process.BuilderConfig{})
//	mapping, err := csvlog.Read(file, b, csvlog.Options{File: "Production.csv", Zone: time.UTC})
//
// The delimiter (comma, semicolon, tab or bar) is taken from the first row, or
// from a line sep=… before it, unless declared. The text is UTF-8 or, by its byte order mark, UTF-16, and
// may be gzipped; a cell that is not UTF-8 is read as Windows-1252 and
// reported. Quoted cells may hold delimiters, line ends and doubled quotes.
//
// A column of costs becomes the cost of the event (process.Log.Cost); what can
// be read in two ways, as 1,234, is reported and counts as no cost. Lines may
// end with a line feed, a carriage return, or both.
//
// A cell is taken as it stands: blanks around it belong to it, and "NA" is a
// name like any other. What means "nothing" besides the empty cell is declared
// in Options.Null. A row that cannot be used (more or fewer cells than the
// first row, no case, no activity, no readable time) is dropped and reported
// with its line. A quote that does not close within MaxRow bytes costs its
// line only: reading goes on with the next.
package csvlog
