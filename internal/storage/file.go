package storage

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
)

// Files keeps values in a folder, each under the hash of its bytes, so that the
// same value is there once. Whatever is stored again counts as new, so files
// older than the namespace's retention and the longest run can be removed.
func Files(dir string) converter.StorageDriver { return folder{dir} }

type folder struct{ dir string }

// Name implements converter.StorageDriver. It stands in histories, and never
// changes.
func (folder) Name() string { return "partitur.file" }

// Type implements converter.StorageDriver.
func (folder) Type() string { return "partitur.file" }

// Store implements converter.StorageDriver.
func (f folder) Store(ctx converter.StorageDriverStoreContext, payloads []*commonpb.Payload) ([]converter.StorageDriverClaim, error) {
	claims := make([]converter.StorageDriverClaim, len(payloads))
	for i, p := range payloads {
		data, hash, err := pack(p)
		if err != nil {
			return nil, err
		}
		if err := ctx.GetLimiter().Permit(ctx.Context, p, func() error { return f.write(hash, data) }); err != nil {
			return nil, fmt.Errorf("a large value cannot be stored: %w", err)
		}
		claims[i].ClaimData = map[string]string{hashAlgorithm: sha256Name, hashValue: hash}
	}
	return claims, nil
}

// Retrieve implements converter.StorageDriver.
func (f folder) Retrieve(ctx converter.StorageDriverRetrieveContext, claims []converter.StorageDriverClaim) ([]*commonpb.Payload, error) {
	payloads := make([]*commonpb.Payload, len(claims))
	for i, claim := range claims {
		err := ctx.GetLimiter().Permit(ctx.Context, claim, func() (err error) {
			payloads[i], err = f.read(claim)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return payloads, nil
}

// write puts a file in its place all at once, so that no reader sees a part.
func (f folder) write(hash string, data []byte) error {
	path := f.path(hash)
	now := time.Now()
	if err := os.Chtimes(path, now, now); err == nil {
		return nil // it is there already
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	part, err := os.CreateTemp(filepath.Dir(path), ".part-*")
	if err != nil {
		return err
	}
	_, err = part.Write(data)
	if err == nil {
		err = part.Sync()
	}
	if err = errors.Join(err, part.Close()); err == nil {
		err = os.Rename(part.Name(), path)
	}
	if err != nil {
		_ = os.Remove(part.Name())
	}
	return err
}

func (f folder) read(claim converter.StorageDriverClaim) (*commonpb.Payload, error) {
	hash := claim.ClaimData[hashValue]
	if sum, err := hex.DecodeString(hash); err != nil || len(sum) != 32 {
		return nil, fmt.Errorf("the reference to a stored value is damaged: %q is no hash", hash)
	}
	data, err := os.ReadFile(f.path(hash))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("a stored value is gone: there is no file %s", f.path(hash))
	}
	if err != nil {
		return nil, err
	}
	return unpack(data, claim)
}

func (f folder) path(hash string) string { return filepath.Join(f.dir, hash[:2], hash) }
