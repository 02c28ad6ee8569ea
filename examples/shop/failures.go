package shop

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A Failure tells the shop to fail the calls that it matches.
type Failure struct {
	On         string  `json:"on,omitempty"`          // start of "METHOD /path"; empty matches every operation
	Order      string  `json:"order,omitempty"`       // only calls for this order
	Times      int     `json:"times,omitempty"`       // only so many calls; 0 is until it is removed
	Rate       float64 `json:"rate,omitempty"`        // the share of the calls, drawn at random; 0 is all
	Seed       uint64  `json:"seed,omitempty"`        // of the draw: equal seeds fail the same calls
	Status     int     `json:"status,omitempty"`      // answer with this instead of doing anything
	RetryAfter int     `json:"retry_after,omitempty"` // seconds, sent with the status
	DelayMS    int     `json:"delay_ms,omitempty"`    // the effect happens, the answer comes late
	LoseAnswer bool    `json:"lose_answer,omitempty"` // the effect happens, then the connection is cut
}

// presets are the failures that have a name of their own. What a request says
// comes on top.
var presets = map[string]Failure{
	"carrier_down": {On: "POST /shipping/shipments", Status: http.StatusServiceUnavailable},
	"lost_charge":  {On: "POST /payments/charges", LoseAnswer: true},
	"flaky":        {Rate: 0.3, Seed: 1, Status: http.StatusInternalServerError},
}

func setFailure(c *call) (answer, error) {
	name := c.http.PathValue("name")
	f := presets[name]
	if len(c.body) > 0 {
		if err := c.decode(&f); err != nil {
			return answer{}, err
		}
	}
	if f.Status == 0 && f.DelayMS == 0 && !f.LoseAnswer {
		return answer{}, invalid("a failure needs one of status, delay_ms and lose_answer, or the name carrier_down, lost_charge or flaky")
	}
	if f.Status != 0 && (f.Status < 400 || f.Status > 599) {
		return answer{}, invalid("the status of a failure is 400 to 599, not %d", f.Status)
	}
	if f.Rate < 0 || f.Rate > 1 {
		return answer{}, invalid("the rate of a failure is 0 to 1, not %v", f.Rate)
	}
	rule, err := json.Marshal(f)
	if err != nil {
		return answer{}, err
	}
	return ok(f), c.exec(`INSERT OR REPLACE INTO failures VALUES (?, ?, 0, 0)`, name, string(rule))
}

func removeFailure(c *call) (answer, error) {
	return ok(map[string]any{}), c.exec(`DELETE FROM failures WHERE name = ?`, c.http.PathValue("name"))
}

func removeFailures(c *call) (answer, error) {
	return ok(map[string]any{}), c.exec(`DELETE FROM failures`)
}

func failures(c *call) (answer, error) {
	rules, err := c.rules()
	list := []map[string]any{}
	for _, r := range rules {
		list = append(list, map[string]any{"name": r.name, "failure": r.Failure, "hits": r.hits})
	}
	return ok(list), err
}

// A rule is a failure and how often it came into play.
type rule struct {
	Failure
	name        string
	hits, draws int
}

func (c *call) rules() (list []rule, err error) {
	rows, err := c.tx.QueryContext(c.ctx, `SELECT name, rule, hits, draws FROM failures ORDER BY name`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r rule
		var text string
		if err := rows.Scan(&r.name, &text, &r.hits, &r.draws); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(text), &r.Failure); err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// trouble is what the failures have in store for one call.
type trouble struct {
	Failure
	name string
}

// trouble asks all failures. The first status found is the answer; delays and
// lost answers add up.
func (c *call) trouble(o operation) (t trouble, err error) {
	rules, err := c.rules()
	if err != nil || len(rules) == 0 {
		return t, err
	}
	order, err := o.order(c)
	if err != nil {
		return t, err
	}
	for _, r := range rules {
		if !r.concerns(c.http, order) {
			continue
		}
		hit := r.draw()
		if err := c.exec(`UPDATE failures SET hits = ?, draws = ? WHERE name = ?`, r.hits, r.draws, r.name); err != nil {
			return t, err
		}
		if hit {
			t.add(r)
		}
	}
	return t, nil
}

func (r *rule) concerns(req *http.Request, order string) bool {
	return strings.HasPrefix(req.Method+" "+req.URL.Path, r.On) &&
		(r.Order == "" || r.Order == order) &&
		(r.Times == 0 || r.hits < r.Times)
}

// draw decides the next call, the same way for the same seed and number.
func (r *rule) draw() bool {
	r.draws++
	if r.Rate > 0 && rand.New(rand.NewPCG(r.Seed, uint64(r.draws))).Float64() >= r.Rate {
		return false
	}
	r.hits++
	return true
}

func (t *trouble) add(r rule) {
	if t.Status == 0 && r.Status != 0 {
		t.name, t.Status, t.RetryAfter = r.name, r.Status, r.RetryAfter
	}
	t.DelayMS += r.DelayMS
	t.LoseAnswer = t.LoseAnswer || r.LoseAnswer
}

func (t trouble) answer() answer {
	a := refuse(t.Status, t.name, "the shop was told to fail: %s", t.name)
	if t.RetryAfter > 0 {
		a.Header = map[string]string{"Retry-After": strconv.Itoa(t.RetryAfter)}
	}
	return a
}

// deliver sends the answer, late or not at all if that is the trouble.
func (t trouble) deliver(ctx context.Context, w http.ResponseWriter, a answer) {
	if t.DelayMS > 0 {
		select {
		case <-time.After(time.Duration(t.DelayMS) * time.Millisecond):
		case <-ctx.Done():
		}
	}
	if t.LoseAnswer {
		panic(http.ErrAbortHandler) // cuts the connection
	}
	a.write(w)
}
