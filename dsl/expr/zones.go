package expr

import (
	"archive/zip"
	_ "embed"
	"io"
	"strings"
	"sync"
	"time"
)

// zoneinfo is the time zone database, as Go distributes it. It is part of the
// program because replay has to get the same answer on every machine, whatever
// database that machine has.
//
//go:embed zoneinfo.zip
var zoneinfo string

var zoneFiles = sync.OnceValue(func() map[string]*zip.File {
	files := map[string]*zip.File{}
	r, err := zip.NewReader(strings.NewReader(zoneinfo), int64(len(zoneinfo)))
	if err != nil {
		panic("the embedded time zone database cannot be read: " + err.Error())
	}
	for _, f := range r.File {
		if !f.FileInfo().IsDir() {
			files[f.Name] = f
		}
	}
	return files
})

// zones caches the zones that were asked for.
var zones sync.Map

// zone finds a time zone by its name in the database, such as Europe/Berlin.
func zone(name string) (*time.Location, error) {
	if name == "UTC" || name == "Z" {
		return time.UTC, nil
	}
	if l, ok := zones.Load(name); ok {
		return l.(*time.Location), nil
	}
	f, ok := zoneFiles()[name]
	if !ok {
		return nil, faultf("there is no time zone %s", shown(name)).withHint("zones are named as Europe/Berlin, America/New_York or UTC")
	}
	l, err := readZone(name, f)
	if err != nil {
		return nil, faultf("the time zone %s cannot be read", name)
	}
	zones.Store(name, l)
	return l, nil
}

func readZone(name string, f *zip.File) (*time.Location, error) {
	in, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	data, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	return time.LoadLocationFromTZData(name, data)
}
