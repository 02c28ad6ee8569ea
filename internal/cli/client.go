package cli

import (
	"context"
	"log/slog"
	"strings"

	"github.com/spf13/pflag"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	sdklog "go.temporal.io/sdk/log"

	"github.com/partitur/partitur/internal/connect"
)

// connectionFlag marks the flags that have a heading of their own in the help.
const connectionFlag = "connection"

// connectionFlags declares the flags that say where the server is.
func connectionFlags(flags *pflag.FlagSet, c *connect.Flags) {
	f := unsorted()
	f.StringVar(&c.Address, "address", "", "server as `HOST:PORT` (TEMPORAL_ADDRESS, else "+connect.DefaultAddress+")")
	f.StringVarP(&c.Namespace, "namespace", "n", "", "`NAME` of the namespace (TEMPORAL_NAMESPACE, else "+connect.DefaultNamespace+")")
	f.StringVar(&c.Profile, "profile", "", "`NAME` of a connection profile (TEMPORAL_PROFILE)")
	f.StringVar(&c.ConfigFile, "config-file", "", "`FILE` with the profiles (TEMPORAL_CONFIG_FILE)")
	f.StringVar(&c.APIKey, "api-key", "", "`KEY` to present; TEMPORAL_API_KEY keeps it out of sight")
	f.BoolVar(&c.TLS, "tls", false, "use TLS")
	f.StringVar(&c.TLSCert, "tls-cert", "", "`FILE` with the client certificate")
	f.StringVar(&c.TLSKey, "tls-key", "", "`FILE` with the key of the client certificate")
	f.StringVar(&c.TLSCA, "tls-ca", "", "`FILE` with the certificate authority of the server")
	f.StringVar(&c.TLSServerName, "tls-server-name", "", "`NAME` that the server's certificate must have")
	f.VisitAll(func(one *pflag.Flag) { one.Annotations = map[string][]string{connectionFlag: {}} })
	flags.AddFlagSet(f)
}

// A remote is a connection with the namespace that commands act in.
type remote struct {
	client.Client
	namespace, address string
	owned              bool // the server is part of this process
	external           converter.ExternalStorage
}

// dial connects as the flags, the environment and the profile say.
func (c *call) dial() (*remote, error) { return c.dialWith(slog.New(slog.DiscardHandler)) }

// dialAsWorker connects, and shows what the SDK and `log` steps have to say.
func (c *call) dialAsWorker() (*remote, error) { return c.dialWith(c.logger()) }

func (c *call) dialWith(logger *slog.Logger) (*remote, error) {
	o, err := connect.Options(c.connect, c.Env)
	if err != nil {
		return nil, err
	}
	o.Logger = sdklog.NewStructuredLogger(logger)
	if o.ExternalStorage, err = c.externalStorage(); err != nil {
		return nil, err
	}
	temporal, err := c.Dial(c.ctx, o)
	if err != nil {
		return nil, err
	}
	c.closers = append(c.closers, temporal.Close)
	return &remote{Client: temporal, namespace: o.Namespace, address: o.HostPort, external: o.ExternalStorage}, nil
}

// brokenReplay is in the error of a worker to which the history of a run does not
// fit. It also is when the server has sent with a question the events of a task
// that was under way; that question can be asked again.
const brokenReplay = "[TMPRL1100]"

// QueryWorkflow asks a run, up to three times if its worker may have been sent too
// much.
func (r *remote) QueryWorkflow(ctx context.Context, workflowID, runID, name string, args ...any) (answer converter.EncodedValue, err error) {
	for range 3 {
		answer, err = r.Client.QueryWorkflow(ctx, workflowID, runID, name, args...)
		if err == nil || !strings.Contains(err.Error(), brokenReplay) {
			break
		}
	}
	return answer, err
}
