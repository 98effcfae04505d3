package sample

import "testing"

func TestLetters(t *testing.T) {
	if letters != "abc\n" {
		t.Fatal(letters)
	}
}
