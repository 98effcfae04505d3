package scenario

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/mocks"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/internal/connect"
)

func printing(result string, err error) func(context.Context, *Session) error {
	return func(_ context.Context, session *Session) error {
		if result != "" {
			session.Printf("%s", result)
		}
		return err
	}
}

func sample() Sample {
	return Sample{Name: "letters", Scenarios: []Scenario{
		{Name: "first", Input: "the first", Expected: "a", Run: printing("a", nil)},
		{Name: "second", Input: "the second", Expected: "b\nb", LookFor: "the letter", Run: printing("b", nil)},
		{Name: "third", Input: "the third", Expected: "c", Run: printing("", errors.New("no ink"))},
		{Name: "fourth", Input: "the fourth", Expected: "d\nd", Run: printing("d", errors.New("no paper"))},
	}}
}

func TestExecutePrintsWhatHappens(t *testing.T) {
	var out bytes.Buffer
	outcomes, err := sample().Execute(t.Context(), nil, connect.WebUI{}, &out, io.Discard, nil)

	require.NoError(t, err)
	assert.Equal(t, `letters/first
  input    the first
  result   a

letters/second
  input    the second
  result   b
  expected b
           b
  look for the letter

letters/third
  input    the third
  error    no ink
  expected c

letters/fourth
  input    the fourth
  result   d
  error    no paper
  expected d
           d
`, out.String())
	assert.EqualError(t, Unexpected(outcomes), "3 of 4 scenarios did not end as expected")
	assert.NoError(t, Unexpected(outcomes[:1]))
	assert.NoError(t, Unexpected(nil))
}

func TestResultOfSeveralLines(t *testing.T) {
	several := Scenario{Input: "two lines", Expected: "a 1\nb", Run: func(_ context.Context, session *Session) error {
		session.Printf("a %d", 1)
		session.Printf("b")
		return nil
	}}
	outcome := several.Execute(t.Context(), Sample{}, nil, connect.WebUI{})
	assert.True(t, outcome.AsExpected(), outcome.Result)
}

func TestExecuteEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	three := sample()
	three.Scenarios[1].Run = func(context.Context, *Session) error { cancel(); return nil }
	var out bytes.Buffer
	outcomes, err := three.Execute(ctx, nil, connect.WebUI{}, &out, io.Discard, nil)

	assert.ErrorIs(t, err, context.Canceled)
	assert.Len(t, outcomes, 1)
	assert.NotContains(t, out.String(), "second")
}

func TestSelect(t *testing.T) {
	all, err := sample().Select(nil)
	require.NoError(t, err)
	assert.Len(t, all, 4)

	some, err := sample().Select([]string{"third", "first"})
	require.NoError(t, err)
	require.Len(t, some, 2)
	assert.Equal(t, "first", some[0].Name, "in the sample's order")

	_, err = sample().Select([]string{"first", "fifth"})
	assert.EqualError(t, err, `letters has no scenario "fifth"; it has first, second, third, fourth`)
}

func TestSessionNamesAndRemembersItsRuns(t *testing.T) {
	connection := &mocks.Client{}
	var ids []string
	connection.On("ExecuteWorkflow", mock.Anything, mock.Anything, "greet", "Ana").Return(
		func(_ context.Context, options client.StartWorkflowOptions, _ any, _ ...any) client.WorkflowRun {
			ids = append(ids, options.ID)
			assert.Equal(t, "queue", options.TaskQueue)
			assert.Equal(t, "twice", options.StaticSummary)
			assert.Equal(t, Timeout, options.WorkflowExecutionTimeout)
			run := &mocks.WorkflowRun{}
			run.On("GetID").Return(options.ID)
			run.On("GetRunID").Return("run")
			return run
		}, nil)
	twice := Scenario{Name: "twice", Input: "twice", Run: func(ctx context.Context, session *Session) error {
		for range 2 {
			if _, err := session.Start(ctx, "queue", "greet", "Ana"); err != nil {
				return err
			}
		}
		return nil
	}}
	web := connect.WebUI{BaseURL: "http://localhost:8233", Namespace: "default"}
	outcome := twice.Execute(t.Context(), Sample{Name: "letters"}, connection, web)

	require.NoError(t, outcome.Err)
	require.Len(t, ids, 2)
	assert.Regexp(t, `^letters-twice-[0-9a-f]{8}$`, ids[0])
	assert.Regexp(t, `^letters-twice-2-[0-9a-f]{8}$`, ids[1])
	assert.Equal(t, []Run{
		{ids[0], "run", web.HistoryURL(ids[0], "run")},
		{ids[1], "run", web.HistoryURL(ids[1], "run")},
	}, outcome.Runs)
	assert.Equal(t, web.HistoryURL(ids[0], "run"), outcome.Runs[0].String())
	assert.Equal(t, "workflow w, run r", Run{WorkflowID: "w", RunID: "r"}.String())
}

