package connect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"
)

// environment makes the variables all that the configuration is read from.
func environment(t *testing.T, variables map[string]string) {
	for _, name := range []string{"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_PROFILE", "TEMPORAL_API_KEY", WebURLVariable} {
		t.Setenv(name, "") // so that it is restored at the end
		require.NoError(t, os.Unsetenv(name))
	}
	t.Setenv("TEMPORAL_CONFIG_FILE", filepath.Join(t.TempDir(), "none.toml"))
	for name, value := range variables {
		t.Setenv(name, value)
	}
}

func TestOptionsComeFromTheEnvironment(t *testing.T) {
	profile := filepath.Join(t.TempDir(), "temporal.toml")
	require.NoError(t, os.WriteFile(profile, []byte("[profile.default]\naddress = \"profile:1\"\nnamespace = \"payments\"\n"), 0o600))
	cases := []struct {
		name               string
		variables          map[string]string
		address, namespace string
		named              bool
	}{
		{"nothing", nil, client.DefaultHostPort, client.DefaultNamespace, false},
		{"variables", map[string]string{"TEMPORAL_ADDRESS": "here:1", "TEMPORAL_NAMESPACE": "mine"}, "here:1", "mine", true},
		{"namespace only", map[string]string{"TEMPORAL_NAMESPACE": "mine"}, client.DefaultHostPort, "mine", false},
		{"profile", map[string]string{"TEMPORAL_CONFIG_FILE": profile}, "profile:1", "payments", true},
		{"variable over profile", map[string]string{"TEMPORAL_CONFIG_FILE": profile, "TEMPORAL_ADDRESS": "here:1"}, "here:1", "payments", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			environment(t, c.variables)
			options, err := Options(slog.LevelError)
			require.NoError(t, err)
			assert.Equal(t, c.address, options.HostPort)
			assert.Equal(t, c.namespace, options.Namespace)
			named, err := AddressIsNamed()
			require.NoError(t, err)
			assert.Equal(t, c.named, named)
		})
	}
}

func TestBadProfileIsAClearError(t *testing.T) {
	environment(t, map[string]string{"TEMPORAL_PROFILE": "nobody"})
	_, err := Options(slog.LevelError)
	assert.ErrorContains(t, err, "read the Temporal configuration from the environment")
	assert.ErrorContains(t, err, "nobody")
	_, err = AddressIsNamed()
	assert.ErrorContains(t, err, "nobody")
}

// deafAddress returns an address on which nobody listens.
func deafAddress(t *testing.T) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return listener.Addr().String()
}

func TestNoServer(t *testing.T) {
	address := deafAddress(t)
	_, err := Dial(t.Context(), client.Options{HostPort: address, Namespace: "mine"})

	var nobody *ServerError
	require.ErrorAs(t, err, &nobody)
	assert.Equal(t, address, nobody.Address)
	assert.ErrorContains(t, err, "no Temporal server answers at "+address+` (namespace "mine")`)
	assert.ErrorContains(t, err, "go run ./cmd/samples server")
	assert.ErrorContains(t, err, "TEMPORAL_ADDRESS")
	require.Error(t, nobody.Cause)
	assert.ErrorContains(t, err, nobody.Cause.Error())
	assert.ErrorIs(t, err, nobody.Cause)
}

func TestExplain(t *testing.T) {
	options := client.Options{HostPort: deafAddress(t), Namespace: "mine"}
	_, err := client.DialContext(t.Context(), options)
	var nobody *ServerError
	require.ErrorAs(t, Explain(err, options), &nobody)
	assert.Equal(t, ServerError{Address: options.HostPort, Namespace: "mine", Cause: err}, *nobody)
	assert.ErrorIs(t, nobody, err)

	var missing *NamespaceError
	require.ErrorAs(t, Explain(fmt.Errorf("start: %w", serviceerror.NewNamespaceNotFound("mine")), options), &missing)
	assert.Equal(t, NamespaceError{Address: options.HostPort, Namespace: "mine"}, *missing)

	require.ErrorAs(t, Explain(serviceerror.NewUnavailable("closed"), client.Options{}), &nobody)
	assert.Equal(t, client.DefaultHostPort, nobody.Address)
	assert.Equal(t, client.DefaultNamespace, nobody.Namespace)
}

func TestExplainLeavesOtherErrorsAlone(t *testing.T) {
	assert.NoError(t, Explain(nil, client.Options{}))
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	_, canceled := client.DialContext(interrupted, client.Options{HostPort: deafAddress(t)})
	for _, err := range []error{
		canceled,
		context.Canceled,
		serviceerror.NewCanceled("context canceled"),
		client.NewWorkflowUpdateServiceTimeoutOrCanceledError(context.Canceled),
		client.NewWorkflowUpdateServiceTimeoutOrCanceledError(serviceerror.NewNotFound("no such update")),
		serviceerror.NewNotFound("no such workflow"),
		serviceerror.NewPermissionDenied("no", ""),
	} {
		require.Error(t, err)
		assert.Equal(t, err, Explain(err, client.Options{}))
	}
}

