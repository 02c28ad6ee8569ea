package interpreter

import "github.com/partitur/partitur/dsl"

func nextRound(b *dsl.Next) error { return &exit{kind: exitNext, loop: b.Loop} }
