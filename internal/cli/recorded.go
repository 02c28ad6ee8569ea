package cli

import (
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"

	"github.com/partitur/partitur/internal/connect"
	"github.com/partitur/partitur/internal/replay"
	"github.com/partitur/partitur/internal/workers"
)

// recorded is what it takes to read histories.
type recorded struct {
	converter converter.DataConverter
	storage   converter.ExternalStorage
}

func (c *call) recorded() (r recorded, err error) {
	o, err := connect.Options(c.connect, c.Env)
	if err != nil {
		return r, err
	}
	if r.converter = o.DataConverter; r.converter == nil {
		r.converter = converter.GetDefaultDataConverter()
	}
	r.storage, err = c.externalStorage()
	return r, err
}

// options are those with which histories are replayed with their own text.
func (r recorded) options() replay.Options {
	return replay.Options{Actions: workers.Catalog{}, Converter: r.converter, Storage: r.storage}
}

// history reads the whole history of a run.
func (c *call) history(server *remote, ref runRef) (*historypb.History, error) {
	h := &historypb.History{}
	events := server.GetWorkflowHistory(c.ctx, ref.workflowID, ref.runID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		if err != nil {
			return nil, ref.missing(err, server)
		}
		h.Events = append(h.Events, e)
	}
	return h, nil
}
