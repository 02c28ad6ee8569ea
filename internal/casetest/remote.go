package casetest

import "time"

type Server interface{}

type remote struct{ world }

func (r *remote) now() time.Time { return time.Time{} }

func (pl *Player) onServer(p any, r *Result, o *outcome) {}
