package engine

import (
	"errors"
	"net"
	"strconv"
	"syscall"
)

// loopback is the only address the server listens on.
const loopback = "127.0.0.1"

func address(port int) string { return net.JoinHostPort(loopback, strconv.Itoa(port)) }

// A claim is a wish for a port: a number, or any free one.
type claim struct {
	port int
	use  string
}

// claimPorts returns a port for each claim. All are held at once while
// choosing, so that they differ, and released before the server takes them.
func claimPorts(claims ...claim) ([]int, error) {
	ports := make([]int, len(claims))
	for i, c := range claims {
		l, err := net.Listen("tcp", address(max(c.port, 0)))
		if err != nil {
			return nil, &PortError{Port: c.port, For: c.use, Err: err}
		}
		defer l.Close()
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports, nil
}

func isInUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
