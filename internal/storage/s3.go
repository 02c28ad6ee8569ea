package storage

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"path"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"golang.org/x/sync/errgroup"

	"github.com/partitur/partitur/dsl"
)

// A bucket keeps values in a service that speaks S3. Its name, its claims and
// its objects are those of the drivers that Temporal ships for its SDKs, so that
// workers in other languages read what ours have stored.
type bucket struct {
	client       *s3.Client
	name, prefix string
}

// The entries of a claim that say where the object is.
const (
	claimBucket = "bucket"
	claimKey    = "key"
)

// openBucket finds credentials as all tools of Amazon do.
func openBucket(ctx context.Context, s *dsl.Storage) (converter.StorageDriver, error) {
	var options []func(*config.LoadOptions) error
	if s.Region != "" {
		options = append(options, config.WithRegion(s.Region))
	}
	settings, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("the storage in bucket %q cannot be used: %w", s.Bucket, err)
	}
	if settings.Region == "" {
		settings.Region = "us-east-1" // which services other than Amazon's expect
	}
	client := s3.NewFromConfig(settings, func(o *s3.Options) {
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired // others know no other
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
		if s.Endpoint != "" {
			o.BaseEndpoint, o.UsePathStyle = aws.String(s.Endpoint), true
		}
	})
	return &bucket{client, s.Bucket, s.Prefix}, nil
}

// Name implements converter.StorageDriver. It stands in histories, and never
// changes.
func (*bucket) Name() string { return "aws.s3driver" }

// Type implements converter.StorageDriver.
func (*bucket) Type() string { return "aws.s3driver" }

// Store implements converter.StorageDriver.
func (b *bucket) Store(ctx converter.StorageDriverStoreContext, payloads []*commonpb.Payload) ([]converter.StorageDriverClaim, error) {
	claims := make([]converter.StorageDriverClaim, len(payloads))
	g, inner := errgroup.WithContext(ctx.Context)
	for i, p := range payloads {
		g.Go(func() error {
			data, hash, err := pack(p)
			if err != nil {
				return err
			}
			key := b.key(ctx.Target, hash)
			claims[i].ClaimData = map[string]string{claimBucket: b.name, claimKey: key, hashAlgorithm: sha256Name, hashValue: hash}
			err = ctx.GetLimiter().Permit(inner, p, func() error {
				_, err := b.client.PutObject(inner, &s3.PutObjectInput{Bucket: &b.name, Key: &key, Body: bytes.NewReader(data)})
				return err
			})
			if err != nil {
				return fmt.Errorf("a large value cannot be stored in bucket %q: %w", b.name, err)
			}
			return nil
		})
	}
	return claims, g.Wait()
}

// key is the name of an object: those of a run stand together.
func (b *bucket) key(target converter.StorageDriverTargetInfo, hash string) string {
	at := b.prefix
	switch t := target.(type) {
	case converter.StorageDriverWorkflowInfo:
		at = path.Join(at, segment(t.Namespace), segment(t.WorkflowID), segment(t.RunID))
	case converter.StorageDriverActivityInfo:
		at = path.Join(at, segment(t.Namespace), segment(t.ActivityID), segment(t.RunID))
	}
	return path.Join(at, hash)
}

func segment(name string) string {
	if name == "" {
		return "-"
	}
	return url.PathEscape(name)
}

// Retrieve implements converter.StorageDriver.
func (b *bucket) Retrieve(ctx converter.StorageDriverRetrieveContext, claims []converter.StorageDriverClaim) ([]*commonpb.Payload, error) {
	payloads := make([]*commonpb.Payload, len(claims))
	g, inner := errgroup.WithContext(ctx.Context)
	for i, claim := range claims {
		g.Go(func() error {
			return ctx.GetLimiter().Permit(inner, claim, func() (err error) {
				payloads[i], err = b.read(inner, claim)
				return err
			})
		})
	}
	return payloads, g.Wait()
}

func (b *bucket) read(ctx context.Context, claim converter.StorageDriverClaim) (*commonpb.Payload, error) {
	name, key := claim.ClaimData[claimBucket], claim.ClaimData[claimKey]
	out, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &name, Key: &key})
	if err != nil {
		return nil, fmt.Errorf("a stored value cannot be read from %s/%s: %w", name, key, err)
	}
	defer func() { _ = out.Body.Close() }()
	data, err := io.ReadAll(out.Body)
	if err != nil {
		return nil, fmt.Errorf("a stored value cannot be read from %s/%s: %w", name, key, err)
	}
	return unpack(data, claim)
}
