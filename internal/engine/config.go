//go:build !noengine

package engine

import (
	"time"

	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
)

const clusterName = "active"

func serverConfig(sql *config.SQL, ports []int) *config.Config {
	c := &config.Config{
		Persistence: config.Persistence{
			DefaultStore:     storeName,
			VisibilityStore:  storeName,
			NumHistoryShards: 1,
			DataStores:       map[string]config.DataStore{storeName: {SQL: sql}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: address(ports[0])},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		PublicClient:        config.PublicClient{HostPort: address(ports[0])},
		Services:            map[string]config.Service{},
		Archival: config.Archival{
			History:    config.HistoryArchival{State: "disabled"},
			Visibility: config.VisibilityArchival{State: "disabled"},
		},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: "disabled"},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: "disabled"},
		}},
	}
	for i, service := range services {
		c.Services[string(service)] = config.Service{RPC: config.RPC{GRPCPort: ports[i], BindOnIP: loopback}}
	}
	return c
}

// plenty is a rate that one machine does not reach: the limits exist to keep
// tenants of a shared cluster apart.
const plenty = 100_000

// queueReads is how often a second a task queue of the server may be read. At
// the default of 20 every activity and every timer waits some 45 ms for it.
const queueReads = 1000

// settings are the server's defaults changed for one machine and one user.
func settings() dynamicconfig.StaticClient {
	return dynamicconfig.StaticClient{
		// Changes are seen at once, and nobody is asked on the internet.
		dynamicconfig.ForceSearchAttributesCacheRefreshOnRead.Key(): true,
		dynamicconfig.NamespaceCacheRefreshInterval.Key():           500 * time.Millisecond,
		dynamicconfig.EnableServerVersionCheck.Key():                false,

		// Scenario tests may skip time.
		dynamicconfig.WorkflowTimeSkippingEnabled.Key(): true,

		// There is one clock, so a timer need not wait out the drift between hosts;
		// there is one queue of each kind, so reading it often costs little.
		dynamicconfig.TimerProcessorMaxTimeShift.Key():    10 * time.Millisecond,
		dynamicconfig.TimerProcessorMaxPollRPS.Key():      queueReads,
		dynamicconfig.TransferProcessorMaxPollRPS.Key():   queueReads,
		dynamicconfig.VisibilityProcessorMaxPollRPS.Key(): queueReads,
		dynamicconfig.OutboundProcessorMaxPollRPS.Key():   queueReads,

		// A run that continues as new at once is not held up for a second.
		dynamicconfig.WorkflowIdReuseMinimalInterval.Key(): 50 * time.Millisecond,

		// A task queue is in one piece, and a blocked run is retried soon after it was mended.
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():  1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key(): 1,
		dynamicconfig.WorkflowTaskRetryMaxInterval.Key():        10 * time.Second,

		dynamicconfig.FrontendRPS.Key():                                                        plenty,
		dynamicconfig.FrontendMaxNamespaceRPSPerInstance.Key():                                 plenty,
		dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key():                       plenty,
		dynamicconfig.FrontendMaxConcurrentLongRunningRequestsPerInstance.Key():                plenty,
		dynamicconfig.FrontendPersistenceMaxQPS.Key():                                          plenty,
		dynamicconfig.HistoryRPS.Key():                                                         plenty,
		dynamicconfig.HistoryPersistenceMaxQPS.Key():                                           plenty,
		dynamicconfig.MatchingRPS.Key():                                                        plenty,
		dynamicconfig.MatchingPersistenceMaxQPS.Key():                                          plenty,
		dynamicconfig.FrontendMaxNamespaceNamespaceReplicationInducingAPIsRPSPerInstance.Key(): plenty,
	}
}
