package expr

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// ReservedWords are the words of the language, which cannot be names.
var ReservedWords = []string{
	"and", "contains", "else", "endsWith", "false", "if", "in", "let", "matches", "nil", "not", "or", "startsWith", "true",
}

// ScopeNames are the names that mean something in every expression, or in some.
var ScopeNames = []string{
	"approval", "args", "env", "error", "input", "message", "result", "schedule", "secrets", "state", "step", "steps", "task",
	"update", "workflow",
}

// ValidName tells why an author must not invent a name (a step's id, a state
// variable, the name of a loop), or nil.
func ValidName(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("a name is missing")
	case slices.Contains(ReservedWords, name):
		return fmt.Errorf("%q is a word of the expression language", name)
	case slices.Contains(ScopeNames, name):
		return fmt.Errorf("%q already means something in expressions", name)
	case namePattern.MatchString(name):
		return nil
	}
	if better := suggestName(name); better != "" {
		return fmt.Errorf("a name consists of small letters, digits and _ and begins with a letter: write %s", better)
	}
	return fmt.Errorf("a name consists of small letters, digits and _ and begins with a letter")
}

// suggestName is the valid name nearest to one that is not, or "".
func suggestName(name string) string {
	var b strings.Builder
	for i, r := range name {
		switch {
		case r >= 'A' && r <= 'Z':
			if i > 0 && !strings.HasSuffix(b.String(), "_") {
				b.WriteByte('_')
			}
			b.WriteRune(r - 'A' + 'a')
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
			b.WriteRune(r)
		default:
			b.WriteByte('_')
		}
	}
	s := strings.Trim(b.String(), "_")
	if !namePattern.MatchString(s) || ValidName(s) != nil {
		return ""
	}
	return s
}