func TestExplainWordsADeadline(t *testing.T) {
	rst := "stream terminated by RST_STREAM with error code: CANCEL"
	for _, cause := range []error{
		context.DeadlineExceeded,
		serviceerror.NewDeadlineExceeded("the wait is over"),
		serviceerror.NewDeadlineExceeded(rst),
		serviceerror.NewCanceled(rst),
		client.NewWorkflowUpdateServiceTimeoutOrCanceledError(context.DeadlineExceeded),
		client.NewWorkflowUpdateServiceTimeoutOrCanceledError(serviceerror.NewDeadlineExceeded("late")),
		client.NewWorkflowUpdateServiceTimeoutOrCanceledError(serviceerror.NewCanceled(rst)),
	} {
		waited := fmt.Errorf("greet Ana: %w", fmt.Errorf("wait for greeting: %w", cause))
		explained := Explain(waited, client.Options{})
		var timeout *TimeoutError
		require.ErrorAs(t, explained, &timeout, "%T: %v", cause, cause)
		assert.EqualError(t, explained, "greet Ana: wait for greeting: timed out: is a Worker running?")
		assert.ErrorIs(t, explained, cause)
	}
	assert.EqualError(t, Explain(context.DeadlineExceeded, client.Options{}), "timed out: is a Worker running?")
}

func TestMainReturnsTheExitCode(t *testing.T) {
	assert.Equal(t, 0, Main(func(context.Context) error { return nil }))
	assert.Equal(t, 1, Main(func(context.Context) error { return errors.New("broken") }))
}

// A server that refuses to describe a namespace, or fails to, may run workflows in it.
func TestOnlyANamespaceThatIsNotFoundIsMissing(t *testing.T) {
	for _, c := range []struct {
		answer  error
		missing bool
	}{
		{nil, false},
		{serviceerror.NewPermissionDenied("no", ""), false},
		{serviceerror.NewUnimplemented("no such call"), false},
		{serviceerror.NewInvalidArgument("no"), false},
		{serviceerror.NewNotFound("something else"), false},
		{serviceerror.NewNamespaceNotFound("mine"), true},
	} {
		connection, err := Dial(t.Context(), client.Options{HostPort: serve(t, c.answer), Namespace: "mine"})
		if !c.missing {
			require.NoError(t, err, "%v", c.answer)
			connection.Close()
			continue
		}
		var missing *NamespaceError
		require.ErrorAs(t, err, &missing)
		assert.Equal(t, "mine", missing.Namespace)
		assert.Nil(t, connection)
	}
}

// serve answers each DescribeNamespace with the error.
func serve(t *testing.T, answer error) (address string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer()
	workflowservice.RegisterWorkflowServiceServer(server, frontend{answer: answer})
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	return listener.Addr().String()
}

type frontend struct {
	workflowservice.UnimplementedWorkflowServiceServer
	answer error
}

func (f frontend) GetSystemInfo(context.Context, *workflowservice.GetSystemInfoRequest) (*workflowservice.GetSystemInfoResponse, error) {
	return &workflowservice.GetSystemInfoResponse{}, nil
}

func (f frontend) DescribeNamespace(context.Context, *workflowservice.DescribeNamespaceRequest) (*workflowservice.DescribeNamespaceResponse, error) {
	if f.answer != nil {
		return nil, serviceerror.ToStatus(f.answer).Err()
	}
	return &workflowservice.DescribeNamespaceResponse{}, nil
}

func TestRunWithoutServer(t *testing.T) {
	environment(t, map[string]string{"TEMPORAL_ADDRESS": deafAddress(t)})
	started := 0
	err := Run(t.Context(), slog.LevelError, func(context.Context, client.Client, client.Options) error { started++; return nil })
	var nobody *ServerError
	assert.ErrorAs(t, err, &nobody)
	assert.Zero(t, started)
}

func TestHistoryURL(t *testing.T) {
	cases := []struct{ address, configured, url string }{
		{"localhost:7233", "", "http://localhost:8233/namespaces/my%20space/workflows/order%2F1/run/history"},
		{"127.0.0.1:40000", "", "http://127.0.0.1:41000/namespaces/my%20space/workflows/order%2F1/run/history"},
		{"[::1]:7233", "", "http://[::1]:8233/namespaces/my%20space/workflows/order%2F1/run/history"},
		{"my.ns.tmprl.cloud:7233", "", "https://cloud.temporal.io/namespaces/my%20space/workflows/order%2F1/run/history"},
		{"us-east-1.aws.api.temporal.io:7233", "", "https://cloud.temporal.io/namespaces/my%20space/workflows/order%2F1/run/history"},
		{"temporal.example:7233", "", ""},
		{"temporal.example:7233", "https://ui.example/", "https://ui.example/namespaces/my%20space/workflows/order%2F1/run/history"},
		{"no port", "", ""},
	}
	for _, c := range cases {
		environment(t, map[string]string{WebURLVariable: c.configured})
		web := WebUIOf(client.Options{HostPort: c.address, Namespace: "my space"})
		assert.Equal(t, c.url, web.HistoryURL("order/1", "run"), c.address)
	}
}

func TestTheCodecComesFromTheEnvironment(t *testing.T) {
	for endpoint, named := range map[string]bool{"": false, "http://codec.invalid": true} {
		environment(t, map[string]string{"TEMPORAL_CODEC_ENDPOINT": endpoint})
		remote, err := RemoteConverter()
		require.NoError(t, err)
		assert.Equal(t, named, remote != nil)
		options, err := withRemoteCodec(client.Options{})
		require.NoError(t, err)
		assert.Equal(t, named, options.DataConverter != nil && options.FailureConverter != nil)
		plain, err := Options(slog.LevelError)
		require.NoError(t, err)
		assert.Nil(t, plain.DataConverter, "a Worker has its codec in itself")
	}
	environment(t, map[string]string{"TEMPORAL_PROFILE": "nobody"})
	_, err := RemoteConverter()
	assert.ErrorContains(t, err, "nobody")
}
