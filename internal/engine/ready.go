//go:build !noengine

package engine

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

const workflowService = "temporal.api.workflowservice.v1.WorkflowService"

// waitUntilServing asks the frontend until it says that it takes requests.
func waitUntilServing(ctx context.Context, hostPort string, failed <-chan error) error {
	conn, err := grpc.NewClient(hostPort, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer conn.Close()
	health := healthpb.NewHealthClient(conn)
	for {
		r, err := health.Check(ctx, &healthpb.HealthCheckRequest{Service: workflowService}, grpc.WaitForReady(true))
		if err == nil && r.GetStatus() == healthpb.HealthCheckResponse_SERVING {
			return nil
		}
		select {
		case err := <-failed:
			return err
		case <-ctx.Done():
			return fmt.Errorf("the Temporal server at %s did not begin to serve: %w", hostPort, ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}
