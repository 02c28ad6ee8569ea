//go:build !noengine

package main

import (
	"testing"
	"time"

	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"

	"github.com/partitur/partitur/internal/engine"
	"github.com/partitur/partitur/interpreter"
)

// BenchmarkReplay replays one run of each side of each work, within one process
// and without a server: quick enough to see what a change does.
func BenchmarkReplay(b *testing.B) {
	server, err := engine.Start(b.Context(), engine.Options{})
	if err != nil {
		b.Fatal(err)
	}
	c, err := client.Dial(client.Options{HostPort: server.HostPort(), Logger: quiet()})
	if err != nil {
		b.Fatal(err)
	}
	roles := startRoles(b, c)
	recorded := map[string][]*historypb.History{}
	for _, w := range works {
		for _, side := range sides {
			recorded[w.name+side] = record(b, c, w, side)
		}
	}
	for _, r := range roles {
		r.stop()
	}
	c.Close()
	if err := server.Stop(); err != nil {
		b.Fatal(err)
	}
	for _, w := range works {
		for _, side := range sides {
			b.Run(w.name+"/"+side, func(b *testing.B) { replayAgain(b, roles[side], recorded[w.name+side]) })
		}
	}
}

// startRoles starts everyone who has a part in a run, in this process.
func startRoles(b *testing.B, c client.Client) map[string]*role {
	roles := map[string]*role{}
	for _, name := range append([]string{roleActivities}, sides...) {
		roles[name] = &role{name: name, client: c}
		if err := roles[name].start(); err != nil {
			b.Fatal(err)
		}
	}
	return roles
}

// record runs a work once and reads its history.
func record(b *testing.B, c client.Client, w work, side string) []*historypb.History {
	w.size = w.short
	e, err := (&bench{client: c}).run(b.Context(), w, side)
	if err != nil {
		b.Fatal(err)
	}
	histories, err := chain(c, e)
	if err != nil {
		b.Fatal(err)
	}
	return histories
}

func replayAgain(b *testing.B, r *role, histories []*historypb.History) {
	replayer, err := r.replay()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	before := cpu()
	events := 0
	for b.Loop() {
		for _, h := range histories {
			if err := replayer.ReplayWorkflowHistoryWithOptions(quiet(), h, interpreter.ReplayOptions(h)); err != nil {
				b.Fatal(err)
			}
			events += len(h.Events)
		}
	}
	b.ReportMetric(float64(cpu()-before)/float64(time.Microsecond)/float64(events), "µs-cpu/event")
}
