package shared

import (
	"slices"
	"strings"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
)

// mark tells what a keeper tells a run from other payloads.
const mark = "partitur-shared"

// IsShared tells whether a payload is what a keeper tells a run, or is for the
// workflow with an id, which is a keeper: workers of all projects must be able to
// read it, and none knows where the others store what is large.
func IsShared(p *commonpb.Payload, workflowID string) bool {
	return p.GetMetadata()[mark] != nil || slices.ContainsFunc(kinds, func(kind string) bool {
		return strings.HasPrefix(workflowID, Keeper{Kind: kind}.ID())
	})
}

// marked is a value that everybody can read.
func marked(v any) converter.RawValue {
	data, err := toJSON(v)
	if err != nil {
		panic(err.Error())
	}
	return converter.NewRawValue(&commonpb.Payload{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingJSON), mark: []byte("1")},
		Data:     data,
	})
}
