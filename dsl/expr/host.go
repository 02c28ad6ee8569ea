package expr

import (
	"bytes"
	"encoding/binary"
	"io"
	"time"

	"github.com/google/uuid"
)

// A Host gives expressions what is not a matter of their variables: the time
// and chance of the run, which replay can repeat. Where an expression must not
// ask, it returns an error that says why.
type Host interface {
	Now() (time.Time, error)
	Random() (io.Reader, error)
}

// A Patcher is a Host that knows the changes a run was started with.
type Patcher interface {
	Patched(id string) (bool, error)
}

// hostKey is where an evaluation map keeps the host: no name can be written so.
const hostKey = "$host"

// Bind puts the functions of a host (now, uuid, random, random_int, patched)
// into an evaluation map. Without a host they are errors.
func Bind(vars map[string]any, h Host) { vars[hostKey] = h }

func (r *run) host(name string) (Host, error) {
	if h, ok := r.vars[hostKey].(Host); ok {
		return h, nil
	}
	return nil, faultf("%s() cannot be used here", name)
}

func now(r *run, _ []any) (any, error) {
	h, err := r.host("now")
	if err != nil {
		return nil, err
	}
	t, err := h.Now()
	if err != nil {
		return nil, faultf("now() cannot be used here: %s", err)
	}
	return timeResult(t.Round(0).UTC()) // without the reading of the machine's own clock
}

// draw reads random bytes of the run.
func (r *run) draw(name string, n int) ([]byte, error) {
	h, err := r.host(name)
	if err != nil {
		return nil, err
	}
	in, err := h.Random()
	if err != nil {
		return nil, faultf("%s() cannot be used here: %s", name, err)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(in, b); err != nil {
		return nil, faultf("%s(): there is no randomness: %s", name, err)
	}
	return b, nil
}

func newUUID(r *run, _ []any) (any, error) {
	b, err := r.draw("uuid", 16)
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewRandomFromReader(bytes.NewReader(b))
	if err != nil {
		return nil, faultf("uuid(): %s", err)
	}
	return id.String(), nil
}

func random(r *run, _ []any) (any, error) {
	b, err := r.draw("random", 8)
	if err != nil {
		return nil, err
	}
	return float64(binary.LittleEndian.Uint64(b)>>11) / (1 << 53), nil
}

func randomInt(r *run, args []any) (any, error) {
	a, b := args[0].(int), args[1].(int)
	if a > b {
		return nil, faultf("random_int: %d is more than %d", a, b)
	}
	n := uint64(b) - uint64(a) + 1 // how many there are; 0 for all of them
	for {
		drawn, err := r.draw("random_int", 8)
		if err != nil {
			return nil, err
		}
		if err := r.step(1); err != nil {
			return nil, err
		}
		x := binary.LittleEndian.Uint64(drawn)
		if n == 0 {
			return int(x), nil
		}
		if limit := -n % n; x >= limit { // what is below would favour some
			return int(uint64(a) + x%n), nil
		}
	}
}

func patched(r *run, args []any) (any, error) {
	h, err := r.host("patched")
	if err != nil {
		return nil, err
	}
	p, ok := h.(Patcher)
	if !ok {
		return nil, faultf("patched() cannot be used here")
	}
	yes, err := p.Patched(args[0].(string))
	if err != nil {
		return nil, faultf("patched(): %s", err)
	}
	return yes, nil
}
