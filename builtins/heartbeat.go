package builtins

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"
)

// heartbeat keeps telling the server that the activity lives, until stop. The
// answers bring cancellations, which end the activity's context. The SDK sends
// fewer than it is given, so beating often is cheap.
func heartbeat(ctx context.Context) (stop func()) {
	info := activity.GetInfo(ctx)
	if info.IsLocalActivity {
		return func() {}
	}
	every := time.Second
	if t := info.HeartbeatTimeout / 4; t > 0 {
		every = min(every, t)
	}
	ticker := time.NewTicker(every)
	done := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				return
			case <-ctx.Done():
				return
			case <-ticker.C:
				activity.RecordHeartbeat(ctx)
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(done)
		<-ended
	}
}
