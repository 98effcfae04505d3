package dynamicworkflow

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// registrations notes the Versioning Behaviors with which workflows are registered.
type registrations struct {
	worker.Registry
	behaviors map[string]workflow.VersioningBehavior
}

func (registrations) RegisterActivity(any) {}

func (r registrations) RegisterWorkflowWithOptions(_ any, options workflow.RegisterOptions) {
	r.behaviors[options.Name] = options.VersioningBehavior
}

func (r registrations) RegisterDynamicWorkflow(_ any, options workflow.DynamicRegisterOptions) {
	for _, name := range []string{"greet-spanish", "greet-couple"} {
		behavior, _ := options.LoadDynamicRuntimeOptions(workflow.LoadDynamicRuntimeOptionsDetails{WorkflowType: workflow.Type{Name: name}})
		r.behaviors[name] = behavior.VersioningBehavior
	}
}

// A versioned Worker refuses to start where a workflow has no behavior.
func TestEveryWorkflowHasItsVersioningBehavior(t *testing.T) {
	noted := registrations{behaviors: map[string]workflow.VersioningBehavior{}}
	Register(noted)
	assert.Equal(t, map[string]workflow.VersioningBehavior{
		"greet-spanish":     workflow.VersioningBehaviorPinned,
		"greet-couple":      workflow.VersioningBehaviorAutoUpgrade,
		"greet-formally":    workflow.VersioningBehaviorPinned,
		"letters-in-common": workflow.VersioningBehaviorPinned,
	}, noted.behaviors)
}

func TestVersionedOptionsKeepTheOthers(t *testing.T) {
	assert.Equal(t, worker.Options{
		DisableRegistrationAliasing: true,
		DeploymentOptions: worker.DeploymentOptions{
			UseVersioning: true,
			Version:       worker.WorkerDeploymentVersion{DeploymentName: "dynamicworkflow", BuildID: "1.0"},
		},
	}, VersionedOptions(Options()))
}

// server answers the attempts to promote build 1.0 in this order, and the last answer for
// ever.
type server struct {
	client.Client
	t       *testing.T
	answers []error
}

func (s *server) WorkerDeploymentClient() client.WorkerDeploymentClient {
	return deployments{server: s}
}

type deployments struct {
	client.WorkerDeploymentClient
	server *server
}

func (d deployments) GetHandle(name string) client.WorkerDeploymentHandle {
	assert.Equal(d.server.t, "dynamicworkflow", name)
	return handle{server: d.server}
}

type handle struct {
	client.WorkerDeploymentHandle
	server *server
}

func (h handle) SetCurrentVersion(_ context.Context, options client.WorkerDeploymentSetCurrentVersionOptions) (client.WorkerDeploymentSetCurrentVersionResponse, error) {
	assert.Equal(h.server.t, client.WorkerDeploymentSetCurrentVersionOptions{BuildID: "1.0"}, options)
	answer := h.server.answers[0]
	if len(h.server.answers) > 1 {
		h.server.answers = h.server.answers[1:]
	}
	return client.WorkerDeploymentSetCurrentVersionResponse{}, answer
}

func answering(t *testing.T, answers ...error) client.Client { return &server{t: t, answers: answers} }

func TestPromoteWaitsForAWorkerOfTheVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		require.NoError(t, Promote(t.Context(), answering(t,
			serviceerror.NewNotFound("no such deployment"), serviceerror.NewFailedPrecondition("no such version"), nil)))
		assert.Equal(t, 200*time.Millisecond, time.Since(started), "two pauses")
	})
}

func TestPromoteWaitsNoLongerThanItMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := Promote(ctx, answering(t, serviceerror.NewNotFound("no such deployment")))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.EqualError(t, err, "wait for a Worker of build 1.0: context deadline exceeded")
	})
}

func TestPromoteReportsWhatWaitingDoesNotMend(t *testing.T) {
	denied := errors.New("denied")
	err := Promote(t.Context(), answering(t, denied))
	require.ErrorIs(t, err, denied)
	assert.EqualError(t, err, "promote build 1.0 of dynamicworkflow: denied")
}
