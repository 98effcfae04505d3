package engine

// Version is the version of what blueprints mean. A run keeps the version that it was
// started with: it stands in its record, and is the one switch for whatever changes what a
// run does or says. A run of version 2 differs from one of version 1:
//   - It says which run saved the state that it hands to the next one, so that a run that
//     the server retries, or that a cron schedule starts, begins anew (continuation.goesOn).
//   - A child whose Workflow ID is taken is joined where an earlier run of the same chain has
//     started it for the same step, and a child that is not this very run's own is canceled by
//     an Activity that cancels nothing else (children.go). The end of a run asks for no cancel
//     of the children that it leaves running (run.childContext).
const Version = 2

// since reports whether the run was started by this version of the interpreter or a later
// one.
func (r *run) since(version int) bool { return r.record.Interpreter >= version }
