package replay

import (
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
)

// The kinds of commands, as messages name them.
const (
	activity        = "activity"
	localActivity   = "local activity"
	child           = "child workflow"
	timer           = "timer"
	signal          = "signal"
	cancellation    = "cancellation of another workflow"
	memoChange      = "change of the memo"
	attributeChange = "change of search attributes"
)

// changeVersion is the search attribute that the SDK sets for patches.
const changeVersion = "TemporalChangeVersion"

// A recorded command is one that is in the history.
type recorded struct {
	kind, key string
	name      string // of what was sent, for messages
	task      int    // the workflow task that gave it, by the event with which it started
	event     *historypb.HistoryEvent
}

// recordedIn lists the commands of a history in order.
func recordedIn(h *historypb.History) (list []*recorded) {
	tasks := map[int64]int{}
	for _, e := range h.GetEvents() {
		if done := e.GetWorkflowTaskCompletedEventAttributes(); done != nil {
			tasks[e.GetEventId()] = int(done.GetStartedEventId())
		}
		if r, by := commandOf(e); r != nil {
			r.event, r.task = e, tasks[by.GetWorkflowTaskCompletedEventId()]
			list = append(list, r)
		}
	}
	return list
}

// A given is an event that a workflow task has given with a command.
type given interface{ GetWorkflowTaskCompletedEventId() int64 }

// commandOf tells which command an event records; nil for those that the
// observer does not see.
func commandOf(e *historypb.HistoryEvent) (*recorded, given) {
	switch e.GetEventType() {
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
		a := e.GetActivityTaskScheduledEventAttributes()
		return &recorded{kind: activity, key: a.GetActivityId(), name: a.GetActivityType().GetName()}, a
	case enumspb.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
		a := e.GetStartChildWorkflowExecutionInitiatedEventAttributes()
		return &recorded{kind: child, key: a.GetWorkflowId(), name: a.GetWorkflowType().GetName()}, a
	case enumspb.EVENT_TYPE_TIMER_STARTED:
		a := e.GetTimerStartedEventAttributes()
		return &recorded{kind: timer, name: a.GetStartToFireTimeout().AsDuration().String()}, a
	case enumspb.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
		a := e.GetSignalExternalWorkflowExecutionInitiatedEventAttributes()
		return &recorded{kind: signal, key: a.GetWorkflowExecution().GetWorkflowId() + " " + a.GetSignalName(), name: a.GetSignalName()}, a
	case enumspb.EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
		a := e.GetRequestCancelExternalWorkflowExecutionInitiatedEventAttributes()
		if id := a.GetWorkflowExecution().GetWorkflowId(); !a.GetChildWorkflowOnly() { // the SDK cancels a child with it
			return &recorded{kind: cancellation, key: id, name: id}, a
		}
	case enumspb.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED:
		return &recorded{kind: memoChange}, e.GetWorkflowPropertiesModifiedEventAttributes()
	case enumspb.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
		a := e.GetUpsertWorkflowSearchAttributesEventAttributes()
		if a.GetSearchAttributes().GetIndexedFields()[changeVersion] == nil { // the SDK sets it with a patch
			return &recorded{kind: attributeChange}, a
		}
	}
	return nil, nil
}

func (r *recorded) String() string { return describeCommand(r.kind, r.name) }

func describeCommand(kind, name string) string {
	switch {
	case name == "":
		return "a " + kind
	case kind == timer:
		return "a timer of " + name
	}
	return fmt.Sprintf("the %s %q", kind, name)
}

func (s *sent) String() string { return describeCommand(s.kind, s.name()) }

func (s *sent) name() string {
	switch with := s.with.(type) {
	case sentActivity:
		return with.kind
	case sentChild:
		return with.kind
	case fmt.Stringer: // how long a timer runs
		return with.String()
	}
	return s.key
}

// closing is the event that ends the run, or nil.
func closing(h *historypb.History) *historypb.HistoryEvent {
	last := h.GetEvents()[len(h.GetEvents())-1]
	switch last.GetEventType() {
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
		enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
		return last
	}
	return nil
}
