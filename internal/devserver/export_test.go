package devserver

// IsAddressInUse is for the tests with a real server, which use package e2etest and so
// cannot be in this package.
var IsAddressInUse = isAddressInUse
