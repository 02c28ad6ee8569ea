package interpreter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/limit"
	"github.com/partitur/partitur/dsl/value"
)

// carried is what a run leaves to the one that goes on with it: the last
// argument of a run that was continued. It is part of the format of histories.
type carried struct {
	Anew  bool         `json:"anew,omitempty"`  // by a continue_as_new step: nothing of the flow is carried
	Epoch int          `json:"epoch,omitempty"` // how many such steps there were: the keys of steps change with it
	Pins  []carriedPin `json:"pins"`            // of the run, and then of compensations registered under older texts
	Kept  string       `json:"kept,omitempty"`  // why the newest text was not taken
	Base  string       `json:"base,omitempty"`  // what the keys of steps are made of, if not of the ids of the first run
	Retry *Retried     `json:"retry,omitempty"` // of a run that has ended

	Workflow *kept           `json:"workflow,omitempty"` // as expressions see them
	Schedule *kept           `json:"schedule,omitempty"`
	State    *kept           `json:"state,omitempty"`
	Steps    *kept           `json:"steps,omitempty"`  // what expressions know of the steps of the main flow
	Frames   []*frame        `json:"frames,omitempty"` // outermost first
	Undo     []int           `json:"undo,omitempty"`   // what the workflow itself undoes, by number
	Marks    []mark          `json:"marks,omitempty"`  // the checkpoints in it
	Past     *kept           `json:"past,omitempty"`   // reports of the compensations that have been run
	Undone   *kept           `json:"undone,omitempty"` // reports of compensations that no error carries yet
	Entries  []*carriedEntry `json:"entries,omitempty"`
	Undos    int             `json:"undos,omitempty"` // compensations registered so far
	Mail     *kept           `json:"mail,omitempty"`
	Limits   *limit.Book     `json:"limits,omitempty"`
	Views    []*carriedView  `json:"views,omitempty"`
	Said     int             `json:"said,omitempty"`  // messages to keepers so far
	Purse    *purseFrame     `json:"purse,omitempty"` // of its agents, if it is the tool of one
	Part     *part           `json:"part,omitempty"`  // it works on a part of another run's loop
}

// A frame is a step in which the run before stood, and what the step needs to go
// on there.
type frame struct {
	Step     string          `json:"step"`            // its path
	Fresh    bool            `json:"fresh,omitempty"` // the run before has not begun it
	Deadline *time.Time      `json:"deadline,omitempty"`
	Limit    time.Duration   `json:"limit,omitempty"` // of which Deadline is the end
	Until    *time.Time      `json:"until,omitempty"` // the end of a pause
	Loop     *loopFrame      `json:"loop,omitempty"`
	Round    *int            `json:"round,omitempty"`   // of a while or repeat
	Agent    *talkFrame      `json:"agent,omitempty"`   // its conversation
	Tried    *kept           `json:"tried,omitempty"`   // what the alternatives before have undone
	Failure  *carriedFailure `json:"failure,omitempty"` // which steps in the frame answer
	Steps    *kept           `json:"steps,omitempty"`   // what the scope of the steps inside knows besides
	Undo     []int           `json:"undo,omitempty"`    // what the block undoes, by number
	Marks    []mark          `json:"marks,omitempty"`   // the checkpoints in it
	Undone   *kept           `json:"undone,omitempty"`
	Asked    *sheet          `json:"asked,omitempty"` // what people are asked
	Lock     *grip           `json:"lock,omitempty"`

	scope  *scope      // of the steps inside
	inside []*dsl.Step // that have a scope of their own
}

// A loopFrame is a loop, the current item of which is the first that is left.
type loopFrame struct {
	Next    int   `json:"next"`
	Items   *kept `json:"items,omitempty"` // those that are left
	Keys    *kept `json:"keys,omitempty"`  // theirs
	Width   int   `json:"width"`
	Total   int   `json:"total,omitempty"`
	Results *kept `json:"results,omitempty"` // of the items before
	Failed  *kept `json:"failed,omitempty"`
	Bad     int   `json:"bad,omitempty"`
	Done    int   `json:"done,omitempty"`
	Undone  *kept `json:"undone,omitempty"`
}

