package engine

// Version is the version of what blueprints mean. A run keeps the version that it was
// started with: it stands in its record, and is the one switch for whatever changes what a
// run does or says. A run of version 2 differs from one of version 1:
//   - A message goes to the first step that waits for it and that it fits, at once; what no
//     step takes now is kept if a step may wait for it later, within bounds of its own, and is
//     refused or dropped otherwise (messages_second.go). Version 1 keeps all, and gives a
//     message to the wait whose turn it is (messages_first.go).
//   - A regular expression costs what compiling it does, once in an evaluation. Plans are read
//     beside the workflow's thread from 8 KiB on.
//   - A value from outside that would not be the same here is refused: a number beyond a double,
//     half of a character. A key that a map gets twice in an expression is an error.
//   - A computed length of time that is below zero is over at once (run.lengthOf).
//   - Why a value does not fit a schema is worded with its place and without the value.
//   - Validating counts by the schema and the value, before it is done, and stays within the
//     budget's cost (run.checkInput, placing.fits). The edges of a dag count as work.
//   - An undo, and an Activity in a finally, that say nothing of retries have ten attempts within
//     an hour (run.optionsOf).
//   - What a failure says is bounded where it arises (Failure.bounded), and tells values that
//     nest too deep, and a payload that is too large, from too many bytes.
//   - It continues as new by the length of its Event History and what is under way
//     (run.eventsToCome), also where nothing but messages has come.
//   - It says which run saved the state that it hands to the next one, so that a run that
//     the server retries, or that a cron schedule starts, begins anew (continuation.goesOn).
//   - A child whose Workflow ID is taken is joined where an earlier run of the same chain has
//     started it for the same step, and a child that is not this very run's own is canceled by
//     an Activity that cancels nothing else (children.go). The end of a run asks for no cancel
//     of the children that it leaves running (run.childContext).
//   - The Activity ID of an Activity is the path of its step, or of what is done for that
//     (run.activityID).
//   - Of branches of a race that end well in one turn the first wins and is kept; version 1 names
//     that one, and keeps what the last of them had completed (raceStep). The conditions of a switch
//     are work that yields.
const Version = 2

// since reports whether the run was started by this version of the interpreter or a later
// one.
func (r *run) since(version int) bool { return r.record.Interpreter >= version }
