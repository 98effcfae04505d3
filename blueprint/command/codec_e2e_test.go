//go:build e2e

package command

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/convertertest"
)

// codecVariable names a codec server, as for Temporal's own CLI.
const codecVariable = "TEMPORAL_CODEC_ENDPOINT"

// Where a Worker encrypts, the commands read and write by the codec server that the
// environment names. Without one they say what they cannot read, and end with 1.
func TestCommandsThroughACodec(t *testing.T) {
	codec := convertertest.AES()
	server := httptest.NewServer(converter.NewPayloadCodecHTTPHandler(codec))
	t.Cleanup(server.Close)
	connected(t)
	options, err := connect.Options(0)
	require.NoError(t, err)
	options.DataConverter = converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), codec)
	options.FailureConverter = temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{
		DataConverter: options.DataConverter, EncodeCommonAttributes: true,
	})
	encrypted, err := client.Dial(options)
	require.NoError(t, err)
	t.Cleanup(encrypted.Close)
	runWorker(t, encrypted)

	t.Setenv(codecVariable, server.URL)
	run := func(arguments ...string) (int, string, string) { return execute(t, t.Context(), "", arguments...) }
	code, _, problems := run("start", "order", "--id", "o-1", "--input", largeOrder)
	require.Equal(t, exitOK, code, problems)
	code, out, problems := run("status", "o-1", "--until", "approval=running")
	require.Equal(t, exitOK, code, problems)
	assert.Contains(t, out, "✓ reserve activity")
	code, out, problems = run("message", "o-1", "approve", `{"approved": true, "by": "Mei"}`)
	assert.Equal(t, exitOK, code, problems)
	assert.Equal(t, "taken by fulfil/large/approval\n", out)
	for _, command := range []string{"result", "watch"} {
		code, out, problems = run(command, "o-1")
		assert.Equal(t, exitOK, code, problems)
		assert.JSONEq(t, `{"order": "o-1", "status": "shipped"}`, out)
	}
	code, out, problems = run("explain", "o-1")
	assert.Equal(t, exitOK, code, problems)
	assert.Contains(t, out, "order@1.0.0")
	assert.Contains(t, out, "fulfil/reserve")
	code, out, problems = run("explain", "o-1", "--json")
	assert.Equal(t, exitOK, code, problems)
	assert.Contains(t, out, `"status": "shipped"`)
	code, _, problems = run("start", "order", "--id", "refused", "--input", "{}")
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, problems, "failed with InvalidInput: ")
	code, out, problems = run("explain", "refused")
	assert.Equal(t, exitOK, code, problems)
	assert.Contains(t, out, "InvalidInput")
	assert.NotContains(t, out, "Encoded failure")
	code, out, problems = run("run", "order.yaml", "--id", "o-2", "--input", smallOrder)
	assert.Equal(t, exitOK, code, problems)
	assert.JSONEq(t, `{"order": "o-1", "status": "shipped"}`, out)

	t.Setenv(codecVariable, "")
	for _, arguments := range [][]string{{"explain", "o-1"}, {"explain", "o-1", "--json"}, {"watch", "o-1"}, {"result", "o-1"}, {"result", "o-1", "--json"}, {"status", "o-1"}} {
		code, out, problems = run(arguments...)
		assert.Equal(t, exitProblem, code, arguments)
		assert.Empty(t, out, arguments)
		assert.Contains(t, problems, `it cannot be read here, its encoding is "`, arguments)
		assert.Contains(t, problems, codecVariable, arguments)
	}

	server.Close()
	t.Setenv(codecVariable, server.URL)
	for _, arguments := range [][]string{{"explain", "o-1"}, {"watch", "o-1"}, {"result", "o-1"}, {"status", "o-1"}} {
		code, out, problems = run(arguments...)
		assert.Equal(t, exitProblem, code, arguments)
		assert.Empty(t, out, arguments)
		assert.Contains(t, problems, server.URL, arguments)
	}
}
