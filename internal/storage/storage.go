// Package storage keeps values that are too large for a history outside of it:
// what crosses the wire to Temporal is a reference, and workers and clients with
// the same storage see the value.
package storage

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/interpreter"
	"github.com/partitur/partitur/interpreter/shared"
)

// Open makes the storage of a project, of which root is the folder.
func Open(ctx context.Context, s *dsl.Storage, root string) (converter.ExternalStorage, error) {
	var driver converter.StorageDriver
	switch s.Driver {
	case "file":
		path := s.Path
		if !filepath.IsAbs(path) {
			path = filepath.Join(root, path)
		}
		driver = Files(path)
	case "s3":
		var err error
		if driver, err = openBucket(ctx, s); err != nil {
			return converter.ExternalStorage{}, err
		}
	}
	return converter.ExternalStorage{
		Drivers:              []converter.StorageDriver{driver},
		DriverSelector:       selector{driver},
		PayloadSizeThreshold: int(s.Threshold),
	}, nil
}

// A selector stores everything but the definition that a run has recorded, since a
// run whose values are lost can still say what it is, and what the workers of
// other projects have to read, which store elsewhere.
type selector struct{ driver converter.StorageDriver }

// SelectDriver implements converter.StorageDriverSelector.
func (s selector) SelectDriver(ctx converter.StorageDriverSelectContext, p *commonpb.Payload) (converter.StorageDriver, error) {
	to, _ := ctx.Target.(converter.StorageDriverWorkflowInfo)
	if interpreter.IsPin(p) || shared.IsShared(p, to.WorkflowID) {
		return nil, nil
	}
	return s.driver, nil
}

// The entries of a claim that say what the stored bytes hash to.
const (
	hashAlgorithm = "hash_algorithm"
	hashValue     = "hash_value"
	sha256Name    = "sha256"
)

// pack is a payload as it is stored, and its hash.
func pack(p *commonpb.Payload) (data []byte, hash string, err error) {
	if data, err = proto.Marshal(p); err != nil {
		return nil, "", err
	}
	return data, hashOf(data), nil
}

// unpack is the inverse of pack. Bytes that have changed are an error.
func unpack(data []byte, claim converter.StorageDriverClaim) (*commonpb.Payload, error) {
	if got := hashOf(data); claim.ClaimData[hashAlgorithm] != sha256Name || claim.ClaimData[hashValue] != got {
		return nil, fmt.Errorf("a stored value is not what was stored: its %s is %s, and should be %s", sha256Name, got, claim.ClaimData[hashValue])
	}
	p := new(commonpb.Payload)
	return p, proto.Unmarshal(data, p)
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
