package scenario

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/mocks"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/internal/connect"
)

func returning(got string, err error) func(context.Context, *Session) (string, error) {
	return func(context.Context, *Session) (string, error) { return got, err }
}

func sample() Sample {
	return Sample{Name: "letters", Scenarios: []Scenario{
		{Name: "first", Asks: "the first", Wants: "a", Run: returning("a", nil)},
		{Name: "second", Asks: "the second", Wants: "b\nb", LookFor: "the letter", Run: returning("b", nil)},
		{Name: "third", Asks: "the third", Wants: "c", Run: returning("c", errors.New("no ink"))},
	}}
}

func TestExecutePrintsWhatHappens(t *testing.T) {
	var out bytes.Buffer
	outcomes, err := sample().Execute(t.Context(), nil, connect.WebUI{}, &out, io.Discard)

	require.NoError(t, err)
	assert.Equal(t, `letters/first
  asks    the first
  got     a

letters/second
  asks    the second
  got     b
  wanted  b
          b
  notice  the letter

letters/third
  asks    the third
  error   no ink
`, out.String())
	assert.EqualError(t, Unexpected(outcomes), "2 of 3 scenarios did not end as expected")
	assert.NoError(t, Unexpected(outcomes[:1]))
	assert.NoError(t, Unexpected(nil))
}

func TestExecuteEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	three := sample()
	three.Scenarios[1].Run = func(context.Context, *Session) (string, error) { cancel(); return "b", nil }
	var out bytes.Buffer
	outcomes, err := three.Execute(ctx, nil, connect.WebUI{}, &out, io.Discard)

	assert.ErrorIs(t, err, context.Canceled)
	assert.Len(t, outcomes, 1)
	assert.NotContains(t, out.String(), "second")
}

func TestSelect(t *testing.T) {
	all, err := sample().Select(nil)
	require.NoError(t, err)
	assert.Len(t, all, 3)

	some, err := sample().Select([]string{"third", "first"})
	require.NoError(t, err)
	require.Len(t, some, 2)
	assert.Equal(t, "first", some[0].Name, "in the sample's order")

	_, err = sample().Select([]string{"first", "fourth"})
	assert.EqualError(t, err, `letters has no scenario "fourth"; it has first, second, third`)
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
	twice := Scenario{Name: "twice", Asks: "twice", Run: func(ctx context.Context, session *Session) (string, error) {
		for range 2 {
			if _, err := session.Start(ctx, "queue", "greet", "Ana"); err != nil {
				return "", err
			}
		}
		return "", nil
	}}
	web := connect.WebUI{BaseURL: "http://localhost:8233", Namespace: "default"}
	outcome := twice.Execute(t.Context(), "letters", connection, web)

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
