package diag

import (
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/source"
)

// The parts of SARIF 2.1.0 that are used.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID string `json:"id"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
		Related   []sarifLocation `json:"relatedLocations,omitempty"`
		Fixes     []sarifFix      `json:"fixes,omitempty"`
	}
	sarifLocation struct {
		ID       *int          `json:"id,omitempty"`
		Message  *sarifText    `json:"message,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted sarifText   `json:"insertedContent"`
	}
)

// WriteSARIF prints a list as a SARIF 2.1.0 log, which code hosts and editors
// read; version is that of the program.
func WriteSARIF(w io.Writer, l List, version string) error {
	var codes []string
	for _, d := range l {
		codes = append(codes, d.Code)
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	rules := make([]sarifRule, len(codes))
	for i, code := range codes {
		rules[i].ID = code
	}
	results := make([]sarifResult, len(l))
	for i, d := range l {
		results[i] = sarifResultOf(d)
		results[i].RuleIndex, _ = slices.BinarySearch(codes, d.Code)
	}
	return encode(w, sarifLog{
		Schema:  "https://json.schemastore.org/sarif-2.1.0.json",
		Version: "2.1.0",
		Runs: []sarifRun{{
			Tool:       sarifTool{sarifDriver{Name: "partitur", Version: version, Rules: rules}},
			ColumnKind: "unicodeCodePoints",
			Results:    results,
		}},
	})
}

func sarifResultOf(d Diagnostic) sarifResult {
	r := sarifResult{RuleID: d.Code, Level: sarifLevel(d.Severity), Message: sarifText{d.Message}}
	if d.Hint != "" {
		r.Message.Text += "\n" + d.Hint
	}
	if !d.Span.IsZero() {
		r.Locations = []sarifLocation{{Physical: sarifPhysicalOf(d.Span)}}
	}
	for i, n := range d.Related {
		if !n.Span.IsZero() {
			r.Related = append(r.Related, sarifLocation{ID: &i, Message: &sarifText{n.Message}, Physical: sarifPhysicalOf(n.Span)})
		}
	}
	if d.Fix != nil && !d.Fix.Span.IsZero() {
		p := sarifPhysicalOf(d.Fix.Span)
		r.Fixes = []sarifFix{{
			Description: sarifText{"write " + d.Fix.Text},
			Changes:     []sarifChange{{p.Artifact, []sarifReplacement{{p.Region, sarifText{d.Fix.Text}}}}},
		}}
		if d.Fix.Text == "" {
			r.Fixes[0].Description.Text = "remove " + d.Fix.Span.Text()
		}
	}
	return r
}

func sarifLevel(s Severity) string {
	switch s {
	case Warning:
		return "warning"
	case Info:
		return "note"
	}
	return "error"
}

func sarifPhysicalOf(s source.Span) sarifPhysical {
	r := regionOf(s)
	path := url.URL{Path: strings.ReplaceAll(s.File.Name, `\`, "/")}
	return sarifPhysical{sarifArtifact{path.String()}, sarifRegion{r.line, r.column, r.endLine, r.endColumn}}
}
