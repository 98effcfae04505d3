package language

// Suggest finds the known name that a wrong one was probably meant to be, or "".
func Suggest(wrong string, known []string) string { return suggest(wrong, known) }
