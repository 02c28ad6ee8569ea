//go:build !noengine

package engine

import (
	"fmt"

	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"
)

// startUI serves the Web UI on a port that was just seen to be free.
func startUI(hostPort string, port int, namespace string) (url string, stop func()) {
	ui := uiserver.NewServer(uioptions.WithConfigProvider(&uiconfig.Config{
		TemporalGRPCAddress: hostPort,
		Host:                loopback,
		Port:                port,
		EnableUI:            true,
		DefaultNamespace:    namespace,
		DisableNewsFetch:    true,
		HideLogs:            true,
		CORS:                uiconfig.CORS{CookieInsecure: true}, // it is plain HTTP, on the loopback only
	}))
	go func() { _ = ui.Start() }()
	return fmt.Sprintf("http://localhost:%d", port), ui.Stop
}
