package storage

import (
	"errors"
	"fmt"

	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// ErrSelector is the error for external storage with a selector of drivers, which would
// select past what this package puts around them.
var ErrSelector = errors.New("a driver selector cannot be used")

// Use makes a client, and the Workers that are made with it, keep large payloads in the
// external storage. A data converter that is set already needs PayloadConverter among
// its payload converters, or else it is an error.
func Use(options *client.Options, external converter.ExternalStorage) error {
	guarded, err := guarded(external)
	if err != nil {
		return err
	}
	data, err := dataConverter(options.DataConverter)
	if err != nil {
		return err
	}
	options.ExternalStorage, options.DataConverter = guarded, data
	options.FailureConverter = failureConverter(options.FailureConverter, data)
	return nil
}

// UseInReplay makes a replayer read what a client with Use has stored.
func UseInReplay(options *worker.WorkflowReplayerOptions, external converter.ExternalStorage) error {
	like := client.Options{DataConverter: options.DataConverter, FailureConverter: options.FailureConverter}
	if err := Use(&like, external); err != nil {
		return err
	}
	options.ExternalStorage, options.DataConverter, options.FailureConverter = like.ExternalStorage, like.DataConverter, like.FailureConverter
	return nil
}

func guarded(external converter.ExternalStorage) (converter.ExternalStorage, error) {
	if external.DriverSelector != nil {
		return external, ErrSelector
	}
	drivers := make([]converter.StorageDriver, len(external.Drivers))
	for i, each := range external.Drivers {
		drivers[i] = guard{each}
	}
	external.Drivers = drivers
	return external, nil
}

// dataConverter decodes stand-ins, and may take its time with large payloads.
func dataConverter(own converter.DataConverter) (converter.DataConverter, error) {
	if own == nil {
		own = converter.NewCompositeDataConverter(
			converter.NewNilPayloadConverter(), converter.NewByteSlicePayloadConverter(), converter.NewProtoJSONPayloadConverter(),
			converter.NewProtoPayloadConverter(), PayloadConverter(), converter.NewJSONPayloadConverter(),
		)
	}
	var lost *LostError
	var target any
	if err := own.FromPayload(standIn(&LostError{Type: Missing}), &target); !errors.As(err, &lost) {
		return nil, fmt.Errorf("the data converter needs storage.PayloadConverter among its payload converters: %w", err)
	}
	return workflow.DataConverterWithoutDeadlockDetection(own), nil
}

func failureConverter(own converter.FailureConverter, data converter.DataConverter) converter.FailureConverter {
	if own == nil {
		own = temporal.NewDefaultFailureConverter(temporal.DefaultFailureConverterOptions{DataConverter: data})
	}
	return failures{own}
}

// ErrorToFailure implements converter.FailureConverter.
func (f failures) ErrorToFailure(err error) *failurepb.Failure {
	return f.FailureConverter.ErrorToFailure(typed(err))
}
