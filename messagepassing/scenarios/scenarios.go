// Package scenarios lists what the messagepassing sample shows.
package scenarios

import (
	"dynamicsamples/internal/scenario"
	"dynamicsamples/messagepassing"
)

// Sample returns the sample and its scenarios.
func Sample() scenario.Sample {
	return scenario.Sample{
		Name:      "messagepassing",
		Idea:      "Queries, Signals and Updates that stay correct when handlers overlap and runs end.",
		TaskQueue: messagepassing.TaskQueue,
		Options:   messagepassing.Options,
		Register:  messagepassing.Register,
		Scenarios: []scenario.Scenario{
			{
				Name:     "approve",
				Input:    `start Greeting and send the Signal "approve" with the name "Ana"`,
				Expected: `"Hello, world (approved by Ana)"`,
				LookFor:  "the Signal is an Event of the Event History, with its input",
				Run:      approve,
			},
			{
				Name:  "query-languages",
				Input: `query the languages that Greeting knows, and all that the service has`,
				Expected: `known: ["chinese","english"]
all: ["arabic","chinese","english","french","hindi","spanish"]`,
				LookFor: "the Queries tab sends the Queries again; a Query leaves no Event",
				Run:     queryLanguages,
			},
			{
				Name:  "set-language",
				Input: `execute the Update "set-language" with "chinese", then approve`,
				Expected: `update: "english"
workflow: "你好，世界 (approved by Ana)"`,
				LookFor: "the Update's Accepted and Completed Events",
				Run:     setLanguage,
			},
			{
				Name:  "update-rejected",
				Input: `execute "set-language" with "french", which the Workflow does not know`,
				Expected: `update: failed with UnsupportedLanguage (not retryable)
language "french" is not supported
Updates in the Event History: 0 accepted, 0 completed`,
				LookFor: "no trace of the Update: the validator rejected it",
				Run:     rejectUpdate,
			},
			{
				Name:  "learn-language",
				Input: `send "learn-language" with "french" twice at the same time, then approve`,
				Expected: `first: "english"
second: "french"
Activities in the Event History: 1
workflow: "Bonjour, monde (approved by Ana)"`,
				LookFor: "one FetchGreeting: the second handler waited for the lock and found the greeting",
				Run:     learnLanguage,
			},
			{
				Name:  "update-fails-after-acceptance",
				Input: `execute "learn-language" with "klingon", which the service does not have`,
				Expected: `update: failed with UnsupportedLanguage (not retryable)
the greeting service does not support "klingon"
Updates in the Event History: 1 accepted, 1 completed`,
				LookFor: "the Update completed with a failure, and the Workflow goes on",
				Run:     failAfterAcceptance,
			},
			{
				Name:     "query-after-completion",
				Input:    `query the language of a Greeting that has completed`,
				Expected: `"english"`,
				Run:      queryAfterCompletion,
			},
			{
				Name:     "cancel-while-waiting",
				Input:    `cancel a Greeting that waits for an approval`,
				Expected: `workflow: canceled`,
				LookFor:  "the Workflow ends at once: Await ends on a cancellation, a blocking Receive does not",
				Run:      cancelWhileWaiting,
			},
			{
				Name:  "signal-from-workflow",
				Input: `let the Workflow ApproveAnother signal a Greeting, and again when that has completed`,
				Expected: `greeting: "Hello, world (approved by Luis)"
again: failed with RecipientNotRunning (not retryable)
workflow "<greeting>" is not running
from a client: *serviceerror.NotFound`,
				LookFor: "the sender's Event History has the Signal as initiated, and then as delivered or failed",
				Run:     signalFromWorkflow,
			},
			{
				Name:  "update-from-workflow",
				Input: `let the Workflow LearnForAnother send "learn-language" to a Greeting by an Activity`,
				Expected: `sender: "english"
greeting: "Bonjour, monde (approved by Ana)"`,
				LookFor: "the input of SendLearnLanguage has the Update ID: another attempt has the same",
				Run:     updateFromWorkflow,
			},
			{
				Name:  "start-from-workflow",
				Input: `let ApproveOrStart approve a Greeting that does not run yet, and again when it has completed`,
				Expected: `greeting: "Hello, world (approved by Luis)"
the same run: true`,
				LookFor: "the Greeting began with the Signal; the second attempt has started no other",
				Run:     startFromWorkflow,
			},
			{
				Name:  "signal-with-start",
				Input: `signal-with-start a Greeting under one id, twice`,
				Expected: `the same run: true
workflow: "Hello, world (approved by Ana)"`,
				Run: signalWithStart,
			},
			{
				Name:  "fetch-update-later",
				Input: `start an Update, forget its handle, and fetch its result by its id, twice`,
				Expected: `later: "english"
again: "english"`,
				Run: fetchUpdateLater,
			},
			{
				Name:  "wait-stages",
				Input: `wait until the Update "book" of a Trip is accepted, confirm, wait until it is completed`,
				Expected: `accepted, with the trip still open: true
completed: "hotel-1"`,
				Run: waitStages,
			},
			{
				Name:  "send-by-name",
				Input: `start, signal, query and update with nothing but names and JSON`,
				Expected: `query: ["chinese","english"]
update: "english"
workflow: "你好，世界 (approved by Ana)"`,
				Run: sendByName,
			},
			{
				Name:  "same-update-id",
				Input: `send an Update again with the same id, and another argument`,
				Expected: `first: "english"
again: "english"
language: "chinese"`,
				LookFor: "one accepted Update: the server answered the second call by itself",
				Run:     sameUpdateID,
			},
			{
				Name:  "main-loop",
				Input: `print a and c by Signal, b and d by Update; the printer prints one at a time`,
				Expected: `b: 2
d: 4
workflow: {"printed":["a","b","c","d"],"waiting":0,"refused":0}`,
				LookFor: "four Activities in sequence, though the handlers overlap",
				Run:     mainLoop,
			},
			{
				Name:  "trip-confirmed",
				Input: `book a hotel and a flight, send a note, confirm`,
				Expected: `hotel: "hotel-1"
flight: "flight-2"
workflow: {"booked":["flight-2","hotel-1"],"undone":[],"notes_sent":1}`,
				LookFor: "the Workflow completes last: after the Updates and the note's Activity",
				Run:     tripConfirmed,
			},
			{
				Name:  "trip-abandoned",
				Input: `book a hotel, abandon the trip`,
				Expected: `hotel: failed with TripEnded (not retryable)
"hotel" is not booked, and its reservation was released
workflow: failed with TripAbandoned (not retryable)
the trip was abandoned: rain
report: {"booked":[],"undone":["hotel-1"],"notes_sent":0}`,
				LookFor: "ReleaseBooking comes before the Workflow fails",
				Run:     tripAbandoned,
			},
			{
				Name:  "trip-canceled",
				Input: `book a hotel, cancel the Workflow`,
				Expected: `hotel: failed with TripEnded (not retryable)
"hotel" is not booked, and its reservation was released
workflow: canceled
report: {"booked":[],"undone":["hotel-1"],"notes_sent":0}`,
				LookFor: "ReleaseBooking is scheduled after the cancellation, and completes",
				Run:     tripCanceled,
			},
			{
				Name:  "handler-abandoned",
				Input: `wait for the next headline of a Bulletin that then ends`,
				Expected: `update: failed with AcceptedUpdateCompletedWorkflow (not retryable)
Workflow Update failed because the Workflow completed before the Update completed.
workflow: 0`,
				LookFor: "the Update was accepted and never completed",
				Run:     handlerAbandoned,
			},
			{
				Name:  "cluster-assigns-nodes",
				Input: `assign 2 of 4 nodes to red and 2 to blue at the same time, then 1 to green`,
				Expected: `red: ["node-01","node-02"]
blue: ["node-03","node-04"]
green: failed with NotEnoughNodes (not retryable)
job "green" wants 1 nodes, 0 are free`,
				LookFor: "no two MoveNodes Activities overlap",
				Run:     clusterAssignsNodes,
			},
			{
				Name:  "cluster-continues-as-new",
				Input: `send 12 Updates and 12 repairs to a cluster that continues as new every 5 messages, then send the first Update again`,
				Expected: `assigned: 12 of 12 nodes, each once
repaired: 12 times
more than one run: true
again: the same node`,
				LookFor: "a chain of runs, each Continued As New but the last, with the state as its input",
				Run:     clusterContinuesAsNew,
			},
			{
				Name:  "cluster-continues-on-update",
				Input: `ask a cluster by an Update to continue as new, then shut it down`,
				Expected: `the run that ends: 1
runs: 2`,
				LookFor: "the Update is completed in the run that is Continued As New",
				Run:     clusterContinuesOnUpdate,
			},
		},
	}
}
