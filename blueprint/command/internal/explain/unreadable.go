package explain

import (
	"encoding/json"
	"slices"

	commonpb "go.temporal.io/api/common/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"
)

// Unreadable reports whether the histories have values that a report is made of, and that
// cannot be read, and the encoding of the first one: a codec has written it.
func Unreadable(runs []*historypb.History) (encoding string, unreadable bool) {
	for _, history := range runs {
		for _, event := range history.GetEvents() {
			for _, payload := range valuesIn(event) {
				if !isReadable(payload) {
					return string(payload.GetMetadata()[converter.MetadataEncoding]), true
				}
			}
		}
	}
	return "", false
}

// valuesIn are the values of an event that a report is made of.
func valuesIn(event *historypb.HistoryEvent) []*commonpb.Payload {
	ended := event.GetWorkflowExecutionFailedEventAttributes().GetFailure()
	values := []*commonpb.Payload{event.GetUserMetadata().GetSummary(), ended.GetEncodedAttributes()}
	return slices.Concat(values,
		event.GetWorkflowExecutionStartedEventAttributes().GetInput().GetPayloads(),
		event.GetMarkerRecordedEventAttributes().GetDetails()["data"].GetPayloads(),
		event.GetWorkflowExecutionCompletedEventAttributes().GetResult().GetPayloads(),
		event.GetWorkflowExecutionUpdateAcceptedEventAttributes().GetAcceptedRequest().GetInput().GetArgs().GetPayloads(),
		event.GetWorkflowExecutionUpdateCompletedEventAttributes().GetOutcome().GetSuccess().GetPayloads(),
	)
}

// isReadable reports whether a value is JSON, or of a form that a report leaves out anyhow.
func isReadable(payload *commonpb.Payload) bool {
	known := []string{"", converter.MetadataEncodingBinary, converter.MetadataEncodingNil, converter.MetadataEncodingProto}
	return json.Valid(payload.GetData()) || slices.Contains(known, string(payload.GetMetadata()[converter.MetadataEncoding]))
}
