package project

import (
	"path"
	"strings"
)

// matches tells whether a pattern of `files:` stands for a file: for the file
// itself, or for a folder above it. `*` is any part of a name, `**` any number
// of folders.
func matches(pattern, file string) bool {
	wanted, parts := split(pattern), split(file)
	folder := !strings.ContainsAny(wanted[len(wanted)-1], "*?[")
	return match(wanted, parts) || folder && match(append(wanted, "**"), parts)
}

func split(p string) []string { return strings.Split(path.Clean(p), "/") }

func match(wanted, parts []string) bool {
	switch {
	case len(wanted) == 0:
		return len(parts) == 0
	case wanted[0] == "**" && len(wanted) == 1:
		return len(parts) > 0
	case wanted[0] == "**":
		return match(wanted[1:], parts) || len(parts) > 0 && match(wanted, parts[1:])
	case wanted[0] == ".":
		return match(wanted[1:], parts)
	case len(parts) == 0:
		return false
	}
	ok, err := path.Match(wanted[0], parts[0])
	return err == nil && ok && match(wanted[1:], parts[1:])
}
