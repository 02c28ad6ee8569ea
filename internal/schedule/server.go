package schedule

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	schedulepb "go.temporal.io/api/schedule/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
)

// A Server is the namespace whose schedules are looked at and changed.
type Server struct {
	Client    client.Client
	Namespace string
	Identity  string
}

// attempts is how often a request is sent that the server is too busy for.
const attempts = 5

// patiently sends a request again while the server is busy.
func patiently(ctx context.Context, send func() error) error {
	for n, pause := 1, 200*time.Millisecond; ; n, pause = n+1, 2*pause {
		err := send()
		var busy *serviceerror.ResourceExhausted
		var gone *serviceerror.Unavailable
		if n == attempts || !errors.As(err, &busy) && !errors.As(err, &gone) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// describe reads a schedule; nil if there is none.
func (s *Server) describe(ctx context.Context, id string) (f *found, err error) {
	var answer *workflowservice.DescribeScheduleResponse
	err = patiently(ctx, func() (err error) {
		answer, err = s.Client.WorkflowService().DescribeSchedule(ctx, &workflowservice.DescribeScheduleRequest{Namespace: s.Namespace, ScheduleId: id})
		return err
	})
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	f = &found{
		schedule: answer.GetSchedule(), info: answer.GetInfo(), token: answer.GetConflictToken(), mark: markOf(answer.GetSchedule()),
		owner: ownerIn(answer.GetMemo()), form: formOf(answer.GetSchedule()),
	}
	if f.mark != nil {
		f.owner = f.mark.Project
	}
	return f, nil
}

// errTaken says that another has made the schedule first.
var errTaken = errors.New("another has made it meanwhile")

func (s *Server) create(ctx context.Context, w *Wanted, project string, schedule *schedulepb.Schedule) error {
	owner, err := converter.GetDefaultDataConverter().ToPayload(project)
	if err != nil {
		return err
	}
	request := &workflowservice.CreateScheduleRequest{
		Namespace: s.Namespace, ScheduleId: w.ID, Schedule: schedule, InitialPatch: w.patch, Identity: s.Identity, RequestId: uuid.NewString(),
		Memo: &commonpb.Memo{Fields: map[string]*commonpb.Payload{ownerKey: owner}}, SearchAttributes: w.search,
	}
	err = patiently(ctx, func() error {
		_, err := s.Client.WorkflowService().CreateSchedule(ctx, request)
		return err
	})
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	var exists *serviceerror.AlreadyExists
	if errors.As(err, &started) || errors.As(err, &exists) {
		return errTaken
	}
	return err
}

// update replaces a schedule if it is still as it was found. Some servers say
// nothing when it is not, so that the caller has to look.
func (s *Server) update(ctx context.Context, w *Wanted, f *found, schedule *schedulepb.Schedule) error {
	attributes := w.search
	if attributes == nil {
		attributes = &commonpb.SearchAttributes{}
	}
	request := &workflowservice.UpdateScheduleRequest{
		Namespace: s.Namespace, ScheduleId: w.ID, Schedule: schedule, ConflictToken: f.token, Identity: s.Identity, RequestId: uuid.NewString(),
		SearchAttributes: attributes,
	}
	return patiently(ctx, func() error {
		_, err := s.Client.WorkflowService().UpdateSchedule(ctx, request)
		return err
	})
}

// remove deletes a schedule, if it is there.
func (s *Server) remove(ctx context.Context, id string) error {
	err := patiently(ctx, func() error {
		_, err := s.Client.WorkflowService().DeleteSchedule(ctx, &workflowservice.DeleteScheduleRequest{Namespace: s.Namespace, ScheduleId: id, Identity: s.Identity})
		return err
	})
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return nil
	}
	return err
}

// list reads the entries of all schedules that match a query.
func (s *Server) list(ctx context.Context, query string) (entries []*schedulepb.ScheduleListEntry, err error) {
	request := &workflowservice.ListSchedulesRequest{Namespace: s.Namespace, MaximumPageSize: 1000, Query: query}
	for {
		var page *workflowservice.ListSchedulesResponse
		err := patiently(ctx, func() (err error) {
			page, err = s.Client.WorkflowService().ListSchedules(ctx, request)
			return err
		})
		if err != nil {
			return nil, err
		}
		entries = append(entries, page.GetSchedules()...)
		if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
			return entries, nil
		}
	}
}

// attributes reads the types of the namespace's search attributes.
func (s *Server) attributes(ctx context.Context) (map[string]enumspb.IndexedValueType, error) {
	answer, err := s.Client.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: s.Namespace})
	return answer.GetCustomAttributes(), err
}

func (s *Server) addAttribute(ctx context.Context, a AttributeChange) error {
	kind, err := enumspb.IndexedValueTypeFromString(a.Type)
	if err != nil {
		return err
	}
	_, err = s.Client.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace: s.Namespace, SearchAttributes: map[string]enumspb.IndexedValueType{a.Name: kind},
	})
	var exists *serviceerror.AlreadyExists
	if errors.As(err, &exists) {
		return nil
	}
	return err
}
