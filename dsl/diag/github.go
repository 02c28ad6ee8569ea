package diag

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// WriteGitHub prints a list as workflow commands, which GitHub Actions shows
// beside the lines they are about.
func WriteGitHub(w io.Writer, l List) error {
	var b bytes.Buffer
	for _, d := range l {
		message := d.Message
		if d.Hint != "" {
			message += "\nhint: " + d.Hint
		}
		fmt.Fprintf(&b, "::%s %stitle=%s::%s\n", githubLevel(d.Severity), githubPlace(d), githubProperty(d.Code), githubData(message))
	}
	_, err := w.Write(b.Bytes())
	return err
}

// githubPlace gives columns only for a span on one line: GitHub refuses an
// annotation with columns on several.
func githubPlace(d Diagnostic) string {
	if d.Span.IsZero() {
		return ""
	}
	r := regionOf(d.Span)
	file := githubProperty(d.Span.File.Name)
	if r.endLine > r.line {
		return fmt.Sprintf("file=%s,line=%d,endLine=%d,", file, r.line, r.endLine)
	}
	return fmt.Sprintf("file=%s,line=%d,col=%d,endColumn=%d,", file, r.line, r.column, r.endColumn)
}

func githubLevel(s Severity) string {
	switch s {
	case Warning:
		return "warning"
	case Info:
		return "notice"
	}
	return "error"
}

func githubData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func githubProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