// A carriedEntry is one compensation that has not been run.
type carriedEntry struct {
	Number int    `json:"number"`
	Pin    int    `json:"pin,omitempty"` // under which text it was registered
	Step   string `json:"step,omitempty"`
	Loop   string `json:"loop,omitempty"`
	Item   string `json:"item,omitempty"`
	Keys   string `json:"keys,omitempty"`
	Key    string `json:"key,omitempty"`
	Base   string `json:"base,omitempty"`
	Vars   *kept  `json:"vars,omitempty"` // what it reads

	Bundle []*carriedEntry `json:"bundle,omitempty"` // it stands for those of a part
	First  int             `json:"first,omitempty"`  // the position of its first item
}

// A carriedView is what `status` shows of a step.
type carriedView struct {
	Path    string     `json:"path"`
	Status  string     `json:"status"`
	Started time.Time  `json:"started"`
	Ended   *time.Time `json:"ended,omitempty"`
	Runs    int        `json:"runs,omitempty"`
	Done    int        `json:"done,omitempty"`
	Total   int        `json:"total,omitempty"`
	Error   string     `json:"error,omitempty"`
}

// A carriedFailure is what steps answer that stand in a frame.
type carriedFailure struct {
	Error  *kept  `json:"error"`
	Item   string `json:"item,omitempty"`
	Whole  bool   `json:"whole,omitempty"`
	Raised bool   `json:"raised,omitempty"`
}

// A carriedPin is a Pin with its source.
type carriedPin struct {
	Pin
	Source []byte `json:"source"`
}

func (p carriedPin) pin() Pin {
	p.Pin.Source = p.Source
	return p.Pin
}

// kept is a value of the run.
type kept struct{ v any }

// keep leaves out what is nothing.
func keep(v any) *kept {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		if len(v) == 0 {
			return nil
		}
	case map[string]any:
		if len(v) == 0 {
			return nil
		}
	}
	return &kept{v}
}

// MarshalJSON writes the value as all values are written.
func (k *kept) MarshalJSON() ([]byte, error) { return value.Encode(k.v) }

// UnmarshalJSON reads exact integers.
func (k *kept) UnmarshalJSON(data []byte) (err error) {
	k.v, err = value.Decode(data)
	return err
}

func (k *kept) list() []any {
	if k == nil {
		return nil
	}
	list, _ := k.v.([]any)
	return list
}

func (k *kept) object() map[string]any {
	if k == nil {
		return nil
	}
	object, _ := k.v.(map[string]any)
	return object
}

// carriedKey marks the payload, so that no input can be taken for it.
const carriedKey, carriedFormat = "partitur", "state/1"

// payload is what the next run is given besides the input.
func (c *carried) payload() (raw converter.RawValue, err error) {
	var data bytes.Buffer
	w := json.NewEncoder(&data)
	w.SetEscapeHTML(false)
	if err := w.Encode(c); err != nil {
		return raw, err
	}
	return converter.NewRawValue(&commonpb.Payload{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingJSON), carriedKey: []byte(carriedFormat)},
		Data:     bytes.TrimSuffix(data.Bytes(), []byte("\n")),
	}), nil
}

// readCarried is the inverse of payload. Of a payload that is none it returns nil.
func readCarried(p *commonpb.Payload) (*carried, error) {
	format := string(p.GetMetadata()[carriedKey])
	if format == "" {
		return nil, nil
	}
	if format != carriedFormat {
		return nil, fmt.Errorf("the run was continued by a newer worker, in the format %q, which this one cannot read", format)
	}
	c := new(carried)
	if err := fromJSON(p.GetData(), c); err != nil {
		return nil, fmt.Errorf("what the run before has left cannot be read: %w", err)
	}
	return c, nil
}
