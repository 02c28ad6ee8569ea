// Package chaos tests that nothing is lost and nothing is done twice when
// processes die at any moment. It has no code of its own but tests.
package chaos
