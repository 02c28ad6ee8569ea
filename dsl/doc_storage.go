package dsl

import (
	"slices"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/value"
)

// A Storage says where values go that are too large for a history, which then
// holds only a reference.
type Storage struct {
	Span      source.Span
	Driver    string // file or s3
	Path      string // of the folder
	Bucket    string
	Prefix    string
	Region    string
	Endpoint  string // "" is Amazon's
	Threshold int64  // in bytes; 0 is 256KB
}

// maxThreshold keeps what stays in the history below the 2MB at which the
// server refuses a value.
const maxThreshold = 1_000_000

// Fields declares the keys of the mapping.
func (s *Storage) Fields(f *fields.Set) {
	s.Span = f.Span()
	f.Enum(&s.Driver, "driver", "`file`, a folder that all workers and clients reach, or `s3`", []string{"file", "s3"}, fields.Required)
	f.String(&s.Path, "path", "the folder of the driver `file`, relative to this document")
	f.String(&s.Bucket, "bucket", "the bucket of the driver `s3`; its keys are found as all tools of Amazon find them, such as in AWS_ACCESS_KEY_ID")
	f.String(&s.Prefix, "prefix", "what the names of the objects in the bucket begin with")
	f.String(&s.Region, "region", "the region of the bucket; AWS_REGION if not set")
	f.String(&s.Endpoint, "endpoint", "the address of another service that speaks S3, such as https://minio.example:9000")
	f.Size(&s.Threshold, "threshold", "values from this size on are stored, 256KB if not set")
	if f.Diags() != nil && s.Driver != "" {
		s.fits(f)
	}
}

// fits reports keys that belong to the other driver, and those that are missing.
func (s *Storage) fits(f *fields.Set) {
	needs, others := "path", []string{"bucket", "prefix", "region", "endpoint"}
	if s.Driver == "s3" {
		needs, others = "bucket", []string{"path"}
	}
	if !f.Has(needs) {
		f.Diags().Error("missing-key", f.KeySpan("driver"), "the driver %q needs the key %q", s.Driver, needs).
			WithHint("add %s: to the storage", needs)
	}
	for _, e := range f.Entries() {
		if slices.Contains(others, e.Key.Value) {
			f.Diags().Error("useless-key", e.Key.Span, "the driver %q has no %q", s.Driver, e.Key.Value).WithHint("leave it out")
		}
	}
	if s.Threshold > maxThreshold {
		f.Diags().Error("bad-value", f.KeySpan("threshold"), "%q can be at most %s, because the server takes no value of more than 2MB", "threshold", value.FormatSize(maxThreshold)).
			WithHint("leave it out for 256KB")
	}
}
