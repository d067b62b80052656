package paper

import (
	"fmt"
	"strings"
)

// Barcode is what is printed on an item: a prefix of letters, a number, and a check
// digit that catches every single wrong digit and every swap of two neighbours
// (Damm, 2004). Plain Luhn would not see 09 for 90.
type Barcode string

// damm is the table of a totally anti-symmetric quasigroup of order 10.
func damm(state, digit byte) byte {
	const table = "0317598642709215486342068713591750983426612304597836742095815869720134894536201794386172052581436790"
	return table[state*10+digit] - '0'
}

// check is the digit that makes the digits end in state 0.
func check(digits string) byte {
	var state byte
	for i := range len(digits) {
		state = damm(state, digits[i]-'0')
	}
	return state + '0'
}

const numberDigits = 8

// MakeBarcode makes the barcode of a number, which has to be from 1 to 99,999,999 and
// is never used twice. The prefix has one to four letters A to Z.
func MakeBarcode(prefix string, number int64) (Barcode, error) {
	if number < 1 || number > 99_999_999 || !letters(prefix) {
		return "", fmt.Errorf("%w: %q %d makes no barcode: one to four letters and a number of up to eight digits do", ErrInvalid, prefix, number)
	}
	digits := fmt.Sprintf("%0*d", numberDigits, number)
	return Barcode(prefix + digits + string(check(digits))), nil
}

func letters(s string) bool {
	return len(s) >= 1 && len(s) <= 4 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// ParseBarcode reads a barcode as it was scanned or typed: blanks and hyphens do
// not count, nor does case. One that is mistyped is ErrInvalid.
func ParseBarcode(text string) (Barcode, error) {
	s := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(strings.TrimSpace(text)))
	at := strings.IndexAny(s, "0123456789")
	if at < 0 || !letters(s[:at]) || len(s)-at != numberDigits+1 || strings.Trim(s[at:], "0123456789") != "" || check(s[at:]) != '0' {
		return "", fmt.Errorf("%w: %q is no barcode: scan it again", ErrInvalid, text)
	}
	return Barcode(s), nil
}
