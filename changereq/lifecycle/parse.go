package lifecycle

import "encoding/json"

// Parse reads a definition from JSON.
func Parse(data []byte) (Definition, error) {
	var def Definition
	if err := json.Unmarshal(data, &def); err != nil {
		return Definition{}, &ParseError{Reason: err.Error()}
	}

	return def, nil
}
