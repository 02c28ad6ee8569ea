package examples_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/partitur/partitur/internal/schedule"
)

var update = flag.Bool("update", false, "write schedules/times.txt anew")

// TestTimesOfSchedules compares the next four times of each schedule with a list
// that people have looked at.
func TestTimesOfSchedules(t *testing.T) {
	wanted, err := schedule.Want(load(t), "examples")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, w := range wanted {
		fmt.Fprintln(&b, w.ID)
		for _, at := range schedule.Next(w.Applied, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(-1), 4) {
			fmt.Fprintln(&b, "  "+at.In(w.Applied.Zone).Format("Mon 2006-01-02 15:04:05 MST"))
		}
	}
	if *update {
		if err := os.WriteFile("schedules/times.txt", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile("schedules/times.txt")
	if err != nil || string(want) != b.String() {
		t.Errorf("%v: the times are\n%s", err, b.String())
	}
}
