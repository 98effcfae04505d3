package engine

// Version is the version of what blueprints mean. A run keeps the version that it was
// started with: it stands in its record, and is the one switch for whatever changes what a
// run does or says. A run of version 2 differs from one of version 1:
const Version = 2

// since reports whether the run was started by this version of the interpreter or a later
// one.
func (r *run) since(version int) bool { return r.record.Interpreter >= version }
