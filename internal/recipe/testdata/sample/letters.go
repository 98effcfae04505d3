package sample

import _ "embed" // for the letters

//go:embed letters.txt
var letters string