func TestDescribe(t *testing.T) {
	result := func(json string) converter.RawValue {
		return converter.NewRawValue(&commonpb.Payload{Data: []byte(json)})
	}
	cases := []struct {
		name   string
		result converter.RawValue
		err    error
		want   string
	}{
		{"text", result(`"Hello"`), nil, `"Hello"`},
		{"fields keep their order", result(`{"z":1,"a":2}`), nil, `{"z":1,"a":2}`},
		{"long", result(`{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}`), nil,
			"{\n  \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\": \"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"\n}"},
		{"nothing", converter.RawValue{}, nil, ""},
		{"for good", converter.RawValue{}, temporal.NewNonRetryableApplicationError("no ink", "NoInk", nil), "failed with NoInk (not retryable)\nno ink"},
		{"canceled", converter.RawValue{}, fmt.Errorf("run: %w", temporal.NewCanceledError()), "canceled"},
		{"timed out", converter.RawValue{}, temporal.NewTimeoutError(enumspb.TIMEOUT_TYPE_START_TO_CLOSE, nil), "timed out"},
		{"for now", converter.RawValue{}, temporal.NewApplicationError("no ink", "NoInk"), "failed with NoInk (may be retried)\nno ink"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := Describe(c.result, c.err)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
	_, err := Describe(converter.RawValue{}, context.DeadlineExceeded)
	assert.ErrorIs(t, err, context.DeadlineExceeded, "it says nothing about the workflow")
}

// getter gives a result or a failure, as a run or the handle of an Update does.
type getter struct {
	json string
	err  error
}

func (g getter) Get(_ context.Context, valuePtr any) error {
	if g.err == nil {
		*valuePtr.(*converter.RawValue) = converter.NewRawValue(&commonpb.Payload{Data: []byte(g.json)})
	}
	return g.err
}

func TestSessionPrintsWhatComesBack(t *testing.T) {
	refusal := temporal.NewNonRetryableApplicationError("no ink", "NoInk", nil)
	session := &Session{}
	require.NoError(t, session.PrintResult(t.Context(), "", getter{json: `"100%d"`}))
	require.NoError(t, session.PrintResult(t.Context(), "second", getter{err: refusal}))
	payloads, err := converter.GetDefaultDataConverter().ToPayloads("Ana")
	require.NoError(t, err)
	require.NoError(t, session.PrintAnswer("query", client.NewValue(payloads), nil))
	require.NoError(t, session.PrintAnswer("query", nil, refusal))
	require.NoError(t, session.PrintError("caller", temporal.NewCanceledError()))
	assert.Equal(t, `"100%d"
second: failed with NoInk (not retryable)
no ink
query: "Ana"
query: failed with NoInk (not retryable)
no ink
caller: canceled`, session.printed())

	assert.ErrorIs(t, session.PrintResult(t.Context(), "", getter{err: context.DeadlineExceeded}), context.DeadlineExceeded)
	assert.ErrorIs(t, session.PrintAnswer("", nil, context.DeadlineExceeded), context.DeadlineExceeded)
	assert.EqualError(t, session.PrintError("caller", nil), "caller: expected a failure")
}

func TestPoll(t *testing.T) {
	looks := 0
	session := &Session{}
	require.NoError(t, session.Poll(t.Context(), "the third look", func() (bool, error) { looks++; return looks == 3, nil }))
	assert.Equal(t, 3, looks)

	broken := errors.New("no ink")
	err := session.Poll(t.Context(), "ink", func() (bool, error) { return false, broken })
	assert.ErrorIs(t, err, broken)
	assert.EqualError(t, err, "wait for ink: no ink")

	ctx, cancel := context.WithCancel(t.Context())
	err = session.Poll(ctx, "ink", func() (bool, error) { cancel(); return false, nil })
	assert.ErrorIs(t, err, context.Canceled)
}
