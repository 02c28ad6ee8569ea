// Package limit is the arithmetic of circuit breakers and rate limits: what an
// attempt may do at a time, given those before it. It knows no clock and waits
// for nothing, so that a workflow, an activity and a test ask it alike. Its
// state is JSON.
package limit

// key is under which the state of a breaker or limit stands: its name, and the
// key of those that have one for each.
func key(name, of string) string {
	if of == "" {
		return name
	}
	return name + "\x00" + of
}

// A Book holds the breakers and rate limits of one scope by name and key. The
// zero value has none that has counted anything.
type Book struct {
	Breakers map[string]*Breaker `json:"breakers,omitempty"`
	Rates    map[string]*Rate    `json:"rates,omitempty"`
}

// Breaker finds the breaker of a name and key, or begins one.
func (b *Book) Breaker(name, of string) *Breaker {
	if b.Breakers == nil {
		b.Breakers = map[string]*Breaker{}
	}
	k := key(name, of)
	if b.Breakers[k] == nil {
		b.Breakers[k] = new(Breaker)
	}
	return b.Breakers[k]
}

// Rate finds the rate limit of a name and key, or begins one.
func (b *Book) Rate(name, of string) *Rate {
	if b.Rates == nil {
		b.Rates = map[string]*Rate{}
	}
	k := key(name, of)
	if b.Rates[k] == nil {
		b.Rates[k] = new(Rate)
	}
	return b.Rates[k]
}

// Used is the book, or nil if nothing has been asked of it.
func (b *Book) Used() *Book {
	if len(b.Breakers) == 0 && len(b.Rates) == 0 {
		return nil
	}
	return b
}
