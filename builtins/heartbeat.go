package builtins

import (
	"context"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
)

// A pulse keeps telling the server that an activity lives, until stop. The
// answers bring cancellations, which end the activity's context. The SDK sends
// fewer than it is given, so beating often is cheap.
type pulse struct {
	ctx   context.Context
	done  chan struct{}
	ended chan struct{}

	mu   sync.Mutex
	kept any // what the next attempt is to know; nil for nothing
}

func heartbeat(ctx context.Context) *pulse {
	p := &pulse{ctx: ctx, done: make(chan struct{}), ended: make(chan struct{})}
	info := activity.GetInfo(ctx)
	if info.IsLocalActivity {
		close(p.ended)
		return p
	}
	every := time.Second
	if t := info.HeartbeatTimeout / 4; t > 0 {
		every = min(every, t)
	}
	go p.beat(every)
	return p
}

func (p *pulse) beat(every time.Duration) {
	defer close(p.ended)
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-p.done:
			return
		case <-p.ctx.Done():
			return
		case <-ticker.C:
			p.record()
		}
	}
}

// keep says what the next attempt is to know, should this one fail. It holds no
// secrets: heartbeats are kept by the server.
func (p *pulse) keep(v any) {
	p.mu.Lock()
	p.kept = v
	p.mu.Unlock()
	if !activity.GetInfo(p.ctx).IsLocalActivity {
		p.record()
	}
}

func (p *pulse) record() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil {
		activity.RecordHeartbeat(p.ctx)
		return
	}
	activity.RecordHeartbeat(p.ctx, p.kept)
}

func (p *pulse) stop() {
	close(p.done)
	<-p.ended
}
