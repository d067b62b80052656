package lifecycle

// Option tells the compiler something the definition does not say.
type Option func(*settings)

// settings are what the options said.
type settings struct {
	grantable map[string]bool // nil: every role can be granted
}

// Grantable lists every role that somebody can hold. Edges that ask for another role are found as
// RoleNeverGranted. Given more than once, the lists add up.
func Grantable(roles ...string) Option {
	return func(s *settings) {
		if s.grantable == nil {
			s.grantable = make(map[string]bool, len(roles))
		}

		for _, role := range roles {
			s.grantable[role] = true
		}
	}
}

// collect applies the options in order.
func collect(options []Option) settings {
	var s settings
	for _, option := range options {
		option(&s)
	}

	return s
}
