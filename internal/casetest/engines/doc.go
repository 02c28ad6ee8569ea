// Package engines has the tests that hold the two engines of test cases against
// each other. It is a package of its own because it needs the server.
package engines
