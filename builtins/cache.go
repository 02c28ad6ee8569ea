package builtins

import "sync"

// maxCached bounds a cache. When it is full it starts anew, which costs less
// than knowing what was used last.
const maxCached = 256

// A cache keeps what is costly to make. The zero value is empty.
type cache[V any] struct {
	mu      sync.Mutex
	entries map[string]V
}

// get returns the value of a key, made if it is not there.
func (c *cache[V]) get(key string, make func() (V, error)) (V, error) {
	c.mu.Lock()
	v, ok := c.entries[key]
	c.mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := make()
	if err != nil {
		return v, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if first, ok := c.entries[key]; ok {
		return first, nil
	}
	if c.entries == nil || len(c.entries) >= maxCached {
		c.entries = map[string]V{}
	}
	c.entries[key] = v
	return v, nil
}
