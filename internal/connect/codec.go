package connect

import (
	"cmp"
	"fmt"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
)

// RemoteConverter is the Data Converter with the codec server that the environment names,
// or nil where it names none. It is for commands that read what Workers have written: a
// Worker has its codec in itself, and asks no server for each value of a replay.
func RemoteConverter() (converter.DataConverter, error) {
	profile, err := envconfig.LoadClientConfigProfile(envconfig.LoadClientConfigProfileOptions{})
	if err != nil {
		return nil, fmt.Errorf("read the Temporal configuration from the environment: %w", err)
	}
	if profile.Codec == nil || profile.Codec.Endpoint == "" {
		return nil, nil
	}
	// The codec server gets the namespace.
	profile.Namespace = cmp.Or(profile.Namespace, client.DefaultNamespace)
	options, err := profile.ToClientOptions(envconfig.ToClientOptionsRequest{IncludeRemoteCodec: true})
	if err != nil {
		return nil, fmt.Errorf("read the codec from the Temporal configuration: %w", err)
	}
	return options.DataConverter, nil
}

// withRemoteCodec lets a client write and read values, and the messages of failures, by the
// codec server of the environment.
func withRemoteCodec(options client.Options) (client.Options, error) {
	remote, err := RemoteConverter()
	if err != nil || remote == nil {
		return options, err
	}
	options.DataConverter = remote
	options.FailureConverter = temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{DataConverter: remote})
	return options, nil
}
