package messagepassing

import (
	"dynamicsamples/internal/scenario"
)

// Sample returns what the starter shows.
func Sample() scenario.Sample {
	return scenario.Sample{
		Name:      "messagepassing",
		Idea:      "Queries, signals and updates that stay correct when handlers overlap and runs end.",
		TaskQueue: TaskQueue,
		RunWorker: RunWorker,
		Scenarios: scenarios(),
	}
}

func scenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name:    "approve",
			Asks:    `start Greeting and send the signal "approve" with the name "Ana"`,
			Wants:   `"Hello, world (approved by Ana)"`,
			LookFor: "the signal is an event of the history, with its input",
			Run:     approve,
		},
		{
			Name: "languages",
			Asks: `query the languages that Greeting knows, and all that the service has`,
			Wants: `known: ["chinese","english"]
all: ["arabic","chinese","english","french","hindi","spanish"]`,
			LookFor: "the Queries tab asks them again; a query leaves no event",
			Run:     languages,
		},
		{
			Name: "set-language",
			Asks: `execute the update "set-language" with "chinese", then approve`,
			Wants: `update: "english"
workflow: "你好，世界 (approved by Ana)"`,
			LookFor: "the update's accepted and completed events",
			Run:     setLanguage,
		},
		{
			Name: "rejected",
			Asks: `execute "set-language" with "french", which the workflow does not know`,
			Wants: `update: failed with UnsupportedLanguage (not retryable)
language "french" is not supported
in the history: 0 updates accepted, 0 completed`,
			LookFor: "no trace of the update: the validator rejected it",
			Run:     reject,
		},
		{
			Name: "learn-language",
			Asks: `send "learn-language" with "french" twice at a time, then approve`,
			Wants: `first: "english"
second: "french"
in the history: 1 activity
workflow: "Bonjour, monde (approved by Ana)"`,
			LookFor: "one FetchGreeting: the second handler waited for the lock and found the greeting there",
			Run:     learnLanguage,
		},
		{
			Name: "failed-after-acceptance",
			Asks: `execute "learn-language" with "klingon", which the service does not know`,
			Wants: `update: failed with UnsupportedLanguage (not retryable)
the greeting service does not support "klingon"
in the history: 1 updates accepted, 1 completed`,
			LookFor: "the update completed with a failure, and the workflow goes on",
			Run:     failAfterAcceptance,
		},
		{
			Name:  "query-after-completion",
			Asks:  `query the language of a Greeting that has completed`,
			Wants: `"english"`,
			Run:   queryAfterCompletion,
		},
		{
			Name: "signal-from-workflow",
			Asks: `let the workflow ApproveAnother signal a Greeting, and again when that has completed`,
			Wants: `greeting: "Hello, world (approved by Luis)"
again: failed with RecipientNotRunning (not retryable)
workflow "<greeting>" is not running
from a client: *serviceerror.NotFound`,
			LookFor: "the sender's history has the signal as initiated, and then as delivered or failed",
			Run:     signalFromWorkflow,
		},
		{
			Name: "signal-with-start",
			Asks: `signal-with-start a Greeting under one id, twice`,
			Wants: `the same run: true
workflow: "Hello, world (approved by Ana)"`,
			Run: signalWithStart,
		},
		{
			Name: "fetch-later",
			Asks: `start an update, forget its handle, and fetch its answer by its id, twice`,
			Wants: `later: "english"
again: "english"`,
			Run: fetchLater,
		},
		{
			Name: "wait-stages",
			Asks: `wait until the update "book" of a Trip is accepted, confirm, wait until it is completed`,
			Wants: `accepted, with the trip still open: true
completed: "hotel-1"`,
			Run: waitStages,
		},
		{
			Name: "by-name",
			Asks: `start, signal, query and update with nothing but names and JSON`,
			Wants: `query: ["chinese","english"]
update: "english"
workflow: "你好，世界 (approved by Ana)"`,
			Run: byName,
		},
		{
			Name: "same-update-id",
			Asks: `send an update again with the same id, and another argument`,
			Wants: `first: "english"
again: "english"
language: "chinese"`,
			LookFor: "one accepted update: the server answered the second call by itself",
			Run:     sameUpdateID,
		},
		{
			Name: "main-loop",
			Asks: `print a and c by signal, b and d by update; the printer does one at a time`,
			Wants: `b: 2
d: 4
workflow: {"printed":["a","b","c","d"],"waiting":0,"refused":0}`,
			LookFor: "four activities in sequence, though the handlers overlap",
			Run:     mainLoop,
		},
		{
			Name: "trip-confirmed",
			Asks: `book a hotel and a flight, send a note, confirm`,
			Wants: `hotel: "hotel-1"
flight: "flight-2"
workflow: {"booked":["flight-2","hotel-1"],"undone":[],"notes_sent":1}`,
			LookFor: "the workflow completes last: after the updates and the note's activity",
			Run:     tripConfirmed,
		},
		{
			Name: "trip-abandoned",
			Asks: `book a hotel, abandon the trip`,
			Wants: `hotel: failed with TripEnded (not retryable)
"hotel" is not booked, and its reservation was released
workflow: failed with TripAbandoned (not retryable)
the trip was abandoned: rain
report: {"booked":[],"undone":["hotel-1"],"notes_sent":0}`,
			LookFor: "ReleaseBooking comes before the workflow fails",
			Run:     tripAbandoned,
		},
		{
			Name: "trip-canceled",
			Asks: `book a hotel, cancel the workflow`,
			Wants: `hotel: failed with TripEnded (not retryable)
"hotel" is not booked, and its reservation was released
workflow: canceled
report: {"booked":[],"undone":["hotel-1"],"notes_sent":0}`,
			LookFor: "ReleaseBooking is scheduled after the cancellation, and completes",
			Run:     tripCanceled,
		},
		{
			Name: "abandoned-handler",
			Asks: `wait for the next headline of a Bulletin that then ends`,
			Wants: `update: failed with AcceptedUpdateCompletedWorkflow (not retryable)
Workflow Update failed because the Workflow completed before the Update completed.
workflow: 0`,
			LookFor: "the update was accepted and never completed",
			Run:     abandonedHandler,
		},
		{
			Name: "cluster",
			Asks: `assign 2 of 4 nodes to red and 2 to blue at a time, then 1 to green`,
			Wants: `red: ["node-01","node-02"]
blue: ["node-03","node-04"]
green: failed with NotEnoughNodes (not retryable)
job "green" wants 1 nodes, 0 are free`,
			LookFor: "no two MoveNodes activities overlap",
			Run:     clusterAssigns,
		},
		{
			Name: "cluster-continues",
			Asks: `send 12 updates and 12 repairs to a cluster that continues as new every 5 messages, then send the first update again`,
			Wants: `assigned: 12 of 12 nodes, each once
repaired: 12 times
more than one run: true
again: the same node`,
			LookFor: "a chain of runs, each Continued As New but the last, with the state as its input",
			Run:     clusterContinues,
		},
	}
}
