package project

import (
	"regexp"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/source"
)

var (
	catalogueKey = regexp.MustCompile(`(?m)^activities\s*:`)
	workflowKey  = regexp.MustCompile(`(?m)^workflow\s*:[ \t]*["']?([^"'#\r\n]+)`)
)

// neighbours reads those of some files that others may need: catalogues, and
// workflows whose names are mentioned. Files that cannot be read are left out.
func neighbours(dir string, names []string, asked []*source.File) (found []*source.File) {
	waiting := map[*source.File][]string{} // the workflows of each file
	var order []*source.File
	for _, name := range names {
		f, err := read(dir, name)
		if err != nil {
			continue
		}
		if catalogueKey.Match(f.Text) {
			found = append(found, f)
			continue
		}
		waiting[f] = workflowsIn(f)
		order = append(order, f)
	}
	for texts := slices.Concat(asked, found); len(texts) > 0; texts = texts[1:] {
		for _, f := range order {
			if slices.ContainsFunc(waiting[f], func(name string) bool { return mentions(string(texts[0].Text), name) }) {
				found, texts = append(found, f), append(texts, f)
				delete(waiting, f)
			}
		}
	}
	return found
}

// withoutCopies leaves out the files that define a workflow of those asked for.
func withoutCopies(dir string, names []string, asked []*source.File) []string {
	var defined []string
	for _, f := range asked {
		defined = append(defined, workflowsIn(f)...)
	}
	return slices.DeleteFunc(names, func(name string) bool {
		f, err := read(dir, name)
		return err == nil && slices.ContainsFunc(workflowsIn(f), func(w string) bool { return slices.Contains(defined, w) })
	})
}

func workflowsIn(f *source.File) (names []string) {
	for _, m := range workflowKey.FindAllSubmatch(f.Text, -1) {
		names = append(names, strings.TrimSpace(string(m[1])))
	}
	return names
}

// mentions tells whether a name stands in a text on its own.
func mentions(text, name string) bool {
	for {
		before, after, ok := strings.Cut(text, name)
		if !ok || name == "" {
			return false
		}
		if !inName(before[max(len(before)-1, 0):]) && !inName(after[:min(1, len(after))]) {
			return true
		}
		text = after
	}
}

// inName tells whether a name goes on with a letter.
func inName(letter string) bool {
	return letter != "" && (letter == "-" || letter == "_" || letter >= "0" && letter <= "9" || letter >= "A" && letter <= "Z" || letter >= "a" && letter <= "z")
}
