package evidence

import "strings"

// Part is a personal value within the data of an entry. The data is sealed with the
// part in the form it has once it is erased (see Seal.Erased), so the leaf binds
// everything else of the data for good and the part as long as it is there.
type Part struct {
	Name    string // a JSON pointer into the data
	Seal    Seal
	Opening *Opening // nil: it was erased
}

// erasedText begins the text that stands for an erased value.
const erasedText = "erased:"

// Erased is the text that stands in place of a value after it was erased: it names
// the seal, so that the entry still gives its leaf.
func (s Seal) Erased() string { return erasedText + s.String() }

// ParseErased reads what Erased wrote; ok is false for any other text.
func ParseErased(text string) (s Seal, ok bool) {
	digits, found := strings.CutPrefix(text, erasedText)
	if !found {
		return Seal{}, false
	}
	s, err := ParseSeal(digits)
	return s, err == nil
}
