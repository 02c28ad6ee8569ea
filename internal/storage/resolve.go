package storage

import (
	"context"
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/proxy"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// Resolve puts the values in the place of the references in a message that was
// read from the server as it is, such as an event of a history.
func Resolve(ctx context.Context, external converter.ExternalStorage, message proto.Message) error {
	if len(external.Drivers) == 0 {
		return nil
	}
	return proxy.VisitPayloads(ctx, message, proxy.VisitPayloadsOptions{
		SkipSearchAttributes: true,
		Visitor: func(_ *proxy.VisitPayloadsContext, payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
			out := make([]*commonpb.Payload, len(payloads))
			for i, p := range payloads {
				var err error
				if out[i], err = resolve(ctx, external, p); err != nil {
					return nil, err
				}
			}
			return out, nil
		},
	})
}

var referenceType = string((*sdkpb.ExternalStorageReference)(nil).ProtoReflect().Descriptor().FullName())

func resolve(ctx context.Context, external converter.ExternalStorage, p *commonpb.Payload) (*commonpb.Payload, error) {
	if string(p.GetMetadata()["messageType"]) != referenceType {
		return p, nil
	}
	var ref sdkpb.ExternalStorageReference
	if err := protojson.Unmarshal(p.GetData(), &ref); err != nil {
		return nil, fmt.Errorf("the reference to a stored value cannot be read: %w", err)
	}
	for _, d := range external.Drivers {
		if d.Name() != ref.GetDriverName() {
			continue
		}
		found, err := d.Retrieve(converter.StorageDriverRetrieveContext{Context: ctx}, []converter.StorageDriverClaim{{ClaimData: ref.GetClaimData()}})
		if err != nil {
			return nil, err
		}
		return found[0], nil
	}
	return nil, fmt.Errorf("a value is stored by %q, which this project does not use", ref.GetDriverName())
}
