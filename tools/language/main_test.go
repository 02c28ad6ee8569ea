package main

import (
	"bytes"
	"os"
	"testing"
)

func TestPagesAreCurrent(t *testing.T) {
	var all []byte
	for _, file := range files {
		text, err := os.ReadFile("../../" + file)
		if err != nil {
			t.Fatal(err)
		}
		filled, err := fill(text)
		if err != nil {
			t.Fatal(file, err)
		}
		if !bytes.Equal(text, filled) {
			t.Errorf("run `go run ./tools/language` and commit what it writes to %s", file)
		}
		all = append(all, text...)
	}
	for name := range tables() {
		if !bytes.Contains(all, []byte("<!-- "+name+" -->")) {
			t.Errorf("no page has the table %q", name)
		}
	}
}
