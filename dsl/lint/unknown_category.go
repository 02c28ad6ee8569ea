package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl"
)

// categories are names for many types of errors.
var categories = []string{"timeout", "cancelled", "http_4xx", "http_5xx", "child_failed"}

// nearCategory is what people write for a category, in small letters.
var nearCategory = map[string]string{
	"canceled": "cancelled", "timed_out": "timeout", "timedout": "timeout", "timeouts": "timeout", "timeout_error": "timeout", "timeouterror": "timeout",
	"http_4x": "http_4xx", "http_5x": "http_5xx", "http4xx": "http_4xx", "http5xx": "http_5xx", "http-4xx": "http_4xx", "http-5xx": "http_5xx", "4xx": "http_4xx", "5xx": "http_5xx",
	"childfailed": "child_failed", "child_failure": "child_failed",
}

var httpStatus = regexp.MustCompile(`^(?:http_?)?([45])[0-9]{2}$`)

func unknownCategory(p *pass) {
	p.WalkAll(func(s *dsl.Step) {
		for _, k := range s.Catch {
			for _, t := range k.Types {
				p.category(t, k)
			}
		}
	})
}

func (p *pass) category(t string, k *dsl.Catch) {
	meant := nearCategory[strings.ToLower(t)]
	if small := strings.ToLower(t); meant == "" && t != small && t != "Timeout" && slices.Contains(categories, small) {
		meant = small
	}
	if m := httpStatus.FindStringSubmatch(strings.ToLower(t)); meant == "" && m != nil {
		meant = "http_" + m[1] + "xx"
	}
	if meant != "" {
		p.diags.Warn(p.rule, k.Span.Sub(0, 1), "errors have no type %q", t).WithHint("did you mean the category %s?", meant)
	}
}
